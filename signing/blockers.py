"""What signatures have to say against closing a dossier."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from repository.models import Dossier, Finding
from repository.refusals import Blocker
from signing.runs import FAILED


def failed_signatures(dossier: Dossier) -> Iterable[Blocker]:
    """A failed signature does not forbid to keep the document, but a person must say why it is kept so."""
    open_ones = Finding.objects.filter(kind=FAILED, closed_at__isnull=True, document__placements__dossier=dossier)
    # A document more secret than its dossier is not named to all who may close the dossier.
    seen = open_ones.filter(document__secrecy__lte=dossier.secrecy)
    hidden = open_ones.filter(document__secrecy__gt=dossier.secrecy).exists()
    for finding in seen.select_related("document").order_by("document__placements__number")[:20]:
        assert finding.document is not None
        yield Blocker(
            "failed-signature",
            _("A signature of %(document)s does not hold.") % {"document": finding.document.label},
            remedy=_("Ask the sender for the right file, or give the reason for keeping this one as evidence."),
            url=reverse("document", args=[finding.document_id]) + "#signatures",
            action=_("Give the reason"),
            about=str(finding.pk),
            post=reverse("close_finding", args=[finding.pk]),
            needs="close finding",
            asks=_("Why it is kept as it is"),
        )
    if hidden:
        yield Blocker(
            "failed-signature",
            _("A signature of a document that is more secret than the dossier does not hold."),
            remedy=_("Somebody who is cleared for that document must give the reason for keeping it as evidence."),
        )
