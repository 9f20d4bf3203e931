"""The protocol that both engines keep: what they are given, what they are asked, what they answer.

Engines hold a derived copy: words, access terms and facets, never the text. What they know can be built again from
the database at any time, and every row carries the version of the record it was made from: an older version never
overwrites a newer one, in whatever order the writes arrive, and deletions count as versions too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from math import isfinite
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from search.query.nodes import ParsedQuery, Prefix, Shared, wanted

if TYPE_CHECKING:
    from search.engines.rows import Row

FACETS = (
    "agency",
    "unit",
    "fonds",
    "year",
    "type",
    "state",
    "dossier",
    "verdict",
    "secrecy",
    "format",
    "retention",
    "due",
    "signer",
)
"""Names under which documents are counted and filtered. A document may have several values of each: of `agency` the
whole path from the root, so that a filter by an agency takes in those below it; of `dossier` every one it is in."""

DOSSIER = "dossier"
"""The facet whose values stand in the index behind the keys of each dossier (`Home`): to see a document is not to see its dossiers."""

FACET_VALUES = 10_000
"""So many values of a facet are returned, the most frequent ones. Their counts are exact."""

MOST_COUNTED = 200
"""Questions that may be counted at once."""

LONGEST_PAGE = 1_000
"""Hits that one question may ask for."""

LONGEST_TEXT = 5_000_000
"""Letters of one document's texts that are indexed, some two thousand pages: to make the row of them takes 165 MB, to send it 21."""

Which = Literal["live", "rebuild"]


class EngineError(Exception):
    """The engine refused or could not do what was asked."""


class EngineDown(EngineError):
    """The engine cannot be reached, is overloaded, or does not answer in time. Trying again later may help."""


class IndexMissing(EngineError):
    """There is no index, or it was made by another version of the program: it must be built (again)."""


class WriterBusy(EngineError):
    """Another process is writing. One process writes at a time; the others wait or leave the work to it."""


class BadCursor(ValueError):
    """What was given as the end of a page is none, or one of another order. No fault of the engine's."""


LONGEST_CURSOR = 100
"""Characters of the end of a page; what is longer came from nobody's answer."""


class Sort(StrEnum):
    """Orders of an answer. Within equal scores the newest comes first; documents without a date are the oldest.

    By number is by its figure, then by year, those without a figure last; by filing is the latest received first.
    """

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"
    NUMBER = "number"
    FILED = "filed"


class Home(NamedTuple):
    """A dossier that a document is in: known, by its value in the facet and by words of its names, to holders of one of its keys."""

    id: str
    names: tuple[str, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexDocument:
    """What is searchable of one record.

    `version` grows with every change of the record (0 to 2**63 - 1). `keys` are opaque access terms: whoever shares
    none of them never learns of the document. `agencies` and `signer` are names that can be asked for by field, `dossiers`
    those it is in; what is to be found by any word stands in `more`. `filed` is when it was received.
    """

    id: str
    version: int
    title: str = ""
    number: str = ""
    text: str = ""
    file_names: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    signer: str = ""
    dossiers: tuple[Home, ...] = ()
    keys: tuple[str, ...] = ()
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    date: date | None = None
    filed: datetime | None = None
    texts: tuple[str, ...] = ()
    """Which texts `text` was made of: what has a name need not be read to be compared."""
    row: Row | None = field(default=None, compare=False, repr=False)
    """What `rows.row_of` made of it, where that was done elsewhere."""

    def __post_init__(self) -> None:
        if unknown := set(self.facets) - set(FACETS) | set(self.facets) & {DOSSIER}:
            raise ValueError(f"unknown facets: {', '.join(sorted(unknown))}")


@dataclass(frozen=True, slots=True)
class Deletion:
    """The record is gone, or nobody may find it any more, from this version on."""

    id: str
    version: int


Change = IndexDocument | Deletion


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One question. Several values of a filter mean any of them; several filters must all hold.

    `keys` are the asker's access terms: with none, nothing is found. `facets` names what to count; the counts of a
    facet leave its own filter aside, so that a person sees what else she could choose. `after` is `Answer.after` of
    the page before.
    """

    keys: frozenset[str]
    parsed: ParsedQuery = field(default_factory=ParsedQuery)
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    date_from: date | None = None
    date_to: date | None = None
    facets: tuple[str, ...] = ()
    sort: Sort = Sort.RELEVANCE
    limit: int = 20
    after: str | None = None

    def __post_init__(self) -> None:
        if unknown := {*self.filters, *self.facets} - set(FACETS):
            raise ValueError(f"unknown facets: {', '.join(sorted(unknown))}")
        if not 0 <= self.limit <= LONGEST_PAGE:
            raise ValueError(f"limit {self.limit} is not between 0 and {LONGEST_PAGE}")


def order_of(query: Query) -> Sort:
    """Return the order to answer in: where nothing asked for ranks, all are equally relevant and the newest come first."""
    match = query.parsed.match
    ranks = isinstance(match, Shared) or any(not isinstance(leaf, Prefix) for leaf in wanted(match))
    return query.sort if query.sort is not Sort.RELEVANCE or ranks else Sort.NEWEST


def read_cursor(after: str, length: int) -> list[float | int]:
    """Return the sort values in an `Answer.after`: scores, and the sort key at the end. Raises BadCursor: an address may say anything."""
    try:
        if len(after) > LONGEST_CURSOR:
            raise ValueError("too long")
        values = json.loads(after)
        *scores, key = values
        if (
            not isinstance(values, list)
            or len(values) != length
            or not isinstance(key, int)
            or not 0 <= key < 2**63 - 1
        ):
            raise ValueError("of another form")
        read: list[float | int] = [*map(float, scores), key]
        if not all(map(isfinite, read)):
            raise ValueError("not a number")
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise BadCursor("not the end of a page") from error
    return read


class Hit(NamedTuple):
    """A document found. `score` is 0 where the order is not by relevance; scores of two engines do not compare."""

    id: str
    score: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found: the exact total, one page of hits, exact counts `{facet: {value: documents}}`.

    `after` is None on the last page.
    """

    total: int = 0
    hits: tuple[Hit, ...] = ()
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    after: str | None = None
    took_ms: float = 0.0


class Held(NamedTuple):
    """A version that the index holds, of a document or of its deletion; `digest` is the document's (`rows.digest_of`)."""

    id: str
    version: int
    deleted: bool
    digest: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a batch: changes now durable, and changes left out because the index held something newer."""

    applied: int = 0
    stale: int = 0


@dataclass(frozen=True, slots=True)
class Health:
    """State of an engine, for the status page. `outdated`: made by another version of the analysis, to be rebuilt.

    `rebuilding`: another index stands beside this one. `kept`: there is one from before the last rebuild. `missing`: there is none.
    """

    ok: bool
    engine: str
    documents: int = 0
    outdated: bool = False
    rebuilding: bool = False
    detail: str = ""
    kept: bool = False
    missing: bool = False


class Writer(Protocol):
    """The right to change the index."""

    def write(self, changes: Iterable[Change]) -> Written:
        """Apply `changes`, to both indexes during a rebuild. When this returns they survive a crash.

        Raises EngineDown with nothing or a part applied: writing the same changes again is always right.
        """

    def refresh(self) -> None:
        """Return when everything written can be found."""

    def start_rebuild(self) -> None:
        """Begin an empty index beside the live one, in place of one that was begun before."""

    def write_rebuild(self, changes: Iterable[Change]) -> Written:
        """Apply `changes` to the index being rebuilt only. Raises IndexMissing if none is."""

    def finish_rebuild(self) -> None:
        """Make the rebuilt index the live one, in one step. The old one is kept for `reopen_previous`."""

    def abandon_rebuild(self) -> None:
        """Drop the index being rebuilt, if there is one."""

    def reopen_previous(self) -> None:
        """Take the index before the last rebuild as the one being rebuilt: brought level, it is live again when that is finished.

        Raises IndexMissing if there is none that can be read, EngineError while a rebuild is under way.
        """


class Engine(Protocol):
    """A search engine. Every method raises EngineDown where the engine cannot be reached."""

    name: str

    def exists(self) -> bool:
        """Return whether there is a live index, of whatever version. Raises EngineError where that cannot be told."""

    def ensure(self) -> None:
        """Make an empty index if there never was one. One that was lost is not made again by itself: empty, it would say that nothing is found."""

    def writer(self) -> AbstractContextManager[Writer]:
        """Enter to write. Raises WriterBusy if another process is writing."""

    def search(self, query: Query) -> Answer:
        """Answer `query`. Raises IndexMissing where there is no usable index."""

    def counts(self, keys: frozenset[str], questions: Sequence[ParsedQuery]) -> tuple[int, ...]:
        """Return how many documents each of the questions (at most MOST_COUNTED) finds for who holds the keys, in one request."""

    def walk(self, query: Query) -> Iterator[Answer]:
        """Yield all that `query` finds, in its order, from its `after` on: pages of `limit` hits without counts of facets.

        All of them are of the moment of the first page, whatever is written meanwhile. In order of relevance the
        embedded engine keeps a place for every hit in memory; in the other orders neither engine keeps more than a page.
        """

    def refresh(self) -> None:
        """Return when everything written can be found."""

    def name_of(self, which: Which | Literal["previous"]) -> str | None:
        """Return the name of the index that is this now, or None."""

    def resumable(self) -> bool:
        """Return whether a rebuild is under way that this program can go on with."""

    def versions(self, ids: Iterable[str], which: Which = "live") -> dict[str, Held]:
        """Return what the index holds of `ids`; those it never heard of are left out."""

    def scan(self, which: Which = "live") -> Iterator[Held]:
        """Yield everything held, deletions too, in no particular order, with bounded memory."""

    def count(self, which: Which = "live") -> int:
        """Return how many documents can be found (deletions are not counted)."""

    def health(self) -> Health:
        """Return the state of the engine; never raises."""

    def close(self) -> None:
        """Release what is held open."""
