"""Reading a document in a real browser: pages, sizes, keys, found places, letters to choose, the phone, without script."""

from __future__ import annotations

import io
import re

import pytest
from playwright.sync_api import expect

from repository.codes import Ocr
from repository.registry import settled
from repository.renditions import pages, places
from tests.browser import Person, chromium  # noqa: F401
from tests.repository import viewing

# Seven pages drawn at once on a busy machine take their time.
expect.set_options(timeout=30_000)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


@pytest.fixture(scope="module", autouse=True)
def made():
    """Papers are set before the browser is there: its driver holds the loop."""
    return viewing.pdf(), viewing.many(12), viewing.many(1000)


@pytest.fixture
def shown(made, records):
    """A document of twelve pages and a scan in one dossier; the text of each page as its letters have it."""
    dossier = records.dossier()
    document, file = viewing.shelve(
        records,
        made[1],
        dossier=dossier,
        subject="Kế hoạch bảo đảm trật tự, an toàn giao thông đường bộ trên địa bàn tỉnh Lam Giang năm 2025",
    )
    from repository.clock import now
    from repository.models import Extraction

    texts = [places.text_of(pages.words(file, number)) for number in range(1, 13)]
    starts = [sum(len(text) + 1 for text in texts[:index]) for index in range(12)]
    Extraction.objects.create(file=file, text="\n".join(texts), pages=starts, engine="test", made_at=now())
    scan, _file = viewing.shelve(
        records,
        viewing.scan(frames=2),
        mime="image/tiff",
        dossier=dossier,
        pages=("Kính gửi: Sở Nội vụ tỉnh Lam Giang", "Trang sau của bản quét"),
        ocr=Ocr.DONE,
    )
    settled()
    return document, scan


def here(person):
    return person.page.locator("[data-jump] input[name=page]")


def width_of(person, number=1):
    return person.page.locator(f"#page-{number} .vk-sheet").bounding_box()["width"]


def test_reading_by_keys_and_tools(shown, chromium, live_server, cast):  # noqa: F811
    document, _scan = shown
    reader = Person(chromium, live_server, cast, "reader")
    page = reader.page
    reader.go(f"/documents/{document.pk}/?q=doc+lap")

    # Every page has its place; pictures come only near what is looked at.
    expect(page.locator("[data-sheet]")).to_have_count(12)
    expect(page.locator("[data-thumb]")).to_have_count(12)
    expect(page.locator("#page-12 img")).to_have_count(0)

    # Found words: twelve, the first is where we are, and its box is drawn.
    expect(page.locator("[data-hit-count]")).to_have_text("12")
    expect(page.locator("[data-hit-here]")).to_have_text("1")
    expect(page.locator("#page-1 .vk-hitbox.is-here")).to_be_visible()
    reader.look("viewer-hits")
    page.keyboard.press("n")
    expect(page.locator("#page-2 .vk-hitbox.is-here")).to_be_visible()
    expect(page.locator("[data-hit-here]")).to_have_text("2")
    page.keyboard.press("p")
    page.keyboard.press("p")
    expect(page.locator("[data-hit-here]")).to_have_text("12")
    expect(page.locator("#page-12 .vk-hitbox.is-here")).to_be_visible()
    expect(page.locator("[data-hit-count]")).to_have_text("12")

    # Pages by keys, by number, by their small pictures.
    page.locator("[data-jump] input[name=page]").fill("3")
    page.keyboard.press("Enter")
    expect(page.locator("[data-thumb='3']")).to_have_attribute("aria-current", "true")
    page.locator("[data-sheets]").focus()
    page.keyboard.press("ArrowRight")
    expect(here(reader)).to_have_value("4")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(here(reader)).to_have_value("2")
    page.locator("[data-thumb='1']").click()
    expect(here(reader)).to_have_value("1")
    expect(page.locator("#page-1 .vk-words > span").first).to_be_attached()

    # Larger, smaller, whole, turned.
    before = width_of(reader)
    page.keyboard.press("+")
    assert width_of(reader) > before
    page.keyboard.press("0")
    assert width_of(reader, 2) == pytest.approx(794, abs=2)
    expect(page.locator("[data-zoom]")).to_have_text("100 %")
    page.keyboard.press("-")
    assert width_of(reader, 2) == pytest.approx(794 * 0.9, abs=2)
    page.keyboard.press("0")
    page.keyboard.press("r")
    box = page.locator("#page-2 .vk-sheet").bounding_box()
    assert (box["width"], box["height"]) == (pytest.approx(1123, abs=2), pytest.approx(794, abs=2))
    reader.look("viewer-turned")
    tools, desk = page.locator(".vk-tools").bounding_box(), page.locator(".vk-desk").bounding_box()
    assert tools["width"] <= desk["width"], "the tools stay in sight over a page that is wider than the desk"
    for _turn in range(3):
        page.keyboard.press("r")
    page.locator("[data-do='fit-page']").click()
    assert page.locator("#page-2 .vk-sheet").bounding_box()["height"] < 900
    page.locator("[data-do='fit-width']").click()
    reader.look("viewer-fit-width")

    page.keyboard.press("?")
    expect(page.locator("#vk-keys section", has_text="xoay")).to_be_visible()
    reader.look("viewer-keys")
    page.keyboard.press("Escape")

    # Letters that are keys can be switched off.
    page.evaluate("document.getElementById('vk-keys-letters').click()")
    size = width_of(reader, 2)
    page.keyboard.press("+")
    assert width_of(reader, 2) == size
    page.evaluate("document.getElementById('vk-keys-letters').click()")
    assert reader.violations() == []
    assert reader.complaints == []


def test_letters_can_be_chosen_and_copied(shown, chromium, live_server, cast):  # noqa: F811
    document, _scan = shown
    reader = Person(chromium, live_server, cast, "reader")
    page = reader.page
    reader.go(f"/documents/{document.pk}/?page=2")
    layer = page.locator("#page-2 .vk-words")
    layer.wait_for(state="attached")
    first = layer.locator("span", has_text=re.compile("^Độc $")).bounding_box()
    last = layer.locator("span", has_text=re.compile("^phúc$")).bounding_box()
    page.mouse.move(first["x"] + 1, first["y"] + first["height"] / 2)
    page.mouse.down()
    page.mouse.move(last["x"] + last["width"] - 1, last["y"] + last["height"] / 2, steps=8)
    page.mouse.up()
    assert page.evaluate("getSelection().toString()").strip() == "Độc lập - Tự do - Hạnh phúc"
    reader.look("viewer-chosen")
    # A word's letters lie on the word of the picture: as wide as its place says.
    place = page.evaluate(
        "(() => { const word = [...document.querySelectorAll('#page-2 .vk-words > span')].find(one => one.textContent === 'phúc');"
        "const [leaf, box] = [word.closest('.vk-leaf').getBoundingClientRect(), word.getBoundingClientRect()];"
        "return [box.width / leaf.width * 100, Number(word.style.getPropertyValue('--w'))] })()"
    )
    assert place[0] == pytest.approx(place[1], rel=0.06)
    assert reader.complaints == []


def test_a_thousand_pages(made, records, chromium, live_server, cast):  # noqa: F811
    document, file = viewing.shelve(records, made[2], pages=tuple(f"Trang {n}" for n in range(1, 1001)))
    reader = Person(chromium, live_server, cast, "reader")
    asked = []
    reader.page.on("request", lambda request: asked.append(request.url) if "/pages/" in request.url else None)
    reader.go(f"/documents/{document.pk}/")
    expect(reader.page.locator("[data-sheet]")).to_have_count(1000)
    expect(reader.page.locator("#page-1 .vk-words")).to_be_attached()
    reader.page.locator("[data-jump] input[name=page]").fill("777")
    reader.page.keyboard.press("Enter")
    expect(reader.page.locator("#page-777 .vk-words")).to_be_attached()
    expect(reader.page.locator("[data-thumb='777']")).to_have_attribute("aria-current", "true")
    expect(reader.page.locator("[data-thumb='777'] img")).to_be_visible()
    reader.look("viewer-thousand")
    assert len(asked) < 80
    assert reader.complaints == []


@pytest.mark.parametrize(
    ("width", "theme", "language"), [(360, "light", "vi"), (360, "dark", "en"), (1440, "dark", "vi")]
)
def test_on_the_phone_and_in_the_dark(shown, chromium, live_server, cast, width, theme, language):  # noqa: F811
    document, scan = shown
    reader = Person(chromium, live_server, cast, "reader", width=width, theme=theme, language=language)
    reader.go(f"/documents/{document.pk}/?q=doc+lap")
    expect(reader.page.locator(".vk-hitbox.is-here").first).to_be_visible()
    reader.look("viewer")
    assert reader.widest() <= width
    if width == 360:
        reader.page.evaluate("scrollTo(0, 0)")
        head = reader.page.locator(".vk-dochead").bounding_box()
        assert head["height"] < 84, "two lines"
        assert head["y"] < reader.page.locator("#page-1").bounding_box()["y"]
        reader.look("viewer-top")
        reader.page.locator(".vk-tofacets").click()
        reader.look("viewer-about")
    assert reader.violations() == []
    reader.go(f"/documents/{scan.pk}/?q=noi+vu")
    expect(reader.page.locator("#page-1 mark.is-here").first).to_be_visible()
    reader.look("viewer-scan")
    assert reader.widest() <= width
    assert reader.violations() == []
    assert reader.complaints == []


def test_without_script_pages_and_their_text_are_there(shown, chromium, live_server, cast):  # noqa: F811
    document, _scan = shown
    reader = Person(chromium, live_server, cast, "reader")
    still = chromium.new_context(java_script_enabled=False, viewport={"width": 1440, "height": 900}, locale="vi-VN")
    still.add_cookies(reader.context.cookies())
    page = still.new_page()
    page.goto(f"{reader.site}/documents/{document.pk}/")
    picture = page.locator("#page-1 img")
    expect(picture).to_be_visible()
    assert picture.bounding_box()["width"] > 500
    page.locator("#page-2 details summary").click()
    expect(page.locator("#page-2 details .vk-text")).to_contain_text("Độc lập")
    expect(page.locator("[data-do='rotate']")).to_be_hidden()
    page.screenshot(path="var/screens/viewer-without-script.png")
    page.locator("[data-still] a[rel=next]").click()
    expect(page.locator("#page-11 img")).to_be_attached()
    still.close()


@pytest.fixture
def office(records):
    """An office file with a heading, a long text and a table; and a document of two versions."""
    import docx

    made, written = docx.Document(), io.BytesIO()
    made.add_heading("QUY CHẾ BẢO ĐẢM TRẬT TỰ, AN TOÀN GIAO THÔNG", 1)
    for number in range(1, 9):
        made.add_heading(f"Điều {number}. Phạm vi điều chỉnh", 2)
        made.add_paragraph("Quy chế này quy định trách nhiệm phối hợp bảo đảm an toàn giao thông đường bộ. " * 3)
    table = made.add_table(3, 3)
    for row, cells in enumerate(table.rows):
        for column, cell in enumerate(cells.cells):
            cell.text = ("Số", "Cơ quan", "Thời hạn")[column] if not row else f"{row}, an toàn giao thông {column}"
    made.save(written)
    paper, _file = viewing.shelve(records, written.getvalue(), mime=viewing.DOCX, pages=("Quy chế",))
    old = "\n".join(f"Điều {n}. Các cơ quan thực hiện nhiệm vụ số {n}." for n in range(1, 30))
    document, first = viewing.shelve(records, viewing.pdf(), pages=(old,), subject="Kế hoạch đã sửa một lần")
    viewing.replace(document, first, old.replace("số 7.", "số 7 trước ngày 15.").replace("Điều 9.", "Điều 9 (mới)."))
    return paper, document


def test_office_files_and_versions(office, chromium, live_server, cast):  # noqa: F811
    paper, document = office
    for width, theme in ((1440, "light"), (360, "dark")):
        reader = Person(chromium, live_server, cast, "reader", width=width, theme=theme)
        reader.go(f"/documents/{paper.pk}/?q=an+toan+giao+thong")
        expect(reader.page.locator(".vk-paper mark.is-here")).to_have_count(1)
        reader.page.keyboard.press("n")
        expect(reader.page.locator("[data-hit-here]")).to_have_text("2")
        reader.look("viewer-office")
        assert reader.widest() <= width
        assert reader.violations() == []
        reader.go(f"/documents/{document.pk}/compare/")
        expect(reader.page.locator(".vk-diff .is-changed")).to_have_count(2)
        expect(reader.page.locator(".vk-sides--desk img")).to_have_count(2)
        reader.look("viewer-compare", full=True)
        assert reader.widest() <= width
        assert reader.violations() == []
        assert reader.complaints == []


def test_a_printed_page_holds_what_is_known_of_the_document(shown, chromium, live_server, cast):  # noqa: F811
    document, _scan = shown
    reader = Person(chromium, live_server, cast, "reader")
    reader.go(f"/documents/{document.pk}/")
    reader.page.emulate_media(media="print")
    expect(reader.page.locator(".vk-printmark")).to_be_visible()
    expect(reader.page.locator(".vk-dochead__title")).to_be_visible()
    expect(reader.page.locator("#about .vk-facts").first).to_be_visible()
    expect(reader.page.locator(".vk-tools")).to_be_hidden()
    expect(reader.page.locator("#page-1")).to_be_hidden()
    reader.look("viewer-print", full=True)
