"""What components show, made out of what pages hold: the look of a verdict, a job's progress, a place, the lines of a sum."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from repository import formats
from repository.codes import DossierState, Indication, JobState
from repository.registry import registry

Text = str | Promise

_SHAPES: dict[str, str] = {
    Indication.PASSED: "pass",
    Indication.INDETERMINATE: "unsure",
    Indication.FAILED: "fail",
    Indication.NONE: "none",
    Indication.WAITING: "wait",
}
# Words of their own with a context: "Failed" of a job and "Open" of a button read otherwise in Vietnamese.
_WORDS: dict[str, Text] = {
    Indication.PASSED: pgettext_lazy("verdict", "Passed"),
    Indication.INDETERMINATE: pgettext_lazy("verdict", "Not determined"),
    Indication.FAILED: pgettext_lazy("verdict", "Failed"),
    Indication.NONE: pgettext_lazy("verdict", "No signature"),
    Indication.WAITING: pgettext_lazy("verdict", "Not checked yet"),
}
STATE_WORDS: dict[DossierState, Text] = {
    DossierState.OPEN: pgettext_lazy("dossier state", "Open"),
    DossierState.CLOSED: pgettext_lazy("dossier state", "Closed"),
    DossierState.SUBMITTED: pgettext_lazy("dossier state", "Submitted"),
    DossierState.RETURNED: pgettext_lazy("dossier state", "Returned"),
    DossierState.SEALING: pgettext_lazy("dossier state", "Being sealed"),
    DossierState.ARCHIVED: pgettext_lazy("dossier state", "Archived"),
    DossierState.APPRAISAL: pgettext_lazy("dossier state", "In appraisal"),
    DossierState.DESTROYED: pgettext_lazy("dossier state", "Destroyed"),
    DossierState.TRANSFERRED: pgettext_lazy("dossier state", "Transferred"),
}
# The bench's words for a file, where no indication was stored with it.
_OF_OUTCOME: dict[str, Indication] = {
    "NO_SIGNATURE": Indication.NONE,
    "MODIFIED": Indication.FAILED,
    "TAMPERED": Indication.FAILED,
    "TIMESTAMP_BROKEN": Indication.FAILED,
}


@dataclass(frozen=True)
class VerdictLook:
    """Shape and word of a verdict. The indication decides; an outcome alone never says "passed" (VALID may lack a trusted chain)."""

    shape: str
    word: Text

    @classmethod
    def of(cls, indication: str | None, outcome: str | None = None) -> VerdictLook:
        if indication in ("pass", "unsure", "fail", "none", "wait"):
            known = {shape: value for value, shape in _SHAPES.items()}[indication]
        elif indication:
            known = indication if indication in _SHAPES else Indication.INDETERMINATE
        elif outcome:
            known = _OF_OUTCOME.get(outcome, Indication.INDETERMINATE)
        else:
            known = Indication.WAITING
        return cls(_SHAPES[known], _WORDS[known])


@dataclass(frozen=True)
class Place:
    """One entry of the navigation; `letter` is the key that follows g."""

    label: Text
    url: str
    current: bool = False
    count: int | None = None
    letter: str = ""
    icon: str = ""

    @classmethod
    def of(cls, raw: Place | Mapping[str, Any] | Iterable[Any]) -> Place:
        if isinstance(raw, Place):
            return raw
        if isinstance(raw, Mapping):
            return cls(**{field.name: raw[field.name] for field in fields(cls) if field.name in raw})
        return cls(*raw)


@dataclass(frozen=True)
class JobView:
    """Progress as it is shown. `rate` is per minute, `left` in seconds; both None where they cannot be known yet."""

    label: Text
    state: str
    done: int
    total: int
    failed: int = 0
    rate: float | None = None
    left: float | None = None
    message: str = ""
    url: str = ""

    @property
    def share(self) -> int:
        """Hundredths done; failures are through as well."""
        return round(100 * min(self.total, self.done + self.failed) / self.total) if self.total else 0

    @property
    def is_waiting(self) -> bool:
        return self.state == JobState.QUEUED

    @property
    def is_running(self) -> bool:
        return self.state == JobState.RUNNING

    @property
    def is_done(self) -> bool:
        return self.state == JobState.DONE

    @property
    def has_stopped(self) -> bool:
        return self.state in (JobState.FAILED, JobState.CANCELLED)

    @classmethod
    def of(cls, job: Any, now: datetime, url: str = "") -> JobView:
        """From a `Job` row. The rate is the mean since the job started: it does not jump, and needs no second figure on the row."""
        kind = registry.kinds.get(job.kind)
        label = f"{kind.title if kind else job.kind} {job.dossier.label if job.dossier_id else ''}".strip()
        rate = left = None
        through = job.done + job.failed
        if job.started_at and through and job.state == JobState.RUNNING:
            minutes = max((now - job.started_at).total_seconds(), 1) / 60
            rate = through / minutes
            left = max(job.total - through, 0) / rate * 60
        return cls(label, job.state, job.done, job.total, job.failed, rate, left, job.message, url)


@dataclass(frozen=True)
class SumLine:
    """One line of the sum behind a date: sign, what is added, and what that gives."""

    op: str
    label: str
    value: str
    note: str = ""
    url: str = ""


def sum_lines(lines: Iterable[Any]) -> list[SumLine]:
    """Lines as shown, from mappings or tuples (op, label, value, note, url); dates, ISO dates among them, are written as days."""
    shown = []
    for line in lines:
        parts = (
            [line.get(name, "") for name in ("op", "label", "value", "note", "url")]
            if isinstance(line, Mapping)
            else list(line)
        )
        parts[2] = _day_or_text(parts[2])
        shown.append(SumLine(*(str(part or "") for part in parts)))
    return shown


def _day_or_text(value: Any) -> str:
    if isinstance(value, date):
        return formats.day(value)
    return formats.day_if_iso(str(value))
