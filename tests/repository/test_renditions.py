"""Pictures and words of pages: what they show, and what happens with files that are bad or meant badly."""

from __future__ import annotations

import io
import re
import threading
import time
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from repository.isolation import Isolated, TooLate
from repository.renditions import cache, pages, places
from repository.renditions.failures import DAMAGED, LATE, LOCKED, MISSING, CannotShow
from repository.renditions.words import UNIT
from search.page_hits import spans
from tests.repository import viewing

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(180)]


def test_a_page_is_drawn_at_the_asked_width_and_lies_in_the_cache(records):
    _document, file = viewing.shelve(records, viewing.pdf())
    for width in pages.WIDTHS:
        path = pages.picture(file, 1, width)
        with Image.open(path) as image:
            assert (image.format, image.width) == ("WEBP", width)
            assert image.height == pytest.approx(width * 297 / 210, abs=2)
            assert image.convert("L").getextrema()[0] < 120, "there is ink on it"
    assert cache.found(file.sha256, f"1-{pages.ONCE}.webp")


def test_a_page_that_was_forgotten_is_drawn_again(records):
    _document, file = viewing.shelve(records, viewing.pdf())
    pages.outline(file)
    first = pages.picture(file, 1, pages.ONCE).read_bytes()
    cache.forget(file.sha256)
    assert pages.picture(file, 1, pages.ONCE).read_bytes() == first


@pytest.mark.parametrize("width", [0, 1, 799, 801, 100_000])
def test_no_other_width_than_those_of_the_list_is_drawn(records, width):
    _document, file = viewing.shelve(records, viewing.pdf())
    with pytest.raises(IndexError):
        pages.picture(file, 1, width)


def test_pages_of_a_thousand_are_counted_and_measured_in_one_short_answer(records):
    _document, file = viewing.shelve(records, viewing.many(1000))
    outline = pages.outline(file)
    assert (outline.count, str(outline)) == (1000, "1*1587x1123,999*794x1123")
    assert outline.size(1) == (1587, 1123)
    assert outline.size(1000) == (794, 1123)
    assert pages.picture(file, 1000, pages.THUMB).stat().st_size > 1000
    with pytest.raises(IndexError):
        pages.picture(file, 1001, pages.THUMB)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (lambda: viewing.locked(viewing.pdf()), LOCKED),
        (lambda: viewing.pdf()[:900], DAMAGED),
        (lambda: b"%PDF-1.7\nrubbish\n%%EOF", DAMAGED),
    ],
)
def test_a_locked_or_broken_pdf_says_what_is_the_matter_and_is_not_tried_twice(records, monkeypatch, content, reason):
    _document, file = viewing.shelve(records, content())
    with pytest.raises(CannotShow) as failed:
        pages.outline(file)
    assert failed.value.reason == reason
    monkeypatch.setattr(pages, "_worker", None)
    with pytest.raises(CannotShow) as failed:
        pages.outline(file)
    assert failed.value.reason == reason


def test_a_page_that_takes_too_long_is_ended_and_the_next_page_is_drawn(records, monkeypatch):
    _document, file = viewing.shelve(records, viewing.pdf())
    pages.outline(file)
    slow = Isolated("tests.repository.isolation_targets:wait_for_ever", seconds=0.3, memory_mb=200)

    class Slow:
        def run(self, *args):
            return slow.run()

    with monkeypatch.context() as patch:
        patch.setattr(pages, "_worker", Slow())
        started = time.monotonic()
        with pytest.raises(CannotShow) as failed:
            pages.picture(file, 1, pages.ONCE)
        assert failed.value.reason == LATE
        assert isinstance(failed.value.__cause__, TooLate)
        assert time.monotonic() - started < 30
    slow.close()
    with pytest.raises(CannotShow):
        pages.picture(file, 1, pages.ONCE)
    assert pages.picture(file, 1, pages.TWICE).exists()


def test_what_a_worker_wrote_is_served_only_if_it_is_a_picture(records, monkeypatch):
    _document, file = viewing.shelve(records, viewing.pdf())
    pages.outline(file)

    class Taken:
        def run(self, task, path, kind, page, width, target):
            Path(target).write_text("<script>alert(1)</script>")

    monkeypatch.setattr(pages, "_worker", Taken())
    with pytest.raises(CannotShow):
        pages.picture(file, 1, pages.ONCE)
    assert cache.found(file.sha256, f"1-{pages.ONCE}.webp") is None


def test_bytes_that_are_nowhere_are_told_and_looked_for_again(records):
    from repository import blobs

    _document, file = viewing.shelve(records, viewing.pdf())
    held = blobs.path_of(file.sha256)
    aside = held.with_name("aside")
    held.rename(aside)
    with pytest.raises(CannotShow) as failed:
        pages.outline(file)
    assert failed.value.reason == MISSING
    aside.rename(held)
    assert pages.outline(file).count == 1


@pytest.mark.parametrize(("kind", "mime"), [("TIFF", "image/tiff"), ("PNG", "image/png"), ("JPEG", "image/jpeg")])
def test_scans_are_pages_too(records, kind, mime):
    frames = 3 if kind == "TIFF" else 1
    _document, file = viewing.shelve(records, viewing.scan(frames=frames, kind=kind), mime=mime)
    many, width, height = pages.outline(file).runs[0]
    assert (many, width, height) == (frames, 794, pytest.approx(1123, abs=1))
    with Image.open(pages.picture(file, frames, pages.ONCE)) as image:
        assert image.size == (800, 1132)
        assert image.convert("L").getpixel((180, 160)) < 60
    assert pages.words(file, frames) == []


def test_a_bomb_of_a_picture_is_refused(records):
    written = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(written, "PNG")
    _document, file = viewing.shelve(records, written.getvalue(), mime="image/png")
    with pytest.raises(CannotShow):
        pages.picture(file, 1, pages.ONCE)


def test_many_who_ask_at_once_get_the_same_whole_picture(records):
    _document, file = viewing.shelve(records, viewing.pdf())
    pages.outline(file)
    got, troubles = [], []

    def ask():
        try:
            got.append(pages.picture(file, 1, pages.ONCE).read_bytes())
        except Exception as error:
            troubles.append(error)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    assert len(got) == 8
    assert {len(content) for content in got} == {len(got[0])}
    folder = cache.folder_of(file.sha256)
    assert not [path for path in folder.iterdir() if path.name.startswith(".draft")]


def test_words_are_in_reading_order_and_lie_where_the_letters_are(records):
    """pdfium's own search for a word gives the same place on the page."""
    _document, file = viewing.shelve(records, viewing.pdf())
    words = pages.words(file, 1)
    text = places.text_of(words)
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
    looked_for = "Độc lập"
    [start] = [found.start() for found in re.finditer(looked_for, text)]
    [[box]] = places.boxes(words, [(start, start + len(looked_for))])
    with pypdfium2.PdfDocument(viewing.pdf()) as document:
        page = document[0]
        width, height = page.get_size()
        textpage = page.get_textpage()
        index, count = textpage.search(looked_for, match_case=True).get_next()
        rectangles = [textpage.get_charbox(at, loose=True) for at in range(index, index + count)]
    left = min(one[0] for one in rectangles) / width * UNIT
    right = max(one[2] for one in rectangles) / width * UNIT
    top = (1 - max(one[3] for one in rectangles) / height) * UNIT
    assert box[0] == pytest.approx(left, abs=8)
    assert box[0] + box[2] == pytest.approx(right, abs=8)
    assert box[1] == pytest.approx(top, abs=8)


def test_words_of_a_turned_page_lie_where_they_are_shown(records):
    import pikepdf

    with pikepdf.open(io.BytesIO(viewing.pdf())) as document:
        document.pages[0].rotate(90, relative=False)
        written = io.BytesIO()
        document.save(written)
    _document, upright = viewing.shelve(records, viewing.pdf())
    _other, turned = viewing.shelve(records, written.getvalue())
    word, x, y, width, height = pages.words(upright, 1)[0]
    again, across, down, wide, high = pages.words(turned, 1)[0]
    assert again == word
    assert (across, down) == (pytest.approx(UNIT - y - height, abs=3), pytest.approx(x, abs=3))
    assert (wide, high) == (pytest.approx(height, abs=3), pytest.approx(width, abs=3))


def test_what_is_typed_without_accents_is_marked_on_the_right_words(records):
    _document, file = viewing.shelve(records, viewing.pdf())
    words = pages.words(file, 1)
    text = places.text_of(words)
    found = spans(text, "doc lap tu do hanh phuc")
    assert [text[start:end] for start, end in found if "lập" in text[start:end]]
    for (start, end), lines in zip(found, places.boxes(words, found), strict=True):
        inside = [word for word in words if any(holds(line, word) for line in lines)]
        assert "".join(word[0] for word in inside).strip() == text[start:end]


def holds(line, word):
    return (
        line[0] <= word[1]
        and word[1] + word[3] <= line[0] + line[2]
        and line[1] <= word[2]
        and word[2] + word[4] <= line[1] + line[3]
    )


def test_a_place_over_two_lines_is_two_boxes():
    words = [["an ", 8000, 100, 500, 100], ["toàn\n", 8600, 100, 900, 100], ["giao ", 500, 250, 600, 100]]
    assert places.boxes(words, [(0, 12)]) == [[(8000, 100, 1500, 100), (500, 250, 600, 100)]]
    assert places.boxes(words, [(3, 7), (8, 12)]) == [[(8600, 100, 900, 100)], [(500, 250, 600, 100)]]


def test_the_least_used_renditions_go_when_there_are_too_many(settings, tmp_path):
    import os

    settings.RENDITIONS = tmp_path
    names = [f"{number}" * 64 for number in range(4)]
    for age, name in enumerate(names):
        cache.keep(name, "1-800.webp", "x" * 1000)
        moment = time.time() - 1000 + age
        os.utime(cache.folder_of(name) / "1-800.webp", (moment, moment))
    old = tmp_path / "0" / "ab" / "left-over"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"of another edition")
    removed, freed = cache.trim(2100)
    assert (removed, freed) == (3, 2 * 1002 + 18)
    assert [bool(cache.found(name, "1-800.webp")) for name in names] == [False, False, True, True]


def test_no_path_can_be_smuggled_into_the_cache():
    for odd in ("../../etc/passwd", "a" * 63, "A" * 64, "a" * 63 + "/"):
        with pytest.raises(ValueError, match="digest"):
            cache.folder_of(odd)
