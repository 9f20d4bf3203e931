"""What the archive registers with the repository: its kinds of jobs, its nightly jobs, its bytes and its guards."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from repository.registry import JobKind, registry


def register() -> None:
    from archive import models
    from archive.seal import work_seal
    from archive.sources import sealed_copy
    from repository.guards.rules import Guard, protect

    registry.kinds["seal"] = JobKind(name="seal", title=_("Sealing"), work_job=work_seal, lease_seconds=120, attempts=5)
    registry.byte_sources.append(sealed_copy)
    protect(
        Guard(models.SealedObject, append_only=True),
        Guard(models.SealedFile, append_only=True),
        Guard(models.FixityCheck, append_only=True),
        Guard(models.ObjectStatus),
    )
