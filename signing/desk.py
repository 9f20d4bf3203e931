"""What the auditor's desk counts: documents with signatures by verdict, year, agency and reason, for one agency and its units.

One grouped query over an agency's documents; its answer is kept for some minutes, for everybody with the same clearance, with the moment
at which it was counted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db.models import CharField, Count
from django.db.models.functions import Cast, Substr

from repository.actors import Actor
from repository.clock import now
from repository.codes import FileRole, Indication, Role
from repository.models import Agency, Document

ROLES = (Role.AUDITOR, Role.ARCHIVIST, Role.CHIEF)
SIGNED = (Indication.PASSED, Indication.INDETERMINATE, Indication.FAILED)
PROBLEMS = (Indication.FAILED, Indication.INDETERMINATE)
KEPT_SECONDS = 300


class Cell(NamedTuple):
    """So many documents of an agency and a year have this verdict for this reason; `code` is empty where no reason was kept."""

    path: str
    year: int | None
    indication: str
    code: str
    sub: str
    documents: int


@dataclass(frozen=True)
class Counted:
    at: datetime
    cells: tuple[Cell, ...]

    def totals(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for cell in self.cells:
            found[cell.indication] += cell.documents
        return found

    def by_year(self) -> dict[int | None, Counter[str]]:
        """Years with signatures, the earliest first; documents without a date under None."""
        found: defaultdict[int | None, Counter[str]] = defaultdict(Counter)
        for cell in self.cells:
            if cell.indication in SIGNED:
                found[cell.year][cell.indication] += cell.documents
        return dict(sorted(found.items(), key=lambda pair: pair[0] or 0))

    def by_agency(self) -> dict[str, Counter[str]]:
        """Each agency's path with what it and its units keep, as lists count them too."""
        own: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for cell in self.cells:
            if cell.indication in SIGNED:
                own[cell.path][cell.indication] += cell.documents
        found: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for path, counts in own.items():
            for above in _above(path):
                found[above].update(counts)
        return dict(found)

    def by_reason(self) -> list[tuple[str, str, str, int]]:
        """(indication, code, sub-indication, documents) of what did not pass: the failed first, then by how many."""
        found: Counter[tuple[str, str, str]] = Counter()
        for cell in self.cells:
            if cell.indication in PROBLEMS:
                found[cell.indication, cell.code, cell.sub] += cell.documents
        rows = [(*key, count) for key, count in found.items()]
        return sorted(rows, key=lambda row: (PROBLEMS.index(Indication(row[0])), -row[3], row[1], row[2]))


def _above(path: str) -> Iterator[str]:
    """The path itself and every path above it: /1/3/ gives /1/ and /1/3/."""
    steps = path.strip("/").split("/")
    for length in range(1, len(steps) + 1):
        yield f"/{'/'.join(steps[:length])}/"


def agencies_of(actor: Actor) -> list[Agency]:
    """The agencies at the top of what this person looks after."""
    return list(Agency.objects.filter(path__in=actor.paths(*ROLES)).order_by("path"))


def count(agency: Agency, actor: Actor, *, fresh: bool = False) -> Counted:
    """What the agency and its units keep, within the actor's clearance. The caller has seen that the agency is hers."""
    key = f"desk:3:{agency.pk}:{actor.clearance}"
    kept = None if fresh else cache.get(key)
    if kept is None:
        kept = Counted(now(), tuple(_cells(agency, actor)))
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def _cells(agency: Agency, actor: Actor) -> Iterator[Cell]:
    # The year is cut out of the text of the date: SQLite would call back into Python for each row.
    rows: Any = (
        Document.objects.filter(
            agency__path__startswith=agency.path,
            secrecy__lte=actor.clearance,
            versions__current=True,
            versions__files__role=FileRole.MAIN,
        )
        .order_by()
        .annotate(year=Substr(Cast("issued_date", CharField()), 1, 4))
        .values_list(
            "agency",
            "year",
            "versions__files__status__indication",
            "versions__files__judged__reason",
            "versions__files__judged__sub",
        )
        .annotate(count=Count("pk"))
    )
    found = list(rows)
    paths = dict(Agency.objects.filter(pk__in={row[0] for row in found}).values_list("pk", "path"))
    for pk, year, indication, code, sub, count_ in found:
        shown = indication or Indication.WAITING
        yield Cell(paths[pk], int(year) if year else None, shown, code or "", sub or "", count_)
