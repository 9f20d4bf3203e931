"""Where a person may go: the navigation of the repository's own pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from repository.access import may
from repository.actors import Actor


def places(actor: Actor) -> Iterable[dict[str, Any]]:
    if may(actor, "search"):
        yield {"label": _("Dossiers"), "url": reverse("dossiers"), "letter": "s"}
    if may(actor, "work"):
        yield {"label": _("File plan"), "url": reverse("plan"), "letter": "p"}
    if may(actor, "see runs"):
        yield {"label": _("Watch"), "url": reverse("runs"), "letter": "k"}
    if may(actor, "audit"):
        yield {"label": _("Events"), "url": reverse("events"), "letter": "e"}
