from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    name = "search"
    verbose_name = _("Search")

    def ready(self) -> None:
        from repository.registry import registry
        from search.indexer import settle
        from search.outbox import put
        from search.steps import ReadText

        registry.steps.append(ReadText())
        registry.changed.append(put)
        registry.settling.append(settle)
