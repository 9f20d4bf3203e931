"""ZIP files through the page's door: folders, names of every kind, and what hostile or unlucky ones do."""

import io
import struct
import zipfile

import pytest
from django.urls import reverse

from repository import blobs
from repository.actions.receive_file import cancel_intake
from repository.codes import ItemState
from repository.models import File, Job, JobItem
from tests.repository.incoming import Door, bytes_on_disk, counts_are_right, events, paper_pdf, zipped

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_profiles, pytest.mark.timeout(300)]


@pytest.fixture
def door(records, cast, client_of):
    return Door(client_of(cast.clerk), records.dossier())


def fails(door, content: bytes, reason: str) -> str:
    """The ZIP fails as a whole with this reason: only it is kept, until it is taken off the list. Returns what is said."""
    item = door.send("hồ sơ.zip", content)
    assert (item.state, item.reason) == (ItemState.FAILED, reason)
    assert item.message
    assert list(bytes_on_disk()) == [item.sha256]
    assert JobItem.objects.count() == 1
    assert not door.documents()
    assert counts_are_right()
    return item.message


def test_each_file_of_a_zip_with_folders_becomes_a_document_and_the_zip_goes(door):
    members = {"2025/": b"", "2025/a.pdf": paper_pdf("z1"), "2025/con/b.txt": b"hai", "__MACOSX/._a.pdf": b"x"}
    item = door.send("hồ sơ.zip", zipped(members))
    assert item.state == ItemState.DONE
    assert sorted(File.objects.values_list("name", flat=True)) == ["a.pdf", "b.txt"]
    assert sorted(JobItem.objects.exclude(pk=item.pk).values_list("label", flat=True)) == [
        "2025/a.pdf",
        "2025/con/b.txt",
    ]
    assert set(bytes_on_disk()) == set(File.objects.values_list("sha256", flat=True))
    assert [body["details"]["files"] for body in events("intake.unpacked")] == [2]
    assert counts_are_right()


def test_empty_files_and_doubles_in_a_zip_are_listed_and_the_rest_goes_in(door):
    door.send("a.zip", zipped({"a.txt": b"mot", "b.txt": b"mot", "c.txt": b"", "d.txt": b""}))
    states = dict(JobItem.objects.values_list("label", "state"))
    assert states == {
        "a.zip": ItemState.DONE,
        "a.txt": ItemState.DONE,
        "b.txt": ItemState.HELD,
        "c.txt": ItemState.FAILED,
        "d.txt": ItemState.FAILED,
    }
    assert "a.txt" in JobItem.objects.get(label="b.txt").message
    assert len(bytes_on_disk()) == 1
    assert counts_are_right()


def test_a_zip_sent_again_adds_nothing(door):
    content = zipped({"a.txt": b"mot"})
    door.send("a.zip", content)
    door.send("a.zip", content)
    assert len(door.documents()) == 1
    assert len(bytes_on_disk()) == 1


def test_a_zip_in_a_zip_is_not_opened(door):
    door.send("a.zip", zipped({"trong.zip": zipped({"x.txt": b"x"}), "a.txt": b"mot"}))
    inner = JobItem.objects.get(label="trong.zip")
    assert (inner.state, inner.reason) == (ItemState.FAILED, "nested-zip")
    assert len(door.documents()) == 1


def test_a_bomb_is_not_opened(door):
    fails(door, zipped({"bom.txt": b"\0" * (40 * 1024 * 1024)}), "zip-bomb")


def test_a_zip_whose_directory_lies_about_the_size_is_damaged(door):
    content = bytearray(zipped({"a.bin": b"0123456789" * 1000}))
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = struct.pack("<I", 10)
    fails(door, bytes(content), "damaged-zip")


def test_a_zip_of_too_many_files_is_to_be_sent_in_parts(door, monkeypatch):
    monkeypatch.setattr("repository.intake.containers.MOST_FILES", 3)
    assert "3" in fails(door, zipped({f"{n}.txt": bytes([n]) for n in range(4)}), "too-many-files")


def test_a_zip_of_too_many_bytes_is_to_be_sent_in_parts(door, monkeypatch):
    monkeypatch.setattr("repository.intake.containers.MOST_BYTES", 1000)
    fails(door, zipped({"a.bin": b"x" * 600, "b.bin": b"y" * 600}), "zip-too-large")


def test_a_zip_with_nothing_in_it_says_so(door):
    fails(door, zipped({"folder/": b""}), "empty-zip")


def test_a_truncated_zip_is_damaged(door):
    content = zipped({"a.bin": bytes(range(256)) * 64})
    fails(door, content[: len(content) // 2], "damaged-zip")


def test_bytes_changed_inside_a_zip_are_damage_and_nothing_of_it_is_kept(door):
    content = bytearray(zipped({"a.txt": b"mot " * 400, "b.txt": bytes(range(256)) * 40}))
    middle = content.rindex(b"b.txt", 0, content.rindex(b"PK\x01\x02")) + 20
    content[middle : middle + 40] = b"\xff" * 40
    fails(door, bytes(content), "damaged-zip")


def test_a_locked_zip_says_that_it_is_locked(door):
    content = bytearray(zipped({"a.txt": b"mot"}))
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(sign) + offset] |= 1
    fails(door, bytes(content), "locked-zip")


def test_a_zip_packed_in_an_unknown_way_says_so(door):
    content = bytearray(zipped({"a.txt": b"mot"}))
    for sign, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        at = content.index(sign) + offset
        content[at : at + 2] = struct.pack("<H", 97)
    fails(door, bytes(content), "unknown-zip")


def raw_named(names: list[bytes]) -> bytes:
    """A ZIP whose names are these bytes, without the flag that says UTF-8."""
    plain = [f"{n:04}".ljust(len(name), "x") for n, name in enumerate(names)]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for n, name in enumerate(plain):
            archive.writestr(name, f"noi dung {n}")
    content = out.getvalue()
    for old, new in zip(plain, names, strict=True):
        content = content.replace(old.encode(), new)
    return content


def test_names_in_old_code_pages_are_readable(door):
    import unicodedata

    tone_after = unicodedata.normalize("NFD", "bản").encode("cp1258")
    names = [b"utf8 " + "Quyết định.txt".encode(), b"1258 " + tone_after + b".txt", b"437 \xc9\xcd\xbb.txt"]
    door.send("a.zip", raw_named(names))
    assert {"utf8 Quyết định.txt", "1258 bản.txt"} <= set(File.objects.values_list("name", flat=True))
    assert File.objects.count() == 3


@pytest.mark.parametrize(
    "name", ["../../../tmp/x.txt", "/etc/cron.d/x.txt", "..\\..\\x.txt", "C:\\x.txt", "a/./../../x.txt", "\u202ex.txt"]
)
def test_names_inside_lead_nowhere(door, name):
    door.send("a.zip", zipped({name: b"mot"}))
    assert [file.name for file in File.objects.all()] == ["x.txt"]
    label = JobItem.objects.exclude(label="a.zip").get().label
    assert ".." not in label.split("/")
    assert not label.startswith("/")
    assert set(bytes_on_disk()) == set(File.objects.values_list("sha256", flat=True))


def test_an_intake_stopped_while_its_zip_is_unpacked_leaves_nothing_that_waits_for_ever(door, cast, monkeypatch):
    """What waits in a stopped intake is never claimed, and the dossier could not be closed any more."""
    received = blobs.receive

    def stopped_meanwhile(chunks, **limits):
        job = Job.objects.get(finished_at=None)
        cancel_intake(job.pk, actor=cast.clerk)
        return received(chunks, **limits)

    door.post("a.zip", zipped({"a.txt": b"mot"}))
    monkeypatch.setattr("repository.intake.containers.blobs.receive", stopped_meanwhile)
    door.work()
    monkeypatch.undo()
    item = JobItem.objects.get()
    assert (item.state, item.reason) == (ItemState.FAILED, "cancelled")
    assert counts_are_right()
    door.client.post(reverse("retry_item", args=[item.pk]))
    door.work()
    assert [document.subject for document in door.documents()] == ["a"]
