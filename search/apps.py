from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext


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
        from search.alerts import plugins as alerts
        from search.exports import plugins as exports
        from search.history import plugins as history
        from search.index_plugins import register as register_index
        from search.indexer import settle
        from search.meaning.queue import put as put_meaning
        from search.outbox import put
        from search.page_hits import spans
        from search.pages.asked import titles_of
        from search.pages.hits import way_of
        from search.pages.inside import inside
        from search.pages.saved import part as home_part
        from search.pages.similar import panel as similar_panel
        from search.steps import ReadText
        from search.structured import structure_of
        from search.walk import walk

        say("abbreviations.changed", _("%(who)s changed the list of abbreviations."))
        registry.steps.append(ReadText())
        registry.changed.append(put)
        registry.changed.append(put_meaning)
        registry.settling.append(settle)
        register_index()
        registry.places.append(places)
        registry.home_panels.append(Panel("search", 30, "search/home.html", home_part))
        registry.document_panels.append(Panel("similar", 60, "search/similar_panel.html", similar_panel))
        registry.dossier_panels.append(Panel("inside", 5, "search/dossier_box.html", inside))
        registry.finders.append(spans)
        registry.structures.append(structure_of)
        registry.ways.append(way_of)
        registry.walkers.append(walk)
        registry.search_titles.append(lambda query: titles_of([query])[query])
        alerts.register()
        exports.register()
        history.register()
