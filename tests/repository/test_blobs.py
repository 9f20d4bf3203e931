"""Received bytes: whole or not at all, once, never changed, under a name that is only ever a digest."""

import hashlib
import os
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repository import blobs


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.BLOBS = tmp_path / "blobs"
    return settings.BLOBS


def everything() -> list[Path]:
    return [path for path in Path(django_settings.BLOBS).rglob("*") if path.is_file()]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(max_size=300), max_size=8))
def test_bytes_come_back_as_they_were_however_they_were_cut(chunks):
    content = b"".join(chunks)
    received = blobs.receive(chunks)
    assert (received.sha256, received.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert received.sha512 == hashlib.sha512(content).hexdigest()
    assert blobs.path_of(received.sha256).read_bytes() == content
    assert blobs.digest(blobs.path_of(received.sha256)) == (received.sha256, received.sha512)


def test_the_same_bytes_are_kept_once_and_nobody_may_write_them():
    first = blobs.receive([b"mot"])
    inode = blobs.path_of(first.sha256).stat().st_ino
    assert blobs.receive([b"m", b"ot"]) == first
    assert blobs.path_of(first.sha256).stat().st_ino == inode
    assert blobs.path_of(first.sha256).stat().st_mode & 0o222 == 0
    assert len(everything()) == 1


@pytest.mark.parametrize("wrong", ["", "..", "../../etc/passwd", "A" * 64, "g" * 64, "a" * 63, "a" * 65, "/" * 64])
def test_what_is_no_digest_is_no_path(wrong):
    with pytest.raises(ValueError):
        blobs.path_of(wrong)


def test_too_many_bytes_are_not_kept(settings):
    settings.LARGEST_FILE = 10
    with pytest.raises(blobs.TooBig):
        blobs.receive([b"12345", b"678901"])
    assert everything() == []


def test_a_sender_that_breaks_off_leaves_nothing():
    def chunks():
        yield b"mot"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        blobs.receive(chunks())
    assert everything() == []


@pytest.mark.parametrize("call", ["fsync", "open", "rename"])
def test_a_full_disk_leaves_nothing_at_whatever_call_it_shows(monkeypatch, call):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    if call == "open":
        monkeypatch.setattr("repository.blobs.tempfile.mkstemp", full)
    elif call == "rename":
        monkeypatch.setattr(Path, "rename", full)
        monkeypatch.setattr(os, "rename", full)
    else:
        monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(blobs.DiskFull):
        blobs.receive([b"mot"])
    monkeypatch.undo()
    assert [path for path in everything() if path.parent.name == "incoming"] == []


def test_bytes_are_on_disk_before_they_have_their_name(monkeypatch):
    """The file is fsynced before it is renamed, and the folders after it."""
    done = []
    fsync, link = os.fsync, os.rename
    monkeypatch.setattr(os, "fsync", lambda fd: (done.append(os.readlink(f"/proc/self/fd/{fd}")), fsync(fd))[1])
    rename = Path.rename
    monkeypatch.setattr(os, "rename", lambda a, b: (done.append("rename"), link(a, b))[1])
    monkeypatch.setattr(Path, "rename", lambda a, b: (done.append("rename"), rename(a, b))[1])
    received = blobs.receive([b"mot"])
    at = done.index("rename")
    assert "incoming" in done[at - 1]
    folders = {str(path) for path in (blobs.path_of(received.sha256).parent, Path(django_settings.BLOBS))}
    assert folders <= set(done[at + 1 :])


def test_removing_what_is_not_there_is_no_error():
    blobs.remove("0" * 64)
    received = blobs.receive([b"mot"])
    blobs.remove(received.sha256)
    blobs.remove(received.sha256)
    assert not blobs.holds(received.sha256)
