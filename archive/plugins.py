"""What the archive registers with the repository: its kinds of jobs, its nightly jobs, its bytes and its guards."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from repository.registry import JobKind, Panel, registry


def register() -> None:
    from archive import evidence, models
    from archive.figures import store_figures
    from archive.panel import panel
    from archive.seal import work_seal
    from archive.sources import sealed_copy
    from archive.watch import fixity, retention, working
    from archive.watch.findings import register_titles
    from repository.guards.rules import Guard, protect

    registry.work(JobKind(name="seal", title=_("Sealing"), work_job=work_seal))
    registry.dossier_panels.append(Panel("store", 10, "archive/panel.html", panel))
    registry.byte_sources.append(sealed_copy)
    registry.figures.append(store_figures)
    nights = (
        (fixity.KIND, _("Check of the store"), 20, fixity.work_fixity),
        (working.CHECK, _("Check of the working copies"), 30, working.work_check),
        (retention.KIND, _("Retention"), 40, retention.work_retention),
        (evidence.KIND, _("Evidence into the store"), 97, evidence.work_evidence),
        (working.TIDY, _("Clearing of bytes nobody needs"), 90, working.work_tidy),
    )
    for name, title, order, work in nights:
        registry.nightly_work(JobKind(name=name, title=title, work_job=work), order=order)
    register_titles()
    protect(
        Guard(models.SealedObject, append_only=True),
        Guard(models.SealedFile, append_only=True),
        Guard(models.FixityCheck, append_only=True),
        Guard(models.EvidenceObject, only=("checked_at", "outcome")),
        Guard(models.EvidencePart, append_only=True),
        Guard(models.EvidenceFile, append_only=True),
        Guard(models.ObjectStatus),
    )
