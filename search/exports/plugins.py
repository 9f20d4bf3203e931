"""What exports of search results register with the repository."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from repository.access import may
from repository.actors import Actor
from repository.registry import JobKind, registry
from repository.sentences import say


def found_acts(actor: Actor, query: str) -> list[dict[str, Any]]:
    if not may(actor, "search"):
        return []
    url = f"{reverse('export_found')}?{urlencode({'search': query})}"
    return [{"label": gettext("Write the results into a table…"), "url": url, "icon": "get"}]


def register() -> None:
    from search.exports.jobs import KIND, handed, named, work_export

    registry.work(
        JobKind(
            name=KIND,
            title=_("Search results as a table"),
            work_job=work_export,
            handed=handed,
            named=named,
            stops=True,
            lease_seconds=300,
        )
    )
    registry.found_acts.append(found_acts)
    say("search.export_asked", _("%(who)s asked for search results as a table (%(form)s)."))
    say("search.exported", _("%(who)s had %(rows)s search results written into a table (%(form)s)."))
    say("search.downloaded", _("%(who)s downloaded a table of %(rows)s search results (%(form)s)."))
