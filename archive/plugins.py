"""What the archive registers with the repository: its kinds of jobs, its nightly jobs, its bytes and its guards."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from repository.registry import JobKind, Nightly, Panel, registry


def register() -> None:
    from archive import models
    from archive.figures import store_figures
    from archive.panel import panel
    from archive.seal import work_seal
    from archive.sources import sealed_copy
    from archive.watch import fixity, retention, working
    from archive.watch.findings import register_titles
    from repository.guards.rules import Guard, protect
    from repository.jobs.nightly import once

    registry.kinds["seal"] = JobKind(name="seal", title=_("Sealing"), work_job=work_seal, lease_seconds=120, attempts=5)
    registry.dossier_panels.append(Panel("store", 10, "archive/panel.html", panel))
    registry.byte_sources.append(sealed_copy)
    registry.figures.append(store_figures)
    nights = (
        (fixity.KIND, _("Check of the store"), 20, fixity.work_fixity),
        (working.CHECK, _("Check of the working copies"), 30, working.work_check),
        (retention.KIND, _("Retention"), 40, retention.work_retention),
        (working.TIDY, _("Clearing of bytes nobody needs"), 90, working.work_tidy),
    )
    for name, title, order, work in nights:
        registry.kinds[name] = JobKind(name=name, title=title, work_job=work, lease_seconds=120, attempts=5)
        registry.nightly.append(Nightly(name=name, title=title, order=order, start=once(name)))
    register_titles()
    protect(
        Guard(models.SealedObject, append_only=True),
        Guard(models.SealedFile, append_only=True),
        Guard(models.FixityCheck, append_only=True),
        Guard(models.ObjectStatus),
    )
