"""The verdicts of a dossier: counts, and its documents with the problems first, a stretch at a time whatever their number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from repository.actors import Actor
from repository.codes import FileRole, Indication
from repository.models import Document, Dossier, FileStatus
from signing.reports.report import shown_of
from signing.reports.words import sentence
from signing.validation.verdicts import Message
from signing.validation.wording import brief_of

STEP = 50
# Problems first; what needs nobody's eye last.
ORDER = (Indication.FAILED, Indication.INDETERMINATE, Indication.WAITING, Indication.PASSED, Indication.NONE)


@dataclass(frozen=True)
class Line:
    """One document of the dossier with the verdict on its main file."""

    rank: int
    number: int
    document: Document
    file_id: UUID
    run_id: UUID | None
    indication: str
    mark: str
    message: Message | None
    signatures: int | None
    verified_at: Any

    @property
    def why(self) -> str:
        return why_of(self)


def statuses(dossier: Dossier, actor: Actor) -> QuerySet[FileStatus]:
    """What was last found of the current main files of the documents the actor may see, each with rank and number."""
    seen = Document.objects.visible_to(actor).filter(pk=OuterRef("file__version__document"))
    # In one filter: the place asked for must be the one in this dossier.
    return (
        FileStatus.objects.filter(
            Exists(seen),
            file__version__document__placements__dossier=dossier,
            file__version__current=True,
            file__role=FileRole.MAIN,
        )
        .annotate(
            number=F("file__version__document__placements__number"),
            rank=Case(
                *(When(indication=one, then=Value(rank)) for rank, one in enumerate(ORDER)),
                default=Value(1),
                output_field=IntegerField(),
            ),
        )
        .order_by("rank", "number")
    )


def counts(dossier: Dossier, actor: Actor) -> list[dict[str, Any]]:
    """How many documents have each verdict, in the order of ORDER; one query."""
    found = dict(statuses(dossier, actor).order_by().values_list("indication").annotate(count=Count("pk")))
    return [
        {"indication": str(one), "mark": shown_of(one), "word": str(one.label), "count": found[one]}
        for one in ORDER
        if found.get(one)
    ]


def stretch(
    dossier: Dossier, actor: Actor, *, after: tuple[int, int] | None = None, indication: str = "", step: int = STEP
) -> tuple[list[Line], tuple[int, int] | None]:
    """A stretch of lines after a place (rank, number), and the place of the next one, None on the last; one query."""
    rows = statuses(dossier, actor)
    if indication:
        rows = rows.filter(indication=indication)
    if after is not None:
        rank, number = after
        rows = rows.filter(Q(rank__gt=rank) | Q(rank=rank, number__gt=number))
    found = [_line(row) for row in rows.select_related("verification", "file__version__document")[: step + 1]]
    more = len(found) > step
    found = found[:step]
    return found, (found[-1].rank, found[-1].number) if more else None


def every(dossier: Dossier, actor: Actor) -> Iterator[Line]:
    """All lines, read in stretches."""
    after: tuple[int, int] | None = None
    while True:
        found, after = stretch(dossier, actor, after=after, step=500)
        yield from found
        if after is None:
            return


def _line(row: Any) -> Line:
    run = row.verification
    return Line(
        rank=row.rank,
        number=row.number,
        document=row.file.version.document,
        file_id=row.file_id,
        run_id=run.pk if run else None,
        indication=row.indication,
        mark=shown_of(row.indication),
        message=_message(run),
        signatures=run.signatures if run else None,
        verified_at=row.verified_at,
    )


def _message(run: Any) -> Message | None:
    if run is None:
        return None
    message = run.verdict.get("message") or {}
    return Message(str(message.get("code", "")), message.get("params") or {})


def why_of(line: Line) -> str:
    """The sentence of the verdict in the active language; nothing where none was kept and none is missing."""
    if line.message is not None:
        return sentence(brief_of(line.message))
    return _("This format carries no signature that the archive reads.") if line.indication == Indication.NONE else ""
