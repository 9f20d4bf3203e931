"""Rebuild: what was sealed comes back into an empty database, equal field by field."""

import json
import shutil
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from archive import store
from archive.models import FixityCheck, ObjectStatus, RestoreStep, SealedFile, SealedObject
from repository import models as m
from repository.actions.accept_dossier import accept_dossier
from repository.actions.close_dossier import close_dossier
from repository.actions.grants import give_grant
from repository.actions.holds import place_hold
from repository.actions.place_document import place_document
from repository.actions.read import read_document
from repository.actions.submit_dossier import submit_dossier
from repository.clock import now
from repository.codes import Indication
from repository.guards import install, remove
from repository.jobs.engine import work

pytestmark = pytest.mark.django_db

# Children first: the order in which a database can be emptied.
RESTORED = (
    SealedFile, ObjectStatus, SealedObject, m.Event, m.FileStatus, m.Verification, m.Extraction, m.Grant, m.Hold, m.Retention, m.Placement,
    m.File, m.Version, m.Document, m.Dossier, m.FilePlanEntry, m.FilePlan, m.RecordClass, m.Fonds, m.AgencyName, m.Agency, m.User,
)  # fmt: skip
NOT_RESTORED = (
    RestoreStep,
    FixityCheck,
    m.Finding,
    m.EventPosition,
    m.JobItem,
    m.Job,
    m.Membership,
    m.Agency.successors.through,
)
PERSON = ("id", "username", "first_name", "last_name", "full_name", "position")


def everything() -> dict[str, dict]:
    """Every concrete field of every row."""
    found = {}
    for model in RESTORED:
        names = PERSON if model is m.User else [field.attname for field in model._meta.concrete_fields]
        if model is SealedFile:
            names = ["object_id", "sha256", "path"]
        if model in (SealedObject, ObjectStatus, SealedFile):
            # Rows of the program, not of the record: their own identity is made anew.
            names = [name for name in names if name not in ("id", "object_id")]
        rows = model._base_manager.values(*names)
        found[model._meta.label] = sorted((_comparable(row) for row in rows), key=str)
    return found


def _comparable(row: dict) -> dict:
    return {name: bytes(value) if isinstance(value, memoryview) else value for name, value in row.items()}


def empty_the_database() -> None:
    remove(connection)
    try:
        for model in (*NOT_RESTORED, *RESTORED):
            if model is m.Job:
                from django.apps import apps

                for other in apps.get_app_config("search").get_models():
                    other._base_manager.all().delete()
            table = model._meta.db_table
            with connection.cursor() as cursor:
                for parent in (
                    ("parent_id",) if any(f.attname == "parent_id" for f in model._meta.concrete_fields) else ()
                ):
                    cursor.execute(f"UPDATE {table} SET {parent} = NULL")
                cursor.execute(f"DELETE FROM {table}")
        connection.check_constraints()
    finally:
        install(connection)


def seal(cast, dossier):
    close_dossier(dossier.pk, actor=cast.clerk)
    submit_dossier(dossier.pk, actor=cast.clerk)
    _, job = accept_dossier(dossier.pk, actor=cast.archivist)
    work(job.pk)
    dossier.refresh_from_db()
    assert dossier.state == "archived", m.Job.objects.get(pk=job.pk).message


@pytest.fixture
def archive(cast, records):
    """Two sealed dossiers that share a document, with everything a record may have beside it."""
    world = cast.world
    world.office.successors.add(world.department)
    m.AgencyName.objects.create(agency=world.office, name="Văn phòng cũ", code="H99.09")
    first = records.dossier(title="Hồ sơ “thứ nhất” — đặc biệt ½ 🗂️")
    shared = records.document(first, text="Điều 1.\r\nVăn bản có dấu.\n")
    records.document(first)
    file = m.File.objects.get(version__document=shared)
    m.Extraction.objects.filter(file=file).update(current=False)
    m.Extraction.objects.create(
        file=file, text="Điều 1.\r\nVăn bản\u2028 có dấu.\n", pages=[0, 7], engine="tika", warnings=["w"], made_at=now()
    )
    run = m.Verification.objects.create(
        file=file,
        run_at=now(),
        reason="intake",
        sha256=file.sha256,
        indication=Indication.INDETERMINATE,
        outcome="VALID",
        signatures=1,
        policy="p",
        verdict={"serial": 2**100, "ratio": 1.0, "days": 0.1, "text": "đ", "list": [True, None, 3]},
    )
    m.FileStatus.objects.filter(file=file).update(verification=run, indication=run.indication, verified_at=run.run_at)
    place_hold(first.pk, "Thanh tra", actor=cast.chief, order_number="12/QĐ")
    read_document(shared.pk, actor=cast.reader)
    for thing in (first, shared):
        give_grant(thing, cast.user("outsider").pk, "Nghiên cứu", now() + timedelta(days=30), actor=cast.chief)
    second = records.dossier(title="Hồ sơ thứ hai", notation="05.KHAC")
    records.document(second)
    place_document(shared.pk, second.pk, actor=cast.clerk)
    seal(cast, first)
    m.Verification.objects.create(
        file=file, run_at=now(), reason="nightly", sha256=file.sha256, indication=Indication.PASSED, signatures=1, verdict={}
    )  # fmt: skip
    seal(cast, second)
    return first, second


@pytest.mark.both_profiles
def test_a_database_rebuilt_from_the_store_is_equal_field_by_field(archive):
    before = everything()
    names = list(m.Agency.successors.through._base_manager.values_list("from_agency_id", "to_agency_id"))
    empty_the_database()

    call_command("rebuild", "--json", stdout=StringIO())

    after = everything()
    after["repository.Event"] = [row for row in after["repository.Event"] if row["kind"] != "archive.rebuilt"]
    assert list(m.Agency.successors.through._base_manager.values_list("from_agency_id", "to_agency_id")) == names
    # Agencies, classes and people that no sealed dossier refers to are not in the store; nor are the events that speak of them.
    partly = {
        model._meta.label for model in (m.User, m.Agency, m.AgencyName, m.Fonds, m.FilePlan, m.FilePlanEntry, m.Event)
    }
    for label in before:
        if label in partly:
            assert after[label]
            assert all(row in before[label] for row in after[label]), label
        else:
            assert after[label] == before[label], label
    of_records = [row for row in before["repository.Event"] if row["dossier_id"] or row["object_kind"] == "document"]
    assert of_records == after["repository.Event"]


def test_restored_people_cannot_sign_in(archive):
    empty_the_database()

    call_command("rebuild", "--json", stdout=StringIO())

    people = m.User.objects.all()
    assert people
    assert not any(person.is_active or person.has_usable_password() or person.is_superuser for person in people)
    assert not m.Membership.objects.exists()


def test_a_second_run_finds_everything_equal_and_changes_nothing(archive):
    empty_the_database()
    call_command("rebuild", "--json", stdout=StringIO())
    before = everything()

    out = StringIO()
    call_command("rebuild", "--json", stdout=out)

    figures = json.loads(out.getvalue())
    assert (figures["restored"], figures["equal"], figures["problems"]) == (0, 2, [])
    assert everything() == before


def test_a_run_that_was_stopped_goes_on_where_it_was(archive, monkeypatch):
    from archive.rebuild import restore

    before = everything()
    empty_the_database()
    original, calls = restore.Restorer.restore, []

    def stop_in_the_second(self):
        calls.append(1)
        if len(calls) == 2:
            original(self)
            raise KeyboardInterrupt
        original(self)

    with monkeypatch.context() as patch:
        patch.setattr(restore.Restorer, "restore", stop_in_the_second)
        with pytest.raises(KeyboardInterrupt):
            call_command("rebuild", "--json", stdout=StringIO())
    assert SealedObject.objects.count() == 1

    call_command("rebuild", "--json", stdout=StringIO())

    after = everything()
    for label in (
        "repository.Dossier",
        "repository.Document",
        "repository.Placement",
        "repository.Extraction",
        "repository.FileStatus",
        "archive.SealedFile",
    ):
        assert after[label] == before[label], label


def test_a_database_with_work_of_its_own_is_refused(cast, records, archive):
    records.dossier(title="Hồ sơ đang lập", notation="06.MOI")

    with pytest.raises(CommandError, match="not empty"):
        call_command("rebuild", "--json", stdout=StringIO())


def test_an_initialised_database_without_a_dossier_is_refused_as_well(cast):
    store.ensure_root()

    with pytest.raises(CommandError, match="not empty"):
        call_command("rebuild", "--json", stdout=StringIO())


def test_a_database_that_says_something_else_is_reported_and_left_alone(archive):
    first, _ = archive
    remove(connection)
    m.Dossier.objects.filter(pk=first.pk).update(title="Khác")
    install(connection)

    out, errors = StringIO(), StringIO()
    with pytest.raises(CommandError):
        call_command("rebuild", "--json", stdout=out, stderr=errors)

    assert "title" in json.loads(out.getvalue())["problems"][0]["reason"]
    assert m.Dossier.objects.get(pk=first.pk).title == "Khác"


def test_a_damaged_object_is_not_restored_and_the_others_are(archive):
    first, second = archive
    folder = store.folder_of(SealedObject.objects.get(dossier=first).path)
    victim = next(folder.glob("v1/content/documents/*/v1/*"))
    victim.chmod(0o640)
    victim.write_bytes(b"x" + victim.read_bytes()[1:])
    empty_the_database()

    out = StringIO()
    with pytest.raises(CommandError):
        call_command("rebuild", "--json", stdout=out, stderr=StringIO())

    figures = json.loads(out.getvalue())
    assert (figures["restored"], len(figures["problems"])) == (1, 1)
    assert set(m.Dossier.objects.values_list("pk", flat=True)) == {second.pk}


def test_objects_of_another_store_are_copied_into_our_own(archive, settings, tmp_path):
    away = tmp_path / "cũ"
    shutil.copytree(settings.STORE, away)
    shutil.rmtree(settings.STORE)
    empty_the_database()

    call_command("rebuild", "--from", str(away), "--json", stdout=StringIO())

    for made in SealedObject.objects.all():
        assert (store.folder_of(made.path) / "inventory.json").is_file()


def test_a_folder_that_is_no_store_is_named(tmp_path):
    with pytest.raises(CommandError, match="no archive store"):
        call_command("rebuild", "--from", str(tmp_path), stdout=StringIO())


def test_every_model_of_the_repository_is_restored_or_known_not_to_be():
    """A new model must be decided on here: does its row belong to what is sealed?"""
    from django.apps import apps

    known = {*RESTORED, *NOT_RESTORED, m.Checkpoint, m.Dossier.documents.through}
    assert (
        set(apps.get_app_config("repository").get_models(include_auto_created=True))
        - known
        - {
            m.User.groups.through,
            m.User.user_permissions.through,
        }
        == set()
    )
