"""Headings out of a table: looked at first, row by row, then added to a plan. What the plan has already stays as it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from repository.access.querysets import under
from repository.actions.plans import planned
from repository.actors import Actor, actor_of
from repository.events import record
from repository.ids import new_id
from repository.jobs.engine import enqueue, progress
from repository.jobs.outcomes import ItemRefused
from repository.models import Agency, FilePlan, FilePlanEntry, Job, RecordClass, User
from repository.plan_codes import ACCEPTED, LONGEST_NOTATION, is_mark, next_notation, parse, tidy
from repository.refusals import Refused, RepositoryError, Text
from repository.text.fold import fold

KIND = "plan reading"
AT_ONCE = 500  # headings; more of them are a job
LONGEST_TITLE = 500
FIGURE = re.compile(r"\d{1,3}")


@dataclass(frozen=True)
class Line:
    """One row of the table as it will be entered; `texts` say what a person should look at. Without a heading it is left out."""

    number: str
    notation: str
    title: str
    heading: FilePlanEntry | None
    texts: tuple[Text, ...] = ()
    held: bool = False


@dataclass
class Reading:
    plan: FilePlan
    lines: list[Line] = field(default_factory=list)

    @property
    def new(self) -> list[FilePlanEntry]:
        return [line.heading for line in self.lines if line.heading is not None]

    @property
    def held(self) -> int:
        return sum(line.held for line in self.lines)

    @property
    def looks(self) -> list[Line]:
        return [line for line in self.lines if line.texts]


def look_at(plan: FilePlan, rows: Sequence[dict[str, str]]) -> Reading:
    """What adding the rows to the plan would make. Reads in four queries, writes nothing."""
    reading = Reading(plan)
    reader = _Reader(plan)
    for row in rows:
        reading.lines.append(reader.line(row))
    return reading


class _Reader:
    def __init__(self, plan: FilePlan) -> None:
        self.plan = plan
        standing = list(plan.entries.all())
        self.by_notation = {row.notation: row for row in standing}
        self.titles = {fold(row.title) for row in standing}
        self.taken = set(self.by_notation)
        units = Agency.objects.filter(under("path", (plan.agency.path,)))
        self.units: dict[str, Agency] = {}
        for unit in units.order_by("-path"):
            for name in (unit.name, unit.short_name, unit.code):
                if name:
                    self.units[fold(name)] = unit
        first, last = date(plan.year, 1, 1), date(plan.year, 12, 31)
        self.classes: dict[str, RecordClass] = {}
        self.periods: dict[int | None, list[RecordClass]] = {}
        in_force = RecordClass.objects.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=last), Q(valid_until__isnull=True) | Q(valid_until__gt=first)
        )
        for one in in_force.order_by("version").iterator():
            self.classes[one.code.upper()] = one
        for one in self.classes.values():
            self.periods.setdefault(one.period, []).append(one)

    def line(self, row: dict[str, str]) -> Line:
        title = " ".join(row.get("title", "").split())[:LONGEST_TITLE]
        given = tidy(row.get("notation", ""))
        if (given and given in self.by_notation) or (not given and fold(title) in self.titles):
            return Line(row.get("line", ""), given, title, None, held=True)
        texts: list[Text] = []
        notation = given
        if given and (not ACCEPTED.fullmatch(given) or len(given) > LONGEST_NOTATION):
            texts.append(_("Its notation %(notation)s is not in form; it gets the next number.") % {"notation": given})
            notation = ""
        notation = notation or next_notation(title, self.taken)
        heading = FilePlanEntry(
            pk=new_id(),
            plan=self.plan,
            parent=self._above(notation),
            notation=notation,
            title=title,
            record_class=self._record_class(row, texts),
            unit=self._unit(row, texts),
            note=row.get("note", "")[:500],
        )
        self.by_notation[notation] = heading
        self.titles.add(fold(title))
        self.taken.add(notation)
        return Line(row.get("line", ""), notation, title, heading, tuple(texts))

    def _above(self, notation: str) -> FilePlanEntry | None:
        """The heading whose notation is a beginning of this one (04.ATGT of 04.ATGT.1), or the group of its mark (TCCB of 01.TCCB)."""
        found = parse(notation)
        if found is None or is_mark(notation):
            return None
        if found.below:
            return self.by_notation.get(notation.rpartition(".")[0])
        return self.by_notation.get(found.mark)

    def _record_class(self, row: dict[str, str], texts: list[Text]) -> RecordClass | None:
        code, said = row.get("class", "").upper(), fold(row.get("period", ""))
        if code and code in self.classes:
            return self.classes[code]
        if not said and not code:
            return None
        figure = FIGURE.search(said)
        period = None if "vinh vien" in said or "permanent" in said else int(figure[0]) if figure else -1
        fitting = self.periods.get(period, [])
        if len(fitting) == 1:
            return fitting[0]
        texts.append(
            _("%(count)s record classes have the period “%(period)s”: choose one.")
            % {"count": len(fitting), "period": row.get("period") or row.get("class", "")}
        )
        return None

    def _unit(self, row: dict[str, str], texts: list[Text]) -> Agency | None:
        named = row.get("unit", "")
        if not named:
            return None
        unit = self.units.get(fold(named))
        if unit is None:
            texts.append(_("“%(unit)s” is no unit of this agency.") % {"unit": named})
        return unit


def read_plan(plan_id: UUID | str, rows: Sequence[dict[str, str]], *, actor: Actor) -> tuple[int, Job | None]:
    """Add the table's headings to the plan; more than 500 rows are a job. Returns how many were added. Raises NotVisible or Refused."""
    with transaction.atomic():
        plan = planned(plan_id, actor=actor)
        if not rows:
            raise Refused.because(
                "read plan",
                plan,
                "empty",
                _("No heading could be read out of the table."),
                _("One line must name the columns: notation, title, retention."),
            )
        if len(rows) > AT_ONCE:
            return 0, enqueue(KIND, actor.id, params={"plan": str(plan.pk), "rows": list(rows)}, total=len(rows))
        return _write(look_at(plan, rows), actor), None


def _write(reading: Reading, actor: Actor) -> int:
    new = reading.new
    FilePlanEntry.objects.bulk_create(new, batch_size=500)
    if new:
        record("plan.read", actor, reading.plan, headings=len(new), looks=len(reading.looks))
    return len(new)


def work_read(job: Job) -> Callable[[], dict[str, Any]]:
    """The job's work: the rows were looked at when they came; they are looked at again with the plan's row held."""
    user = User.objects.filter(pk=job.actor_id).first()
    if user is None:
        raise ItemRefused("gone", str(_("The plan is not there any more.")))
    rows = job.params["rows"]
    progress(job, done=0, total=len(rows))

    def save() -> dict[str, Any]:
        try:
            plan = planned(job.params["plan"], actor=actor_of(user))
        except RepositoryError as refused:
            raise ItemRefused("refused", str(refused)) from refused
        reading = look_at(plan, rows)
        added = _write(reading, actor_of(user))
        Job.objects.filter(pk=job.pk).update(done=len(rows), params={"plan": str(plan.pk)})
        return {"added": added, "there": reading.held, "looks": len(reading.looks)}

    return save
