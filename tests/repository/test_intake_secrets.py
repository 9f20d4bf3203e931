"""State secrets do not stay on a networked machine: neither their bytes nor their names, and the refusal is recorded."""

import hashlib
import shutil

import pytest

from demo.office import docx
from demo.scans import scan
from repository import blobs
from repository.actors import actor_of
from repository.codes import ItemState, Secrecy
from repository.jobs.run import run_to_end
from repository.models import Document, Job, JobItem
from tests.repository.incoming import (
    Door,
    all_that_is_kept_in_words,
    bytes_on_disk,
    counts_are_right,
    events,
    locked_pdf,
    paper,
    paper_pdf,
    zipped,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_profiles, pytest.mark.timeout(300)]
NAME = "Phương án tác chiến khu vực Bạch Long.pdf"


@pytest.fixture
def door(records, cast, client_of):
    return Door(client_of(cast.clerk), records.dossier())


def nothing_of_it_stays(*words: str) -> None:
    assert not bytes_on_disk()
    assert not Document.objects.exists()
    kept = all_that_is_kept_in_words()
    for word in (NAME, "Bạch Long", *words):
        assert word not in kept


@pytest.mark.parametrize("mark", ["MẬT", "TỐI MẬT", "TUYỆT MẬT"])
@pytest.mark.parametrize("writer", [paper_pdf, lambda seed, **changes: docx(paper(seed, **changes))])
def test_a_marked_document_is_refused_and_nothing_of_it_stays(door, writer, mark):
    content = writer("s1", secrecy=mark)
    item = door.send(NAME, content)

    assert (item.state, item.reason, item.sha256, item.payload) == (ItemState.REFUSED, "state-secret", "", {})
    assert mark in item.message
    nothing_of_it_stays(paper("s1").subject)
    [refusal] = events("intake.refused_secret")
    assert refusal["details"] == {"mark": mark, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    assert mark in door.failed_on_the_page()
    assert "Bạch Long" not in door.failed_on_the_page()
    assert counts_are_right()


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="no Tesseract to read the mark from a picture")
def test_a_mark_on_a_scan_is_read_and_refused(door):
    item = door.send(NAME, scan(paper_pdf("s2", secrecy="TỐI MẬT"), seed=3))
    assert (item.state, item.reason) == (ItemState.REFUSED, "state-secret")
    nothing_of_it_stays()


def test_the_bytes_go_also_when_two_people_sent_them(door, cast, client_of):
    content = paper_pdf("s3", secrecy="MẬT")
    other = Door(client_of(cast.archivist), door.dossier)
    door.post(NAME, content)
    other.post(NAME, content)
    first, second = Job.objects.order_by("pk")
    run_to_end(first.pk)
    assert len(bytes_on_disk()) == 1, "the other intake still has to look at them"
    run_to_end(second.pk)
    assert set(JobItem.objects.values_list("state", flat=True)) == {ItemState.REFUSED}
    nothing_of_it_stays()


def test_two_refusals_at_once_do_not_leave_the_bytes_to_each_other(door, cast, client_of, monkeypatch):
    """Each looks whether the other still holds them only after its own commit; here the other commits in between."""
    from repository.intake import leftovers

    content = paper_pdf("s3", secrecy="MẬT")
    door.post(NAME, content)
    Door(client_of(cast.archivist), door.dossier).post(NAME, content)
    digest = hashlib.sha256(content).hexdigest()
    items = list(JobItem.objects.order_by("pk"))
    JobItem.objects.filter(pk=items[0].pk).update(sha256="")
    leftovers._remove(digest)
    assert blobs.holds(digest)
    JobItem.objects.filter(pk=items[1].pk).update(sha256="")
    leftovers._remove(digest)
    assert not blobs.holds(digest)


def test_a_marked_document_inside_a_zip_is_refused_and_the_rest_goes_in(door):
    door.send("hồ sơ.zip", zipped({"Bạch Long/" + NAME: paper_pdf("s4", secrecy="MẬT"), "a.txt": b"mot"}))
    assert sorted(JobItem.objects.values_list("state", flat=True)) == [
        ItemState.DONE,
        ItemState.DONE,
        ItemState.REFUSED,
    ]
    assert list(bytes_on_disk()) == [hashlib.sha256(b"mot").hexdigest()]
    assert "Bạch Long" not in all_that_is_kept_in_words()
    assert counts_are_right()


def test_what_is_done_with_a_locked_file_leaves_no_name_in_the_events(door):
    from django.urls import reverse

    item = door.send(NAME, locked_pdf())
    door.client.post(reverse("retry_item", args=[item.pk]), {"password": "sai"})
    door.work()
    door.client.post(reverse("discard_item", args=[item.pk]))
    for kind in ("intake.received", "intake.retried", "intake.discarded"):
        assert len(events(kind)) == 1
        assert "Bạch Long" not in str(events(kind))


def test_the_word_in_a_sentence_is_no_mark(door):
    text = "Căn cứ Luật Bảo vệ bí mật nhà nước; tài liệu mật, tối mật được quản lý riêng.\n" * 3
    assert door.send("a.txt", text.encode()).state == ItemState.DONE


def test_an_isolated_installation_keeps_it_with_its_secrecy_and_shows_it_to_who_is_cleared(
    door, settings, cast, client_of
):
    settings.ISOLATED = True
    assert door.send(NAME, paper_pdf("s5", secrecy="TỐI MẬT")).state == ItemState.DONE
    document = Document.objects.get()
    assert document.secrecy == Secrecy.HIGHLY_SECRET
    assert len(bytes_on_disk()) == 1
    assert not events("intake.refused_secret")
    assert door.client.get(document.get_absolute_url()).status_code == 404
    chief = cast.user("chief")
    chief.clearance = Secrecy.TOP_SECRET
    chief.save()
    assert client_of(actor_of(chief)).get(document.get_absolute_url()).status_code == 200
