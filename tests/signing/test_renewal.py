"""Renewal: a further time-stamp stands in a version beside the file, and nothing of the file as it was is touched."""

import asyncio
import hashlib
import io
from datetime import timedelta

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer

from repository.bytes import path_for
from repository.clock import now
from repository.jobs.engine import enqueue, work
from repository.jobs.outcomes import ItemFailed, ItemHeld
from repository.jobs.run import run_to_end
from repository.models import Document, Event, File, Job, JobItem, Verification, Version
from signing.models import Ending, Provable, Renewal, TrustAnchor
from signing.provable import jobs
from signing.provable import renew as renewing
from signing.provable.extend import begins_with
from signing.provable.renew import renew_now
from signing.provable.rows import behind, rebuild
from signing.runs import PDF, keep, look_again
from tests.signing.bench_pki import bench, paper, signed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]


def stamp(digest: bytes) -> bytes:
    """A token over this digest by the bench's authority."""
    return asyncio.run(bench().time_stamper().async_timestamp(digest, "sha512")).dump()


def trust_the_bench(cast) -> None:
    root = bench().root.certificate
    TrustAnchor.objects.create(
        name="bench",
        pem=bench().root.pem.decode(),
        sha256=hashlib.sha256(bench().root.der).hexdigest(),
        source="test",
        not_before=root.not_valid_before_utc,
        not_after=root.not_valid_after_utc,
        added_at=now(),
        added_by=cast.user("chief"),
        approved_by=cast.user("administrator"),
    )


def long_term(text: str = "Quyet dinh so 15/QD-UBND") -> bytes:
    """A paper that was signed, time-stamped and given its revocation data a month ago, and not time-stamped again since."""
    then = now() - timedelta(days=30)
    return signed(
        paper(text), bench().soon_ended, stamped_at=then, revocations=bench().revocations(at=then + timedelta(hours=1))
    )


@pytest.fixture
def archived(records, cast):
    """A sealed document with a long-term signature, and its file."""

    def make(data: bytes | None = None) -> File:
        if not TrustAnchor.objects.exists():
            trust_the_bench(cast)
        dossier = records.dossier()
        document = records.document(dossier, content=data or long_term(), mime=PDF, name="quyet-dinh.pdf")
        file = File.objects.select_related("version__document__agency").get(version__document=document)
        keep(file, look_again(file), "intake")
        Document.objects.filter(pk=document.pk).update(sealed_at=now())
        return File.objects.select_related("version__document__agency").get(pk=file.pk)

    return make


def test_a_renewed_file_stands_beside_the_original_and_can_be_proven_longer(archived):
    file = archived()
    before = path_for(file).read_bytes()
    row = Provable.objects.get(file=file)
    assert row.ending == Ending.CERTIFICATE
    renew_now(file, stamp)
    renewal = Renewal.objects.get(of=file)
    assert path_for(file).read_bytes() == before
    assert begins_with(path_for(renewal.file), path_for(file))
    assert renewal.until_after > renewal.until_before
    versions = Version.objects.filter(document=file.version.document).order_by("number")
    assert [(version.number, version.current) for version in versions] == [(1, True), (2, False)]
    assert not Provable.objects.filter(file=file).exists()
    ends = Provable.objects.filter(file=renewal.file, stamp=False).values_list("provable_until", flat=True)
    assert list(ends) == [renewal.until_after]
    run = Verification.objects.get(file=renewal.file)
    assert (run.reason, run.sha256) == ("renewal", renewal.file.sha256)
    assert [one["level"] for one in run.verdict["signatures"]][0] == "B-LTA"
    event = Event.objects.get(kind="file.renewed")
    assert file.sha256.encode() in bytes(event.body)
    assert Renewal.objects.get(of=file).file == renewal.file


def test_a_file_is_renewed_once_and_the_next_renewal_renews_the_renewed_one(archived):
    file = archived()
    renew_now(file, stamp)
    renewed = Renewal.objects.get(of=file).file
    with pytest.raises(ItemHeld):
        renew_now(file, stamp)
    assert Renewal.objects.count() == 1
    # The authority is the same, so nothing would be gained by a second one: it is refused, and nothing is kept.
    with pytest.raises(ItemFailed) as refused:
        renew_now(renewed, stamp)
    assert refused.value.code == "no-gain"
    assert (Renewal.objects.count(), Version.objects.count()) == (1, 2)


def test_two_workers_that_renew_the_same_file_keep_one(archived):
    file = archived()
    first = renewing.renew(file, stamp, judge=renewing.Judge())
    second = renewing.renew(file, stamp, judge=renewing.Judge())
    from django.db import transaction

    with transaction.atomic():
        first()
    with transaction.atomic():
        assert second()["already"] is True
    assert (Renewal.objects.count(), Version.objects.count()) == (1, 2)


def test_a_broken_signature_is_not_renewed(archived):
    data = long_term()
    place = data.index(b"Quyet") if b"Quyet" in data else data.index(b"trang")
    file = archived(data[:place] + b"X" + data[place + 1 :])
    with pytest.raises(ItemFailed) as refused:
        renew_now(file, stamp)
    assert refused.value.code == "broken"
    assert Version.objects.count() == 1


def test_an_encrypted_file_is_not_renewed(archived):
    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(paper())))
    writer.encrypt("chu", "")
    locked = io.BytesIO()
    writer.write(locked)
    file = archived(signed(locked.getvalue(), bench().person, stamped=True, password=""))
    with pytest.raises(ItemFailed) as refused:
        renew_now(file, stamp)
    assert refused.value.code == "encrypted"
    assert Version.objects.count() == 1


def test_what_is_no_pdf_is_not_renewed(records):
    records.sealed_row(documents=1)
    with pytest.raises(ItemFailed) as refused:
        renew_now(File.objects.get(), stamp)
    assert refused.value.code == "not-a-pdf"


def test_a_token_for_other_bytes_is_not_kept(archived):
    file = archived()
    with pytest.raises(ItemFailed) as refused:
        renew_now(file, lambda digest: stamp(bytes(64)))
    assert refused.value.code in ("no-stamp", "signature-changed")
    assert (Version.objects.count(), Renewal.objects.count()) == (1, 0)


def test_a_worker_that_would_touch_the_original_is_found_out(archived, monkeypatch):
    file = archived()
    real = renewing._prepared

    def touching(source, target, pieces, field):
        room = real(source, target, pieces, field)
        data = bytearray(target.read_bytes())
        data[20] ^= 1
        target.write_bytes(bytes(data))
        return room

    monkeypatch.setattr(renewing, "_prepared", touching)
    with pytest.raises(ItemFailed) as refused:
        renew_now(file, stamp)
    assert refused.value.code == "touched"
    assert Version.objects.count() == 1


def test_rows_are_made_again_from_the_kept_runs(archived):
    file, other = archived(), archived(long_term("Quyet dinh so 16/QD-UBND"))
    renew_now(file, stamp)
    kept = sorted(Provable.objects.values_list("file", "place", "provable_until", "ending"))
    Provable.objects.all().delete()
    assert behind().count() == 2
    assert rebuild() == 2
    assert sorted(Provable.objects.values_list("file", "place", "provable_until", "ending")) == kept
    assert Provable.objects.filter(file=other).exists()
    assert behind().count() == 0


@pytest.fixture
def server(settings, monkeypatch):
    """A time-stamp server as far as the jobs see one."""
    settings.TIMESTAMP_SERVER = "http://stamps.example"
    monkeypatch.setattr(jobs, "timestamp_token", stamp)


def test_from_a_choice_in_the_list_a_job_renews_each_file_once(archived, server, cast, client_of):
    two_signatures = signed(long_term(), bench().seal, "ConDau", stamped=True)
    one, other = archived(two_signatures), archived(long_term("Quyet dinh so 16/QD-UBND"))
    client = client_of(cast.archivist)
    rows = list(Provable.objects.values_list("pk", flat=True))
    assert len(rows) == 3
    data = {"act": "renew", "pick": [str(row) for row in rows], "query": ""}
    asks = client.post("/lists/provable/bulk/", data)
    assert (asks.status_code, Job.objects.count()) == (200, 0)
    answer = client.post("/lists/provable/bulk/", {**data, "go": "1"})
    assert answer.status_code == 302
    job = Job.objects.get(kind=jobs.KIND)
    assert job.total == 2
    run_to_end(job.pk)
    assert {row.of_id for row in Renewal.objects.all()} >= {other.pk}
    job.refresh_from_db()
    assert job.done + job.failed == 2
    assert one.pk


def test_a_reader_and_an_auditor_may_not_renew_and_an_outsider_sees_nothing(archived, server, cast, client_of):
    file = archived()
    row = Provable.objects.get(file=file)
    for person, status in ((cast.auditor, 403), (cast.outsider, 409)):
        answer = client_of(person).post(
            "/lists/provable/bulk/", {"act": "renew", "pick": [str(row.pk)], "query": "", "go": "1"}
        )
        assert answer.status_code == status
    assert not Job.objects.filter(kind=jobs.KIND).exists()
    body = client_of(cast.outsider).get("/audit/provable/").content.decode()
    assert file.version.document.code not in body


def test_who_lost_her_rights_meanwhile_renews_nothing(archived, server, cast):
    file = archived()
    job = enqueue(jobs.KIND, cast.outsider.id, items=[("x", {"file": str(file.pk)})])
    run_to_end(job.pk)
    assert JobItem.objects.get(job=job).reason == "refused"
    assert not Renewal.objects.exists()


def test_without_a_time_stamp_server_nothing_is_renewed_and_the_page_says_so(archived, cast, client_of, settings):
    file = archived()
    client = client_of(cast.archivist)
    assert "TIMESTAMP_SERVER" in client.get("/audit/provable/").content.decode()
    data = {"act": "renew", "pick": [str(Provable.objects.get(file=file).pk)], "query": "", "go": "1"}
    assert client.post("/lists/provable/bulk/", data).status_code == 409
    settings.RENEW_WITHIN_MONTHS = 12
    job = run_to_end(enqueue(jobs.NIGHTLY, None).pk)
    assert (job.state, job.result["configured"]) == ("done", False)
    assert not Job.objects.filter(kind=jobs.KIND).exists()


def test_at_night_what_ends_within_the_months_that_were_set_is_renewed(archived, server, settings):
    soon = archived()
    settings.RENEW_WITHIN_MONTHS = 1
    assert run_to_end(enqueue(jobs.NIGHTLY, None).pk).result["renewed"] == 0
    settings.RENEW_WITHIN_MONTHS = 12
    job = run_to_end(enqueue(jobs.NIGHTLY, None, params={"again": 1}).pk)
    assert (job.result["renewed"], job.result["not_renewed"]) == (1, 0)
    assert Renewal.objects.get().of == soon


def test_a_job_that_was_killed_goes_on_and_doubles_nothing(archived, server, cast, monkeypatch):
    files = [archived(long_term(f"Quyet dinh so {number}/QD-UBND")) for number in (1, 2, 3)]
    job = enqueue(jobs.KIND, cast.archivist.id, items=[(file.name, {"file": str(file.pk)}) for file in files])
    asked = []

    def dies(digest):
        asked.append(digest)
        if len(asked) == 2:
            raise KeyboardInterrupt
        return stamp(digest)

    monkeypatch.setattr(jobs, "timestamp_token", dies)
    with pytest.raises(KeyboardInterrupt):
        work(job.pk)
    assert Renewal.objects.count() == 1
    # As the sweeper does once the lease of the killed worker has run out.
    JobItem.objects.filter(job=job, state="running").update(state="queued", lease_until=None)
    run_to_end(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.failed) == ("done", 3, 0)
    assert Renewal.objects.count() == 3
    assert Version.objects.count() == 6


def test_a_stopped_job_keeps_what_is_done(archived, server, cast, monkeypatch):
    from repository.actions.steer_job import stop_job

    files = [archived(long_term(f"Quyet dinh so {number}/QD-UBND")) for number in (1, 2)]
    job = enqueue(jobs.KIND, cast.archivist.id, items=[(file.name, {"file": str(file.pk)}) for file in files])
    work(job.pk, until=lambda: Renewal.objects.exists())
    stop_job(job.pk, actor=cast.archivist)
    work(job.pk)
    assert Renewal.objects.count() == 1
