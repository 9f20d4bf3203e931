"""When retention ends, and the sum behind the date (Thông tư 10/2022/TT-BNV): from 1 January after the year in which the work ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from repository.clock import now, today
from repository.codes import RetentionState
from repository.models import Dossier, Hold, Retention

BATCH = 1000


@dataclass(frozen=True)
class Line:
    """One line of the sum: `code` names its sentence, `value` is a date (ISO), a number of years or a word."""

    code: str
    value: str | int | None
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "value": self.value, "note": self.note}


@dataclass(frozen=True)
class Due:
    state: RetentionState
    due_on: date | None
    lines: tuple[Line, ...]


def due_of(dossier: Dossier, *, held: bool, on: date) -> Due:
    """The date from which the dossier may be appraised for destruction, as seen on that day."""
    ended = dossier.work_ended_on or dossier.end_date
    note = str(dossier.record_class) if dossier.record_class_id and dossier.record_class else ""
    if not dossier.maintenance:
        return Due(
            RetentionState.UNKNOWN, None, (Line("ended", ended.isoformat() if ended else None), Line("period", None))
        )
    years = dossier.retention_years
    lines = [Line("ended", ended.isoformat() if ended else None)]
    if years is None:
        return Due(RetentionState.PERMANENT, None, (*lines, Line("permanent", None, note)))
    if ended is None:
        return Due(RetentionState.UNKNOWN, None, (*lines, Line("period", years, note)))
    if ended.year + 1 + years > date.max.year:
        # A day that no calendar of ours reaches; the figure or the date was mistyped.
        return Due(RetentionState.UNKNOWN, None, (*lines, Line("period", years, note)))
    start = date(ended.year + 1, 1, 1)
    due = date(start.year + years, 1, 1)
    lines += [
        Line("counted-from", start.isoformat()),
        Line("period", years, note),
        Line("hold", "held" if held else "none"),
        Line("due", due.isoformat()),
    ]
    state = RetentionState.HELD if held else RetentionState.ENDED if due <= on else RetentionState.RUNNING
    return Due(state, due, tuple(lines))


def refresh_retention(ids: Iterable[UUID]) -> dict[str, int]:
    """Compute the due dates of these dossiers and write those that are new or come out otherwise, in few statements.

    `computed_at` is the moment since which the sum stands. Returns how many were computed, changed, and have ended newly.
    """
    figures = {"computed": 0, "changed": 0, "ended": 0}
    for batch in _batches(list(ids)):
        dossiers = list(Dossier.objects.filter(pk__in=batch).select_related("record_class"))
        held = set(Hold.objects.filter(dossier__in=batch, lifted_at__isnull=True).values_list("dossier_id", flat=True))
        before = Retention.objects.in_bulk(batch)
        rows, moment, day = [], now(), today()
        for dossier in dossiers:
            due = due_of(dossier, held=dossier.pk in held, on=day)
            lines = [line.as_json() for line in due.lines]
            old = before.get(dossier.pk)
            if old is None or (old.state, old.due_on, old.lines) != (due.state, due.due_on, lines):
                rows.append(
                    Retention(dossier=dossier, state=due.state, due_on=due.due_on, lines=lines, computed_at=moment)
                )
            figures["changed"] += old is None or (old.state, old.due_on) != (due.state, due.due_on)
            figures["ended"] += due.state == RetentionState.ENDED and (old is None or old.state != RetentionState.ENDED)
        _write(rows, before)
        figures["computed"] += len(dossiers)
    return figures


def _write(rows: list[Retention], before: dict[UUID, Retention]) -> None:
    new = [row for row in rows if row.dossier_id not in before]
    Retention.objects.bulk_create(new, ignore_conflicts=True)
    Retention.objects.bulk_update(
        [row for row in rows if row.dossier_id in before], ["state", "due_on", "lines", "computed_at"], batch_size=200
    )


def _batches(ids: list[UUID]) -> Iterator[list[UUID]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]
