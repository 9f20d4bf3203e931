"""The nightly run over sealed files: one that cannot be judged does not keep the others from it."""

from datetime import timedelta

import pytest

from repository.clock import now
from repository.codes import Indication
from repository.jobs.engine import enqueue
from repository.jobs.run import run_to_end
from repository.models import File, FileStatus, Verification
from signing.validation.run import validate_file
from signing.watch import KIND

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]


def test_a_file_whose_bytes_changed_is_passed_over_and_those_after_it_are_judged(records, tmp_path, monkeypatch):
    records.sealed_row()
    first, second = File.objects.order_by("pk")
    FileStatus.objects.update(indication=Indication.INDETERMINATE, verified_at=now() - timedelta(days=9))
    FileStatus.objects.filter(file=second).update(verified_at=now() - timedelta(days=1))
    # Texts stand in for papers: what is judged here is only whose bytes they are.
    damaged = tmp_path / "damaged"
    damaged.write_bytes(b"other bytes")
    sound = {second.sha256: second}

    def look(file, judge):
        from repository.bytes import path_for

        return validate_file(path_for(file) if file.sha256 in sound else damaged)

    monkeypatch.setattr("signing.watch.look_again", look)
    job = run_to_end(enqueue(KIND, None).pk)
    assert (job.state, job.result["verified"], job.result["missing"]) == ("done", 1, 1)
    assert list(Verification.objects.values_list("file_id", flat=True)) == [second.pk]
    assert not Verification.objects.filter(file=first).exists()
