"""The sheet of an export: who asked, what was asked and how it was understood, in what scope, of which index, and the hash of the rows.

It is canonical JSON (RFC 8785), codes beside words. `facts` are its lines as the first page shows them, in the language of who asked;
they are part of the JSON, so that a page that was changed afterwards can be told from one that was not.
"""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from repository import formats
from repository.actors import Actor
from repository.clock import now
from repository.codes import Role, Secrecy
from repository.events import canonical
from repository.models import Agency, Job
from search import outbox
from search.exports.columns import Column, plain
from search.exports.rows import Digest
from search.exports.understood import said
from search.facets import given
from search.found import Whole
from search.indexer import engine
from search.pages.words import TITLES, names_of, word

FORMAT = "van-kho search export 1"
PURPOSE = "search export"


def index_state() -> dict[str, Any]:
    """Which engine answers, how many documents it holds, and how far it is behind the database at this moment."""
    behind, seconds = outbox.lag()
    health = engine().health()
    return {
        "engine": health.engine,
        "documents": health.documents,
        "behind": behind,
        "lag_seconds": round(seconds),
        "at": now(),
    }


def data_of(
    job: Job, actor: Actor, asked: Whole, index: dict[str, Any], columns: list[Column], rows: Digest, left_out: int
) -> dict[str, Any]:
    """All that the sheet says, without its lines for reading."""
    from django.http import QueryDict

    filters = given(QueryDict(job.params["search"]))
    names = names_of(filters, actor)
    return {
        "format": FORMAT,
        "language": translation.get_language() or "vi",
        "asked_by": {"id": actor.id, "label": actor.label},
        "asked_at": job.created_at,
        "made_at": now(),
        "query": {
            "address": job.params["search"],
            "typed": asked.typed,
            "understood": said(asked.parsed.match),
            "loosened": asked.loosened,
        },
        "filters": [
            {"name": name, "value": value, "label": f"{TITLES[name]}: {word(name, value, names)}"}
            for name, values in filters.items()
            for value in values
        ],
        "order": "newest first",
        "scope": _scope(actor),
        "index": index,
        "columns": [{"name": one.name, "label": plain(one.label), "kind": one.kind} for one in columns],
        "rows": rows.count,
        "left_out": left_out,
        "rows_sha256": rows.hex,
    }


def _scope(actor: Actor) -> dict[str, Any]:
    names = dict(Agency.objects.filter(path__in=[post.path for post in actor.posts]).values_list("path", "name"))
    return {
        "roles": [
            {"role": post.role.value, "agency": names.get(post.path, ""), "path": post.path} for post in actor.posts
        ],
        "grants": len(actor.grant_ids),
        "clearance": actor.clearance,
    }


def with_facts(data: dict[str, Any], *, signed: bool) -> dict[str, Any]:
    """The same with its lines for reading. `signed`: whether the archive's seal will stand under it."""
    query, index, scope = data["query"], data["index"], data["scope"]
    understood = query["understood"] + (f" ({_('no document has all of the words')})" if query["loosened"] else "")
    roles = "; ".join(f"{Role(one['role']).label}, {one['agency']}" for one in scope["roles"]) or _("none")
    told = [
        (_("Asked by"), data["asked_by"]["label"]),
        (_("Asked"), formats.instant(data["asked_at"])),
        (_("Written"), formats.instant(data["made_at"])),
        (_("Query as typed"), query["typed"] or _("(no words)")),
        (_("As understood"), understood),
        (_("Filters"), "; ".join(one["label"] for one in data["filters"]) or _("none")),
        (_("Order"), _("newest first")),
        (_("Scope: roles and agencies, with those below"), roles),
        (_("Scope: single permissions to read"), formats.number(scope["grants"])),
        (_("Scope: up to secrecy"), str(Secrecy(scope["clearance"]).label)),
        (
            _("Search engine"),
            f"{index['engine']}, {_('%(count)s documents') % {'count': formats.number(index['documents'])}}",
        ),
        (_("State of the index"), _index_words(index)),
        (_("Columns"), ", ".join(one["label"] for one in data["columns"])),
        (_("Rows"), formats.number(data["rows"])),
        (_("Found by the index, but not to be seen any more"), formats.number(data["left_out"])),
        (_("SHA-256 of the rows"), data["rows_sha256"]),
        (
            _("Signature"),
            _("The archive's seal stands under the sheet's data.")
            if signed
            else _("Not signed: no key for the archive's seal is set up."),
        ),
    ]
    return {**data, "facts": [[plain(label), plain(value)] for label, value in told]}


def _index_words(index: dict[str, Any]) -> str:
    at = formats.instant(index["at"])
    if not index["behind"]:
        return _("level with the database at %(at)s") % {"at": at}
    return _("%(behind)s documents behind at %(at)s, the oldest for %(seconds)s s") % {
        "behind": formats.number(index["behind"]),
        "at": at,
        "seconds": formats.number(index["lag_seconds"]),
    }


def json_of(data: dict[str, Any]) -> bytes:
    return canonical(data)
