"""State secrets may not be kept on a networked machine (records-vn.md, 6): the mark in the head refuses the document."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from repository.actors import Actor
from repository.events import record
from repository.intake.context import Intake
from repository.intake.leftovers import remove_unheld
from repository.jobs.outcomes import ItemRefused
from repository.models import JobItem


def refuse_if_secret(intake: Intake, actor: Actor) -> None:
    """Raises ItemRefused where the head carries a mark and the installation is not declared isolated; bytes go, the refusal stays."""
    mark = (intake.head.secrecy or "").upper() if intake.head is not None else ""
    if not mark or settings.ISOLATED:
        return

    def save() -> dict[str, Any]:
        record(
            "intake.refused_secret",
            actor,
            intake.dossier,
            mark=mark,
            # Neither name nor text: the record of the refusal must not tell the secret. The digest proves which bytes went.
            sha256=intake.sha256,
            size=intake.size,
        )
        # The name may tell what the secret is about, so it goes too.
        JobItem.objects.filter(pk=intake.item.pk).update(label=_("Refused file"), payload={}, sha256="")
        remove_unheld(intake.sha256)
        return {"mark": mark}

    raise ItemRefused(
        "state-secret",
        _(
            "This document is marked %(mark)s. This archive is on a network and may not hold it. The file was removed and the refusal recorded."
        )
        % {"mark": mark},
        save=save,
    )
