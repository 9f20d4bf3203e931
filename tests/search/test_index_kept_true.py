"""The index held against the database, put right, built anew and taken back; what is asked meanwhile is answered."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from repository.codes import JobState
from repository.ids import new_id
from repository.jobs.engine import enqueue
from repository.jobs.outcomes import Again
from repository.jobs.run import run_to_end
from repository.models import Document, Job
from search import outbox
from search.comparison import compare
from search.engines.base import Deletion, EngineError, IndexDocument, IndexMissing, WriterBusy
from search.index_jobs import COMPARE, REBUILD, RETURN, work_rebuild, work_return
from search.indexer import drain, engine
from search.models import IndexCheck, Outbox
from search.rebuild import IndexDiffers, go_back, reindex
from search.service import find

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_profiles]


@pytest.fixture
def four(records):
    """Four documents that the index has."""
    dossier = records.dossier()
    made = [records.document(dossier, subject=f"Phòng chống thiên tai số {n}", number=str(n + 1)) for n in range(4)]
    drain()
    return made


def write(*changes):
    with engine().writer() as writer:
        writer.write(changes)
        writer.refresh()


def found(typed, actor):
    return {hit.document for hit in find(typed, actor=actor).hits}


def as_reported(check):
    return check.missing, check.stale, check.extra, check.repaired


def drift(four):
    """One document lost, one otherwise, one never heard of, and one in the index that is none."""
    lost, changed, unheard, _ = four
    stranger = new_id()
    held = engine().versions([str(lost.pk)])[str(lost.pk)]
    write(
        Deletion(str(lost.pk), held.version), IndexDocument(id=str(stranger), version=5, title="thiên tai", keys=("k",))
    )
    Document.objects.filter(pk=changed.pk).update(subject="Ứng phó bão")
    Outbox.objects.filter(pk=unheard.pk).delete()
    return {str(lost.pk): "missing", str(changed.pk): "stale", str(unheard.pk): "stale", str(stranger): "extra"}


def test_an_index_that_is_as_the_database_has_no_differences(four):
    whole = compare()
    assert (whole.documents, whole.held, whole.differing) == (4, 4, 0)


def test_what_is_missing_stale_or_too_many_is_named_and_put_right(four, cast):
    wrong = drift(four)

    seen = compare()
    assert {one["id"]: one["what"] for one in seen.named} == wrong
    assert compare().differing == 4, "looking alone changes nothing"

    assert as_reported(compare(repair=True)) == (1, 2, 1, 4)
    drain()

    assert compare().differing == 0
    assert found("thien tai", cast.reader) == {four[0], four[2], four[3]}
    assert found("ứng phó bão", cast.reader) == {four[1]}


def test_what_only_waits_for_the_indexer_is_no_difference(four, records, cast):
    from repository.actions.confirm_document import confirm_document

    confirm_document(four[0].pk, {"subject": "Ứng phó bão số 9"}, actor=cast.clerk)
    records.document(four[0].placements.get().dossier, subject="Mới")

    assert outbox.lag()[0] == 2
    assert compare().differing == 0


def test_a_database_restored_beside_a_newer_index_wins(four, cast):
    held = engine().versions([str(four[0].pk)])[str(four[0].pk)]
    ahead = held.version + 10**15
    write(IndexDocument(id=str(four[0].pk), version=ahead, title="của ngày mai", keys=("k",)))

    assert compare(repair=True).stale == 1
    drain()

    assert compare().differing == 0
    assert engine().versions([str(four[0].pk)])[str(four[0].pk)].version > ahead
    assert four[0] in found("thiên tai", cast.reader)


def test_the_nights_comparison_keeps_a_report_that_administrators_read(four, cast, client_of):
    wrong = drift(four)
    call_command("nightly")
    check = IndexCheck.objects.get()
    assert as_reported(check) == (1, 2, 1, 4)
    assert (check.job.kind, check.job.state, check.job.result["repaired"]) == (COMPARE, JobState.DONE, 4)

    page = client_of(cast.administrator).get("/search/index/").content.decode()

    assert all(id in page for id in wrong)
    assert four[1].subject not in page
    assert "/search/index/" in client_of(cast.administrator).get("/").content.decode()
    for nobody in (cast.reader, cast.clerk, cast.stranger):
        assert client_of(nobody).get("/search/index/").status_code in (403, 404)
        assert client_of(nobody).post("/search/index/rebuild/").status_code in (403, 404)
    assert client_of(cast.archivist).post("/search/index/compare/").status_code in (403, 404)


def test_the_administrator_has_it_compared_and_built_anew_one_at_a_time(four, cast, client_of):
    client = client_of(cast.administrator)
    assert client.post("/search/index/compare/").status_code == 302
    assert client.post("/search/index/rebuild/").status_code == 409, "one work on the index at a time"
    assert run_to_end(Job.objects.get(kind=COMPARE).pk).state == JobState.DONE
    assert client.post("/search/index/return/").status_code == 409, "nothing to return to"
    assert client.post("/search/index/rebuild/").status_code == 302
    assert client.get("/search/index/").context["running"] is not None
    job = run_to_end(Job.objects.get(kind=REBUILD).pk)
    assert (job.state, job.result) == (JobState.DONE, {"documents": 4})
    assert (job.done, job.total) == (12, 12), "read once, compared twice over"
    assert client.post("/search/index/return/").status_code == 302


def test_the_command_says_by_its_exit_whether_index_and_database_are_one(four, capsys):
    call_command("compare_index")
    drift(four)
    with pytest.raises(CommandError, match="repair"):
        call_command("compare_index")
    call_command("compare_index", "--repair", "--json")
    assert compare().differing == 0


def test_while_the_index_is_rebuilt_it_is_asked_and_changed(four, records, cast, monkeypatch):
    from datetime import timedelta

    from repository.actions.confirm_document import confirm_document

    monkeypatch.setattr("search.rebuild.KEEP_UP_EVERY", timedelta(0))
    monkeypatch.setattr("search.rebuild.STRETCH", 1)
    monkeypatch.setattr("search.comparison.BATCH", 1)
    answers = []

    def meanwhile(done: int, total: int) -> None:
        step = len(answers)
        if step == 1:
            confirm_document(four[0].pk, {"subject": "Ứng phó bão số 9"}, actor=cast.clerk)
        if step == 2:
            assert outbox.lag()[0] == 0, "who rebuilds writes what changes, to both"
            assert found("ứng phó", cast.reader) == {four[0]}
            records.document(four[0].placements.get().dossier, subject="Thiên tai, bản mới")
        answers.append(len(found("thiên tai", cast.reader)))

    assert reindex(meanwhile) == 5
    assert len(answers) > 6
    assert set(answers[2:]) <= {3, 4}
    assert min(answers) >= 3, "no moment without an answer"
    assert compare().differing == 0
    assert len(found("thiên tai", cast.reader)) == 4


def test_an_index_that_differs_does_not_take_the_place(four, cast, monkeypatch):
    writer = type(engine().writer().__enter__()) if engine().name == "elasticsearch" else None
    if writer is None:
        from search.engines.tantivy import TantivyWriter as writer
    whole = writer.write_rebuild
    dropped = str(four[2].pk)
    monkeypatch.setattr(
        writer, "write_rebuild", lambda self, changes: whole(self, [one for one in changes if one.id != dropped])
    )
    with pytest.raises(IndexDiffers):
        reindex()
    assert four[2] in found("thiên tai", cast.reader), "the old one serves"
    job = run_to_end(enqueue(REBUILD, None, params={"fresh": True}, wake=False).pk)
    assert (job.state, job.reason) == (JobState.FAILED, "index-differs")

    monkeypatch.undo()
    assert reindex() == 4


def test_a_rebuild_that_was_cut_off_goes_on_where_it_was(four, cast, monkeypatch):
    monkeypatch.setattr("search.rebuild.STRETCH", 1)
    monkeypatch.setattr("search.rebuild.COMMIT", 1)

    class CutOff(Exception):
        pass

    def cut(done: int, total: int) -> None:
        if done == 2:
            raise CutOff

    with pytest.raises(CutOff):
        reindex(cut)
    engine().refresh()
    assert engine().resumable()
    assert engine().count("rebuild") == 2
    Document.objects.filter(pk=four[0].pk).update(subject="Đổi khi không ai hay")

    read = []
    monkeypatch.setattr("search.rebuild.prepared", lambda batches, n: prepared_and_noted(batches, n, read))
    assert reindex() == 4
    assert len(read) == 2, "what the new index had was not read again"
    assert found("đổi khi không ai hay", cast.reader) == {four[0]}, "and was compared all the same"


def prepared_and_noted(batches, processes, read):
    from search.preparing import prepared

    for changes in prepared(batches, processes):
        read.extend(changes)
        yield changes


def test_the_earlier_index_comes_back_level_with_the_database(four, records, cast):
    with pytest.raises(IndexMissing):
        go_back()
    reindex()
    Document.objects.filter(pk=four[3].pk).update(subject="Ứng phó bão")
    records.document(four[0].placements.get().dossier, subject="Thiên tai, bản mới")
    outbox.put([four[3].pk])
    drain()

    call_command("reindex", "--go-back")

    assert compare().differing == 0
    assert found("ứng phó", cast.reader) == {four[3]}
    assert len(found("thiên tai", cast.reader)) == 4
    assert engine().health().kept


class Killed(BaseException):
    """As a worker that is ended: nothing of it is caught."""


def taken_up(job):
    """The job in the hands of the next worker."""
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, attempt=job.attempt + 1)
    job.refresh_from_db()
    return job


@pytest.mark.parametrize(("kind", "work"), [(REBUILD, work_rebuild), (RETURN, work_return)])
def test_killed_after_the_swap_nothing_is_done_twice(four, cast, monkeypatch, kind, work):
    reindex()
    job = taken_up(enqueue(kind, None, params={"fresh": True}, wake=False))

    def killed():
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("search.rebuild.after_swap", killed)
        with pytest.raises(Killed):
            work(job)
    live, kept = engine().name_of("live"), engine().name_of("previous")

    assert work(taken_up(job))() == {"documents": 4}
    assert (engine().name_of("live"), engine().name_of("previous")) == (live, kept)
    assert not engine().health().rebuilding


def test_killed_before_the_swap_the_way_back_goes_on(four, cast, monkeypatch):
    first = engine().name_of("live")
    reindex()
    job = taken_up(enqueue(RETURN, None, wake=False))

    def killed(*_):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("search.rebuild._level", killed)
        with pytest.raises(Killed):
            work_return(job)

    assert work_return(taken_up(job))() == {"documents": 4}
    assert engine().name_of("live") == first


def test_a_fresh_rebuild_that_had_to_wait_is_fresh_all_the_same(four, monkeypatch):
    with engine().writer() as writer:
        writer.start_rebuild()
    job = taken_up(enqueue(REBUILD, None, params={"fresh": True}, wake=False))

    def busy():
        raise WriterBusy

    with monkeypatch.context() as patched:
        patched.setattr("search.rebuild.writer_when_free", busy)
        with pytest.raises(Again):
            work_rebuild(job)

    began = []
    monkeypatch.setattr("search.rebuild._everything", lambda resumed: began.append(resumed) or iter(()))
    assert work_rebuild(taken_up(job))() == {"documents": 4}
    assert began == [False], "what somebody left half built is not gone on with"
    assert engine().name_of("rebuild") is None


def test_a_rebuild_is_given_up_without_a_trace(four, cast, client_of):
    with engine().writer() as writer:
        writer.start_rebuild()
    client = client_of(cast.administrator)
    assert client.post("/search/index/return/").status_code == 409
    assert client.post("/search/index/give-up/").status_code == 302
    assert not engine().health().rebuilding
    assert len(found("thiên tai", cast.reader)) == 4


def test_the_page_says_that_the_engine_is_away(four, cast, client_of, monkeypatch):
    def away():
        raise EngineError(f"no answer {uuid4()}")

    monkeypatch.setattr("search.pages.index.engine", away)
    page = client_of(cast.administrator).get("/search/index/")
    assert page.status_code == 200
    assert page.context["state"].ok is False
