"""The whole way in a real browser: a question half typed, narrowed, read on the picture of its page, what is similar, and kept."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from repository.clock import now
from repository.models import Document, Extraction
from repository.registry import settled
from repository.renditions import pages, places
from search import outbox
from tests.browser import Person, chromium  # noqa: F401
from tests.repository import viewing

expect.set_options(timeout=30_000)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

SUBJECTS = (
    "Ban hành Quy định phối hợp bảo đảm trật tự, an toàn giao thông đường bộ trên địa bàn tỉnh",
    "Cao điểm bảo đảm trật tự, an toàn giao thông dịp Tết Nguyên đán và mùa lễ hội xuân",
    "Khắc phục điểm đen tai nạn giao thông trên tuyến ĐT.512 qua xã Vân Sa",
    "Kết quả công tác bảo đảm trật tự, an toàn giao thông năm trước",
    "Tăng cường bảo đảm trật tự, an toàn giao thông cho học sinh khi đến trường",
    "Tổ chức giao thông khu vực chợ Bến Thóc",
)
TYPES = ("Quyết định", "Kế hoạch", "Công văn", "Báo cáo", "Chỉ thị", "Biên bản")


@pytest.fixture(scope="module", autouse=True)
def paper():
    """Set before the browser is there: its driver holds the loop."""
    return viewing.many(12)


@pytest.fixture
def filed(paper, records, cast):
    homes = records.dossier("Bảo đảm an toàn giao thông"), records.dossier("Khắc phục điểm đen")
    for n in range(24):
        subject = SUBJECTS[n % 6]
        document = records.document(
            homes[n % 2],
            subject=subject if n < 6 else f"{subject} ({2003 + n})",
            number=f"{n + 1:02}",
            notation="QĐ-UBND",
            type_name=TYPES[n % 6],
            issued_date=date(2003 + n, 3, 14),
            signer_name=("Trần Văn Nam", "Lê Thị Hoa")[n % 2],
        )
        text = (
            f"{subject}. Các sở, ngành và Ủy ban nhân dân cấp xã chịu trách nhiệm bảo đảm trật tự, an toàn giao thông."
        )
        file = document.versions.get().files.get()
        Extraction.objects.create(file=file, text=text, pages=[0], engine="thử", made_at=now())
        outbox.put([document.pk])
    document, file = viewing.shelve(records, paper, dossier=homes[0], subject="Quốc hiệu trên mười hai trang giấy")
    texts = [places.text_of(pages.words(file, number)) for number in range(1, 13)]
    starts = [0]
    for text, _next in pairwise(texts):
        starts.append(starts[-1] + len(text) + 1)
    Extraction.objects.create(file=file, text="\n".join(texts), pages=starts, engine="thử", made_at=now())
    Document.objects.filter(pk=document.pk).update(page_amount=12)
    outbox.put([document.pk])
    settled()
    return document


@pytest.mark.parametrize(
    ("width", "theme", "typed"), [(1440, "light", "doc lap tu do"), (360, "dark", "độc lập tự do")]
)
def test_from_a_question_to_the_page_and_back_with_it(filed, chromium, live_server, cast, width, theme, typed):  # noqa: F811, PLR0913
    reader = Person(chromium, live_server, cast, "reader", width=width, theme=theme)
    page = reader.page

    # Half a question: the list is walked by keys, and Escape gives back what was typed.
    reader.go("/search/")
    box = page.get_by_role("combobox")
    box.press_sequentially("an toan gia")
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    reader.look("results-suggestions")
    assert reader.violations() == []
    box.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", re.compile("suggest-1$"))
    box.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_value("an toan gia")
    box.fill("an toan giao thong")
    with page.expect_event("domcontentloaded"):
        box.press("Enter")

    # What was found, narrowed by a folded filter, two of its values, and years.
    expect(page.locator(".vk-meant b")).to_have_text("an toàn giao thông")
    reader.look("results", full=True)
    assert reader.violations() == []
    page.locator("#facet-signer a").click()
    with page.expect_event("domcontentloaded"):
        page.locator("#facet-signer .vk-opt").first.click()
    with page.expect_event("domcontentloaded"):
        page.locator("#facet-signer .vk-opt:not([aria-current])").first.click()
    expect(page.locator(".vk-chip")).to_have_count(2)
    page.locator("#year-from").fill("2010")
    page.locator("#year-to").fill("2019")
    with page.expect_event("domcontentloaded"):
        page.locator("#year-to").press("Enter")
    expect(page.locator(".vk-chip")).to_have_count(3)
    reader.look("results-narrowed", full=True)
    assert reader.widest() <= width
    assert reader.violations() == []

    # As a table.
    with page.expect_event("domcontentloaded"):
        page.locator(".vk-views a").last.click()
    expect(page.locator(".vk-results table")).to_be_visible()
    reader.look("results-table", full=True)
    assert reader.widest() <= width
    assert reader.violations() == []
    with page.expect_event("domcontentloaded"):
        page.locator(".vk-views a").first.click()

    # From a page number to the picture of the page, with the words marked, and on to the next place.
    reader.go(f"/search/?q={typed}")
    with page.expect_event("domcontentloaded"):
        page.locator("[data-page-hit]").first.click()
    expect(page.locator(".vk-hitbox.is-here").first).to_be_visible()
    expect(page.locator("[data-hit-count]")).to_have_text("12")
    first = page.locator("[data-hit-here]").inner_text()
    page.keyboard.press("n")
    expect(page.locator("[data-hit-here]")).not_to_have_text(first)
    reader.look("results-on-the-page")

    # What is similar to a result, on its page and on a page of its own.
    reader.go('/search/?q="trật tự" tieude:"lễ hội"&sort=oldest')
    with page.expect_event("domcontentloaded"):
        page.locator(".vk-hit__title a").first.click()
    expect(page.locator(".vk-similar li").first).to_contain_text("Cao điểm bảo đảm")
    with page.expect_event("domcontentloaded"):
        page.locator(".vk-similar ~ p a").click()
    expect(page.locator(".vk-hit").first).to_contain_text("Cao điểm bảo đảm")
    reader.look("similar", full=True)
    assert reader.widest() <= width
    assert reader.violations() == []

    # Kept under a name.
    reader.go("/search/?q=an toàn giao thông&type=Quyết định")
    with page.expect_event("domcontentloaded"):
        page.locator("#save-name ~ button").click()
    reader.go("/search/saved/")
    expect(page.locator("main")).to_contain_text("an toàn giao thông, Quyết định")
    assert reader.complaints == []
