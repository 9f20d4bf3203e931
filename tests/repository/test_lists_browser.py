"""Lists in a real browser: choose over pages, act, watch the tray, undo; by keyboard; on a phone; light and dark."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from repository.codes import Indication
from repository.jobs.run import run_to_end
from repository.models import Dossier, FileStatus, Hold, Job
from tests.browser import Person, chromium  # noqa: F401

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]

TITLES = (
    "Văn bản quy phạm pháp luật của Ủy ban nhân dân tỉnh năm 2025",
    "Bảo đảm trật tự, an toàn giao thông đường bộ năm 2025",
    "Sửa chữa tuyến ĐT.512 đoạn qua xã Vân Sa",
    "Tiếp công dân, giải quyết đơn thư năm 2025",
    "Tuyển dụng viên chức đợt 2 năm 2024",
    "Lễ kỷ niệm 20 năm tái lập tỉnh",
    "Khắc phục hậu quả lũ tháng 9 năm 2023",
    "Sổ giao nhận văn phòng phẩm năm 2020",
)


@pytest.fixture
def shelf(cast: Any, records: Any, monkeypatch: Any, settings: Any, tmp_path: Any) -> list[Dossier]:
    settings.PRODUCTS = tmp_path / "products"
    monkeypatch.setattr("repository.lists.pages.STEP", 6)
    monkeypatch.setattr("repository.lists.listing.Listing.page.__defaults__", (6,))
    submitted = [records.submitted(title=title, documents=1) for title in TITLES[:4]]
    others = [records.closed(title=TITLES[4], documents=1), *(records.dossier(title) for title in TITLES[5:])]
    verdicts = (Indication.PASSED, Indication.FAILED, Indication.INDETERMINATE, Indication.PASSED)
    for row, indication in zip(submitted, verdicts, strict=True):
        FileStatus.objects.filter(file__version__document__dossiers=row).update(indication=indication)
    return [*submitted, *others]


@pytest.mark.parametrize("how", [(1440, "light", "vi"), (1440, "dark", "en"), (360, "light", "vi")])
def test_a_chief_chooses_over_pages_places_a_hold_and_takes_it_back(how, chromium, live_server, cast, shelf):  # noqa: F811
    width, theme, language = how
    person = Person(chromium, live_server, cast, "chief", width=width, theme=theme, language=language)
    page = person.page
    person.go("/dossiers/")
    expect(page.locator("#vk-list tbody tr")).to_have_count(6)
    expect(page.locator("[data-bulk]")).to_be_hidden()
    person.look("lists-dossiers")
    assert person.violations() == []
    assert person.widest() <= width

    # By keyboard: down two rows and choose; the choice stays on the next page and back.
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-bulk]")).to_be_visible()
    page.locator("[rel=next]").click()
    expect(page.locator("#vk-list tbody tr")).to_have_count(2)
    page.locator("input[name=pick]").first.check()
    expect(page.locator("[data-bulk] [data-chosen-count]")).to_have_text("2")
    page.locator("[rel=prev]").click()
    expect(page.locator("#vk-list tbody tr")).to_have_count(6)
    expect(page.locator("input[name=pick]:checked")).to_have_count(1)
    page.locator("[data-pick-all]").click()
    expect(page.locator("[data-bulk] [data-chosen-count]")).to_have_text("8")
    page.locator("input[name=pick]").nth(0).uncheck()
    expect(page.locator("[data-bulk] [data-chosen-count]")).to_have_text("7")
    person.look("lists-chosen")
    assert person.violations() == []

    page.locator("button[value=hold]").click()
    page.fill("[name=reason]", "Thanh tra tỉnh yêu cầu giữ nguyên")
    person.look("lists-bulk")
    assert person.violations() == []
    page.locator("button[name=go]").click()
    expect(page.locator("#vk-list")).to_be_visible()
    expect(page.locator("[data-bulk]")).to_be_hidden()
    job = run_to_end(Job.objects.get(kind="bulk").pk)
    assert job.done == 7 and Hold.objects.filter(lifted_at__isnull=True).count() == 7

    # The tray learns of it by itself and offers the way back.
    page.locator("#vk-tray summary").click()
    undo = page.locator("#vk-tray form[action$='take-back/'] button")
    expect(undo).to_be_visible(timeout=25_000)
    person.look("lists-tray")
    assert person.violations() == []
    undo.click()
    expect(page.locator("#vk-tray form[action$='take-back/']")).to_have_count(0)
    run_to_end(Job.objects.get(kind="bulk_undo").pk)
    assert not Hold.objects.filter(lifted_at__isnull=True).exists()
    person.go(f"/jobs/{job.pk}/")
    person.look("lists-job")
    assert person.violations() == []
    assert person.widest() <= width
    assert person.complaints == []


@pytest.mark.parametrize(("width", "theme"), [(1440, "dark"), (360, "light")])
def test_filters_columns_sorting_and_a_table_to_take_away(width, theme, chromium, live_server, cast, shelf):  # noqa: F811
    person = Person(chromium, live_server, cast, "archivist", width=width, theme=theme)
    page = person.page
    person.go("/dossiers/?state=submitted")
    expect(page.locator("#vk-list tbody tr")).to_have_count(4)
    page.locator("#vk-list summary").first.click()
    person.look("lists-filter")
    assert person.violations() == []
    page.select_option("#l-verdict", Indication.FAILED)
    page.locator(".vk-filters .vk-btn--main").first.click()
    expect(page.locator("#vk-list tbody tr")).to_have_count(1)
    expect(page.locator(".vk-chips .vk-chip")).to_have_count(2)
    page.locator(".vk-chips .vk-chip").first.click()
    expect(page.locator(".vk-chips .vk-chip")).to_have_count(1)
    person.go("/dossiers/")
    if width > 700:
        page.locator("thead a", has_text="Mã").click()
        expect(page.locator("th[aria-sort=ascending]")).to_have_count(1)
        page.locator(".vk-listing__bar > .vk-end summary").first.click()
        person.look("lists-columns")
        page.locator("input[name=column][value=place]").check()
        page.locator("form[action$='columns/'] .vk-btn--main").click()
        expect(page.locator("thead th")).to_have_count(10)
    page.locator(".vk-listing__bar > .vk-end summary").last.click()
    page.locator("button[value=csv]").click()
    run_to_end(Job.objects.get(kind="export").pk)
    person.go("/jobs/")
    person.look("lists-jobs")
    assert person.violations() == []
    with page.expect_download() as coming:
        page.locator("main a[download]").click()
    assert coming.value.suggested_filename.endswith(".csv")
    for path, name in (
        ("/documents/", "documents"),
        ("/documents/?verdict=TOTAL-FAILED", "documents-failed"),
        ("/dossiers/?q=kh%C3%B4ng+c%C3%B3", "empty"),
    ):
        person.go(path)
        person.look(f"lists-{name}")
        assert person.violations() == []
        assert person.widest() <= width
    assert person.complaints == []


def test_an_auditor_reads_events_and_the_figures_of_all_tasks(chromium, live_server, cast, shelf):  # noqa: F811
    person = Person(chromium, live_server, cast, "auditor")
    for path, name in (("/events/?kind=dossier", "events"), ("/jobs/?all=1", "all-jobs"), ("/watch/", "watch")):
        person.go(path)
        person.look(f"lists-{name}")
        assert person.violations() == []
    assert person.complaints == []
