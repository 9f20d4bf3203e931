"""From one result of a search to the next: a document's page that was opened from results knows its neighbours among them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from repository import formats
from repository.access import keys_of_actor
from repository.models import Document
from repository.pages.base import number_in
from repository.registry import Way
from search.abbreviations import understand
from search.engines.base import EngineError, Query, Sort
from search.facets import FILTERS, filters_of
from search.indexer import engine
from search.query import relaxed

# The engine is asked for all results up to the next one; further down there is only the way back to the list.
FURTHEST = 400
CARRIED = ("q", "sort", *FILTERS)


def query_of(asked: QueryDict, at: int) -> str:
    """What the address of a result carries: the question and the result's place in the answer, counted from 1."""
    query = QueryDict(mutable=True)
    for name in CARRIED:
        if asked.getlist(name):
            query.setlist(name, asked.getlist(name))
    query["at"] = str(at)
    return query.urlencode()


def way_of(request: HttpRequest, document: Document) -> Way | None:
    """The document's neighbours in the search it was opened from; None where it came from none."""
    asked = request.GET
    at = number_in(asked.get("at", ""))
    if not at or not any(asked.getlist(name) for name in ("q", *FILTERS)):
        return None
    here = query_of(asked, at)
    back = QueryDict(here, mutable=True)
    back.pop("at")
    url = f"{reverse('search')}?{back.urlencode()}"
    if at >= FURTHEST:
        return Way(_("Back to the results"), url)
    try:
        total, ids = _ids(request, asked, at + 1)
    except (EngineError, ValueError):
        return Way(_("Back to the results"), url)
    # The index may have moved on since: the place is where the document stands now.
    place = ids.index(document.pk) + 1 if document.pk in ids else at
    around = {place - 1, place + 1}
    near = {ids[n - 1]: n for n in around if 1 <= n <= len(ids)}
    seen = set(
        Document.objects.visible_to(request.actor).filter(pk__in=near).values_list("pk", flat=True)  # type: ignore[attr-defined]
    )
    address = {n: f"{reverse('document', args=[pk])}?{query_of(asked, n)}" for pk, n in near.items() if pk in seen}
    label = _("Result %(number)s / %(total)s") % {"number": formats.number(place), "total": formats.number(total)}
    return Way(label, url, address.get(place - 1, ""), address.get(place + 1, ""))


def _ids(request: HttpRequest, asked: QueryDict, limit: int) -> tuple[int, list[UUID]]:
    """How many results there are, and the first of them by identity. Asks as the page of results does (search.service.find)."""
    keys = keys_of_actor(request.actor)  # type: ignore[attr-defined]
    if not keys:
        return 0, []
    given = asked.get("sort", "")
    parsed = understand(asked.get("q", "").replace("\0", "").strip()[:1000])
    looser = relaxed(parsed)
    for question in (parsed, looser) if looser != parsed else (parsed,):
        answer = engine().search(
            Query(
                keys=keys,
                parsed=question,
                filters=filters_of(asked),
                facets=(),
                sort=Sort(given) if given in set(Sort) else Sort.RELEVANCE,
                limit=limit,
            )
        )
        if answer.total:
            return answer.total, [UUID(hit.id) for hit in answer.hits]
    return 0, []
