"""What signatures are trusted by."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from repository.ids import new_id
from repository.models import User


class TrustAnchor(models.Model):
    """A root certificate that an operator vouches for. None is trusted by default; one is withdrawn, never deleted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=300)
    pem = models.TextField(_("certificate (PEM)"))
    sha256 = models.CharField(_("fingerprint"), max_length=64, unique=True)
    source = models.CharField(
        _("source"), max_length=300, help_text=_("Where it was taken from and how it was checked.")
    )
    not_before = models.DateTimeField(_("valid from"))
    not_after = models.DateTimeField(_("valid until"))
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(_("added"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("trust anchor")
        verbose_name_plural = _("trust anchors")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
