"""Elasticsearch in its own right: full, halfway refusing, signed in to, over HTTPS, with several shards."""

from __future__ import annotations

import json
import os
import threading
from base64 import b64encode
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from uuid import uuid4

import pytest

from search.engines import elasticsearch
from search.engines.base import EngineDown, EngineError, IndexDocument, Query, Written
from search.engines.connect import connect
from search.engines.elasticsearch import ElasticsearchEngine
from search.engines.rows import LAYOUT
from search.query import parse
from tests.search.corpus import documents
from tests.search.reference import Reference

KEYS = frozenset({"k"})


class Pretended(BaseHTTPRequestHandler):
    """As much of a server as a writer asks for. `refusals` are the statuses to answer with: one for a whole request, or one for each row."""

    def do_HEAD(self):
        self.answer(200, None)

    def do_GET(self):
        self.server.signed.add(self.headers.get("Authorization"))
        if self.path.startswith("/_alias/"):
            alias = self.path.removeprefix("/_alias/")
            self.answer(200 if alias == "vk" else 404, {"vk-000001": {"aliases": {alias: {}}}} if alias == "vk" else {})
        else:
            self.answer(200, {"vk-000001": {"mappings": {"_meta": {"layout": LAYOUT}}}})

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.searched.append(self.path)
        self.server.goes_on.wait()
        self.answer(200, self.server.found)

    def do_PUT(self):
        self.server.signed.add(self.headers.get("Authorization"))
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.sizes.append(len(body))
        actions = [json.loads(line)["index"] for line in body.splitlines()[::2]]
        said = self.server.refusals.pop(0) if self.server.refusals else {}
        if isinstance(said, int):
            return self.answer(said, {"error": {"type": "rejected"}, "status": said})
        rows = [
            {"_id": one["_id"], "_index": "vk-000001", "status": said.get(one["_id"], 200)}
            | ({"error": {"type": "rejected"}} if one["_id"] in said else {})
            for one in actions
        ]
        self.server.taken += [row["_id"] for row in rows if row["status"] == 200]
        self.server.asked.append([one["_id"] for one in actions])
        return self.answer(200, {"took": 1, "errors": bool(said), "items": [{"index": row} for row in rows]})

    def answer(self, status, body):
        data = json.dumps(body).encode() if body is not None else b""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Elastic-Product", "Elasticsearch")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@pytest.fixture
def pretended():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pretended)
    server.refusals, server.taken, server.asked, server.sizes, server.signed = [], [], [], [], set()
    server.searched, server.found, server.goes_on = [], {}, threading.Event()
    server.goes_on.set()
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.goes_on.set()
    server.shutdown()
    thread.join()
    server.server_close()


def row(id: str, text: str = "đất") -> IndexDocument:
    return IndexDocument(id=id, version=1, text=text, keys=("k",))


def write(server, *changes) -> Written:
    engine = ElasticsearchEngine(server.url, name="vk", pause=0.001)
    with engine.writer() as writer:
        return writer.write(changes)


def test_of_a_request_that_is_refused_in_part_only_that_part_is_sent_again(pretended):
    pretended.refusals = [{"b": 429, "c": 503}, {"c": 429}]

    assert write(pretended, row("a"), row("b"), row("c")) == Written(applied=3)

    assert pretended.asked == [["a", "b", "c"], ["b", "c"], ["c"]]
    assert sorted(pretended.taken) == ["a", "b", "c"]


def test_a_server_that_is_full_is_asked_again_later_and_not_for_ever(pretended):
    pretended.refusals = [429, 503, 429]
    assert write(pretended, row("a")) == Written(applied=1)

    pretended.refusals = [429] * 7
    with pytest.raises(EngineDown):
        write(pretended, row("a"))
    pretended.refusals = [{"b": 429}] * 7
    with pytest.raises(EngineDown):
        write(pretended, row("a"), row("b"))


def test_a_row_that_is_refused_for_good_is_an_error_and_an_older_one_is_not(pretended):
    pretended.refusals = [{"a": 400}]
    with pytest.raises(EngineError, match="refused a"):
        write(pretended, row("a"), row("b"))
    pretended.refusals = [{"a": 409}]
    assert write(pretended, row("a"), row("b")) == Written(applied=1, stale=1)


def test_rows_are_made_as_they_are_sent_and_a_request_that_is_too_large_is_an_error(pretended, monkeypatch):
    from search.engines import elasticsearch_index

    made = []
    whole = elasticsearch_index.row_of
    monkeypatch.setattr(elasticsearch_index, "row_of", lambda one: made.append(len(pretended.asked)) or whole(one))
    words = " ".join(f"đất{n}" for n in range(100_000))
    write(pretended, *(row(str(n), words) for n in range(6)))
    assert made[0] == 0
    assert made[-1] > 0, "the last row was made after the first request"

    pretended.refusals = [413]
    with pytest.raises(EngineError, match="413") as refused:
        write(pretended, row("a"))
    assert not isinstance(refused.value, EngineDown), "trying again later does not help"


def test_requests_are_of_some_megabytes_however_large_the_documents(pretended):
    words = " ".join(f"đất{n}" for n in range(40_000))

    assert write(pretended, *(row(str(n), words) for n in range(12))) == Written(applied=12)

    assert len(pretended.sizes) > 2
    assert max(pretended.sizes) <= 10_000_000
    assert max(pretended.sizes[:-1]) >= 5_000_000


ASKED = Query(keys=KEYS, parsed=parse("đất"))


def found(**said):
    whole = {"took": 1, "timed_out": False, "_shards": {"total": 1, "successful": 1, "failed": 0}}
    return {
        **whole,
        "hits": {"total": {"value": 0, "relation": "eq"}, "hits": []},
        "aggregations": {"q0": {"doc_count": 0}},
        **said,
    }


@contextmanager
def hanging(server, engine):
    """The server takes questions and answers none; nobody here waits long for it."""
    patient = engine.quick
    engine.quick = engine.client.options(request_timeout=0.2, max_retries=0)
    server.goes_on.clear()
    yield
    server.goes_on.set()
    engine.quick = patient


def test_pages_wait_less_than_who_writes_and_ask_once(pretended):
    engine = ElasticsearchEngine(pretended.url)
    assert (engine.quick._request_timeout, engine.quick._max_retries) == (5.0, 0)
    assert (engine.client._request_timeout, engine.client._max_retries) == (30, 3)


def test_of_a_server_that_hangs_only_the_first_question_waits(pretended, monkeypatch):
    pretended.found = found()
    engine = ElasticsearchEngine(pretended.url, name="vk")
    assert engine.search(ASKED).total == 0
    with hanging(pretended, engine):
        nobody_waits_twice(pretended, engine)

    monkeypatch.setattr(elasticsearch, "monotonic", lambda: engine._rests_until + 1)
    assert engine.search(ASKED).total == 0


def nobody_waits_twice(pretended, engine):
    with pytest.raises(EngineDown, match="does not answer"):
        engine.search(ASKED)
    asked = len(pretended.searched)
    for ask in (lambda: engine.search(ASKED), lambda: engine.counts(KEYS, [parse("đất")]), engine.exists):
        with pytest.raises(EngineDown, match="a moment ago"):
            ask()
    assert not engine.health().ok
    assert len(pretended.searched) == asked == 2, "asked once, and nobody after that"


def test_who_writes_well_shows_that_the_server_answers(pretended):
    engine = ElasticsearchEngine(pretended.url, name="vk")
    with hanging(pretended, engine), pytest.raises(EngineDown):
        engine.search(ASKED)
    pretended.found = found()

    with engine.writer() as writer:
        writer.write([row("a")])

    assert engine.search(ASKED).total == 0


@pytest.mark.parametrize("said", [{"timed_out": True}, {"_shards": {"total": 2, "successful": 1, "failed": 1}}])
def test_an_answer_in_part_is_none(pretended, said):
    engine = ElasticsearchEngine(pretended.url, name="vk")
    pretended.found = found(**said)

    for ask in (
        lambda: engine.search(ASKED),
        lambda: engine.counts(KEYS, [parse("đất")]),
        lambda: engine.versions(["a"]),
        engine.count,
    ):
        with pytest.raises(EngineDown, match="in part"):
            ask()
    searches = [path for path in pretended.searched if "_search" in path]
    assert searches
    assert all("allow_partial_search_results=false" in path for path in searches)


@pytest.mark.services("elasticsearch")
def test_processes_that_start_at_once_make_one_index():
    name = f"test-{uuid4().hex[:8]}"
    engines = [ElasticsearchEngine(os.environ["ELASTICSEARCH_URL"], name=name) for _ in range(6)]
    together = threading.Barrier(len(engines))

    def begin(engine):
        together.wait()
        engine.ensure()

    threads = [threading.Thread(target=begin, args=[engine]) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert engines[0].indexes_of("live") == [f"{name}-000001"]
    engines[0].client.indices.delete(index=f"{name}-000001")


@pytest.mark.services("elasticsearch")
def test_an_index_that_nothing_names_goes_and_those_of_others_stay():
    name = f"test-{uuid4().hex[:8]}"
    engine = ElasticsearchEngine(os.environ["ELASTICSEARCH_URL"], name=name)
    engine.ensure()
    orphan = f"{name}-000007"
    others = [f"{name}-0x-000001", f"{name}-meaning-0", f"{name}2-000001"]
    for index in (orphan, *others):
        engine.client.indices.create(index=index)
    try:
        with engine.writer() as writer:
            writer.start_rebuild()
            assert not engine.client.indices.exists(index=orphan)
            engine.client.indices.create(index=orphan)
            writer.finish_rebuild()
        assert not engine.client.indices.exists(index=orphan)
        assert all(engine.client.indices.exists(index=other) for other in others)
        assert engine.name_of("previous") == f"{name}-000001"
    finally:
        held = engine.client.indices.get(index=f"{name}*").body
        for index in held:
            engine.client.indices.delete(index=index)


def test_who_signs_in_by_password_or_by_key_says_so_in_every_request(pretended, tmp_path):
    for signed, given in (
        ({"user": ("lưu trữ", "mật")}, "Basic " + b64encode("lưu trữ:mật".encode()).decode()),
        ({"api_key": "a2V5"}, "ApiKey a2V5"),
    ):
        pretended.signed.clear()
        engine = connect(pretended.url, tmp_path, name="vk", **signed)
        with engine.writer() as writer:
            writer.write([row("a")])
        assert pretended.signed == {given}


@pytest.mark.services("elasticsearch")
def test_several_shards_find_count_and_rank_as_one(tmp_path):
    made = ElasticsearchEngine(os.environ["ELASTICSEARCH_URL"], name=f"test-{uuid4().hex[:8]}", shards=3)
    made.ensure()
    one = ElasticsearchEngine(os.environ["ELASTICSEARCH_URL"], name=f"test-{uuid4().hex[:8]}")
    one.ensure()
    corpus = documents()
    everyone = frozenset(f"a:{level}:province" for level in ("normal", "restricted"))
    try:
        for engine in (made, one):
            with engine.writer() as writer:
                writer.write(corpus)
                writer.refresh()
        for typed in ("đất đai", '"quyết định"', ""):
            query = Query(keys=everyone, parsed=parse(typed), facets=("type", "agency"), limit=30)
            answer, wanted = made.search(query), one.search(query)
            assert answer.total == wanted.total == len(Reference(corpus).ids(query))
            assert answer.facets == wanted.facets
            assert [hit.id for hit in answer.hits] == [hit.id for hit in wanted.hits]
    finally:
        for engine in (made, one):
            for index in engine.client.indices.get(index=f"{engine.alias}-0*").body:
                engine.client.indices.delete(index=index)
            engine.close()


@pytest.fixture(scope="module")
def secured():
    """A real server that asks who is there and speaks HTTPS only, with a certificate of an authority of its own."""
    from tests.services.elasticsearch import SecuredElasticsearch
    from tests.services.fleet import HOME
    from tests.services.machine import Unavailable

    # Not in pytest's own folders, which the server's user may not enter.
    top = Path(mkdtemp(prefix="van-kho-secured-"))
    top.chmod(0o755)
    server = SecuredElasticsearch(top / "elasticsearch", HOME / "downloads", top / "log.txt")
    try:
        server.fetch()
        server.launch(dies_with_parent=True)
        server.wait()
        yield server
    except Unavailable as reason:
        pytest.skip(str(reason))
    finally:
        server.stop()
        rmtree(top, ignore_errors=True)


@pytest.mark.services("elasticsearch")
@pytest.mark.timeout(300)
def test_a_server_that_asks_who_is_there_is_written_and_asked_over_https(secured, tmp_path):
    signed = {"user": ("elastic", secured.password), "name": "secured"}
    for trusted in ({"ca_certs": str(secured.authority)}, {"fingerprint": secured.fingerprint}):
        engine = connect(secured.url, tmp_path, **signed, **trusted)
        engine.ensure()
        with engine.writer() as writer:
            writer.write([row("a")])
            writer.refresh()
        assert engine.search(Query(keys=KEYS, parsed=parse("dat"))).total == 1
        assert engine.health().ok
        engine.close()

    for wrong, error in (
        ({"name": "secured", "ca_certs": str(secured.authority)}, EngineError),
        ({**signed, "user": ("elastic", "sai"), "ca_certs": str(secured.authority)}, EngineError),
        ({**signed, "fingerprint": "0" * 64}, EngineDown),
        (signed, EngineDown),
    ):
        engine = connect(secured.url, tmp_path, **wrong)
        with pytest.raises(error):
            engine.search(Query(keys=KEYS, parsed=parse("dat")))
        assert not engine.health().ok
        engine.close()
