"""Real office files, as agencies publish them; and the same words from the Tika server as from the library."""

import os

import pytest

from search.extraction import close_workers, extract
from tests.samples import needs_samples, samples_folder
from tests.search import extraction_files as made

KINDS = {".docx": "docx", ".doc": "doc"}
# What is left of Vietnamese when it went through the wrong table.
MOJIBAKE = ("Ã¡", "áº", "á»", "Ä‘", "Æ°", "\ufffd\ufffd")


def _office_files() -> list[str]:
    folder = samples_folder()
    return sorted(path.name for path in (folder / "office").iterdir()) if folder else []


@pytest.fixture(scope="module", autouse=True)
def _workers_end_with_this_file():
    yield
    close_workers()


@needs_samples
@pytest.mark.parametrize("name", _office_files())
def test_a_published_file_is_read_in_right_vietnamese(name):
    path = samples_folder() / "office" / name
    found = extract(path, mime=made.MIME[KINDS[path.suffix]], url="")
    head = " ".join(found.text.split())
    assert found.language == "vi"
    assert "Nghị định" in head or "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in head
    assert not any(trace in found.text for trace in MOJIBAKE)
    assert not found.text[:1].isspace()
    assert found.warnings == ()


@pytest.mark.services("tika")
@pytest.mark.parametrize("kind", ["pdf", "docx", "xlsx", "xls", "pptx", "odt", "rtf", "html", "eml"])
def test_server_and_library_give_the_same_words_and_pages(tmp_path, kind):
    url = os.environ["TIKA_SERVER_URL"]
    path = made.write(tmp_path, "bytes", made.files()[kind])
    theirs, ours = extract(path, mime=made.MIME[kind], url=url), extract(path, mime=made.MIME[kind], url="")
    assert theirs.text.split() == ours.text.split()
    assert theirs.pages == ours.pages
    assert (theirs.engine, ours.engine) == ("tika-server", "tika-embedded")


@pytest.mark.services("tika")
@needs_samples
def test_server_and_library_read_the_same_decree(tmp_path):
    url = os.environ["TIKA_SERVER_URL"]
    path = samples_folder() / "office" / "30_2020_ND_CP.docx"
    theirs, ours = extract(path, mime=made.MIME["docx"], url=url), extract(path, mime=made.MIME["docx"], url="")
    assert theirs.text.split() == ours.text.split()
