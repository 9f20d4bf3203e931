"""The store in figures, for whoever keeps the archive running: no name of a record."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import Sum
from django.utils.translation import gettext as _

from archive.models import Fixity, ObjectStatus, SealedObject
from archive.watch import fixity
from repository import formats
from repository.actors import Actor
from repository.clock import now
from repository.codes import JobState
from repository.models import Job


def store_figures(actor: Actor) -> Iterable[tuple[Any, Any]]:
    sealed = SealedObject.objects.aggregate(bytes=Sum("bytes"))
    count = SealedObject.objects.count()
    yield _("Sealed dossiers"), f"{formats.number(count)}, {formats.size(sealed['bytes'] or 0)}"
    yield _("Free in the store"), formats.size(_free())
    bad = ObjectStatus.objects.exclude(outcome__in=("", Fixity.OK)).count()
    yield _("Not as sealed"), formats.number(bad)
    last = Job.objects.filter(kind=fixity.KIND, state=JobState.DONE).order_by("-pk").first()
    yield (
        _("Last check of the store"),
        formats.relative(last.finished_at, now()) if last and last.finished_at else _("none yet"),
    )


def _free() -> int:
    """Bytes free where the store lies, or will lie once something is sealed."""
    folder = settings.STORE
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free
