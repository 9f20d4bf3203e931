"""Acts on many records at once: what fails says why, what can be undone is, and a killed worker doubles nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from repository.clock import now
from repository.codes import DossierState, ItemState, JobState
from repository.jobs.engine import claim_item
from repository.jobs.run import run_to_end
from repository.jobs.sweeper import sweep
from repository.lists.acts import ACTS
from repository.lists.bulk import KIND, UNDO
from repository.models import Document, Dossier, Event, Hold, Job, JobItem, Membership
from repository.registry import registry

pytestmark = pytest.mark.django_db


def send(browser: Any, act: str, rows: Any = (), *, listed: str = "dossiers", **more: str) -> Any:
    picked = ",".join(str(row.pk) for row in rows)
    return browser.post(f"/lists/{listed}/bulk/", {"act": act, "picked": picked, "query": "", "go": "1", **more})


def newest(kind: str = KIND) -> Job:
    return Job.objects.filter(kind=kind).order_by("-pk")[0]


def test_before_anything_happens_the_page_says_what_will_and_to_how_many(cast, records, client_of):
    rows = [records.submitted(), records.submitted()]
    picked = ",".join(str(row.pk) for row in rows)
    answer = client_of(cast.archivist).post("/lists/dossiers/bulk/", {"act": "return", "picked": picked})
    text = answer.content.decode()
    assert "2 hồ sơ" in text and 'name="reason"' in text and "không lùi lại một lượt được" in text
    answer = client_of(cast.chief).post("/lists/dossiers/bulk/", {"act": "hold", "picked": picked})
    assert "vẫn lùi lại được" in answer.content.decode()
    assert not Job.objects.filter(kind=KIND).exists()


def test_some_fail_and_say_why_and_the_rest_is_done(cast, records, client_of):
    good, own = records.submitted(), records.submitted()
    Dossier.objects.filter(pk=own.pk).update(submitted_by=cast.user("archivist"))
    still_open = records.dossier()
    browser = client_of(cast.archivist)
    assert send(browser, "accept", [good, own, still_open]).status_code == 302
    job = run_to_end(newest().pk)
    assert (job.state, job.total, job.done, job.failed) == (JobState.DONE, 3, 1, 2)
    good.refresh_from_db()
    assert good.state == DossierState.SEALING
    page = browser.get(f"/jobs/{job.pk}/").content.decode()
    assert "Hồ sơ này do chính bạn nộp" in page and own.title in page and still_open.code in page


def test_all_that_fits_the_filter_is_meant_even_what_is_on_no_page(cast, records, client_of, monkeypatch):
    monkeypatch.setattr("repository.lists.listing.STEP", 2)
    rows = [records.dossier(f"Hồ sơ {at}") for at in range(5)]
    left_out, other = rows[0], records.closed()
    send(client_of(cast.clerk), "locate", everything="1", left_out=str(left_out.pk), query="state=open", shelf="K7")
    run_to_end(newest().pk)
    located = set(Dossier.objects.filter(shelf="K7").values_list("pk", flat=True))
    assert located == {row.pk for row in rows[1:]} and other.pk not in located


def test_each_item_asks_for_the_rights_of_the_moment(cast, records, client_of):
    rows = [records.submitted(), records.submitted()]
    send(client_of(cast.archivist), "return", rows, reason="Thiếu trang")
    Membership.objects.filter(user=cast.user("archivist")).update(valid_until=now().date())
    job = run_to_end(newest().pk)
    assert (job.done, job.failed) == (0, 2)
    assert not Dossier.objects.filter(state=DossierState.RETURNED).exists()


@pytest.mark.parametrize("who", ["outsider", "stranger", "administrator", "superuser", "reader"])
@pytest.mark.parametrize("act", list(ACTS))
def test_who_may_not_act_acts_on_nothing(who, act, cast, records, client_of):
    row = records.submitted()
    document = row.documents.first()
    chosen = [row] if ACTS[act].listed == "dossiers" else [document]
    given = {"reason": "vì tò mò", "shelf": "X", "mode": "01"}
    answer = send(client_of(getattr(cast, who)), act, chosen, listed=ACTS[act].listed, **given)
    assert answer.status_code in (403, 409)
    assert not Job.objects.filter(kind=KIND).exists()


def test_what_nobody_chose_or_explained_is_refused(cast, records, client_of):
    browser = client_of(cast.archivist)
    assert send(browser, "return", []).status_code == 409
    assert send(browser, "return", [records.submitted()]).status_code == 409
    assert send(browser, "fly", [records.submitted()]).status_code == 404
    assert not Job.objects.filter(kind=KIND).exists()


def test_a_hold_placed_on_many_is_lifted_again_by_undo(cast, records, client_of):
    rows = [records.dossier(), records.closed()]
    browser = client_of(cast.chief)
    send(browser, "hold", rows, reason="Thanh tra tỉnh", order_number="12/QĐ-TTr")
    job = run_to_end(newest().pk)
    assert Hold.objects.filter(lifted_at__isnull=True, order_number="12/QĐ-TTr").count() == 2
    assert browser.post(f"/jobs/{job.pk}/take-back/").status_code == 302
    undone = run_to_end(newest(UNDO).pk)
    assert (undone.done, undone.failed) == (2, 0)
    assert not Hold.objects.filter(lifted_at__isnull=True).exists()
    assert browser.post(f"/jobs/{job.pk}/take-back/").status_code == 409


def test_holds_lifted_from_many_stand_again_with_their_reasons(cast, records, client_of):
    row = records.dossier()
    Hold.objects.create(
        dossier=row, reason="Kiện tụng", order_number="9", placed_by=cast.user("chief"), placed_at=now()
    )
    browser = client_of(cast.chief)
    send(browser, "lift", [row, records.dossier()], reason="Án đã xong")
    job = run_to_end(newest().pk)
    assert (job.done, job.failed) == (1, 1)
    browser.post(f"/jobs/{job.pk}/take-back/")
    run_to_end(newest(UNDO).pk)
    standing = Hold.objects.get(dossier=row, lifted_at__isnull=True)
    assert (standing.reason, standing.order_number) == ("Kiện tụng", "9")


def test_a_place_noted_for_many_goes_back_to_what_each_had_unless_changed_since(cast, records, client_of):
    first, second = records.dossier(), records.dossier()
    Dossier.objects.filter(pk=first.pk).update(shelf="A1", box="3")
    browser = client_of(cast.clerk)
    send(browser, "locate", [first, second], shelf="K7")
    job = run_to_end(newest().pk)
    Dossier.objects.filter(pk=second.pk).update(shelf="K8")
    browser.post(f"/jobs/{job.pk}/take-back/")
    undone = run_to_end(newest(UNDO).pk)
    assert (undone.done, undone.failed) == (1, 1)
    assert Dossier.objects.filter(pk=first.pk, shelf="A1", box="3").exists()
    assert Dossier.objects.filter(pk=second.pk, shelf="K8").exists()


def test_closing_many_is_undone_by_opening_them_again(cast, records, client_of):
    row = records.dossier()
    records.document(row)
    browser = client_of(cast.clerk)
    send(browser, "close", [row])
    job = run_to_end(newest().pk)
    assert Dossier.objects.get(pk=row.pk).state == DossierState.CLOSED
    browser.post(f"/jobs/{job.pk}/take-back/")
    run_to_end(newest(UNDO).pk)
    assert Dossier.objects.get(pk=row.pk).state == DossierState.OPEN


def test_use_set_for_many_documents_is_undone(cast, records, client_of):
    dossier = records.dossier()
    rows = [records.document(dossier), records.document(dossier)]
    browser = client_of(cast.clerk)
    send(browser, "describe", rows, listed="documents", mode="01")
    job = run_to_end(newest().pk)
    assert Document.objects.filter(mode="01").count() == 2
    browser.post(f"/jobs/{job.pk}/take-back/")
    run_to_end(newest(UNDO).pk)
    assert Document.objects.filter(mode="02").count() == 2


def test_only_what_was_read_without_a_doubt_is_confirmed(cast, records, client_of):
    row = records.document(records.dossier(), confirmed=False)
    send(client_of(cast.clerk), "confirm", [row], listed="documents")
    job = run_to_end(newest().pk)
    assert (job.done, job.failed) == (0, 1)
    assert Document.objects.get(pk=row.pk).confirmed_at is None


def test_a_worker_killed_on_the_way_doubles_nothing(cast, records, client_of):
    rows = [records.dossier() for _ in range(3)]
    send(client_of(cast.chief), "hold", rows, reason="Thanh tra")
    job, kind = newest(), registry.kinds[KIND]
    # A worker took the first item, did its work up to the last write, and died; its lease runs out.
    item = claim_item(job, kind)
    assert kind.work_item is not None
    kind.work_item(job, item)
    JobItem.objects.filter(pk=item.pk).update(lease_until=now() - timedelta(minutes=10))
    sweep(wake=False)
    done = run_to_end(job.pk)
    assert (done.done, done.failed) == (3, 0)
    run_to_end(job.pk)
    assert Hold.objects.count() == 3
    assert Event.objects.filter(kind="hold.placed").count() == 3


def test_stopped_on_the_way_what_is_done_stays_and_the_rest_is_left_out(cast, records, client_of):
    rows = [records.dossier() for _ in range(3)]
    browser = client_of(cast.chief)
    send(browser, "hold", rows, reason="Thanh tra")
    job = newest()
    assert browser.post(f"/jobs/{job.pk}/stop/").status_code == 302
    run_to_end(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.failed) == (JobState.CANCELLED, 0, 3)
    assert JobItem.objects.filter(job=job, state=ItemState.CANCELLED).count() == 3
    assert not Hold.objects.exists()
    assert browser.post(f"/jobs/{job.pk}/stop/").status_code == 409


def test_what_failed_is_tried_again_once_its_reason_is_mended(cast, records, client_of):
    row = records.dossier()
    browser = client_of(cast.clerk)
    send(browser, "close", [row])
    job = run_to_end(newest().pk)
    assert job.failed == 1
    records.document(row)
    browser.post(f"/jobs/{job.pk}/retry/")
    job = run_to_end(job.pk)
    assert (job.state, job.done, job.failed) == (JobState.DONE, 1, 0)
    assert browser.post(f"/jobs/{job.pk}/retry/").status_code == 409


@pytest.mark.parametrize("what", ["stop", "retry", "take-back", ""])
def test_somebody_elses_job_does_not_exist(what, cast, records, client_of):
    send(client_of(cast.chief), "hold", [records.dossier()], reason="Thanh tra")
    url = f"/jobs/{newest().pk}/" + (f"{what}/" if what else "")
    for other in (cast.other_archivist, cast.outsider, cast.administrator, cast.superuser):
        browser = client_of(other)
        assert (browser.post(url) if what else browser.get(url)).status_code == 404


def test_a_record_closed_since_is_not_named_on_the_jobs_page(cast, records, client_of):
    row = records.dossier("KHONGDUOCTHAY")
    browser = client_of(cast.clerk)
    send(browser, "close", [row])
    job = run_to_end(newest().pk)
    assert "KHONGDUOCTHAY" in browser.get(f"/jobs/{job.pk}/").content.decode()
    Dossier.objects.filter(pk=row.pk).update(secrecy=1)
    page = browser.get(f"/jobs/{job.pk}/").content.decode()
    assert "KHONGDUOCTHAY" not in page and row.code not in page
