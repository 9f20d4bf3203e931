"""Sealing: from an accepted dossier to one object in the store and an archived, read-only dossier."""

import json

import pytest
from django.db import DatabaseError, connection, transaction
from ocfl import StorageRoot
from ocfl.validator import Validator

from archive import store
from archive.models import SealedFile, SealedObject
from archive.reader import open_object
from repository import blobs
from repository import bytes as file_bytes
from repository.actions.confirm_document import confirm_document
from repository.codes import DossierState, JobState
from repository.events import body_of, history_of
from repository.jobs.engine import work
from repository.models import Document, Event, File, Job
from repository.refusals import Refused

pytestmark = pytest.mark.django_db


def sealed(records, **fields):
    dossier, job = records.sealing(**fields)
    work(job.pk)
    dossier.refresh_from_db()
    job.refresh_from_db()
    assert (job.state, job.message) == (JobState.DONE, "")
    return dossier, job


@pytest.mark.both_profiles
def test_an_accepted_dossier_becomes_one_valid_object_and_is_archived(cast, records):
    dossier, job = sealed(records, documents=3)

    assert dossier.state == DossierState.ARCHIVED
    made = SealedObject.objects.get(dossier=dossier)
    assert dossier.sealed_at == made.sealed_at
    assert made.object_id == f"urn:H99.P01:uuid-{str(dossier.pk).upper()}"
    folder = store.folder_of(made.path)
    validator = Validator(check_digests=True, log_warnings=True)
    assert validator.validate_object(str(folder)), validator.status_str()
    assert StorageRoot(root=str(store.root())).validate()
    assert not list(store.staging().iterdir())
    assert set(Document.objects.filter(dossiers=dossier).values_list("sealed_at", flat=True)) == {made.sealed_at}
    assert job.result["documents"] == 3
    for file in File.objects.filter(version__document__dossiers=dossier):
        copy = folder / SealedFile.objects.get(object=made, sha256=file.sha256).path
        assert copy.read_bytes() == blobs.path_of(file.sha256).read_bytes()


def test_the_event_of_sealing_stands_in_the_database_as_in_the_object(cast, records):
    dossier, _ = sealed(records)

    event = history_of(dossier).get(kind="dossier.sealed")
    made = SealedObject.objects.get(dossier=dossier)
    on_disk = open_object(store.folder_of(made.path))
    assert on_disk.event["fields"]["body"].encode() == bytes(event.body)
    details = body_of(event)["details"]
    assert details["content_sha256"] == made.content_sha256 == on_disk.content_sha256
    assert details["accepted_by"] == cast.archivist.label


def test_the_object_holds_every_event_known_at_sealing(cast, records):
    dossier, _ = sealed(records)

    made = SealedObject.objects.get(dossier=dossier)
    inside = {row["fields"]["id"] for row in open_object(store.folder_of(made.path)).events()}
    outside = Event.objects.filter(pk__in=history_of(dossier)) | Event.objects.filter(
        object_id__in=dossier.documents.values("pk")
    )
    assert inside == {str(event.pk) for event in outside.exclude(kind="dossier.sealed")}
    assert "dossier.accepted" in {event.kind for event in outside}


def test_sealed_rows_are_read_only_for_actions_and_for_the_database(cast, records):
    dossier, _ = sealed(records)
    document = dossier.documents.first()

    with pytest.raises(Refused, match="sealed"):
        confirm_document(document.pk, {"subject": "Khác"}, actor=cast.clerk)
    for statement, key in (
        ("UPDATE repository_document SET subject = 'x' WHERE id = %s", document.pk),
        ("UPDATE repository_dossier SET title = 'x' WHERE id = %s", dossier.pk),
        ("DELETE FROM repository_dossier WHERE id = %s", dossier.pk),
        ("UPDATE archive_sealedobject SET path = 'x' WHERE dossier_id = %s", dossier.pk),
        ("DELETE FROM archive_sealedobject WHERE dossier_id = %s", dossier.pk),
        ("DELETE FROM archive_sealedfile WHERE 1 = 1 OR path = %s", "x"),
    ):
        value = key if isinstance(key, str) or connection.features.has_native_uuid_field else key.hex
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [value])


def test_a_document_of_a_dossier_that_waits_for_its_seal_cannot_be_changed(cast, records):
    dossier, _ = records.sealing()

    with pytest.raises(Refused, match="no longer open"):
        confirm_document(dossier.documents.first().pk, {"subject": "Khác"}, actor=cast.clerk)


def test_bytes_are_served_from_the_store_once_the_working_copy_is_gone(cast, records):
    dossier, _ = sealed(records)
    file = File.objects.filter(version__document__dossiers=dossier).first()
    content = blobs.path_of(file.sha256).read_bytes()

    blobs.remove(file.sha256)

    with file_bytes.open_file(file) as stream:
        assert stream.read() == content
    assert store.root() in file_bytes.path_for(file).parents


def test_a_document_in_two_dossiers_is_sealed_with_each_and_keeps_its_first_seal(cast, records):
    from repository.actions.accept_dossier import accept_dossier
    from repository.actions.close_dossier import close_dossier
    from repository.actions.place_document import place_document
    from repository.actions.submit_dossier import submit_dossier

    first = records.dossier()
    shared = records.document(first)
    second = records.dossier(title="Hồ sơ thứ hai", notation="05.KHAC")
    records.document(second)
    place_document(shared.pk, second.pk, actor=cast.clerk)
    moments = []
    for dossier in (first, second):
        close_dossier(dossier.pk, actor=cast.clerk)
        submit_dossier(dossier.pk, actor=cast.clerk)
        _, job = accept_dossier(dossier.pk, actor=cast.archivist)
        work(job.pk)
        dossier.refresh_from_db()
        assert dossier.state == DossierState.ARCHIVED, Job.objects.get(pk=job.pk).message
        shared.refresh_from_db()
        moments.append(shared.sealed_at)

    assert moments[0] == moments[1] == first.sealed_at
    assert SealedFile.objects.filter(sha256=shared.versions.get().files.get().sha256).count() == 2


def test_missing_bytes_stop_the_sealing_with_a_message_and_leave_nothing_in_the_store(cast, records):
    dossier, job = records.sealing()
    file = File.objects.filter(version__document__dossiers=dossier).first()
    blobs.remove(file.sha256)

    work(job.pk)

    job.refresh_from_db()
    dossier.refresh_from_db()
    assert (job.state, job.reason, dossier.state) == (JobState.FAILED, "bytes-missing", DossierState.SEALING)
    assert file.name in job.message
    assert not list(store.staging().iterdir())
    assert not list(store.object_folders(store.root()))


def test_bytes_that_are_not_those_received_are_not_sealed(cast, records):
    dossier, job = records.sealing()
    path = blobs.path_of(File.objects.filter(version__document__dossiers=dossier).first().sha256)
    path.chmod(0o640)
    path.write_bytes(b"X" + path.read_bytes()[1:])

    work(job.pk)

    job.refresh_from_db()
    assert (job.state, job.reason) == (JobState.FAILED, "bytes-changed")
    assert not list(store.object_folders(store.root()))


def test_a_full_disk_stops_the_sealing_and_the_next_attempt_goes_through(cast, records, monkeypatch):
    import errno

    from archive import disk
    from archive.actions.retry_sealing import retry_sealing

    dossier, job = records.sealing()
    write, calls = disk.write, []

    def full(*args):
        calls.append(args)
        if len(calls) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(*args)

    with monkeypatch.context() as patch:
        patch.setattr(disk, "write", full)
        work(job.pk)
    job.refresh_from_db()
    assert (job.state, job.reason) == (JobState.FAILED, "disk-full")
    assert not list(store.staging().iterdir())

    _, again = retry_sealing(dossier.pk, actor=cast.archivist)
    work(again.pk)

    dossier.refresh_from_db()
    assert dossier.state == DossierState.ARCHIVED


def test_what_is_sealed_can_be_read_without_this_program(cast, records):
    dossier, _ = sealed(records, title="Hồ sơ “Ðặc biệt” / ../..", documents=1)
    folder = store.folder_of(SealedObject.objects.get(dossier=dossier).path)

    described = json.loads((folder / "v1/content/dossier.json").read_text())
    document = dossier.documents.get()
    part = json.loads((folder / f"v1/content/documents/{document.pk}/document.json").read_text())

    assert described["dossier"]["fields"]["title"] == dossier.title
    assert part["document"]["fields"]["subject"] == document.subject
