"""A file is replaced only by a new version: the old one stays beside it with its bytes and verdicts, and what a person confirmed stays."""

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from repository.codes import DossierState, ItemState
from repository.models import Document, File, Job, JobItem, Placement, Verification, Version
from search.models import Outbox
from tests.repository.incoming import Door, bytes_on_disk, counts_are_right, events, locked_pdf, paper, paper_pdf

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_profiles, pytest.mark.timeout(300)]


@pytest.fixture
def door(records, cast, client_of):
    return Door(client_of(cast.clerk), records.dossier())


@pytest.fixture
def document(door):
    door.send("lần một.pdf", paper_pdf("v1"))
    return Document.objects.get()


def replace(door, document, content: bytes, *, reason: str = "Bản có chữ ký số", name: str = "lần hai.pdf", **more):
    response = door.client.post(
        reverse("new_version", args=[document.pk]),
        {"file": SimpleUploadedFile(name, content), "reason": reason, **more},
    )
    door.work()
    document.refresh_from_db()
    return response


def test_a_new_version_becomes_current_and_the_old_one_stays(door, document):
    old = File.objects.get()
    verdicts = list(Verification.objects.filter(file=old).values())
    revision = Outbox.objects.get().revision
    content = paper_pdf("v2")

    assert replace(door, document, content).status_code == 302

    new = File.objects.exclude(pk=old.pk).get()
    assert new.sha256 == hashlib.sha256(content).hexdigest()
    assert list(Version.objects.order_by("number").values_list("number", "current")) == [(1, False), (2, True)]
    assert (new.version.number, new.version.reason) == (2, "Bản có chữ ký số")
    assert Placement.objects.get().main_sha256 == new.sha256
    assert set(bytes_on_disk()) == {old.sha256, new.sha256}
    assert list(Verification.objects.filter(file=old).values()) == verdicts
    assert b"".join(door.client.get(reverse("file", args=[old.pk])).streaming_content) == bytes_on_disk()[old.sha256]
    assert Outbox.objects.get().revision > revision
    [event] = events("document.versioned")
    assert event["details"]["version"] == 2
    assert event["details"]["reason"] == "Bản có chữ ký số"
    page = door.client.get(document.get_absolute_url()).content.decode()
    assert "lần một.pdf" in page
    assert "lần hai.pdf" in page


def test_what_nobody_confirmed_is_read_anew_out_of_the_new_version(door, document):
    replace(door, document, paper_pdf("v2"))
    assert document.code == paper("v2").code
    assert document.proposals["code"]["value"] == paper("v2").code


def test_what_a_person_confirmed_is_not_overwritten(door, document, cast):
    from repository.actions.confirm_document import confirm_document

    confirm_document(document.pk, {"subject": "Tên đã xác nhận"}, actor=cast.clerk)
    document.refresh_from_db()
    before = {name: getattr(document, name) for name in ("subject", "code", "issued_date", "proposals", "confirmed_at")}
    replace(door, document, paper_pdf("v2"))
    assert Version.objects.count() == 2
    assert {name: getattr(document, name) for name in before} == before


def test_the_same_bytes_are_no_new_version(door, document):
    content = next(iter(bytes_on_disk().values()))
    assert replace(door, document, content).status_code == 409
    assert not Job.objects.filter(kind="version").exists()
    assert len(bytes_on_disk()) == 1


def test_bytes_that_another_document_of_the_dossier_has_change_nothing(door, document):
    door.send("khác.txt", b"khac")
    replace(door, document, b"khac", name="khác.txt")
    item = JobItem.objects.get(job__kind="version")
    assert (item.state, item.reason) == (ItemState.FAILED, "held")
    assert Version.objects.filter(document=document).count() == 1
    assert Version.objects.filter(document=document, current=True).count() == 1
    assert counts_are_right()


@pytest.mark.parametrize(("reason", "content"), [("  ", b"hai"), ("Có lý do", b"")])
def test_a_reason_and_a_file_with_bytes_are_required(door, document, reason, content):
    assert replace(door, document, content, reason=reason).status_code == 409
    assert Version.objects.count() == 1
    assert len(bytes_on_disk()) == 1


def test_a_form_without_a_file_says_so(door, document):
    assert door.client.post(reverse("new_version", args=[document.pk]), {"reason": "x"}).status_code == 409


def test_a_file_that_cannot_be_read_is_listed_in_the_dossier_and_goes_in_with_its_password(door, document):
    replace(door, document, locked_pdf("mo-khoa"))
    item = JobItem.objects.get(job__kind="version")
    assert (item.state, item.reason) == (ItemState.FAILED, "locked")
    assert item.message in door.failed_on_the_page()
    assert door.client.post(reverse("retry_item", args=[item.pk]), {"password": "mo-khoa"}).status_code == 302
    door.work()
    assert Version.objects.count() == 2
    assert "mo-khoa" not in str(list(JobItem.objects.values()))
    assert counts_are_right()


def test_a_secret_version_is_refused_and_the_document_stays_as_it_was(door, document):
    replace(door, document, paper_pdf("v2", secrecy="MẬT"), name="bí mật.pdf")
    assert JobItem.objects.get(job__kind="version").state == ItemState.REFUSED
    assert Version.objects.count() == 1
    assert len(bytes_on_disk()) == 1
    assert "bí mật.pdf" not in str(list(JobItem.objects.values())) + str(events("version.received"))


def test_a_dossier_that_was_closed_meanwhile_keeps_its_files(door, document):
    door.client.post(
        reverse("new_version", args=[document.pk]), {"file": SimpleUploadedFile("a.txt", b"hai"), "reason": "x"}
    )
    type(door.dossier).objects.filter(pk=door.dossier.pk).update(state=DossierState.CLOSED)
    door.work()
    assert JobItem.objects.get(job__kind="version").reason == "dossier-closed"
    assert Version.objects.count() == 1
    assert replace(door, document, b"ba").status_code == 409


@pytest.mark.parametrize(
    ("person", "status"), [("reader", 403), ("auditor", 403), ("outsider", 404), ("stranger", 404)]
)
def test_only_who_may_edit_the_document_may_replace_its_file(door, document, cast, client_of, person, status):
    other = Door(client_of(getattr(cast, person)), door.dossier)
    assert replace(other, document, b"hai").status_code == status
    assert Version.objects.count() == 1
    page = other.client.get(document.get_absolute_url())
    assert page.status_code == 404 or reverse("new_version", args=[document.pk]) not in page.content.decode()
    assert reverse("new_version", args=[document.pk]) in door.client.get(document.get_absolute_url()).content.decode()


def test_a_zip_is_no_version(door, document):
    from tests.repository.incoming import zipped

    replace(door, document, zipped({"a.txt": b"mot"}), name="a.zip")
    assert JobItem.objects.get(job__kind="version").reason == "container"
    assert len(Document.objects.all()) == 1
