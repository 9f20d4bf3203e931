"""Signatures of many files checked again: over a list, a choice or a search, stopped and gone on with, and only of what the person may see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from repository.clock import now
from repository.codes import Indication, JobState
from repository.jobs.engine import work
from repository.jobs.run import run_to_end
from repository.models import Document, File, FileStatus, Grant, Job, Membership, Verification
from repository.registry import settled
from signing.batches import work as batch_work
from signing.batches.start import start_batch
from signing.models import Batch, BatchRow
from signing.models.batches import Outcome
from signing.validation.run import validate_file

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]
EVERYTHING = {"kind": "documents", "query": {}}


@pytest.fixture
def pdfs(records, cast, monkeypatch, tmp_path) -> list[Document]:
    """Papers whose verdict the test says; the engine itself is tried elsewhere."""
    dossier = records.dossier()
    made = [records.document(dossier, mime="application/pdf", name=f"{n}.pdf") for n in range(4)]
    commune = records.dossier(by=cast.outsider, entry=cast.world.commune_entry)
    records.document(commune, by=cast.outsider, mime="application/pdf", name="xa.pdf", subject="Việc riêng của xã")
    FileStatus.objects.update(indication=Indication.PASSED, verified_at=now() - timedelta(days=9))
    looked_at: list[Any] = []

    def look(file: File, judge: Any) -> Any:
        from repository.bytes import path_for

        looked_at.append(file.pk)
        return validate_file(path_for(file))

    monkeypatch.setattr(batch_work, "look_again", look)
    return made


def chosen(client: Any, **given: Any) -> Batch:
    answer = client.post(reverse("list_bulk", args=["documents"]), {"act": "verify", "query": "", "go": "1", **given})
    assert answer.status_code == 302, answer.content.decode()
    batch = Batch.objects.latest("pk")
    assert answer.url == reverse("batch", args=[batch.pk])
    return batch


def files_of(batch: Batch) -> set[Any]:
    return set(BatchRow.objects.filter(batch=batch).values_list("file__version__document", flat=True))


def test_the_list_says_what_will_happen_then_checks_all_that_fits_it(pdfs, cast, client_of):
    client = client_of(cast.auditor)
    form = {"act": "verify", "query": "", "everything": "1"}
    asked = client.post(reverse("list_bulk", args=["documents"]), form)
    assert asked.status_code == 200
    assert not Batch.objects.exists()
    batch = chosen(client, everything="1")
    assert run_to_end(batch.job_id).state == JobState.DONE
    assert files_of(batch) == {one.pk for one in pdfs}
    assert Verification.objects.filter(reason="batch").count() == 4
    # They are no PDFs: what was called passed is not determined now.
    page = client.get(reverse("batch", args=[batch.pk]))
    assert [(one["before"], one["after"], one["count"]) for one in page.context["moves"]] == [
        (Indication.PASSED, Indication.INDETERMINATE, 4)
    ]
    assert page.content.decode().count("data-row-link") == 4


def test_a_few_left_out_of_all_are_left_out(pdfs, cast, client_of):
    batch = chosen(client_of(cast.auditor), everything="1", left_out=str(pdfs[0].pk))
    run_to_end(batch.job_id)
    assert files_of(batch) == {one.pk for one in pdfs[1:]}


def test_those_picked_by_hand_are_checked_and_no_others(pdfs, cast, client_of):
    batch = chosen(client_of(cast.auditor), pick=[str(pdfs[1].pk), str(pdfs[2].pk)])
    run_to_end(batch.job_id)
    assert files_of(batch) == {pdfs[1].pk, pdfs[2].pk}


def test_all_that_a_search_finds_is_checked_from_its_page(pdfs, cast, client_of):
    Document.objects.filter(pk__in=[one.pk for one in pdfs[:2]]).update(subject="Bảo đảm trật tự đô thị")
    from repository.registry import documents_changed

    documents_changed([one.pk for one in pdfs])
    settled()
    client = client_of(cast.auditor)
    page = client.get(reverse("search"), {"q": "trat tu do thi"})
    url = next(act["url"] for act in page.context["acts"] if "verify" in act["url"])
    asked = client.get(url)
    assert "trat tu do thi" in asked.content.decode()
    answer = client.post(reverse("verify_found"), {"search": asked.context["query"]})
    batch = Batch.objects.get()
    assert answer.url == reverse("batch", args=[batch.pk])
    run_to_end(batch.job_id)
    assert files_of(batch) == {one.pk for one in pdfs[:2]}


def test_one_that_was_stopped_goes_on_where_it_was_and_checks_nothing_twice(pdfs, cast, client_of, monkeypatch):
    client = client_of(cast.auditor)
    batch = start_batch(EVERYTHING, actor=cast.auditor)
    checked = batch_work.check

    def stop_after_two(job: Job, *args: Any) -> Any:
        outcome = checked(job, *args)
        if BatchRow.objects.exclude(outcome=Outcome.WAITING).count() == 2:
            client.post(reverse("job_stop", args=[job.pk]))
        return outcome

    monkeypatch.setattr(batch_work, "check", stop_after_two)
    work(batch.job_id)
    monkeypatch.setattr(batch_work, "check", checked)
    batch.refresh_from_db()
    assert batch.job.state == JobState.CANCELLED
    assert Verification.objects.filter(reason="batch").count() == 2
    page = client.get(reverse("batch", args=[batch.pk]))
    assert reverse("batch_resume", args=[batch.pk]) in page.content.decode()
    client.post(reverse("batch_resume", args=[batch.pk]))
    batch.refresh_from_db()
    assert run_to_end(batch.job_id).done == 4
    assert Verification.objects.filter(reason="batch").count() == 4
    assert client.post(reverse("batch_resume", args=[batch.pk])).status_code == 409


def test_one_that_was_killed_while_it_gathered_goes_on_from_its_cursor(pdfs, cast, monkeypatch):
    monkeypatch.setattr("signing.scope.STEP", 1)
    batch = start_batch(EVERYTHING, actor=cast.auditor)
    gathered = batch_work.gather
    seen: list[Any] = []

    def once_only(batch: Batch, documents: list[Any], actor: Any) -> int:
        if len(seen) == 2:
            seen.append(None)
            raise KeyboardInterrupt
        seen.append(documents)
        return gathered(batch, documents, actor)

    monkeypatch.setattr(batch_work, "gather", once_only)
    with pytest.raises(KeyboardInterrupt):
        work(batch.job_id)
    # The sweeper gives the row to another worker once its lease has run out.
    Job.objects.filter(pk=batch.job_id).update(state=JobState.QUEUED, lease_until=None)
    monkeypatch.setattr(batch_work, "gather", lambda *args: seen.append(args[1]) or gathered(*args))
    assert run_to_end(batch.job_id).done == 4
    assert sorted(pk for one in seen if one for pk in one) == sorted(one.pk for one in pdfs)


def test_rights_that_ended_meanwhile_leave_the_rest_out(pdfs, cast, monkeypatch):
    monkeypatch.setattr(batch_work, "STEP", 1)
    batch = start_batch(EVERYTHING, actor=cast.auditor)
    checked = batch_work.check

    def end_role(job: Job, *args: Any) -> Any:
        Membership.objects.filter(user=cast.user("auditor")).update(valid_until=now().date())
        return checked(job, *args)

    monkeypatch.setattr(batch_work, "check", end_role)
    run_to_end(batch.job_id)
    outcomes = sorted(BatchRow.objects.values_list("outcome", flat=True))
    assert outcomes == [Outcome.CHANGED, *[Outcome.LEFT_OUT] * 3]


def test_a_file_whose_bytes_are_gone_is_told_and_the_others_are_checked(pdfs, cast, monkeypatch, client_of):
    from repository.bytes import BytesMissing

    look, lost = batch_work.look_again, File.objects.get(version__document=pdfs[0])

    def missing(file: File, judge: Any) -> Any:
        if file.pk == lost.pk:
            raise BytesMissing("gone")
        return look(file, judge)

    monkeypatch.setattr(batch_work, "look_again", missing)
    batch = start_batch(EVERYTHING, actor=cast.auditor)
    job = run_to_end(batch.job_id)
    assert (job.done, job.failed) == (3, 1)
    assert BatchRow.objects.get(file=lost).outcome == Outcome.MISSING
    narrowed = client_of(cast.auditor).get(reverse("batch", args=[batch.pk]), {"outcome": Outcome.MISSING})
    assert [one["document"] for one in narrowed.context["rows"]] == [pdfs[0]]


def test_who_may_only_read_by_a_grant_has_nothing_checked(pdfs, cast):
    Grant.objects.create(
        user=cast.user("outsider"),
        document=pdfs[0],
        reason="Xem",
        given_at=now() - timedelta(days=1),
        expires_at=now() + timedelta(days=1),
    )
    batch = start_batch(EVERYTHING, actor=cast.outsider)
    run_to_end(batch.job_id)
    assert {row.file.name for row in BatchRow.objects.select_related("file")} == {"xa.pdf"}


@pytest.fixture
def mine(pdfs, cast) -> Batch:
    batch = start_batch(EVERYTHING, actor=cast.auditor)
    run_to_end(batch.job_id)
    return batch


@pytest.mark.parametrize("who", ["outsider", "chief", "administrator", "stranger", "superuser"])
def test_the_result_is_hers_alone(who, mine, cast, client_of):
    client = client_of(getattr(cast, who))
    assert client.get(reverse("batch", args=[mine.pk])).status_code == 404
    assert client.post(reverse("batch_resume", args=[mine.pk])).status_code == 404


@pytest.mark.parametrize("who", ["reader", "administrator", "stranger"])
def test_checks_of_many_are_closed_to(who, pdfs, cast, client_of):
    client = client_of(getattr(cast, who))
    assert client.get(reverse("batches")).status_code == 404
    assert client.post(reverse("verify_found"), {"search": "q=a"}).status_code == 404
    form = {"act": "verify", "query": "", "everything": "1", "go": "1"}
    assert client.post(reverse("list_bulk", args=["documents"]), form).status_code in (403, 404)
    assert not Batch.objects.exists()


def test_what_was_closed_to_her_since_is_not_named(mine, pdfs, cast, client_of):
    Document.objects.filter(pk=pdfs[0].pk).update(secrecy=2)
    body = client_of(cast.auditor).get(reverse("batch", args=[mine.pk])).content.decode()
    assert pdfs[0].subject not in body
    assert pdfs[1].subject in body


def test_pages_of_a_result_follow_each_other_without_a_gap(mine, cast, client_of, monkeypatch):
    monkeypatch.setattr("signing.pages.batches.STEP", 3)
    client, seen, url = client_of(cast.auditor), [], reverse("batch", args=[mine.pk])
    context = client.get(url).context
    while True:
        seen += [one["row"].pk for one in context["rows"]]
        if not context["next_url"]:
            break
        context = client.get(url + context["next_url"]).context
    assert sorted(seen) == sorted(BatchRow.objects.values_list("pk", flat=True))


def test_the_list_of_them_asks_no_more_for_many(mine, cast, client_of, django_assert_max_num_queries):
    for _ in range(5):
        start_batch(EVERYTHING, actor=cast.auditor)
    with django_assert_max_num_queries(30):
        client_of(cast.auditor).get(reverse("batches"))
