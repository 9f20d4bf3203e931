"""What comes about after sealing goes into the store in objects of its own, once, and comes back with a rebuild."""

import pytest
from django.core.management import call_command

from archive import evidence, store
from archive.build import validate
from archive.models import EvidenceFile, EvidenceObject, EvidencePart
from repository import blobs
from repository import models as m
from repository.bytes import path_for
from repository.clock import now
from repository.guards import install, remove
from repository.jobs.engine import enqueue, work
from repository.jobs.run import run_to_end
from signing.models import EvidenceLeaf, EvidenceStamp, Renewal
from signing.provable import stamping
from signing.provable.proof import chain_of
from signing.provable.record import check
from tests.archive import test_rebuild
from tests.pki import authority
from tests.signing.servers import StampServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]
MINE = (EvidenceFile, EvidencePart, EvidenceObject, EvidenceLeaf, EvidenceStamp, Renewal)


@pytest.fixture
def renewed(cast, records, settings):
    """A sealed dossier, a file that was renewed since, and a time-stamp over both."""
    dossier = records.dossier()
    document = records.document(dossier)
    test_rebuild.seal(cast, dossier)
    old = m.File.objects.get(version__document=document)
    received = blobs.receive([b"the same with a further time-stamp"])
    version = m.Version.objects.create(document=document, number=2, made_at=now(), current=False)
    file = m.File.objects.create(
        version=version,
        name=old.name,
        sha256=received.sha256,
        sha512=received.sha512,
        size=received.size,
        mime=old.mime,
        received_at=now(),
    )
    m.FileStatus.objects.create(file=file)
    Renewal.objects.create(of=old, file=file, made_at=now(), stamped_at=now(), authority="TSA")
    with StampServer(authority()).running() as server:
        settings.TIMESTAMP_SERVER = server.url
        run_to_end(enqueue(stamping.KIND, None).pk)
    return file


def kept(**params):
    return run_to_end(enqueue(evidence.KIND, None, params=params).pk)


def test_renewed_files_and_time_stamps_go_into_one_valid_object_and_only_once(renewed):
    job = kept()
    assert (job.state, job.result["things"], job.result["wrong"]) == ("done", 2, 0)
    made = EvidenceObject.objects.get()
    validate(store.folder_of(made.path))
    assert EvidencePart.objects.count() == 2
    blobs.remove(renewed.sha256)
    assert path_for(renewed).read_bytes() == b"the same with a further time-stamp"
    assert kept(again=True).result["things"] == 0
    # The night after it was made it is read back like everything in the store.
    assert EvidenceObject.objects.get().outcome == "ok"


def test_killed_between_the_move_and_the_rows_the_next_attempt_adopts_the_object(renewed, monkeypatch):
    job = enqueue(evidence.KIND, None)
    real = store.place

    def dies(folder, path):
        real(folder, path)
        raise KeyboardInterrupt

    monkeypatch.setattr(store, "place", dies)
    with pytest.raises(KeyboardInterrupt):
        work(job.pk)
    assert not EvidenceObject.objects.exists()
    monkeypatch.setattr(store, "place", real)
    m.Job.objects.filter(pk=job.pk).update(state="queued", lease_until=None)
    run_to_end(job.pk)
    assert (EvidenceObject.objects.count(), EvidencePart.objects.count()) == (1, 2)
    assert len([folder for folder in store.object_folders(store.root()) if evidence.is_evidence(folder)]) == 1


def test_a_changed_byte_in_an_object_of_evidence_is_told_of(renewed):
    kept()
    made = EvidenceObject.objects.get()
    place = store.folder_of(made.path) / EvidenceFile.objects.get().path
    place.chmod(0o644)
    place.write_bytes(b"x" + place.read_bytes()[1:])
    assert kept(again=True).result["wrong"] == 1
    assert m.Finding.objects.filter(kind="store-changed", body__object=made.object_id).exists()


def test_a_rebuilt_database_has_the_renewal_and_can_prove_every_file_again(renewed):
    kept()
    stamp = EvidenceStamp.objects.get()
    from django.db import connection

    remove(connection)
    try:
        for model in MINE:
            model.objects.all().delete()
    finally:
        install(connection)
    test_rebuild.empty_the_database()
    call_command("rebuild", json=True)
    renewal = Renewal.objects.get()
    assert renewal.file.sha256 == renewed.sha256
    assert renewal.file.version.current is False
    assert EvidenceStamp.objects.get().pk == stamp.pk
    for file in m.File.objects.all():
        assert check(file.sha512, chain_of(file), now=now()).proven == stamp.stamped_at
