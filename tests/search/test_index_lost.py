"""An index that was lost is not an empty one: nobody is told that nothing is found, and it is built anew."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.conf import settings as configured

from repository.codes import JobState
from repository.jobs.engine import enqueue
from repository.jobs.outcomes import Again
from repository.jobs.run import run_to_end
from repository.models import Job
from search import indexer
from search.alerts.looking import look
from search.comparison import compare
from search.engines.base import IndexMissing
from search.index_jobs import COMPARE, REBUILD
from search.indexer import drain, engine
from search.models import Alert, SavedSearch
from search.service import find
from search.tasks import index

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_profiles]


@pytest.fixture
def two(records):
    dossier = records.dossier()
    made = [records.document(dossier, subject=f"Phòng chống thiên tai số {n}", number=f"{n + 7}") for n in range(2)]
    drain()
    return made


def lose():
    """What an operator's mistake or a lost disk does; then the processes start again."""
    if configured.ELASTICSEARCH_URL:
        one = engine()
        one.client.indices.delete(index=one.name_of("live"))
    else:
        shutil.rmtree(Path(configured.INDEX))
    indexer._engine.cache_clear()


def test_a_lost_index_is_built_anew_and_until_then_nothing_calls_itself_level(two, records, cast, client_of):
    lose()
    new = records.document(two[0].placements.get().dossier, subject="Thiên tai, bản mới")

    for _ in range(2):
        with pytest.raises(IndexMissing):
            find("thiên tai", actor=cast.reader)
        page = client_of(cast.reader).get("/search/", {"q": "thien tai"})
        assert page.status_code == 503
        assert {one["title"] for one in page.context["hits"]} == {one.subject for one in (*two, new)}
        index()
        # The task has come and gone, and no process has made an empty one.
        indexer._engine.cache_clear()
    with pytest.raises(IndexMissing):
        drain()
    page = client_of(cast.administrator).get("/search/index/")
    assert page.context["state"].missing
    assert "no index" in page.context["behind"] or "chưa có" in page.context["behind"]
    assert page.context["running"] is not None, "the rebuild began by itself"

    job = Job.objects.get(kind=REBUILD)
    assert run_to_end(job.pk).state == JobState.DONE
    assert {hit.document for hit in find("thiên tai", actor=cast.reader).hits} == {*two, new}
    assert compare().differing == 0
    assert not client_of(cast.administrator).get("/search/index/").context["state"].missing


def test_a_lost_index_is_not_built_again_and_again(two, monkeypatch):
    lose()
    index()
    job = Job.objects.get(kind=REBUILD)
    Job.objects.filter(pk=job.pk).update(state=JobState.FAILED, finished_at=job.created_at)
    index()
    assert Job.objects.filter(kind=REBUILD).count() == 1


def test_alerts_and_the_nights_comparison_do_not_take_a_lost_index_for_an_empty_one(two, cast):
    from repository.clock import now

    kept = SavedSearch.objects.create(
        owner=cast.reader.user, name="Thiên tai", query="q=thi%C3%AAn+tai", created_at=now()
    )
    alert = Alert.objects.create(search=kept, since=now())
    lose()

    with pytest.raises(Again):
        look(alert.pk)
    job = run_to_end(enqueue(COMPARE, None, wake=False).pk)
    assert (job.state, job.reason) == (JobState.FAILED, "no-index")


def test_the_first_start_of_an_empty_archive_just_begins(db, cast):
    assert engine().exists()
    assert find("thiên tai", actor=cast.reader).total == 0
