"""Copy a file plan to another year: first drawn up as a draft that says what will be made and what needs a look, then written.

Run again, it adds only what is missing: a copied heading's identity is made from the plan it is copied to and the heading it is a copy of.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from repository.actions.plans import planned
from repository.actions.saving import save_checked
from repository.actors import Actor, actor_of
from repository.events import record
from repository.jobs.engine import enqueue, progress
from repository.jobs.outcomes import ItemRefused
from repository.models import Agency, FilePlan, FilePlanEntry, Job, RecordClass, User
from repository.plan_codes import LONGEST_NOTATION, Notation, in_year, is_mark, next_notation, parse, sort_key
from repository.refusals import Refused, RepositoryError, Text
from repository.text.fold import fold

KIND = "plan copy"
AT_ONCE = 500  # headings; more of them are a job
STEP = 500


@dataclass(frozen=True)
class Look:
    """Something in the draft that a person should look at. `serious`: it was left empty or kept as it was, because no rule says more."""

    code: str
    notation: str
    title: str
    text: Text
    serious: bool = True


@dataclass
class Draft:
    """What a copy will make: rows in an order in which each comes after the one above it."""

    source: FilePlan
    agency: Agency
    year: int
    plan: FilePlan | None
    rows: list[FilePlanEntry] = field(default_factory=list)
    held: int = 0
    looks: list[Look] = field(default_factory=list)


def draw_up(
    source: FilePlan, year: int, *, agency: Agency | None = None, told: Callable[[int], None] = lambda done: None
) -> Draft:
    """What copying `source` to the plan of `year` (of the same agency, if none is given) would make.

    Reads in a handful of queries, writes nothing; `told` hears of each 500 headings.
    """
    agency = agency or source.agency
    plan = FilePlan.objects.filter(agency=agency, year=year).first()
    draft = Draft(source, agency, year, plan)
    rows = list(source.entries.select_related("record_class", "unit"))
    rows.sort(key=lambda row: sort_key(row.notation))
    standing = list(plan.entries.all()) if plan else []
    copier = _Copier(draft, rows, standing)
    for done, row in enumerate(rows, start=1):
        copier.copy(row)
        if done % STEP == 0:
            told(done)
    return draft


class _Copier:
    def __init__(self, draft: Draft, rows: list[FilePlanEntry], standing: list[FilePlanEntry]) -> None:
        self.draft = draft
        self.by_id = {row.pk: row for row in rows}
        self.standing = {row.pk: row for row in standing}
        self.by_title = {(row.parent_id, fold(row.title)): row for row in standing}
        self.taken = {row.notation for row in standing}
        self.made: dict[UUID, FilePlanEntry] = {}
        self.classes = _classes_in_force(draft.year, {row.record_class for row in rows if row.record_class})
        self.units = _Units(draft.agency, draft.year)
        self.counters: dict[str, int] = {}

    def copy(self, row: FilePlanEntry) -> FilePlanEntry:
        if row.pk in self.made:
            return self.made[row.pk]
        above = self.by_id.get(row.parent_id) if row.parent_id else None
        parent = self.copy(above) if above is not None else None
        title = in_year(row.title, self.draft.source.year, self.draft.year)
        there = self.standing.get(self._identity(row)) or self.by_title.get(
            (parent.pk if parent else None, fold(title))
        )
        if there is not None:
            self.draft.held += 1
            self.made[row.pk] = there
            return there
        notation = self._notation(row, parent, title)
        copied = FilePlanEntry(
            pk=self._identity(row),
            plan=self.draft.plan,
            parent=parent,
            notation=notation,
            title=title,
            record_class=self._record_class(row, notation, title),
            unit=self._unit(row, notation, title),
            note=row.note,
        )
        self.made[row.pk] = copied
        self.draft.rows.append(copied)
        return copied

    def _identity(self, row: FilePlanEntry) -> UUID:
        """The same whenever this heading is copied to this agency's plan of that year."""
        return uuid5(row.pk, f"file plan of {self.draft.agency.pk} for {self.draft.year}")

    def _notation(self, row: FilePlanEntry, parent: FilePlanEntry | None, title: str) -> str:
        """The same mark with the next number of its series; a notation outside the rule is kept where it is free."""
        found = parse(row.notation)
        above = parent.notation if parent else ""
        if found is None:
            notation = (
                row.notation if row.notation not in self.taken else next_notation(title, self.taken, parent=above)
            )
            if not is_mark(row.notation):
                self._look(
                    "by-hand", notation, title, _("Its notation does not follow the rule and was not numbered anew.")
                )
        elif parent is not None and is_mark(above):
            notation = self._next(f".{above}", lambda number: str(Notation(number, above)))
        elif parent is not None:
            notation = self._next(above, lambda number: f"{above}.{number}")
        else:
            notation = self._next("", lambda number: str(Notation(number, found.mark)))
        if len(notation) > LONGEST_NOTATION:
            self._look("too-long", notation, title, _("The notation is longer than 20 characters."))
            notation = notation[:LONGEST_NOTATION]
        self.taken.add(notation)
        return notation

    def _next(self, series: str, written: Callable[[int], str]) -> str:
        """The next free number of a series: at the top of the plan, of a group's mark, or below a heading."""
        if series not in self.counters:
            self.counters[series] = self._last(series)
        while True:
            self.counters[series] += 1
            if (notation := written(self.counters[series])) not in self.taken:
                return notation

    def _last(self, series: str) -> int:
        """Where the series stands in the plan that is copied to."""
        kept = [found for row in self.standing.values() if (found := parse(row.notation))]
        if not series:
            return max((one.number for one in kept if not one.below), default=0)
        if series.startswith("."):
            return max((one.number for one in kept if f".{one.mark}" == series and not one.below), default=0)
        return max((one.below[-1] for one in kept if one.below and str(one) == f"{series}.{one.below[-1]}"), default=0)

    def _record_class(self, row: FilePlanEntry, notation: str, title: str) -> RecordClass | None:
        old = row.record_class
        if old is None:
            return None
        new = self.classes.get((old.schedule, old.code))
        if new is None:
            self._look(
                "class", notation, title, _("Its record class is not in force in %(year)s.") % {"year": self.draft.year}
            )
            return old
        if new.pk != old.pk:
            self._look(
                "class-moved",
                notation,
                title,
                _("Its record class follows version %(version)s of the schedule now.") % {"version": new.version},
                serious=False,
            )
        return new

    def _unit(self, row: FilePlanEntry, notation: str, title: str) -> Agency | None:
        if row.unit is None:
            return None
        unit, text = self.units.standing(row.unit)
        if text:
            self._look("unit", notation, title, text, serious=unit is None)
        return unit

    def _look(self, code: str, notation: str, title: str, text: Text, *, serious: bool = True) -> None:
        self.draft.looks.append(Look(code, notation, title, text, serious))


class _Units:
    """Units as they stand in the plan's year: one that has ended is followed to its successor, where there is exactly one below the agency."""

    def __init__(self, agency: Agency, year: int) -> None:
        self.agency, self.on = agency, date(year, 1, 1)
        self.known: dict[UUID, tuple[Agency | None, Text]] = {}

    def standing(self, unit: Agency) -> tuple[Agency | None, Text]:
        if unit.pk not in self.known:
            self.known[unit.pk] = self._followed(unit)
        return self.known[unit.pk]

    def _followed(self, unit: Agency) -> tuple[Agency | None, Text]:
        at, seen = unit, {unit.pk}
        while at.ended_on is not None and at.ended_on <= self.on:
            successors = list(at.successors.all())
            if len(successors) != 1 or successors[0].pk in seen:
                return None, _("The unit %(unit)s has ended; choose who takes its place.") % {"unit": unit.name}
            at = successors[0]
            seen.add(at.pk)
        if at is unit and at.path.startswith(self.agency.path):
            return unit, ""
        if at is unit:
            return None, _("The unit %(unit)s is not one of this agency.") % {"unit": unit.name}
        if not at.path.startswith(self.agency.path):
            return None, _("The unit %(unit)s has ended, and its successor %(new)s is not one of this agency.") % {
                "unit": unit.name,
                "new": at.name,
            }
        return at, _("The unit %(unit)s has ended; its successor %(new)s takes its place.") % {
            "unit": unit.name,
            "new": at.name,
        }


def _classes_in_force(year: int, used: set[RecordClass]) -> dict[tuple[str, str], RecordClass]:
    """The newest version in force on some day of the year, of each schedule and code that is used."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    newest: dict[tuple[str, str], RecordClass] = {}
    rows = RecordClass.objects.filter(schedule__in={one.schedule for one in used}).order_by("version")
    for row in rows.iterator():
        begun = row.valid_from is None or row.valid_from <= last
        holds = row.valid_until is None or row.valid_until > first
        if begun and holds:
            newest[row.schedule, row.code] = row
    return newest


def copy_plan(plan_id: UUID | str, year: int, *, actor: Actor) -> tuple[FilePlan, Job | None]:
    """Copy the plan to the agency's plan of the year, which is made where there is none; more than 500 headings are a job.

    Returns that plan, and the job where there is one. Raises NotVisible or Refused.
    """
    with transaction.atomic():
        source = planned(plan_id, actor=actor)
        _check(source, year)
        target = _target(source, year, actor)
        if source.entries.count() > AT_ONCE:
            params = {"plan": str(source.pk), "to": str(target.pk)}
            return target, enqueue(KIND, actor.id, params=params, total=source.entries.count())
        write(draw_up(source, year), actor=actor)
    return target, None


def _check(source: FilePlan, year: int) -> None:
    ended = source.agency.ended_on
    if year == source.year or not 1900 <= year <= 2100:
        raise Refused.because("copy plan", source, "field-year", _("Choose another year than the plan's own."))
    if ended is not None and ended <= date(year, 1, 1):
        raise Refused.because(
            "copy plan",
            source,
            "field-year",
            _("The agency has ended before that year."),
            _("Make the plan of the agency that succeeds it."),
        )


def _target(source: FilePlan, year: int, actor: Actor) -> FilePlan:
    found = FilePlan.objects.filter(agency_id=source.agency_id, year=year).first()
    if found is not None:
        return planned(found.pk, actor=actor)
    plan = FilePlan(agency=source.agency, year=year)
    save_checked(plan, "copy plan", new=True)
    record("plan.added", actor, plan, year=year, headings=0, headings_of=source)
    return plan


def write(draft: Draft, *, actor: Actor) -> int:
    """Write the draft's rows and their event; must run in a transaction that holds the plan's row. Returns how many there were."""
    plan = FilePlan.objects.get(agency=draft.agency, year=draft.year)
    for row in draft.rows:
        row.plan = plan
    # In one statement a batch, those above before those below: the rows come in that order.
    FilePlanEntry.objects.bulk_create(draft.rows, batch_size=STEP)
    if draft.rows:
        record(
            "plan.copied",
            actor,
            plan,
            headings=len(draft.rows),
            headings_of=draft.source,
            from_year=str(draft.source.year),
            looks=len(draft.looks),
        )
    return len(draft.rows)


def work_copy(job: Job) -> Callable[[], dict[str, Any]]:
    """The job's work: the draft outside of the transaction for the bar, drawn up anew inside it from what stands then."""
    user = User.objects.filter(pk=job.actor_id).first()
    source = FilePlan.objects.select_related("agency").filter(pk=job.params["plan"]).first()
    target = FilePlan.objects.filter(pk=job.params["to"]).first()
    if user is None or source is None or target is None:
        raise ItemRefused("gone", str(_("The plan is not there any more.")))
    actor, year = actor_of(user), target.year
    total = source.entries.count()
    progress(job, done=0, total=total)
    draw_up(source, year, told=lambda done: progress(job, done=done))

    def save() -> dict[str, Any]:
        try:
            planned(target.pk, actor=actor)
            draft = draw_up(planned(source.pk, actor=actor), year)
        except RepositoryError as refused:
            raise ItemRefused("refused", str(refused)) from refused
        made = write(draft, actor=actor)
        Job.objects.filter(pk=job.pk).update(done=total)
        return {"added": made, "there": draft.held, "looks": len(draft.looks)}

    return save
