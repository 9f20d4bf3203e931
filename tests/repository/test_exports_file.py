"""The file a job left goes to the person who asked for it, and to nobody else."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import pytest

from repository.clock import now
from repository.codes import JobState
from repository.jobs.engine import enqueue
from repository.jobs.nightly import start_all
from repository.jobs.products import KEPT, KIND, clear_away, making, told
from repository.jobs.run import run_to_end
from repository.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(cast: Any, settings: Any, tmp_path: Any) -> Job:
    settings.PRODUCTS = tmp_path / "products"
    job = enqueue(KIND, cast.clerk.id, wake=False)
    with making(job, "Danh sách.csv") as stream:
        stream.write(b"ma;tieu de\n")
    Job.objects.filter(pk=job.pk).update(state=JobState.DONE, result=told(job, "Danh sách.csv", "text/csv"))
    return Job.objects.get(pk=job.pk)


def test_who_asked_for_it_gets_the_file_as_an_attachment(made, cast, client_of):
    answer = client_of(cast.clerk).get(f"/jobs/{made.pk}/file/")
    assert b"".join(answer.streaming_content) == b"ma;tieu de\n"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Length"] == "11"
    assert "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("who", ["outsider", "stranger", "superuser", "administrator", "chief", "other_clerk"])
def test_for_everybody_else_there_is_no_such_file(who, made, cast, client_of):
    assert client_of(getattr(cast, who)).get(f"/jobs/{made.pk}/file/").status_code == 404


def test_a_file_that_was_cleared_away_says_so_and_how_to_get_it_again(made, cast, client_of, settings):
    folder = settings.PRODUCTS / str(made.pk)
    old = (now() - KEPT - timedelta(hours=1)).timestamp()
    os.utime(folder, (old, old))
    assert clear_away() == 1
    answer = client_of(cast.clerk).get(f"/jobs/{made.pk}/file/")
    assert answer.status_code == 409
    assert "bảy ngày" in answer.content.decode() or "seven days" in answer.content.decode()


def test_every_night_old_files_go_and_young_ones_stay(made, settings):
    night = next(job for job in start_all() if job.kind == KIND and job.actor_id is None)
    assert run_to_end(night.pk).result == {"removed": 0}
    assert (settings.PRODUCTS / str(made.pk)).is_dir()
