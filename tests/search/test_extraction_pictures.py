"""Scans: only the pages that need it go to Tesseract, turned straight first; without Tesseract they wait."""

import shutil
import subprocess
from dataclasses import replace

import pytest

from search.extraction import DEFAULT, TooLarge, close_workers, extract
from search.extraction.ocr import slant
from tests.search import extraction_files as made

SENTENCE = made.SENTENCE


def _has_vietnamese() -> bool:
    program = shutil.which("tesseract")
    if program is None:
        return False
    listed = subprocess.run([program, "--list-langs"], capture_output=True, text=True, check=False)
    return "vie" in listed.stdout.split()


needs_tesseract = pytest.mark.skipif(not _has_vietnamese(), reason="Tesseract with Vietnamese is not installed")


@pytest.fixture(scope="module", autouse=True)
def _workers_end_with_this_file():
    yield
    close_workers()


@pytest.fixture
def read(tmp_path):
    def read(content: bytes, kind: str, **options: object):
        return extract(made.write(tmp_path, "bytes", content), mime=made.MIME[kind], url="", **options)

    return read


def share_read(text: str) -> float:
    found = text.split()
    return sum(word in found for word in made.WORDS) / len(made.WORDS)


@needs_tesseract
def test_a_turned_and_noisy_scan_is_read(read):
    pages = []
    found = read(made.scanned_pdf(made.picture(turned=-2.5)), "pdf", on_page=lambda *at: pages.append(at))
    assert found.ocr == "done"
    assert share_read(found.text) > 0.9
    assert "123/QĐ-SNV" in found.text
    assert found.engine == "tika-embedded+tesseract"
    assert pages == [(1, 1)]


@needs_tesseract
def test_a_picture_that_stands_on_its_head_is_read(read):
    found = read(made.image_file(made.picture(turned=180)), "jpg")
    assert share_read(found.text) > 0.9
    assert (found.ocr, found.pages, found.engine) == ("done", (0,), "tesseract")


@needs_tesseract
def test_each_picture_of_a_tiff_is_a_page(read):
    first, second = made.picture("Trang thứ nhất"), made.picture("Trang thứ hai")
    content = made.image_file(first, "TIFF", save_all=True, append_images=[second], compression="tiff_lzw")
    found = read(content, "tiff")
    assert found.page_count == len(found.pages) == 2
    first_page, second_page = found.page_texts()
    assert "nhất" in first_page
    assert "hai" in second_page


@needs_tesseract
def test_in_a_mixed_pdf_only_the_scanned_page_is_recognised(read):
    pages = []
    content = made.joined_pdf([made.pdf(SENTENCE * 3), made.scanned_pdf(made.picture())])
    found = read(content, "pdf", on_page=lambda *at: pages.append(at))
    assert pages == [(1, 1)]
    typed, scanned = found.page_texts()
    assert SENTENCE in " ".join(typed.split())
    assert share_read(scanned) > 0.9


def test_a_pdf_with_text_and_a_small_picture_is_not_recognised(read):
    found = read(made.pdf(SENTENCE), "pdf", on_page=lambda *at: pytest.fail("no page needs it"))
    assert found.ocr == "none"


@needs_tesseract
def test_a_page_that_tesseract_does_not_finish_fails_alone(read):
    content = made.joined_pdf([made.pdf(SENTENCE * 3), made.scanned_pdf(made.picture())])
    found = read(content, "pdf", limits=replace(DEFAULT, ocr_seconds_per_page=0.2))
    assert found.ocr == "failed"
    assert SENTENCE in " ".join(found.text.split())
    assert any("could not be read" in warning for warning in found.warnings)


def test_without_tesseract_a_scan_waits_and_is_no_error(read, monkeypatch, tmp_path):
    close_workers()
    monkeypatch.setenv("PATH", str(tmp_path))
    found = read(made.scanned_pdf(made.picture(dpi=70)), "pdf")
    close_workers()
    assert (found.ocr, found.text, found.pages) == ("pending", "", (0,))
    assert any("tesseract-ocr-vie" in warning for warning in found.warnings)


def test_pictures_may_be_left_for_later(read):
    assert read(made.image_file(made.picture(dpi=70)), "jpg", ocr=False).ocr == "pending"


def test_a_picture_with_more_points_than_allowed_is_too_large(read):
    with pytest.raises(TooLarge):
        read(made.image_file(made.picture(dpi=70)), "jpg", limits=replace(DEFAULT, image_pixels=1000))


@pytest.mark.parametrize("turned", [-4.0, -1.25, 0.0, 2.5, 5.5])
def test_the_slant_of_a_page_is_measured_to_a_quarter_of_a_degree(turned):
    assert slant(made.picture(SENTENCE * 6, turned=turned)) == pytest.approx(-turned, abs=0.3)
