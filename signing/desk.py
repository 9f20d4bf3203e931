"""What the auditor's desk counts: documents with signatures by verdict, year and agency, for one agency and its units.

One grouped query over an agency's documents; its answer is kept for some minutes, for everybody with the same clearance, with the moment
at which it was counted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db.models import CharField, Count
from django.db.models.functions import Cast, Substr

from repository.actors import Actor
from repository.clock import now
from repository.codes import FileRole, Indication, Role
from repository.models import Agency, Document

ROLES = (Role.AUDITOR, Role.ARCHIVIST, Role.CHIEF)
SIGNED = (Indication.PASSED, Indication.INDETERMINATE, Indication.FAILED)
KEPT_SECONDS = 300


@dataclass(frozen=True)
class Counted:
    """`rows` are (agency path, year or None, indication, documents)."""

    at: datetime
    rows: tuple[tuple[str, int | None, str, int], ...]

    def totals(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for _path, _year, indication, count in self.rows:
            found[indication] += count
        return found

    def by_year(self) -> dict[int | None, Counter[str]]:
        """Years with signatures, the earliest first; documents without a date under None."""
        found: defaultdict[int | None, Counter[str]] = defaultdict(Counter)
        for _path, year, indication, count in self.rows:
            if indication in SIGNED:
                found[year][indication] += count
        return dict(sorted(found.items(), key=lambda pair: pair[0] or 0))

    def by_agency(self) -> dict[str, Counter[str]]:
        """Each agency's path with what it and its units keep, as lists count them too."""
        own: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for path, _year, indication, count in self.rows:
            if indication in SIGNED:
                own[path][indication] += count
        found: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for path, counts in own.items():
            for above in _above(path):
                found[above].update(counts)
        return dict(found)


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
    key = f"desk:{agency.pk}:{actor.clearance}"
    kept = None if fresh else cache.get(key)
    if kept is None:
        kept = Counted(now(), tuple(_rows(agency, actor)))
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def _rows(agency: Agency, actor: Actor) -> Iterator[tuple[str, int | None, str, int]]:
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
        .values_list("agency", "year", "versions__files__status__indication")
        .annotate(count=Count("pk"))
    )
    found = list(rows)
    paths = dict(Agency.objects.filter(pk__in={row[0] for row in found}).values_list("pk", "path"))
    for pk, year, indication, count_ in found:
        yield paths[pk], int(year) if year else None, indication or Indication.WAITING, count_
