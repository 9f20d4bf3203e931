"""The engine as a service: Elasticsearch 8 through its DSL.

    NAME            alias of the live index
    NAME-rebuild    alias of the index being rebuilt
    NAME-previous   alias of the index that was live before
    NAME-000001     an index

Aliases move in one request, so no question ever meets half a swap. Versions are Elasticsearch's own external ones.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import islice
from time import monotonic
from typing import Any, Literal

from elastic_transport import TransportError
from elastic_transport.client_utils import DEFAULT
from elasticsearch import BadRequestError, Elasticsearch, NotFoundError
from elasticsearch.dsl import Q, Search
from elasticsearch.dsl.response import Response
from elasticsearch.helpers import streaming_bulk

from search.engines.base import (
    Answer,
    Change,
    EngineDown,
    EngineError,
    Health,
    Held,
    IndexMissing,
    Query,
    Which,
    Written,
)
from search.engines.elasticsearch_errors import OVERLOADED, typed_errors
from search.engines.elasticsearch_index import build_mapping, build_settings, bulk_actions
from search.engines.elasticsearch_search import (
    build_best,
    build_counts,
    build_page,
    build_search,
    read_answer,
    read_best,
    read_counts,
)
from search.engines.rows import LAYOUT
from search.query import ParsedQuery

_BULK_BYTES = 8_000_000
_BULK_ROWS = 2_000
_TRIES = 6
QUICK_SECONDS = 5.0
"""So long a page waits for an answer."""
REST_SECONDS = 15.0
"""For so long who did not answer is not asked again by pages."""
_SCAN_PAGE = 5_000
_KEEP = "5m"
_STALE = 409
_MISSING = 404


class ElasticsearchEngine:
    """The engine at one address. Safe to use from several threads and processes.

    `url` may carry user and password, or `user` has them; `api_key` signs in instead. HTTPS is held against `ca_certs` (a file
    of certificates), or against `fingerprint` alone (SHA-256 of the server's own). `name` sets installations on one server
    apart. With more than one of `shards` scores are made comparable by one more round over all of them.
    """

    name = "elasticsearch"

    def __init__(
        self,
        url: str,
        *,
        name: str = "vankho",
        user: tuple[str, str] | None = None,
        api_key: str | None = None,
        ca_certs: str | None = None,
        fingerprint: str | None = None,
        shards: int = 1,
        seconds: float = 30,
        retries: int = 3,
        pause: float = 0.5,
    ) -> None:
        self.pause = pause
        self.alias = name
        self.shards = shards
        self._current = False
        self._rests_until = 0.0
        self.client = Elasticsearch(
            url,
            # The client itself encodes nothing beyond ASCII.
            basic_auth=b64encode(":".join(user).encode()).decode() if user else None,
            api_key=api_key,
            request_timeout=seconds,
            max_retries=retries,
            retry_on_timeout=True,
            retry_on_status=sorted(OVERLOADED),
            ca_certs=ca_certs or DEFAULT,
            ssl_assert_fingerprint=fingerprint or DEFAULT,
        )
        # For who waits before a page: asked once, and not for long.
        self.quick = self.client.options(request_timeout=min(seconds, QUICK_SECONDS), max_retries=0)

    def exists(self) -> bool:
        """Return whether there is a live index."""
        with self._quickly():
            return bool(self.quick.indices.exists_alias(name=self.alias))

    def ensure(self) -> None:
        """Make an empty index where no other was made before. Two processes that start at once ask for the same name: one makes it."""
        with typed_errors():
            if self.client.indices.exists_alias(name=self.alias):
                return
            try:
                self._create(f"{self.alias}-{1:06d}", {self.alias: {}})
            except BadRequestError as error:
                if error.message != "resource_already_exists_exception":
                    raise

    @contextmanager
    def writer(self) -> Iterator[ElasticsearchWriter]:
        """Enter to write. The server orders the writes by version; no lock is needed."""
        yield ElasticsearchWriter(self)

    def search(self, query: Query) -> Answer:
        """Answer `query`."""
        if not query.keys:
            return Answer(facets={facet: {} for facet in query.facets})
        with self._quickly():
            self._must_be_current(self.quick)
            best = build_best(self.quick, self.alias, query)
            answer = read_best(query, _answered(self._ranked_alike(best))) if best else None
            return answer or read_answer(
                query, _answered(self._ranked_alike(build_search(self.quick, self.alias, query)))
            )

    def counts(self, keys: frozenset[str], questions: Sequence[ParsedQuery]) -> tuple[int, ...]:
        """Return how many documents each question finds for who holds the keys."""
        if not keys or not questions:
            return (0,) * len(questions)
        with self._quickly():
            self._must_be_current(self.quick)
            return read_counts(len(questions), _answered(build_counts(self.quick, self.alias, keys, questions)))

    def walk(self, query: Query) -> Iterator[Answer]:
        """Yield all that `query` finds, page after page, as of one point in time."""
        if not query.keys or not query.limit:
            return
        with typed_errors():
            self._must_be_current(self.client)
        with self._point_in_time("live") as point:
            after: list | None = None
            while True:
                with typed_errors():
                    response = _answered(self._ranked_alike(build_page(self.client, query, point, _KEEP, after)))
                answer = read_answer(replace(query, facets=()), response)
                if answer.hits:
                    yield answer
                if answer.after is None:
                    return
                after = list(response.to_dict()["hits"]["hits"][query.limit - 1]["sort"])

    def refresh(self) -> None:
        """Make everything written findable at once, instead of within a second."""
        with typed_errors():
            # Of no names Elasticsearch would make all.
            if names := self.indexes_of("live") + self.indexes_of("rebuild"):
                self.client.indices.refresh(index=names)

    def versions(self, ids: Iterable[str], which: Which = "live") -> dict[str, Held]:
        """Return what the index holds of `ids`, as of the last refresh."""
        held: dict[str, Held] = {}
        rest = iter(ids)
        with typed_errors():
            while page := list(islice(rest, _SCAN_PAGE)):
                found = self._rows().index(self.alias_of(which)).query(Q("ids", values=page)).extra(size=len(page))
                held |= {row.id: row for row in _held(found)}
        return held

    def scan(self, which: Which = "live") -> Iterator[Held]:
        """Yield everything held at one point in time."""
        with self._point_in_time(which) as point:
            after = None
            while True:
                with typed_errors():
                    page = (
                        self._rows().extra(size=_SCAN_PAGE, pit={"id": point, "keep_alive": _KEEP}).sort("_shard_doc")
                    )
                    rows = _rows_of(page.extra(search_after=after) if after else page)
                if not rows:
                    return
                after = rows[-1]["sort"]
                yield from map(_as_held, rows)

    def count(self, which: Which = "live") -> int:
        """Return how many documents can be found, as of the last refresh."""
        with typed_errors():
            return self._count(self.client, which)

    def health(self) -> Health:
        """Return the state of the engine; never raises."""
        known = Health(ok=False, engine=self.name)
        try:
            with self._quickly():
                state = self.quick.cluster.health(timeout="5s")["status"]
                rebuilding = bool(self.quick.indices.exists_alias(name=self.alias_of("rebuild")))
                kept = bool(self.quick.indices.exists_alias(name=self.alias_of("previous")))
                known = replace(known, rebuilding=rebuilding, kept=kept, detail=state)
                outdated = self.outdated(self.quick)
                documents = 0 if outdated else self._count(self.quick, "live")
        except EngineError as error:
            return replace(known, detail=str(error), missing=isinstance(error, IndexMissing))
        return replace(known, ok=state != "red" and not outdated, documents=documents, outdated=outdated)

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def outdated(self, client: Elasticsearch | None = None) -> bool:
        """Whether the live index has other fields or words than this program's. Asked until it is right, then kept."""
        if not self._current:
            self._current = self.layout_of("live", client) == {LAYOUT}
        return not self._current

    def layout_of(self, which: Which | str, client: Elasticsearch | None = None) -> set[str | None]:
        """Return by which layout the index behind an alias was made."""
        found = (client or self.client).indices.get_mapping(index=self.alias_of(which)).body
        return {mapping["mappings"].get("_meta", {}).get("layout") for mapping in found.values()}

    def name_of(self, which: Which | Literal["previous"]) -> str | None:
        """Return the index behind an alias."""
        with typed_errors():
            return next(iter(self.indexes_of(which)), None)

    def resumable(self) -> bool:
        """Return whether there is an index being rebuilt, of this program's layout."""
        with typed_errors():
            return bool(self.indexes_of("rebuild")) and self.layout_of("rebuild") == {LAYOUT}

    def alias_of(self, which: Which | str) -> str:
        """Return the name under which an index is reached."""
        return self.alias if which == "live" else f"{self.alias}-{which}"

    def indexes_of(self, which: Which | str) -> list[str]:
        """Return the index behind an alias, or nothing."""
        try:
            return sorted(self.client.indices.get_alias(name=self.alias_of(which)).body)
        except NotFoundError:
            return []

    def add_index(self, aliases: dict[str, dict[str, str]]) -> str:
        """Make an empty index under a new name that is reached by `aliases`, and return the name."""
        numbers = [int(index.rpartition("-")[2]) for index in self._own_indexes()]
        name = f"{self.alias}-{max(numbers, default=0) + 1:06d}"
        self._create(name, aliases)
        return name

    def drop_orphans(self) -> None:
        """Delete the indexes of this archive that no alias names: left by who was killed between two requests."""
        if orphans := [index for index, aliases in self._own_indexes().items() if not aliases]:
            self.client.indices.delete(index=orphans)

    def answers(self) -> None:
        """Note that the server does its work: who asks need not be spared any more."""
        self._rests_until = 0.0

    def _own_indexes(self) -> dict[str, dict[str, Any]]:
        """Return this archive's indexes with their aliases. Another archive's name may begin like this one's; vectors have other names."""
        found = self.client.indices.get_alias(index=f"{self.alias}-0*").body
        own = re.compile(re.escape(self.alias) + r"-\d{6}")
        return {index: about["aliases"] for index, about in found.items() if own.fullmatch(index)}

    def _create(self, name: str, aliases: dict[str, dict[str, str]]) -> None:
        self.client.indices.create(
            index=name, aliases=aliases, mappings=build_mapping(), settings=build_settings(self.shards)
        )

    def _must_be_current(self, client: Elasticsearch) -> None:
        if self.outdated(client):
            raise IndexMissing("the search index was made by another version and has to be rebuilt")

    def _count(self, client: Elasticsearch, which: Which) -> int:
        found = client.count(index=self.alias_of(which), query={"term": {"alive": True}}).body
        _must_be_whole(found)
        return int(found["count"])

    @contextmanager
    def _quickly(self) -> Iterator[None]:
        """For questions of pages. A server that did not answer is not asked for some seconds: nobody else waits for it in vain."""
        if monotonic() < self._rests_until:
            raise EngineDown("Elasticsearch did not answer a moment ago")
        try:
            with typed_errors():
                yield
        except EngineDown as down:
            if isinstance(down.__cause__, TransportError):
                self._rests_until = monotonic() + REST_SECONDS
            raise

    def _ranked_alike(self, search: Search) -> Search:
        """Ask all shards first how frequent the words are: each by itself would rank by its own documents."""
        return search.params(search_type="dfs_query_then_fetch") if self.shards > 1 else search

    @contextmanager
    def _point_in_time(self, which: Which) -> Iterator[str]:
        """Hold the index as it is now. Who takes longer than five minutes over one page loses it."""
        with typed_errors():
            point = self.client.open_point_in_time(index=self.alias_of(which), keep_alive=_KEEP)["id"]
        try:
            yield point
        finally:
            # It ends by itself where this is not heard.
            with suppress(EngineError), typed_errors():
                self.client.close_point_in_time(id=point)

    def _rows(self) -> Search:
        return Search(using=self.client).source(False).extra(version=True, docvalue_fields=["alive", "digest"])


class ElasticsearchWriter:
    """Changes to the indexes behind the aliases."""

    def __init__(self, engine: ElasticsearchEngine) -> None:
        self.engine = engine
        self.client = engine.client

    def write(self, changes: Iterable[Change]) -> Written:
        """Apply `changes` to the live index, and to the one being rebuilt."""
        with typed_errors():
            rebuilding = ["rebuild"] if self.engine.indexes_of("rebuild") else []
            live = self.engine.indexes_of("live")
            if live and not self.engine.outdated():
                return self._bulk(changes, ["live", *rebuilding])
            if not rebuilding:
                raise IndexMissing(
                    "the search index was made by another version and has to be rebuilt"
                    if live
                    else "the search index has not been built"
                )
            # One that is gone or of another version is past writing to: the rebuild is what will replace it.
            return self._bulk(changes, rebuilding)

    def refresh(self) -> None:
        """Make everything written findable at once, instead of within a second."""
        self.engine.refresh()

    def start_rebuild(self) -> None:
        """Begin an empty index beside the live one."""
        self.abandon_rebuild()
        with typed_errors():
            self.engine.drop_orphans()
            self.engine.add_index({self.engine.alias_of("rebuild"): {}})

    def write_rebuild(self, changes: Iterable[Change]) -> Written:
        """Apply `changes` to the index being rebuilt only."""
        with typed_errors():
            self._named("rebuild", "no rebuild is under way")
            return self._bulk(changes, ["rebuild"])

    def finish_rebuild(self) -> None:
        """Swap: the rebuilt index is live, the one before is kept, the one before that goes."""
        with typed_errors():
            [new] = self._named("rebuild", "no rebuild is under way")
            self.client.indices.refresh(index=new)
            self._move(live=[new], previous=self.engine.indexes_of("live"), rebuild=[])
            self.engine.drop_orphans()

    def abandon_rebuild(self) -> None:
        """Drop the index being rebuilt."""
        with typed_errors():
            if unfinished := self.engine.indexes_of("rebuild"):
                self.client.indices.delete(index=unfinished)

    def reopen_previous(self) -> None:
        """Take the index before the last rebuild as the one being rebuilt."""
        with typed_errors():
            if self.engine.indexes_of("rebuild"):
                raise EngineError("a rebuild is under way: finish it or give it up first")
            [old] = self._named("previous", "no earlier index is kept")
            if self.engine.layout_of("previous") != {LAYOUT}:
                raise IndexMissing("the earlier index was made by another version and cannot be read")
            self._move(live=self.engine.indexes_of("live"), previous=[], rebuild=[old])

    def _named(self, which: str, missing: str) -> list[str]:
        found = self.engine.indexes_of(which)
        if not found:
            raise IndexMissing(missing)
        return found

    def _move(self, *, live: list[str], previous: list[str], rebuild: list[str]) -> None:
        wanted = {"live": live, "previous": previous, "rebuild": rebuild}
        actions = []
        for which, indexes in wanted.items():
            alias = self.engine.alias_of(which)
            gone = [index for index in self.engine.indexes_of(which) if index not in indexes]
            actions += [{"remove": {"index": index, "alias": alias}} for index in gone]
            actions += [{"add": {"index": index, "alias": alias}} for index in indexes]
        self.client.indices.update_aliases(actions=actions)

    def _bulk(self, changes: Iterable[Change], indexes: list[str]) -> Written:
        """Write in requests of some megabytes. What the server is too full for is sent again, less of it and later, then given up.

        Only rows that were refused go again; what the server has taken stays taken, and to write it twice does no harm.
        """
        counted = self.engine.indexes_of(indexes[0])
        applied = stale = 0
        results = streaming_bulk(
            # Tried again here, with pauses: the transport would send the whole of it again at once.
            self.client.options(max_retries=0),
            bulk_actions(changes, [self.engine.alias_of(which) for which in indexes]),
            # Without this a row for an index that has just gone would make a new one, with fields of its own choosing.
            require_alias=True,
            chunk_size=_BULK_ROWS,
            max_chunk_bytes=_BULK_BYTES,
            raise_on_error=False,
            retry_on_status=sorted(OVERLOADED),
            max_retries=_TRIES,
            initial_backoff=self.engine.pause,
            max_backoff=20,
        )
        for ok, result in results:
            item = result["index"]
            if ok:
                applied += item["_index"] in counted
            elif item["status"] == _STALE:
                stale += item["_index"] in counted
            elif item["status"] in OVERLOADED:
                raise EngineDown(f"Elasticsearch is overloaded: {_kind(item)}")
            elif item["status"] == _MISSING:
                raise IndexMissing("the search index has not been built")
            else:
                raise EngineError(f"Elasticsearch refused {item['_id']}: {_kind(item)}")
        self.engine.answers()
        return Written(applied, stale)


def _kind(item: dict[str, Any]) -> str:
    """What kind of refusal it is. The reason quotes words of the document, and is not for the page that shows this."""
    error = item["error"]
    return f"{item['status']} {error.get('type', '') if isinstance(error, dict) else ''}".strip()


def _held(search: Search) -> Iterator[Held]:
    yield from map(_as_held, _rows_of(search))


def _rows_of(search: Search) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = _answered(search).to_dict()["hits"]["hits"]
    return rows


def _answered(search: Search) -> Response:
    """Ask, and return the whole answer. A part of one would look like all there is: raises EngineDown in its place."""
    response = search.params(allow_partial_search_results=False).execute()
    _must_be_whole(response.to_dict())
    return response


def _must_be_whole(answer: Mapping[str, Any]) -> None:
    if answer.get("timed_out") or answer["_shards"]["failed"]:
        raise EngineDown("Elasticsearch has answered in part: some of its shards did not")


def _as_held(row: dict) -> Held:
    fields = row["fields"]
    return Held(row["_id"], row["_version"], not fields["alive"][0], *fields.get("digest", ()))
