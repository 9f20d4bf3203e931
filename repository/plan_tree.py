"""The tree of a year's file plans as one person sees it: agencies, headings, and how many dossiers stand under each.

One level is read at a time, in a fixed number of queries however many rows it has; sums of dossiers are of those the person may see.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from repository.access.acts import AGENCY_ACTS, READING_ROLES
from repository.access.querysets import under
from repository.actors import Actor
from repository.codes import WORKING_STATES
from repository.models import Dossier, FilePlan, FilePlanEntry
from repository.text.fold import fold

STEP = 100
FOUND = 50
OPEN = Count("pk", filter=Q(state__in=WORKING_STATES))

Sums = dict[UUID, tuple[int, int]]


@dataclass
class Node:
    """A line of the tree. `children` is None where the branch has not been read; `more` is the notation the next stretch begins after."""

    plan: FilePlan
    entry: FilePlanEntry | None = None
    open: int = 0
    all: int = 0
    below: bool = False
    may_open: bool = False
    children: list[Node] | None = None
    more: str = ""
    spans: list[tuple[int, int]] = field(default_factory=list)
    above: str = ""

    @property
    def pk(self) -> UUID:
        return self.entry.pk if self.entry else self.plan.pk

    @property
    def unit(self) -> str:
        unit = self.entry.unit if self.entry else None
        return (unit.short_name or unit.name) if unit else ""


def plans_seen(actor: Actor) -> QuerySet[FilePlan]:
    return FilePlan.objects.filter(under("agency__path", actor.paths(*READING_ROLES))).select_related("agency")


def headings_seen(actor: Actor) -> QuerySet[FilePlanEntry]:
    rows = FilePlanEntry.objects.filter(under("plan__agency__path", actor.paths(*READING_ROLES)))
    return rows.select_related("plan__agency", "unit", "record_class")


def years_seen(actor: Actor) -> list[int]:
    return list(plans_seen(actor).order_by("-year").values_list("year", flat=True).distinct())


class Tree:
    """The plans of one year; made for one request."""

    def __init__(self, actor: Actor, plans: Iterable[FilePlan]) -> None:
        self.actor = actor
        self.plans = sorted(plans, key=lambda plan: plan.agency.path)
        self.below: dict[UUID | None, list[FilePlan]] = defaultdict(list)
        self.above: dict[UUID, FilePlan | None] = {}
        self._hang()
        self._opening = actor.paths(*AGENCY_ACTS["open dossier"])

    def _hang(self) -> None:
        """Each plan under that of the nearest agency above which has one; paths in order make this one pass."""
        chain: list[FilePlan] = []
        for plan in self.plans:
            while chain and not plan.agency.path.startswith(chain[-1].agency.path):
                chain.pop()
            self.above[plan.pk] = chain[-1] if chain else None
            self.below[chain[-1].pk if chain else None].append(plan)
            chain.append(plan)

    def top(self) -> list[Node]:
        return self._agencies(None, self._sums_of_plans(self.plans))

    def _agencies(self, above: FilePlan | None, sums: Sums) -> list[Node]:
        found = self.below[above.pk if above else None]
        with_headings = set(
            FilePlanEntry.objects.filter(plan__in=found).order_by().values_list("plan_id", flat=True).distinct()
        )
        nodes = []
        for plan in found:
            opened, total = self._rolled_up(plan, sums)
            below = plan.pk in with_headings or bool(self.below[plan.pk])
            nodes.append(Node(plan, open=opened, all=total, below=below))
        return nodes

    def _rolled_up(self, plan: FilePlan, sums: Sums) -> tuple[int, int]:
        opened, total = sums.get(plan.pk, (0, 0))
        for lower in self.below[plan.pk]:
            more = self._rolled_up(lower, sums)
            opened, total = opened + more[0], total + more[1]
        return opened, total

    def _sums_of_plans(self, plans: list[FilePlan]) -> Sums:
        if not plans:
            return {}
        rows = Dossier.objects.visible_to(self.actor).filter(entry__plan__in=[plan.pk for plan in plans])
        found = rows.order_by().values("entry__plan").annotate(opened=OPEN, total=Count("pk"))
        return {row["entry__plan"]: (row["opened"], row["total"]) for row in found}

    def level(self, plan: FilePlan, parent: FilePlanEntry | None = None, *, after: str = "") -> list[Node]:
        """The agencies below (at the top of a plan) and a stretch of the headings; the last node says where the next one begins."""
        nodes: list[Node] = []
        if parent is None and not after and self.below[plan.pk]:
            lower = [one for one in self.plans if one.agency.path.startswith(plan.agency.path)]
            nodes = self._agencies(plan, self._sums_of_plans(lower))
        rows = list(
            _with_below(plan.entries.filter(parent=parent, notation__gt=after)).order_by("notation")[: STEP + 1]
        )
        sums = _sums_of_headings(self.actor, plan)
        for row in rows[:STEP]:
            nodes.append(self._heading(plan, row, sums))
        if len(rows) > STEP:
            nodes[-1].more = rows[STEP - 1].notation
        return nodes

    def _heading(self, plan: FilePlan, row: FilePlanEntry, sums: Sums) -> Node:
        agency = row.unit or plan.agency
        opened, total = sums.get(row.pk, (0, 0))
        may_open = agency.path.startswith(self._opening) if self._opening else False
        below = bool(getattr(row, "has_below", False))
        return Node(plan, row, open=opened, all=total, below=below, may_open=may_open)

    def opened_at(self, at: UUID | None) -> list[Node]:
        """The top of the tree with the way to one plan or heading read and open; a single agency is open by itself."""
        nodes = self.top()
        plan = next((one for one in self.plans if one.pk == at), None)
        entry = None
        if plan is None and at is not None:
            entry = FilePlanEntry.objects.filter(pk=at, plan__in=[one.pk for one in self.plans]).first()
            plan = next((one for one in self.plans if entry and one.pk == entry.plan_id), None)
        if plan is None and len(nodes) == 1:
            plan = nodes[0].plan
        if plan is None:
            return nodes
        way: list[FilePlan] = []
        above: FilePlan | None = plan
        while above is not None:
            way.append(above)
            above = self.above[above.pk]
        level = nodes
        for one in reversed(way):
            node = next(node for node in level if node.entry is None and node.plan.pk == one.pk)
            node.children = level = self.level(one)
        for heading in chain_of(entry) if entry else ():
            found = next((node for node in level if node.pk == heading.pk), None)
            if found is None or not found.below:
                break
            found.children = level = self.level(plan, heading)
        return nodes

    def find(self, words: str) -> tuple[list[Node], bool]:
        """Headings that have every word typed, accents or none, in the notation or as a word's beginning in the title; and whether there are more."""
        wanted = [fold(word) for word in words.split()][:12]
        by_plan = {plan.pk: plan for plan in self.plans}
        rows = FilePlanEntry.objects.filter(plan__in=by_plan).order_by("plan__agency__path", "notation")
        hits = []
        for pk, notation, title in rows.values_list("pk", "notation", "title"):
            folded, code = _folded(title), _folded(notation)
            if all(f" {word}" in folded or word in code for word in wanted):
                hits.append(pk)
                if len(hits) > FOUND:
                    break
        found = {row.pk: row for row in _with_below(FilePlanEntry.objects.filter(pk__in=hits[:FOUND]))}
        sums = self._own_sums(hits[:FOUND])
        nodes = []
        for pk in hits[:FOUND]:
            node = self._heading(by_plan[found[pk].plan_id], found[pk], sums)
            node.below, node.spans = False, _spans(found[pk].title, wanted)
            nodes.append(node)
        return nodes, len(hits) > FOUND

    def _own_sums(self, ids: list[UUID]) -> Sums:
        """Of what was found: the dossiers right under each heading."""
        counted = Dossier.objects.visible_to(self.actor).filter(entry__in=ids).order_by()
        found = counted.values("entry").annotate(opened=OPEN, total=Count("pk"))
        return {row["entry"]: (row["opened"], row["total"]) for row in found}


def chain_of(entry: FilePlanEntry) -> list[FilePlanEntry]:
    """The headings from the top of the plan down to this one; headings are few levels deep, each is one query."""
    chain = [entry]
    while chain[0].parent_id is not None and len(chain) < 12:
        chain.insert(0, FilePlanEntry.objects.get(pk=chain[0].parent_id))
    return chain


def _with_below(rows: QuerySet[FilePlanEntry]) -> QuerySet[Any]:
    lower = FilePlanEntry.objects.filter(parent=OuterRef("pk"))
    return rows.select_related("record_class", "unit").annotate(has_below=Exists(lower))


def _sums_of_headings(actor: Actor, plan: FilePlan) -> Sums:
    """Open and all dossiers of each heading with those below it."""
    rows = Dossier.objects.visible_to(actor).filter(entry__plan=plan).order_by()
    own = {
        row["entry"]: (row["opened"], row["total"])
        for row in rows.values("entry").annotate(opened=OPEN, total=Count("pk"))
    }
    if not own:
        return {}
    parents = dict(plan.entries.filter(parent__isnull=False).order_by().values_list("pk", "parent_id"))
    sums: dict[UUID, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for pk, (opened, total) in own.items():
        at: UUID | None = pk
        for _level in range(12):
            if at is None:
                break
            sums[at] = (sums[at][0] + opened, sums[at][1] + total)
            at = parents.get(at)
    return dict(sums)


@lru_cache(maxsize=60_000)
def _folded(title: str) -> str:
    """Titles change seldom, and folding ten thousand of them is half of what finding among them costs."""
    return f" {fold(title)}"


def _spans(title: str, wanted: list[str]) -> list[tuple[int, int]]:
    """Where the words stand in the title, in order and not over each other; folding keeps the length."""
    folded = _folded(title)
    spans: list[tuple[int, int]] = []
    for word in wanted:
        at = folded.find(f" {word}")
        if at >= 0:
            spans.append((at, at + len(word)))
    kept: list[tuple[int, int]] = []
    for start, end in sorted(set(spans)):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept
