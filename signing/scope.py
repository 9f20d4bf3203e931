"""What is meant by "these documents": a filter of the list, or a search; walked by stretches of identities, whatever the length.

A scope is plain data, `{"kind": "documents" | "search", "query": …}`, kept with what was started over it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from repository.access.acts import RECORD_ACTS
from repository.access.querysets import under
from repository.actors import Actor
from repository.lists.documents import Documents
from repository.models import Document, Placement
from repository.registry import registry

Scope = dict[str, Any]
STEP = 500


def of_list(query: dict[str, str], *, without: Iterable[UUID] = ()) -> Scope:
    left_out = [str(one) for one in without]
    return {"kind": "documents", "query": query, **({"without": left_out} if left_out else {})}


def of_search(query: str) -> Scope:
    return {"kind": "search", "query": query}


def title_of(scope: Scope, actor: Actor) -> str:
    """The scope in words."""
    if scope["kind"] == "search":
        said = registry.search_titles[0](scope["query"]) if registry.search_titles else scope["query"]
        return _("Search: %(words)s") % {"words": said}
    listing = Documents(actor, scope["query"])
    words = [chip.label for chip in listing.chips()] + [value for one, value in listing.on if one.kind == "words"]
    return ", ".join(words) or _("All documents")


def walk(scope: Scope, actor: Actor, cursor: str = "") -> Iterator[tuple[list[UUID], str]]:
    """Stretches of identities with the cursor after each; only of what the actor may see now."""
    if scope["kind"] == "search":
        for found, place in registry.walkers[0](scope["query"], actor, cursor):
            seen = set(Document.objects.visible_to(actor).filter(pk__in=found).values_list("pk", flat=True))
            yield [pk for pk in found if pk in seen], place
        return
    rows = Documents(actor, scope["query"]).rows.order_by("pk").values_list("pk", flat=True)
    without = {UUID(one) for one in scope.get("without", ())}
    while found := list((rows.filter(pk__gt=UUID(cursor)) if cursor else rows)[:STEP]):
        cursor = str(found[-1])
        yield [pk for pk in found if pk not in without], cursor


def verifiable(actor: Actor) -> QuerySet[Document]:
    """Documents whose signatures the actor may have checked: the rule of `may(actor, "verify", document)` as a condition."""
    here = actor.paths(*RECORD_ACTS["verify"])
    if not here:
        return Document.objects.none()
    dossiers = Placement.objects.filter(
        under("dossier__agency__path", here), dossier__secrecy__lte=actor.clearance, document=OuterRef("pk")
    )
    return Document.objects.filter((under("agency__path", here) | Exists(dossiers)) & Q(secrecy__lte=actor.clearance))
