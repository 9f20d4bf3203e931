"""The ways on from a sealing that failed, and the command that seals."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from archive import store
from archive.actions.retry_sealing import give_up_sealing, retry_sealing
from archive.models import SealedObject
from repository import blobs
from repository.actions.return_dossier import return_dossier
from repository.codes import DossierState, JobState
from repository.events import history_of
from repository.jobs.engine import work
from repository.models import Document, File, Job
from repository.refusals import Forbidden, NotVisible, Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def failed(records):
    """A dossier whose sealing failed because the bytes of one file are gone; the second value brings them back."""
    dossier, job = records.sealing()
    file = File.objects.filter(version__document__dossiers=dossier).first()
    content = blobs.path_of(file.sha256).read_bytes()
    blobs.remove(file.sha256)
    work(job.pk)
    assert Job.objects.get(pk=job.pk).state == JobState.FAILED
    return dossier, lambda: blobs.receive([content])


def test_sealing_is_tried_again_once_the_reason_is_mended(cast, failed):
    dossier, mend = failed
    mend()

    _, job = retry_sealing(dossier.pk, actor=cast.archivist)
    work(job.pk)

    dossier.refresh_from_db()
    assert dossier.state == DossierState.ARCHIVED
    assert "dossier.sealing_retried" in set(history_of(dossier).values_list("kind", flat=True))


def test_a_sealing_given_up_leaves_a_submitted_dossier_that_can_be_returned(cast, failed):
    dossier, _ = failed

    give_up_sealing(dossier.pk, "Mất tệp gốc", actor=cast.archivist)
    returned = return_dossier(dossier.pk, "Gửi lại tệp", actor=cast.archivist)

    assert returned.state == DossierState.RETURNED
    assert (returned.accepted_at, returned.accepted_by) == (None, None)


def test_it_cannot_be_given_up_once_the_object_stands_in_the_store(cast, records, monkeypatch):
    import archive.commit

    dossier, job = records.sealing()

    def broken(*args):
        raise RuntimeError("the database is gone")

    with monkeypatch.context() as patch:
        patch.setattr(archive.commit, "write_object", broken)
        work(job.pk)
    assert Job.objects.get(pk=job.pk).state == JobState.FAILED
    assert len(list(store.object_folders(store.root()))) == 1

    with pytest.raises(Refused) as refused:
        give_up_sealing(dossier.pk, "Thôi", actor=cast.archivist)
    assert [blocker.code for blocker in refused.value.blockers] == ["object-stands"]
    _, again = retry_sealing(dossier.pk, actor=cast.archivist)
    work(again.pk)

    assert SealedObject.objects.filter(dossier=dossier).count() == 1
    assert len(list(store.object_folders(store.root()))) == 1


def test_an_object_that_no_longer_matches_the_database_is_never_overwritten(cast, records, monkeypatch):
    import archive.seal

    dossier, job = records.sealing()
    with monkeypatch.context() as patch:
        patch.setattr(archive.seal, "take_stock", lambda *args: 1 / 0)
        work(job.pk)
    folder = next(store.object_folders(store.root()))
    before = (folder / "inventory.json").read_bytes()
    Document.objects.filter(dossiers=dossier).update(subject="Đã đổi sau lưng")

    _, again = retry_sealing(dossier.pk, actor=cast.archivist)
    work(again.pk)

    again.refresh_from_db()
    dossier.refresh_from_db()
    assert (again.state, again.reason, dossier.state) == (JobState.FAILED, "object-differs", DossierState.SEALING)
    assert (folder / "inventory.json").read_bytes() == before


def test_a_fonds_renamed_between_two_attempts_makes_no_second_object(cast, records, monkeypatch):
    import archive.seal

    dossier, job = records.sealing()
    with monkeypatch.context() as patch:
        patch.setattr(archive.seal, "take_stock", lambda *args: 1 / 0)
        work(job.pk)
    fonds = dossier.fonds
    fonds.code = "H99.P99"
    fonds.save()

    _, again = retry_sealing(dossier.pk, actor=cast.archivist)
    work(again.pk)

    dossier.refresh_from_db()
    assert dossier.state == DossierState.ARCHIVED
    assert len(list(store.object_folders(store.root()))) == 1


def test_while_it_is_being_sealed_it_is_neither_tried_again_nor_given_up(cast, records):
    dossier, _ = records.sealing()

    for act in (
        lambda: retry_sealing(dossier.pk, actor=cast.archivist),
        lambda: give_up_sealing(dossier.pk, "Thôi", actor=cast.archivist),
    ):
        with pytest.raises(Refused, match="being sealed"):
            act()


def test_only_archivists_of_the_place_find_the_ways_on(cast, failed):
    dossier, _ = failed

    with pytest.raises(Forbidden):
        retry_sealing(dossier.pk, actor=cast.clerk)
    for nobody in (cast.outsider, cast.stranger, cast.superuser):
        with pytest.raises(NotVisible):
            retry_sealing(dossier.pk, actor=nobody)
        with pytest.raises(NotVisible):
            give_up_sealing(dossier.pk, "Thôi", actor=nobody)


@pytest.mark.both_profiles
def test_the_command_takes_a_submitted_dossier_to_the_archive(cast, records):
    dossier = records.submitted()
    cast.user("archivist")

    out = StringIO()
    call_command("seal", dossier.code, "--as", "archivist", "--json", stdout=out)

    figures = json.loads(out.getvalue())
    assert (figures["state"], figures["id"]) == ("archived", str(dossier.pk))
    assert store.folder_of(figures["path"]).is_dir()


def test_the_command_takes_up_a_sealing_that_failed(cast, failed):
    dossier, mend = failed
    with pytest.raises(CommandError, match="van-ban"):
        call_command("seal", str(dossier.pk), "--as", "archivist", stdout=StringIO())
    mend()

    call_command("seal", str(dossier.pk), "--as", "archivist", stdout=StringIO())

    dossier.refresh_from_db()
    assert dossier.state == DossierState.ARCHIVED


def test_the_command_finds_only_what_the_person_may_see(cast, records):
    dossier = records.submitted()
    cast.user("outsider")

    with pytest.raises(CommandError):
        call_command("seal", dossier.code, "--as", "outsider", stdout=StringIO())
