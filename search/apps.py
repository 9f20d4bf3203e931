from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _


def index_figures(actor: Any) -> list[tuple[Any, Any]]:
    """How far the index is behind, for the workbench's first page."""
    from search.outbox import lag

    waiting, seconds = lag()
    if not waiting:
        return [(gettext("Search index"), gettext("level with the database"))]
    return [
        (
            gettext("Search index"),
            ngettext(
                "%(count)s document behind, for %(minutes)s min",
                "%(count)s documents behind, for %(minutes)s min",
                waiting,
            )
            % {"count": waiting, "minutes": round(seconds / 60)},
        )
    ]


def places(actor: Any) -> Iterator[dict[str, Any]]:
    from repository.access import may

    if may(actor, "search"):
        url = reverse("search")
        yield {"name": "search", "label": pgettext("place", "Search"), "url": url, "letter": "t", "order": 10}


class SearchConfig(AppConfig):
    name = "search"
    verbose_name = _("Search")

    def ready(self) -> None:
        from repository.registry import Panel, registry
        from repository.sentences import say
        from search.indexer import settle
        from search.outbox import put
        from search.page_hits import spans
        from search.pages.asked import titles_of
        from search.pages.hits import way_of
        from search.pages.saved import part as home_part
        from search.steps import ReadText
        from search.structured import structure_of
        from search.walk import walk

        say("abbreviations.changed", _("%(who)s changed the list of abbreviations."))
        registry.steps.append(ReadText())
        registry.changed.append(put)
        registry.settling.append(settle)
        registry.figures.append(index_figures)
        registry.places.append(places)
        registry.home_panels.append(Panel("search", 30, "search/home.html", home_part))
        registry.finders.append(spans)
        registry.structures.append(structure_of)
        registry.ways.append(way_of)
        registry.walkers.append(walk)
        registry.search_titles.append(lambda query: titles_of([query])[query])
