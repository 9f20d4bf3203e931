"""One document that is too heavy, or that the engine refuses, does not keep the others out of the index."""

from __future__ import annotations

from datetime import timedelta

import pytest

from repository.actions.confirm_document import confirm_document
from repository.clock import clock_at, now
from repository.codes import JobState
from repository.jobs.engine import enqueue
from repository.jobs.run import run_to_end
from repository.models import Extraction, File
from search import outbox, writing
from search.comparison import compare
from search.engines.base import EngineError
from search.index_jobs import REBUILD
from search.indexer import drain
from search.models import SetAside
from search.service import find

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_profiles]

REFUSED = "666"


@pytest.fixture
def five(records):
    dossier = records.dossier()
    return [
        records.document(dossier, subject=f"Phòng chống thiên tai số {n}", number=REFUSED if n == 2 else str(n + 1))
        for n in range(5)
    ]


@pytest.fixture
def refusing(monkeypatch):
    """Of one number no row can be made."""
    from search.engines import rows

    whole = rows.own_forms

    def refuse(number: str):
        if REFUSED in number:
            raise ValueError(f"a row of {number}")
        return whole(number)

    with monkeypatch.context() as patched:
        patched.setattr(rows, "own_forms", refuse)
        yield patched


def found(typed, actor):
    return {hit.document for hit in find(typed, actor=actor).hits}


def give_text(document, text):
    file = File.objects.get(version__document=document)
    Extraction.objects.create(file=file, text=text, engine="thử", made_at=now())
    outbox.put([document.pk])


def test_one_refused_document_is_set_aside_told_and_tried_again_later(five, refusing, cast, client_of):
    bad = five[2]
    drain()
    assert found("thiên tai", cast.reader) == set(five) - {bad}
    row = SetAside.objects.get()
    assert (row.pk, row.attempts) == (bad.pk, 1)
    assert outbox.lag() == (0, 0.0), "what rests is told of by itself"
    page = client_of(cast.administrator).get("/search/index/")
    assert page.context["refused_total"] == 1
    said = page.content.decode()
    assert str(bad.pk) in said
    assert bad.subject not in said

    assert drain() == 0, "not at once"
    with clock_at(row.again_at + timedelta(seconds=1)):
        assert drain() == 0
        assert SetAside.objects.get().attempts == 2
        assert SetAside.objects.get().again_at > row.again_at + timedelta(minutes=19), "ever later"


def test_a_refused_document_that_changes_is_tried_at_once(five, refusing, cast):
    drain()
    refusing.undo()
    assert drain() == 0
    confirm_document(five[2].pk, {"subject": "Phòng chống thiên tai, sửa"}, actor=cast.clerk)

    assert drain() == 1
    assert not SetAside.objects.exists()
    assert found("thiên tai", cast.reader) == set(five)
    assert compare().differing == 0


def test_a_refused_document_does_not_keep_a_rebuild_from_its_end(five, refusing, cast):
    job = run_to_end(enqueue(REBUILD, None, params={"fresh": True}, wake=False).pk)

    assert (job.state, job.message) == (JobState.DONE, "")
    assert found("thiên tai", cast.reader) == set(five) - {five[2]}
    assert SetAside.objects.get().pk == five[2].pk


def test_an_engine_that_takes_nothing_sets_no_archive_aside(records, monkeypatch):
    from search.engines import rows

    dossier = records.dossier()
    for _ in range(4):
        records.document(dossier)
    monkeypatch.setattr(writing, "IN_A_ROW", 2)
    monkeypatch.setattr(rows, "own_forms", lambda number: 1 // 0)
    with pytest.raises(EngineError, match="nothing is taken"):
        drain()
    assert SetAside.objects.count() == 2
    assert outbox.lag()[0] == 2


def test_texts_are_read_in_pieces_that_memory_holds(five, cast, monkeypatch):
    for document in five:
        give_text(document, "mưa lũ " * 10)
    monkeypatch.setattr(writing, "PIECE", 150)
    read = []
    whole = writing.assemble
    monkeypatch.setattr(writing, "assemble", lambda some: read.append(len(some)) or whole(some))

    drain()

    assert read == [2, 2, 1]
    assert found("mưa lũ", cast.reader) == set(five)


def test_of_a_very_long_document_the_beginning_is_found(five, cast, monkeypatch):
    monkeypatch.setattr("search.assembly.LONGEST_TEXT", 20)
    give_text(five[0], "Bắt đầu là mưa lũ. Rất lâu sau mới nói đến hạn hán.")

    drain()

    assert found("bắt đầu", cast.reader) == {five[0]}
    assert found("hạn hán", cast.reader) == set()
    assert compare().differing == 0
