"""The tray: every task of the person on every page, with what can be done about it; nobody else's, and no name that was closed to her."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from repository.clock import now
from repository.codes import JobState
from repository.jobs.engine import enqueue
from repository.jobs.products import making, told
from repository.models import Dossier, Job
from repository.pages.context import tray as tray_of

pytestmark = pytest.mark.django_db


def job(actor: Any, *, kind: str = "bulk", dossier: Any = None, **fields: Any) -> Job:
    made = enqueue(
        kind, actor.id, dossier=dossier, params={"act": "locate", "values": {}} if kind == "bulk" else {}, wake=False
    )
    Job.objects.filter(pk=made.pk).update(**{"total": 40, "done": 10, "started_at": now(), **fields})
    return Job.objects.get(pk=made.pk)


def ended(actor: Any, **fields: Any) -> Job:
    return job(actor, state=JobState.DONE, finished_at=now(), **{"done": 40, **fields})


def test_a_running_task_shows_its_figures_and_can_be_stopped(cast, client_of):
    made = job(cast.clerk, state=JobState.RUNNING, failed=2, started_at=now() - timedelta(minutes=1))
    browser = client_of(cast.clerk)
    text = browser.get("/jobs/tray/").content.decode()
    assert "10/40" in text and "2 hỏng" in text and "mỗi phút" in text and "còn khoảng" in text
    assert f"/jobs/{made.pk}/stop/" in text and f"/jobs/{made.pk}/#failed" in text and "data-running" in text


def test_what_has_ended_stays_until_it_is_put_away(cast, client_of):
    made = ended(cast.clerk)
    browser = client_of(cast.clerk)
    text = browser.get("/jobs/tray/").content.decode()
    assert str(made.pk) in text and f"/jobs/{made.pk}/take-back/" in text and "data-running" not in text
    answer = browser.post("/jobs/seen/", headers={"HX-Request": "true"})
    assert str(made.pk) not in answer.content.decode()
    assert str(made.pk) in browser.get("/jobs/").content.decode()
    later = ended(cast.clerk)
    assert str(later.pk) in browser.get("/jobs/tray/").content.decode()


def test_the_file_of_a_finished_task_is_one_press_away(cast, client_of, settings, tmp_path):
    settings.PRODUCTS = tmp_path
    made = ended(cast.clerk, kind="export")
    with making(made, "Hồ sơ.csv") as stream:
        stream.write(b"x")
    Job.objects.filter(pk=made.pk).update(result=told(made, "Hồ sơ.csv", "text/csv"))
    assert f"/jobs/{made.pk}/file/" in client_of(cast.clerk).get("/jobs/tray/").content.decode()


@pytest.mark.parametrize("who", ["outsider", "other_clerk", "administrator", "chief", "superuser"])
def test_nobody_elses_tasks_are_in_the_tray(who, cast, client_of):
    made = job(cast.clerk)
    assert str(made.pk) not in client_of(getattr(cast, who)).get("/jobs/tray/").content.decode()


def test_a_dossier_closed_to_the_person_since_is_named_neither_in_the_tray_nor_in_her_tasks(cast, records, client_of):
    dossier = records.dossier()
    Dossier.objects.filter(pk=dossier.pk).update(code="KHONGDUOCTHAY")
    made = job(cast.clerk, kind="intake", dossier=dossier, message="KHONGDUOCTHAY.pdf", state=JobState.RUNNING)
    browser = client_of(cast.clerk)
    addresses = ("/jobs/tray/", "/jobs/", f"/jobs/{made.pk}/")
    assert all("KHONGDUOCTHAY" in browser.get(address).content.decode() for address in addresses)
    Dossier.objects.filter(pk=dossier.pk).update(secrecy=1)
    for address in addresses:
        text = browser.get(address).content.decode()
        assert str(made.pk) in text and "KHONGDUOCTHAY" not in text


def test_who_sees_jobs_sees_those_of_the_archive_as_figures_without_names(cast, records, client_of):
    dossier = records.dossier()
    Dossier.objects.filter(pk=dossier.pk).update(code="KHONGDUOCTHAY")
    job(cast.clerk, kind="intake", dossier=dossier, message="KHONGDUOCTHAY.pdf", done=17)
    for who in (cast.administrator, cast.auditor):
        text = client_of(who).get("/jobs/?all=1").content.decode()
        assert "17/40" in text and "KHONGDUOCTHAY" not in text
    assert "17/40" not in client_of(cast.other_clerk).get("/jobs/?all=1").content.decode()


def test_the_tray_costs_at_most_three_queries(cast, records):
    for _ in range(30):
        ended(cast.clerk)
    job(cast.clerk, kind="intake", dossier=records.dossier(), state=JobState.RUNNING)
    actor = cast.clerk
    with CaptureQueriesContext(connection) as asked:
        found = tray_of(actor)
    assert len(asked) <= 3, [query["sql"][:80] for query in asked]
    assert len(found["jobs"]) == 10
