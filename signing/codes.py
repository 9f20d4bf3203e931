"""Status and code lists of signing, in one place."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class KeyKind(TextChoices):
    """Where a key lies."""

    FILE = "pkcs12", _("File on the server")
    TOKEN = "pkcs11", pgettext_lazy("key", "Token")
    REMOTE = "csc", _("Remote signing service")


class Level(TextChoices):
    """PAdES baseline levels (ETSI EN 319 142-1, 6)."""

    B = "B-B", "B-B"
    T = "B-T", "B-T"
    LT = "B-LT", "B-LT"
    LTA = "B-LTA", "B-LTA"


class Look(TextChoices):
    """What a signature shows on the page (Nghị định 30/2020/NĐ-CP, annex I, part II)."""

    PERSON = "person", _("Handwritten signature between title and name")
    SEAL = "seal", _("Seal over the signature")
    ANNEX = "annex", _("Text of an annex, top right of the first page")
    COPY = "copy", _("Text of a copy, top right of the first page")


class CopyForm(TextChoices):
    """Forms of a copy (Nghị định 30/2020/NĐ-CP, article 25), as they are printed."""

    WHOLE = "SAO Y", "SAO Y"
    RECOPY = "SAO LỤC", "SAO LỤC"
    EXTRACT = "TRÍCH SAO", "TRÍCH SAO"
