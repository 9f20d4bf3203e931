"""Where apps plug into the repository: it knows none of them, they register here from their AppConfig.ready()."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

if TYPE_CHECKING:
    from django.http import HttpRequest

    from repository.actors import Actor
    from repository.intake.context import Intake
    from repository.models import Document, Dossier, File, Job
    from repository.refusals import Blocker


class IntakeStep(Protocol):
    """One thing done with every received file before it becomes a document.

    `look` does the outside work (parsers, hostile bytes) without a transaction and may raise
    `repository.intake.errors.Unusable` or `Secret`. `save` writes what was found, in the transaction that makes the document.
    """

    name: str
    order: int

    def look(self, intake: Intake) -> None: ...

    def save(self, intake: Intake, document: Document, file: File) -> None: ...


@dataclass(frozen=True)
class Panel:
    """A part of a dossier's or document's page: a template and the function that fills it. Hidden where it returns None."""

    name: str
    order: int
    template: str
    context: Callable[[HttpRequest, Any], dict[str, Any] | None]


@dataclass(frozen=True)
class JobKind:
    """A kind of job: how one item, or the whole where it has no items, is worked.

    `work_item(job, item)` and `work_job(job)` do the outside work and return a callable that writes the result; it runs in the
    transaction that also finishes the row, only if the attempt is still ours.
    """

    name: str
    title: Any
    work_item: Callable[..., Any] | None = None
    work_job: Callable[..., Any] | None = None
    finish: Callable[[Job], None] | None = None
    # Where the job leaves a file for a person: called in the transaction in which it goes out to her. It looks at her access
    # again, as it is now (raises NotVisible, Forbidden or Refused), and writes the event.
    handed: Callable[[Job, Actor], None] | None = None
    # Whether who started it may stop it on the way; what is done stays done.
    stops: bool = False
    # What one job is called where its kind alone says too little; never with a name of a record.
    named: Callable[[Job], Any] | None = None
    # The page of what the job makes, where that is another than the job's own.
    page: Callable[[Job], str] | None = None
    lease_seconds: int = 120
    attempts: int = 5


@dataclass(frozen=True)
class Nightly:
    """A nightly job: `start(now)` makes the job row and returns it."""

    name: str
    title: Any
    order: int
    start: Callable[[], Job]


@dataclass(frozen=True)
class Way:
    """A document's place in the list its reader came from: what to call it, the address of the list, and of its neighbours (or "")."""

    label: str
    url: str
    previous: str = ""
    next: str = ""


@dataclass(frozen=True)
class Keeps:
    """What comes about after a dossier was sealed and belongs into the store as well.

    `waiting()` finds its rows, those kept already among them; `parts(row)` names the rows that go in with one, in the order in which
    they can be put back; the bytes of files among them go with them.
    """

    name: str
    order: int
    waiting: Callable[[], Any]
    parts: Callable[[Any], list[Any]]


class Sealer(Protocol):
    """The archive's own seal under data that it gives out.

    `seal` raises the job outcomes (`repository.jobs.outcomes`): Again where the key cannot be reached now, ItemFailed where it refuses.
    `check` says whether a seal is the archive's and was made for this purpose over this data, None where that cannot be told, and why.
    """

    def ready(self) -> bool: ...

    def seal(self, data: bytes, purpose: str) -> bytes: ...

    def check(self, data: bytes, seal: bytes, purpose: str) -> tuple[bool | None, str]: ...


Check = Callable[["Dossier"], Iterable["Blocker"]]


@dataclass
class Registry:
    steps: list[IntakeStep] = field(default_factory=list)
    # What is done with a detached signature instead (repository/intake/detached.py): it has no text, and is no document.
    signature_steps: list[IntakeStep] = field(default_factory=list)
    dossier_panels: list[Panel] = field(default_factory=list)
    document_panels: list[Panel] = field(default_factory=list)
    # Parts of a person's first page: the thing is the actor.
    home_panels: list[Panel] = field(default_factory=list)
    closing: list[tuple[int, Check]] = field(default_factory=list)
    submitting: list[tuple[int, Check]] = field(default_factory=list)
    kinds: dict[str, JobKind] = field(default_factory=dict)
    nightly: list[Nightly] = field(default_factory=list)
    changed: list[Callable[[list[Any]], None]] = field(default_factory=list)
    finding_titles: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    settling: list[Callable[[], None]] = field(default_factory=list)
    # Where else bytes of a digest lie, once the working copy is gone: path or None.
    byte_sources: list[Callable[[str], Path | None]] = field(default_factory=list)
    keeps: list[Keeps] = field(default_factory=list)
    places: list[Callable[[Actor], Iterable[dict[str, Any]]]] = field(default_factory=list)
    # What an administrator sees of a part's state: pairs of label and value, never a name of a record.
    figures: list[Callable[[Actor], Iterable[tuple[Any, Any]]]] = field(default_factory=list)
    # Where in a text the words of a query stand: (text, typed) to spans in order.
    finders: list[Callable[[str, str], list[tuple[int, int]]]] = field(default_factory=list)
    # What a file without pages says, with headings and tables: a list of blocks (repository/pages/blocks.py), or None.
    structures: list[Callable[[File], list[dict[str, Any]] | None]] = field(default_factory=list)
    # From one document to the next and back, in the list the reader came from.
    ways: list[Callable[[HttpRequest, Document], Way | None]] = field(default_factory=list)
    # What may be done with all that a search finds: (actor, the search as an address has it) to mappings of label, url, icon.
    found_acts: list[Callable[[Actor, str], Iterable[dict[str, Any]]]] = field(default_factory=list)
    # All that a search finds, by stretches of identities, each with the place after it: (search, actor, place to go on from).
    walkers: list[Callable[[str, Actor, str], Iterator[tuple[list[UUID], str]]]] = field(default_factory=list)
    # How a search is called: (search) to words.
    search_titles: list[Callable[[str], str]] = field(default_factory=list)
    # What puts the archive's seal under data that other parts give out.
    sealers: list[Sealer] = field(default_factory=list)

    def work(self, *kinds: JobKind) -> None:
        """These kinds of jobs are worked here, each by its name."""
        self.kinds.update({kind.name: kind for kind in kinds})

    def nightly_work(self, kind: JobKind, *, order: int) -> None:
        """A kind of job that also starts each night, one of it at a time."""
        from repository.jobs.nightly import once

        self.work(kind)
        self.nightly.append(Nightly(name=kind.name, title=kind.title, order=order, start=once(kind.name)))


registry = Registry()


def intake_steps() -> list[IntakeStep]:
    return sorted(registry.steps, key=lambda step: step.order)


def closing_checks() -> list[Check]:
    return [check for _, check in sorted(registry.closing, key=lambda pair: pair[0])]


def submitting_checks() -> list[Check]:
    return [check for _, check in sorted(registry.submitting, key=lambda pair: pair[0])]


def nightly_jobs() -> list[Nightly]:
    return sorted(registry.nightly, key=lambda job: job.order)


def documents_changed(ids: Iterable[Any]) -> None:
    """Tell whoever derives from documents (the search outbox) that these changed; called in the transaction of the change."""
    changed = list(ids)
    if changed:
        for listener in registry.changed:
            listener(changed)


def find_words(text: str, typed: str) -> list[tuple[int, int]]:
    """Where in the text the typed words stand, in order, none inside another; nothing while no search is there."""
    return [span for finder in registry.finders[:1] for span in finder(text, typed)]


def settled() -> None:
    """Bring everything derived up to date before a command returns: what was filed can be found."""
    for settle in registry.settling:
        settle()
