"""Ask the engine as a person, and read what it found out of the database, through the rule once more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter
from uuid import UUID

from django.http import QueryDict

from repository.access import keys_of_actor
from repository.access.querysets import dossiers_for
from repository.actors import Actor
from repository.codes import FileRole
from repository.models import Document, Dossier, Extraction, File, Placement
from repository.text.fold import fold
from search.abbreviations import understand
from search.engines.base import Answer, Query, Sort
from search.engines.base import Hit as Found
from search.facets import OPENED, filters_of
from search.indexer import engine
from search.marks import Mark, Snippet, marks, snippets
from search.meaning.stage import Both
from search.meaning.stage import search as by_words_and_meaning
from search.query import ParsedQuery, Part, relaxed
from search.suggest_meant import put_right, unmarked, with_marks

# What is shown of a document; the rest of its columns is read where somebody asks for it.
SHOWN = (
    "code",
    "issued_date",
    "type_name",
    "subject",
    "page_amount",
    "organ_name",
    "sealed_at",
    "agency__name",
    "signer_name",
    "received_at",
)


FEW = 5
"""Documents that tell with which marks a mended question is written."""


@dataclass
class Hit:
    """One found document with what the page shows of it."""

    document: Document
    score: float
    main: File | None = None
    extraction: Extraction | None = None
    snippets: list[Snippet] = field(default_factory=list)
    title_marks: list[Mark] = field(default_factory=list)
    dossiers: list[Dossier] = field(default_factory=list)
    file_names: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.extraction.text if self.extraction else ""


@dataclass
class Results:
    """`took_ms` is the whole answer, the engine and the reading of what it found; milliseconds."""

    parsed: ParsedQuery
    total: int
    hits: list[Hit]
    facets: Mapping[str, Mapping[str, int]]
    after: str | None
    took_ms: float
    loosened: bool = False
    """No document has all the words; these have most of them."""
    near: int = 0
    """So many documents stand in the list for their meaning alone; the total and the counts are of the words."""
    words_only: bool = False
    """A model of meaning is set and did not answer."""
    meant: str = ""
    """The question as visible documents would write it, where that is another and finds something."""


def find(
    typed: str,
    *,
    actor: Actor,
    filters: Mapping[str, tuple[str, ...]] | None = None,
    sort: Sort = Sort.RELEVANCE,
    limit: int = 20,
    after: str | None = None,
    facets: tuple[str, ...] = OPENED,
    pieces: int = 2,
) -> Results:
    """Find documents the actor may see. Raises EngineError where the engine does not answer."""
    started = perf_counter()
    keys = keys_of_actor(actor)
    parsed, answer, loosened = understand(typed), Both(), False

    def ask(question: ParsedQuery) -> Both:
        return by_words_and_meaning(
            Query(
                keys=keys,
                parsed=question,
                filters=filters or {},
                facets=facets,
                sort=sort,
                limit=limit,
                after=after,
            )
        )

    if keys:
        answer = ask(parsed)
        looser = relaxed(parsed)
        if not answer.total and looser != parsed:
            # No document has every word: the nearest ones are more use than an empty page, and the page says so.
            answer, loosened = ask(looser), True
    hits = _read(answer, parsed, actor, pieces)
    meant = "" if after or not keys else _meant(parsed, hits, actor, keys, short=loosened or not answer.total)
    took = (perf_counter() - started) * 1000
    return Results(
        parsed,
        answer.total,
        hits,
        answer.facets,
        answer.after,
        took,
        loosened=loosened and answer.total > 0,
        near=answer.near,
        words_only=answer.failed,
        meant=meant,
    )


def _meant(parsed: ParsedQuery, hits: list[Hit], actor: Actor, keys: frozenset[str], *, short: bool) -> str:
    """What was likely meant; empty where that is what was typed.

    Where all words are found, the documents that are shown tell the marks. Where they are not, letters are put right first,
    and the documents that this finds tell the marks.
    """
    if not parsed.runs:
        return ""
    better = parsed
    if short:
        better = unmarked(put_right(parsed, engine=engine(), keys=keys))
        found = engine().search(Query(keys=keys, parsed=better, limit=FEW))
        hits = _read(found, better, actor, 1)
    meant = with_marks(better, _said(hits))
    return meant if hits and meant != parsed.typed and meant != fold(parsed.typed) else ""


def _said(hits: list[Hit]) -> list[str]:
    """What is shown of the documents found: their subjects and the pieces of their texts."""
    pieces = [hit.text[piece.start : piece.end] for hit in hits for piece in hit.snippets]
    return [*(hit.document.subject for hit in hits), *pieces]


def counted(asked: QueryDict, *, actor: Actor, facet: str) -> Mapping[str, int]:
    """The counts of one facet for a search as an address has it. Raises EngineError where the engine does not answer."""
    keys = keys_of_actor(actor)
    if not keys:
        return {}
    parsed = understand(asked.get("q", "").replace("\0", "").strip()[:1000])
    looser = relaxed(parsed)
    for question in (parsed, looser) if looser != parsed else (parsed,):
        wanted = Query(keys=keys, parsed=question, filters=filters_of(asked), facets=(facet,), limit=0)
        answer = engine().search(wanted)
        if answer.total:
            break
    return answer.facets[facet]


def shown(ids: list[UUID], actor: Actor) -> list[Hit]:
    """Documents as results show them, in this order; those the actor may not see are left out."""
    return _read(Answer(hits=tuple(Found(str(pk), 0.0) for pk in ids)), ParsedQuery(), actor, 0)


def _read(answer: Answer, parsed: ParsedQuery, actor: Actor, pieces: int) -> list[Hit]:
    """The documents behind the engine's identities, in its order, in four statements whatever their number.

    Only the columns that results show: naming a hundred columns costs more than finding twenty rows.
    """
    ids = [UUID(hit.id) for hit in answer.hits]
    rows = Document.objects.visible_to(actor).filter(pk__in=ids).select_related("agency").only(*SHOWN)
    documents = {document.pk: document for document in rows}
    mains, names = _files(ids)
    texts = Extraction.objects.filter(file__in=[file.pk for file in mains.values()], current=True)
    by_file = {extraction.file_id: extraction for extraction in texts.only("file_id", "text", "pages", "ocr")}
    places: dict[UUID, list[Dossier]] = {}
    for place in (
        Placement.objects.filter(dossiers_for(actor, "dossier__"), document__in=ids)
        .select_related("dossier")
        .only("document_id", "dossier__code", "dossier__state")
        .order_by("placed_at", "pk")
    ):
        places.setdefault(place.document_id, []).append(place.dossier)
    found = []
    for hit in answer.hits:
        document = documents.get(UUID(hit.id))
        if document is None:
            # The index is a moment behind the rule: what may no longer be seen is not shown.
            continue
        main = mains.get(document.pk)
        extraction = by_file.get(main.pk) if main else None
        one = Hit(
            document,
            hit.score,
            main=main,
            extraction=extraction,
            dossiers=places.get(document.pk, []),
            file_names=names.get(document.pk, []),
        )
        one.title_marks = marks(document.subject, parsed, Part.TITLE)
        if extraction and pieces:
            one.snippets = snippets(extraction.text, parsed, max=pieces, pages=extraction.pages or None)
        found.append(one)
    return found


def _files(ids: list[UUID]) -> tuple[dict[UUID, File], dict[UUID, list[str]]]:
    mains: dict[UUID, File] = {}
    names: dict[UUID, list[str]] = {}
    rows = File.objects.filter(version__document__in=ids, version__current=True).select_related("version", "status")
    for file in rows.only("name", "role", "version__document_id", "status__indication"):
        names.setdefault(file.version.document_id, []).append(file.name)
        if file.role == FileRole.MAIN:
            mains[file.version.document_id] = file
    return mains, names
