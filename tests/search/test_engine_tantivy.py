"""The embedded engine in its own right: one writer, readers everywhere, killed at any time."""

import json
import os
import signal
import subprocess
import sys
import threading

import pytest

from search.engines.base import EngineError, IndexDocument, IndexMissing, Query, WriterBusy, Written
from search.engines.tantivy import TantivyEngine
from search.query import parse

KEYS = frozenset({"k"})

WRITE_UNTIL_KILLED = """
import sys
from pathlib import Path
from search.engines.base import IndexDocument
from search.engines.tantivy import TantivyEngine

engine = TantivyEngine(Path(sys.argv[1]))
with engine.writer() as writer:
    for batch in range(10_000):
        writer.write([IndexDocument(id=f"{batch}-{n}", version=1, text="đất", keys=("k",)) for n in range(20)])
        print(batch, flush=True)
"""


@pytest.fixture
def engine(tmp_path):
    engine = TantivyEngine(tmp_path / "index")
    engine.ensure()
    return engine


def document(id: str, text: str = "đất", version: int = 1) -> IndexDocument:
    return IndexDocument(id=id, version=version, text=text, keys=("k",))


def total(engine: TantivyEngine, typed: str = "") -> int:
    return engine.search(Query(keys=KEYS, parsed=parse(typed))).total


def start_writer(engine: TantivyEngine) -> subprocess.Popen:
    program = [sys.executable, "-c", WRITE_UNTIL_KILLED, str(engine.folder)]
    return subprocess.Popen(program, stdout=subprocess.PIPE, text=True, cwd=os.getcwd())


@pytest.mark.parametrize("batches", [1, 2, 5, 12])
def test_a_writer_that_is_killed_loses_nothing_it_has_acknowledged(engine, batches):
    with start_writer(engine) as process:
        acknowledged = [int(process.stdout.readline()) for _ in range(batches)]
        process.send_signal(signal.SIGKILL)
        acknowledged += [int(line) for line in process.stdout.read().splitlines()]

    held = {held.id for held in engine.scan()}
    assert {f"{batch}-{n}" for batch in acknowledged for n in range(20)} <= held
    assert len(held) % 20 == 0, "a batch is there whole or not at all"
    with engine.writer() as writer:
        assert writer.write([document("after", "sau")]) == Written(applied=1)
    assert total(engine, "sau") == 1


def test_a_second_process_is_told_that_another_one_writes(engine):
    with start_writer(engine) as process:
        process.stdout.readline()
        with pytest.raises(WriterBusy), engine.writer():
            pass
        process.kill()
        process.stdout.read()

    with engine.writer():
        pass


def test_a_second_thread_is_told_too(engine):
    refused = []

    def write() -> None:
        try:
            with TantivyEngine(engine.folder).writer():
                pass
        except WriterBusy as busy:
            refused.append(busy)

    with engine.writer():
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()

    assert len(refused) == 1


def test_a_reader_sees_what_another_process_has_written_with_its_next_question(engine):
    reader = TantivyEngine(engine.folder)
    with engine.writer() as writer:
        for number in range(1, 5):
            writer.write([document(f"d{number}")])
            assert total(reader) == total(reader, "đất") == number


def test_a_reader_follows_a_swap(engine):
    reader = TantivyEngine(engine.folder)
    with engine.writer() as writer:
        writer.write([document("old", "cũ")])
        assert total(reader, "cũ") == 1
        for _ in range(3):
            writer.start_rebuild()
            writer.write_rebuild([document("new", "mới")])
            writer.finish_rebuild()
            assert (total(reader, "cũ"), total(reader, "mới")) == (0, 1)
    folders = list(engine.folder.glob("index-*"))
    assert len(folders) == 2, "the live one and the one before"


def test_of_a_batch_that_fails_nothing_slips_into_the_next_one(engine):
    impossible = document("wrong", version=2**70)
    with engine.writer() as writer:
        with pytest.raises(Exception, match=r"int|convert|large"):
            writer.write([document("half"), impossible])
        writer.write([document("whole")])

    assert [held.id for held in engine.scan()] == ["whole"]


def test_where_no_index_was_made_the_answer_is_not_nothing_found(tmp_path):
    engine = TantivyEngine(tmp_path / "none")

    with pytest.raises(IndexMissing):
        total(engine)
    assert not engine.health().ok


def test_an_index_whose_folder_is_gone_is_not_an_empty_one(engine):
    [folder] = engine.folder.glob("index-*")
    fresh = TantivyEngine(engine.folder)
    folder.rename(folder.with_name("away"))

    with pytest.raises(IndexMissing):
        total(fresh)
    assert not fresh.health().ok


def test_deletions_that_a_killed_writer_left_uncommitted_do_not_stop_the_next_one(engine):
    """Found by the drill: killed between writing deletions down and committing them, the index could never be written again."""
    with engine.writer() as writer:
        writer.write([document(str(n)) for n in range(20)])
    folder = next(engine.folder.glob("index-*"))
    meta = json.loads((folder / "meta.json").read_bytes())
    for segment in meta["segments"]:
        for stamp in range(meta["opstamp"] + 1, meta["opstamp"] + 200):
            (folder / f"{segment['segment_id'].replace('-', '')}.{stamp}.del").write_bytes(b"unfinished")

    with engine.writer() as writer:
        assert writer.write([document(str(n), text="nước", version=2) for n in range(20)]).applied == 20

    assert engine.search(Query(keys=KEYS, parsed=parse("nước"))).total == 20


def damage(path):
    path.write_bytes(b"\x00 damaged" * 9)


def test_a_damaged_index_is_the_engines_error_in_everything_that_is_asked(engine):
    with engine.writer() as writer:
        writer.write([document("a"), document("b")])
    for path in engine.folder.glob("index-*/*"):
        if path.suffix in {".term", ".idx", ".pos", ".store", ".fast", ".fieldnorm"}:
            damage(path)
    fresh = TantivyEngine(engine.folder)
    asked = Query(keys=KEYS, parsed=parse("đất"))

    for ask in (
        lambda: fresh.search(asked),
        lambda: fresh.counts(KEYS, [parse("đất")]),
        lambda: list(fresh.walk(asked)),
        lambda: list(fresh.scan()),
        lambda: fresh.versions(["a"]),
        lambda: fresh.count(),
    ):
        with pytest.raises(EngineError):
            ask()
    assert not fresh.health().ok


def test_a_damaged_description_of_an_index_is_the_engines_error(engine):
    damage(next(engine.folder.glob("index-*/meta.json")))

    with pytest.raises(EngineError):
        total(TantivyEngine(engine.folder), "đất")
    with pytest.raises(EngineError), TantivyEngine(engine.folder).writer() as writer:
        writer.write([document("a")])


@pytest.mark.parametrize("said", ["{", "[]", '{"live": "index-000001", "more": 1}', "null"])
def test_who_does_not_know_which_index_is_live_has_none_until_it_is_rebuilt(engine, said):
    (engine.folder / "state.json").write_text(said)

    with pytest.raises(IndexMissing):
        total(engine)
    assert not engine.exists()
    assert engine.health().missing
    assert not engine.resumable()
    with engine.writer() as writer:
        writer.start_rebuild()
        writer.write_rebuild([document("a")])
        writer.finish_rebuild()
    assert total(engine, "đất") == 1


def test_an_index_that_was_lost_is_built_under_another_name(engine):
    [folder] = engine.folder.glob("index-*")
    folder.rename(engine.folder / "away")
    assert not engine.exists()
    engine.ensure()
    assert not engine.exists(), "no empty one takes its place"

    with engine.writer() as writer:
        writer.start_rebuild()
        writer.finish_rebuild()
    assert engine.name_of("live") != folder.name
    assert engine.name_of("previous") is None
