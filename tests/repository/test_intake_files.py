"""Files through the page's door and real parsers: what is right is taken in, what is not is told with what to do, and nothing is half."""

import hashlib
import io
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.urls import reverse

from demo.office import docx, eml, xlsx
from repository import blobs
from repository.actions.receive_file import receive_file
from repository.codes import DossierState, ItemState, Secrecy
from repository.jobs.run import run_to_end
from repository.jobs.sweeper import sweep
from repository.models import Document, Extraction, File, Job, JobItem, Placement
from repository.refusals import Refused
from tests.repository.incoming import (
    Door,
    bytes_on_disk,
    counts_are_right,
    events,
    locked_pdf,
    paper,
    paper_pdf,
    zipped,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_profiles, pytest.mark.timeout(300)]


@pytest.fixture
def door(records, cast, client_of):
    return Door(client_of(cast.clerk), records.dossier())


def refused(response) -> str:
    assert response.json()["status"] == "refused"
    return response.json()["message"]


def nothing_is_kept() -> bool:
    return not bytes_on_disk() and not JobItem.objects.exists() and not events("intake.received")


def test_a_file_becomes_a_document_with_its_bytes_its_text_and_its_number_proposed(door):
    content, source = paper_pdf("x1"), paper("x1")
    item = door.send("Quyết định.pdf", content)

    [document] = door.documents()
    file = File.objects.get(version__document=document)
    assert (item.state, document.code, document.issued_date) == (ItemState.DONE, source.code, source.date)
    assert document.confirmed_at is None
    assert (file.name, file.sha256) == ("Quyết định.pdf", hashlib.sha256(content).hexdigest())
    assert file.sha512 == hashlib.sha512(content).hexdigest()
    assert bytes_on_disk() == {file.sha256: content}
    assert source.code in Extraction.objects.get(file=file).text
    assert [body["details"]["file"]["sha256"] for body in events("document.received")] == [file.sha256]
    assert counts_are_right()


@pytest.mark.parametrize(("writer", "name"), [(docx, "a.docx"), (eml, "a.eml")])
def test_office_files_and_mail_are_taken_in(door, writer, name):
    assert door.send(name, writer(paper("x2"))).state == ItemState.DONE
    [document] = door.documents()
    assert document.code == paper("x2").code


def test_a_table_is_taken_in_under_its_name_where_it_has_no_head(door):
    assert door.send("Mục lục.xlsx", xlsx([paper(1), paper(2)])).state == ItemState.DONE
    assert [document.subject for document in door.documents()] == ["Mục lục"]


def test_a_truncated_pdf_is_listed_with_what_to_do_and_kept_until_it_is_taken_off_the_list(door):
    content = paper_pdf("x3")
    item = door.send("dở dang.pdf", content[: len(content) // 3])

    assert (item.state, item.reason) == (ItemState.FAILED, "damaged")
    assert item.message in door.failed_on_the_page().replace("&#x27;", "'")
    assert len(bytes_on_disk()) == 1
    assert not Document.objects.exists()
    assert counts_are_right()

    assert door.client.post(reverse("discard_item", args=[item.pk])).status_code == 302
    assert not bytes_on_disk()
    item.refresh_from_db()
    assert item.state == ItemState.CANCELLED
    assert counts_are_right()


def test_a_locked_pdf_fails_and_goes_in_with_the_password_which_is_not_kept(door):
    item = door.send("khóa.pdf", locked_pdf("mo-khoa"))
    assert (item.state, item.reason) == (ItemState.FAILED, "locked")

    url = reverse("retry_item", args=[item.pk])
    door.client.post(url, {"password": "sai-mat-khau"})
    door.work()
    item.refresh_from_db()
    assert (item.state, item.reason) == (ItemState.FAILED, "locked")
    assert "sai-mat-khau" not in str(item.payload)

    door.client.post(url, {"password": "mo-khoa"})
    door.work()
    item.refresh_from_db()
    assert item.state == ItemState.DONE
    assert len(door.documents()) == 1
    assert "mo-khoa" not in str(list(JobItem.objects.values())) + str(events("intake.retried"))
    assert counts_are_right()


def test_an_empty_file_is_refused_at_the_door(door):
    response = door.post("trống.pdf", b"")
    assert "trống.pdf" in refused(response)
    assert response.status_code == 409
    assert nothing_is_kept()


def test_a_file_whose_ending_is_wrong_is_taken_in_with_a_warning(door):
    assert door.send("thật ra là pdf.docx", paper_pdf("x4")).state == ItemState.DONE
    [document] = door.documents()
    file = File.objects.get()
    assert file.mime == "application/pdf"
    assert ".docx" in file.format_warning
    page = door.client.get(document.get_absolute_url()).content.decode()
    assert ".docx" in page


def test_a_format_without_text_is_kept_without_text(door):
    film = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + os.urandom(4000)
    assert door.send("họp.mp4", film).state == ItemState.DONE
    assert not Extraction.objects.exists()
    [document] = door.documents()
    assert document.subject == "họp"
    assert hashlib.sha256(film).hexdigest() in bytes_on_disk()


NAMES = {
    "../../etc/passwd": "passwd",
    "/etc/shadow.pdf": "shadow.pdf",
    "..\\..\\Windows\\win.ini": "win.ini",
    "C:\\Users\\ha\\Quyết định.pdf": "Quyết định.pdf",
    "a\x00b\nc.pdf": "a b c.pdf",
    "fdp.\u202egnauq.exe": "fdp. gnauq.exe",
    "..": "unnamed",
    "": "unnamed",
    " . ": "unnamed",
}


@pytest.mark.parametrize("given", NAMES)
def test_a_name_is_a_label_and_never_a_path(door, given):
    response = door.post(given, b"noi dung")
    item = JobItem.objects.get(pk=response.json()["item"])
    assert item.payload["name"] == NAMES[given]
    assert ".." not in item.label.split("/")
    assert not item.label.startswith("/")
    assert list(bytes_on_disk()) == [hashlib.sha256(b"noi dung").hexdigest()]


def test_a_name_of_300_letters_in_nfd_is_kept_in_nfc_with_its_ending(door):
    import unicodedata

    given = unicodedata.normalize("NFD", "Quyết định về việc phê duyệt " * 12)[:300] + ".txt"
    item = door.send(given, "Nội dung.".encode())
    name = File.objects.get().name
    assert item.state == ItemState.DONE
    assert unicodedata.is_normalized("NFC", name)
    assert len(name) <= 255
    assert name.endswith(".txt")
    assert name.startswith("Quyết định về việc")


def test_two_names_of_one_content_are_one_document_and_the_second_is_told_so(door):
    assert door.send("a.txt", b"mot noi dung").state == ItemState.DONE
    again = door.post("b.txt", b"mot noi dung").json()
    assert again["status"] == "held"
    assert "1" in again["message"]
    assert len(door.documents()) == 1
    assert not Job.objects.filter(finished_at=None).exists(), "and no intake stands open for ever"


def test_a_file_sent_twice_before_it_is_worked_on_waits_once(door):
    assert door.post("a.txt", b"mot").json()["status"] == "received"
    assert door.post("a.txt", b"mot").json()["status"] == "held"
    door.work()
    assert len(door.documents()) == 1
    assert counts_are_right()


def test_two_files_of_one_name_are_two_documents(door):
    door.send("a.txt", b"mot")
    door.send("a.txt", b"hai")
    assert [file.name for file in File.objects.all()] == ["a.txt", "a.txt"]
    assert len(door.documents()) == 2


def test_two_people_who_send_the_same_bytes_make_one_document(door, cast, client_of):
    other = Door(client_of(cast.archivist), door.dossier)
    assert door.post("a.txt", b"mot").json()["status"] == "received"
    assert other.post("a.txt", b"mot").json()["status"] == "received"
    door.work()
    assert sorted(JobItem.objects.values_list("state", flat=True)) == [ItemState.DONE, ItemState.HELD]
    assert len(door.documents()) == 1
    assert counts_are_right()


def test_a_file_over_the_limit_is_refused_and_not_kept(door, settings):
    settings.LARGEST_FILE = 1000
    response = door.post("lớn.bin", b"x" * 1001)
    assert response.status_code == 409
    assert refused(response)
    assert nothing_is_kept()
    assert door.post("vừa.bin", b"x" * 1000).json()["status"] == "received"


def test_a_connection_that_breaks_in_mid_upload_leaves_nothing(door):
    half = {"wsgi.input": io.BytesIO(b"x" * 500), "CONTENT_LENGTH": "5000"}
    response = door.post("nửa.bin", b"", **half)
    assert response.status_code == 400
    assert refused(response)
    assert nothing_is_kept()


@pytest.fixture
def small_disk(tmp_path, settings):
    """A disk of one megabyte for the received bytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk cannot be mounted here: this needs root and leave to mount")
    settings.BLOBS = folder / "blobs"
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_refuses_the_file_and_takes_it_once_there_is_room(door, small_disk):
    content = os.urandom(700_000)
    assert door.post("một.bin", content).json()["status"] == "received"
    response = door.post("hai.bin", content[::-1])
    assert response.status_code == 409
    assert refused(response)
    assert len(bytes_on_disk()) == 1
    assert JobItem.objects.count() == 1
    # Somebody makes room.
    shutil.rmtree(Path(django_settings.BLOBS) / "incoming")
    subprocess.run(["mount", "-o", "remount,size=3m", str(small_disk)], check=True)
    assert door.post("hai.bin", content[::-1]).json()["status"] == "received"


def test_a_zip_that_does_not_fit_on_the_disk_fails_as_a_whole_and_leaves_no_part(door, small_disk):
    members = {f"{n}.txt": bytes([n]) * 300_000 for n in range(5)}
    item = door.send("a.zip", zipped(members))
    assert (item.state, item.reason) == (ItemState.FAILED, "disk-full")
    assert list(bytes_on_disk()) == [item.sha256]
    subprocess.run(["mount", "-o", "remount,size=9m", str(small_disk)], check=True)
    door.client.post(reverse("retry_item", args=[item.pk]))
    door.work()
    assert len(door.documents()) == 5


def test_a_dossier_that_is_closed_takes_no_file(door, records, cast):
    from repository.actions.close_dossier import close_dossier

    records.document(door.dossier)
    close_dossier(door.dossier.pk, actor=cast.clerk)
    before = bytes_on_disk()
    response = door.post("a.txt", b"mot")
    assert response.status_code == 409
    assert refused(response)
    assert bytes_on_disk() == before


def test_a_file_that_waited_while_its_dossier_was_closed_fails_and_is_not_lost(door):
    door.post("a.txt", b"mot")
    type(door.dossier).objects.filter(pk=door.dossier.pk).update(state=DossierState.CLOSED)
    door.work()
    item = JobItem.objects.get()
    assert (item.state, item.reason) == (ItemState.FAILED, "dossier-closed")
    assert list(bytes_on_disk()) == [item.sha256]
    type(door.dossier).objects.filter(pk=door.dossier.pk).update(state=DossierState.OPEN)
    door.client.post(reverse("retry_item", args=[item.pk]))
    door.work()
    assert len(door.documents()) == 1


@pytest.mark.parametrize("person", ["reader", "auditor", "administrator"])
def test_who_may_not_file_is_refused_before_a_byte_is_kept(door, cast, client_of, person):
    response = Door(client_of(getattr(cast, person)), door.dossier).post("a.txt", b"mot")
    assert response.status_code in (403, 404)
    assert nothing_is_kept()


@pytest.mark.parametrize("person", ["outsider", "stranger", "superuser"])
def test_who_may_not_see_the_dossier_finds_no_door(door, cast, client_of, person):
    assert Door(client_of(getattr(cast, person)), door.dossier).post("a.txt", b"mot").status_code == 404
    assert nothing_is_kept()


def test_what_may_be_done_with_a_failed_file_is_asked_of_the_dossier(door, cast, client_of):
    item = door.send("khóa.pdf", locked_pdf())
    for name, status in (("outsider", 404), ("stranger", 404), ("reader", 403)):
        client = client_of(getattr(cast, name))
        for act in ("retry_item", "discard_item"):
            assert client.post(reverse(act, args=[item.pk])).status_code == status
    item.refresh_from_db()
    assert item.state == ItemState.FAILED


def test_a_stopped_intake_leaves_out_what_waits_and_keeps_what_is_in(door):
    door.send("a.txt", b"mot")
    door.post("b.txt", b"hai")
    job = Job.objects.get(finished_at=None)
    assert door.client.post(reverse("cancel_intake", args=[job.pk])).status_code == 302
    job.refresh_from_db()
    assert (job.state, job.done + job.failed) == ("cancelled", job.total)
    assert [item.state for item in JobItem.objects.filter(job=job)] == [ItemState.CANCELLED]
    assert run_to_end(job.pk).state == "cancelled"
    assert list(bytes_on_disk()) == [hashlib.sha256(b"mot").hexdigest()]
    assert door.client.post(reverse("cancel_intake", args=[job.pk])).status_code == 409
    assert door.post("b.txt", b"hai").json()["status"] == "received", "it may be sent again"


def test_progress_is_told_while_files_wait_and_the_page_is_loaded_again_at_the_end(door):
    door.post("a.txt", b"mot")
    url = reverse("dossier_intake", args=[door.dossier.pk])
    waiting = door.client.get(url)
    assert "HX-Refresh" not in waiting
    assert "0/1" in waiting.content.decode().replace(" ", "")
    door.work()
    assert door.client.get(url)["HX-Refresh"] == "true"


def test_while_the_text_service_is_down_a_file_waits_and_then_goes_in(door, settings, frozen_clock):
    from datetime import timedelta

    from repository.clock import clock_at

    was, settings.TIKA_SERVER_URL = settings.TIKA_SERVER_URL, "http://127.0.0.1:9"
    door.post("a.pdf", paper_pdf("x5"))
    job = Job.objects.get()
    from repository.jobs.engine import work

    for minutes in range(0, 60, 10):
        with clock_at(frozen_clock.now + timedelta(minutes=minutes)):
            work(job.pk)
        item = JobItem.objects.get()
        assert (item.state, item.reason) == (ItemState.QUEUED, "text-service-down")
        assert item.message
    settings.TIKA_SERVER_URL = was
    with clock_at(frozen_clock.now + timedelta(minutes=70)):
        sweep(wake=False)
        work(job.pk)
    assert len(door.documents()) == 1
    assert counts_are_right()


def test_bytes_that_are_gone_are_asked_for_again(door):
    door.post("a.txt", b"mot")
    blobs.remove(JobItem.objects.get().sha256)
    door.work()
    item = JobItem.objects.get()
    assert (item.state, item.reason) == (ItemState.FAILED, "bytes-missing")
    assert item.message


def test_a_form_without_script_takes_files_too(door):
    from django.core.files.uploadedfile import SimpleUploadedFile

    response = door.client.post(
        door.url, {"files": [SimpleUploadedFile("a.txt", b"mot"), SimpleUploadedFile("b.txt", b"")]}
    )
    assert response.status_code == 302
    door.work()
    assert [file.name for file in File.objects.all()] == ["a.txt"]


def test_a_twin_that_she_may_not_see_in_the_same_dossier_is_not_told_of(door):
    door.send("a.txt", b"mot")
    Document.objects.update(secrecy=Secrecy.SECRET)
    answer = door.post("a.txt", b"mot").json()
    fresh = door.post("b.txt", b"khac").json()
    assert (answer["status"], answer["message"]) == (fresh["status"], fresh["message"])
    assert answer["status"] == "received"
    door.work()
    assert Placement.objects.filter(dossier=door.dossier).count() == 2
    held = JobItem.objects.get(pk=answer["item"])
    assert (held.state, held.message, held.result) == (ItemState.HELD, "", {})


def test_a_dossier_that_was_closed_while_a_file_was_being_sent_takes_it_no_more(door, cast):
    def slow():
        yield b"mot"
        type(door.dossier).objects.filter(pk=door.dossier.pk).update(state=DossierState.CLOSED)
        yield b"hai"

    with pytest.raises(Refused):
        receive_file(door.dossier.pk, "a.txt", slow(), actor=cast.clerk)
    assert nothing_is_kept()
