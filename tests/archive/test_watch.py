"""Watching: what changes in the store or among the working copies is found, told once, and nothing needed is taken away."""

import json
import os
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from archive import store
from archive.models import Fixity, FixityCheck, ObjectStatus, SealedObject
from archive.watch import fixity, retention, working
from repository import blobs
from repository import bytes as file_bytes
from repository.access import may
from repository.clock import clock_at, now
from repository.codes import JobState, RetentionState
from repository.jobs.engine import enqueue, work
from repository.jobs.nightly import start_all
from repository.models import Event, File, Finding, Job, JobItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def sealed(records):
    dossier, job = records.sealing()
    work(job.pk)
    dossier.refresh_from_db()
    assert dossier.state == "archived"
    return dossier


@pytest.fixture
def folder(sealed):
    return store.folder_of(SealedObject.objects.get(dossier=sealed).path)


def run(kind, **params) -> Job:
    job = enqueue(kind, None, params=params)
    work(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE, job.message
    return job


def a_file(folder):
    return next(folder.glob("v1/content/documents/*/v1/*"))


def tamper(path):
    path.chmod(0o640)
    path.write_bytes(path.read_bytes()[:-1] + b"?")


@pytest.mark.both_profiles
def test_an_untouched_store_is_ok_and_the_check_is_kept(sealed):
    job = run("fixity")

    check = FixityCheck.objects.get()
    assert (check.outcome, check.problems, check.job) == (Fixity.OK, [], job)
    assert (job.result["objects"], job.result["ok"]) == (1, 1)
    assert ObjectStatus.objects.get().checked_at == check.checked_at
    assert not Finding.objects.filter(kind="store-changed").exists()


def spoil_nothing_but(path, how):
    if how == "tampered":
        tamper(path)
    elif how == "missing":
        path.unlink()
    elif how == "extra":
        path.with_name("thêm.txt").write_text("x")
    elif how == "linked":
        target = path.with_suffix(".away")
        path.rename(target.parent.parent / "away")
        path.symlink_to(target.parent.parent / "away")


@pytest.mark.parametrize(
    ("how", "kind", "outcome"),
    [
        ("tampered", "checksum-mismatch", Fixity.CHANGED),
        ("missing", "file-missing", Fixity.MISSING),
        ("extra", "unexpected-file", Fixity.CHANGED),
        ("linked", "unexpected-file", Fixity.CHANGED),
    ],
)
def test_what_happened_to_a_file_is_named_by_its_type(cast, sealed, folder, how, kind, outcome):
    spoil_nothing_but(a_file(folder), how)

    run("fixity")

    check = FixityCheck.objects.get()
    assert check.outcome == outcome
    assert kind in {problem["kind"] for problem in check.problems}
    finding = Finding.objects.filter(kind="store-changed").first()
    assert finding.severe
    assert finding.dossier == sealed
    assert may(cast.auditor, "view", finding)
    assert not may(cast.outsider, "view", finding)


@pytest.mark.parametrize("name", ["inventory.json", "inventory.json.sha512", "0=ocfl_object_1.1", "v1/inventory.json"])
def test_the_stores_own_files_are_watched_as_well(sealed, folder, name):
    tamper(folder / name)

    run("fixity")

    assert [(p["kind"], p["path"]) for p in FixityCheck.objects.get().problems] == [("checksum-mismatch", name)]


def test_a_rewritten_inventory_that_agrees_with_itself_is_found(sealed, folder):
    from archive import disk

    victim = a_file(folder)
    inventory = json.loads((folder / "inventory.json").read_text())
    old = disk.measure(victim).sha512
    tamper(victim)
    new = disk.measure(victim).sha512
    text = json.dumps(inventory).replace(old, new)
    for place in ("", "v1/"):
        (folder / f"{place}inventory.json").write_text(text)
        (folder / f"{place}inventory.json.sha512").write_text(f"{disk.sha512_of(text.encode())} inventory.json\n")

    run("fixity")

    assert FixityCheck.objects.get().outcome == Fixity.CHANGED


def test_an_object_that_is_gone_is_missing(sealed, folder):
    folder.rename(folder.with_name("away"))

    run("fixity")

    assert FixityCheck.objects.get().outcome == Fixity.MISSING


def test_a_file_that_cannot_be_read_is_neither_right_nor_wrong(sealed, folder, monkeypatch):
    from archive import disk

    victim, measure = a_file(folder), disk.measure

    def broken(path):
        if path == victim:
            raise OSError(5, "Input/output error")
        return measure(path)

    monkeypatch.setattr(disk, "measure", broken)

    run("fixity")

    assert FixityCheck.objects.get().outcome == Fixity.UNREADABLE


def test_the_same_problem_is_told_once_until_it_is_closed(sealed, folder):
    tamper(a_file(folder))

    run("fixity")
    run("fixity")
    assert Finding.objects.filter(kind="store-changed").count() == 1
    Finding.objects.update(closed_at=now(), closed_reason="đã sửa")
    run("fixity")

    assert FixityCheck.objects.count() == 3
    assert Finding.objects.filter(kind="store-changed").count() == 2


def test_the_object_whose_check_is_longest_ago_comes_first(records, monkeypatch):
    for _ in range(3):
        _, job = records.sealing(title=f"Hồ sơ {_}", notation=f"0{_}.X")
        work(job.pk)
    monkeypatch.setattr(fixity, "OBJECTS_A_NIGHT", 1)

    seen = []
    for night in range(4):
        with clock_at(now() + timedelta(days=night)):
            seen.append(FixityCheck.objects.get(job=run("fixity")).object_id)

    assert len(set(seen[:3])) == 3
    assert seen[3] == seen[0]


@pytest.mark.both_profiles
def test_check_store_says_what_is_wrong_and_ends_with_one(sealed, folder):
    out = StringIO()
    call_command("check_store", "--all", "--json", stdout=out)
    assert json.loads(out.getvalue())["problems"] == []
    tamper(a_file(folder))
    away = store.root() / "abc" / "def" / "ghi" / "stray"
    away.mkdir(parents=True)
    (away / "0=ocfl_object_1.1").write_text("ocfl_object_1.1\n")

    out = StringIO()
    with pytest.raises(CommandError):
        call_command("check_store", "--all", "--json", stdout=out, stderr=StringIO())

    kinds = [problem["kind"] for problem in json.loads(out.getvalue())["problems"]]
    assert kinds == ["checksum-mismatch", "unexpected-object"]


def test_check_store_of_one_object(sealed, folder):
    out = StringIO()
    call_command("check_store", "--object", sealed.code, "--json", stdout=out)

    assert json.loads(out.getvalue())["objects"] == 1


def test_a_working_copy_that_is_gone_or_changed_is_found(cast, records):
    dossier = records.dossier()
    lost, spoiled, good = (records.document(dossier) for _ in range(3))
    blobs.remove(File.objects.get(version__document=lost).sha256)
    tamper(blobs.path_of(File.objects.get(version__document=spoiled).sha256))

    job = run("working-bytes")

    assert {name: job.result[name] for name in ("files", "ok", "changed", "missing")} == {
        "files": 3,
        "ok": 1,
        "changed": 1,
        "missing": 1,
    }
    assert set(Finding.objects.values_list("kind", "document_id")) == {
        ("bytes-missing", lost.pk),
        ("bytes-changed", spoiled.pk),
    }
    assert good.pk not in Finding.objects.values_list("document_id", flat=True)


def test_the_check_of_working_copies_goes_on_where_the_last_night_ended(records, monkeypatch):
    dossier = records.dossier()
    for _ in range(3):
        records.document(dossier)
    monkeypatch.setattr(working, "FILES_A_NIGHT", 2)
    monkeypatch.setattr(working, "BATCH", 1)

    counts = [run("working-bytes").result["files"] for _ in range(3)]

    assert counts == [2, 1, 2]


def age(sha256, hours=25):
    moment = (now() - timedelta(hours=hours)).timestamp()
    os.utime(blobs.path_of(sha256), (moment, moment))


def test_the_working_copy_of_sealed_bytes_goes_and_is_served_from_the_store(sealed):
    file = File.objects.filter(version__document__dossiers=sealed).first()
    age(file.sha256)

    job = run("tidy-bytes")

    assert (job.result["sealed_copies"], job.result["orphans"]) == (1, 0)
    assert not blobs.holds(file.sha256)
    with file_bytes.open_file(file) as stream:
        assert stream.read()


def test_a_working_copy_stays_while_the_sealed_one_is_not_what_it_should_be(sealed, folder):
    for file in File.objects.filter(version__document__dossiers=sealed):
        age(file.sha256)
    for path in folder.glob("v1/content/documents/*/v1/*"):
        tamper(path)

    assert run("tidy-bytes").result["sealed_copies"] == 0
    assert all(blobs.holds(file.sha256) for file in File.objects.all())


def test_bytes_that_an_open_dossier_or_a_waiting_upload_holds_stay(cast, records):
    content = b"cung mot noi dung"
    dossier = records.dossier()
    records.document(dossier, content=content)
    from repository.actions.accept_dossier import accept_dossier
    from repository.actions.close_dossier import close_dossier
    from repository.actions.submit_dossier import submit_dossier

    other = records.dossier(title="Khác", notation="09.K")
    document = records.document(other, content=content)
    close_dossier(other.pk, actor=cast.clerk)
    submit_dossier(other.pk, actor=cast.clerk)
    work(accept_dossier(other.pk, actor=cast.archivist)[1].pk)
    sha256 = File.objects.get(version__document=document).sha256
    waiting = blobs.receive([b"con cho"]).sha256
    JobItem.objects.create(
        job=enqueue("intake", None, dossier=dossier), label="x", sha256=waiting, state="failed", payload={}
    )
    for held in (sha256, waiting):
        age(held)

    run("tidy-bytes")

    assert blobs.holds(sha256)
    assert blobs.holds(waiting)


def test_orphaned_bytes_go_after_a_day_and_not_before(db):
    old, young = blobs.receive([b"cu"]).sha256, blobs.receive([b"moi"]).sha256
    age(old)

    job = run("tidy-bytes")

    assert job.result["orphans"] == 1
    assert (blobs.holds(old), blobs.holds(young)) == (False, True)


def test_bytes_received_again_count_as_new(db):
    again = blobs.receive([b"hai lan"]).sha256
    age(again)
    blobs.receive([b"hai lan"])

    run("tidy-bytes")

    assert blobs.holds(again)


def test_bytes_set_aside_when_the_power_went_are_judged_anew(records):
    document = records.document(records.dossier())
    sha256 = File.objects.get(version__document=document).sha256
    age(sha256)
    path = blobs.path_of(sha256)
    path.rename(path.with_name(path.name + blobs.ASIDE))

    run("tidy-bytes")

    assert blobs.holds(sha256)
    assert not list(path.parent.glob("*" + blobs.ASIDE))


def test_a_dossier_whose_retention_ended_is_told_of_once(sealed):
    assert run("retention").result["told"] == 0

    with clock_at(now() + timedelta(days=365 * 30)):
        first, second = run("retention"), run("retention")

    sealed.refresh_from_db()
    assert sealed.retention.state == RetentionState.ENDED
    assert (first.result["told"], second.result["told"]) == (1, 0)
    finding = Finding.objects.get(kind="retention-ended")
    assert (finding.dossier, finding.severe) == (sealed, False)


def test_retention_goes_through_all_dossiers_in_batches(records, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 1)
    for n in range(3):
        records.dossier(title=f"Hồ sơ {n}", notation=f"1{n}.X")

    assert run("retention").result["computed"] == 3


@pytest.mark.both_profiles
def test_nightly_works_every_job_to_its_end(sealed):
    out = StringIO()

    call_command("nightly", "--json", stdout=out)

    runs = {line["name"]: line for line in map(json.loads, out.getvalue().splitlines())}
    assert {"fixity", "working-bytes", "retention", "tidy-bytes"} <= set(runs)
    assert {line["state"] for line in runs.values()} == {"done"}
    assert runs["fixity"]["result"]["ok"] == 1


def test_nightly_ends_with_one_where_a_job_failed(sealed, monkeypatch):
    def broken(job):
        raise RuntimeError

    from dataclasses import replace

    from repository.registry import registry

    monkeypatch.setitem(registry.kinds, "retention", replace(registry.kinds["retention"], work_job=broken))

    with pytest.raises(CommandError, match="retention"):
        call_command("nightly", "--json", stdout=StringIO())


def test_a_doubled_message_starts_no_job_twice(db):
    assert [job.pk for job in start_all()] == [job.pk for job in start_all()]


def test_nothing_that_the_night_does_deletes_or_changes_a_record(sealed):
    before = (File.objects.count(), list(Event.objects.values_list("pk", "sha256")))

    with clock_at(now() + timedelta(days=365 * 40)):
        call_command("nightly", "--json", stdout=StringIO())

    assert before == (File.objects.count(), list(Event.objects.values_list("pk", "sha256")))
    sealed.refresh_from_db()
    assert sealed.state == "archived"
