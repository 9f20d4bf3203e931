"""In a real browser: a search is saved and tells of new documents, its results go out as a table, and who opened what is seen."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from repository.jobs.run import run_to_end
from repository.models import Job
from search.alerts.jobs import KIND as LOOK
from search.alerts.jobs import start
from search.exports.jobs import KIND as TABLE
from search.exports.verify import Verdict, checks_of, verdict_of
from search.indexer import drain
from tests.browser import Person, chromium  # noqa: F401 - the fixture

pytestmark = pytest.mark.django_db(transaction=True)


def whole(person: Person, name: str) -> None:
    """What is wrong is told at the end, of all pages at once."""
    person.look(name, full=True)
    if person.widest() > person.width:
        person.complaints.append(f"{name} is wider than the screen")
    person.complaints += [f"{name}: {one}" for one in person.violations()]


def press(person: Person, button: Any) -> None:
    with person.page.expect_event("domcontentloaded"):
        button.click()


@pytest.mark.parametrize(("width", "theme", "language"), [(1440, "light", "vi"), (360, "dark", "en")])
def test_saved_told_and_taken_away(  # noqa: PLR0913
    chromium,  # noqa: F811
    live_server,
    cast,
    records,
    settings,
    tmp_path,
    width,
    theme,
    language,
):
    settings.PRODUCTS = tmp_path / "products"
    dossier = records.dossier("Phòng, chống thiên tai")
    records.document(dossier, subject="Kế hoạch phòng, chống thiên tai năm 2024")
    drain()
    reader = Person(chromium, live_server, cast, "reader", width=width, theme=theme, language=language)
    page = reader.page
    reader.go("/search/?q=thien+tai")
    press(reader, page.locator("form[action$='/search/save/'] button"))
    press(reader, page.locator("form[action$='/alert/'] button"))
    expect(page.locator("form[action$='/alert/'] button")).to_have_attribute("aria-pressed", "true")
    run_to_end(Job.objects.filter(kind=LOOK).latest("pk").pk)
    for number in range(3):
        records.document(dossier, subject=f"Báo cáo thiệt hại do thiên tai gây ra trên địa bàn, đợt {number + 1}")
    drain()
    run_to_end(start().pk)

    reader.go("/")
    whole(reader, "alert-home")
    reader.go("/search/saved/")
    page.locator(".vk-kept .vk-pop summary").click()
    whole(reader, "saved-searches")
    press(reader, page.locator(".vk-kept__new"))
    expect(page.locator("li[data-row]")).to_have_count(3)
    whole(reader, "alert-notice")

    reader.go("/search/?q=thien+tai")
    whole(reader, "search-saved")
    press(reader, page.locator("a[href*='/search/export/']").first)
    whole(reader, "export-found")
    press(reader, page.locator("form[action$='/search/export/'] button"))
    job = run_to_end(Job.objects.filter(kind=TABLE).latest("pk").pk)
    page.reload()
    whole(reader, "export-job")
    with page.expect_download() as download:
        page.locator(f"main a[href*='{job.pk}/file/']").first.click()
    path = Path(tmp_path / download.value.suggested_filename)
    download.value.save_as(path)
    checks = checks_of(path)
    assert verdict_of(checks) is Verdict.UNSIGNED and job.result["rows"] == 4

    press(reader, page.goto(reader.site + "/search/?q=thien+tai") and page.locator("a[href*='/documents/']").first)
    expect(page).to_have_url(re.compile("/documents/"))
    reader.go("/history/")
    whole(reader, "own-readings")
    reader.go("/history/searches/")
    whole(reader, "own-searches")
    assert reader.complaints == []

    settings.SEARCH_REPORT_PEOPLE = 1
    reader.go("/search/?q=PCTT")
    archivist = Person(chromium, live_server, cast, "chief", width=width, theme=theme, language=language)
    for address, name in (
        ("/use/", "search-report"),
        ("/use/readings/", "readings"),
        ("/use/searches/", "searches-asked"),
    ):
        archivist.go(address)
        whole(archivist, name)
    archivist.go(f"/documents/{dossier.documents.first().pk}/readers/")
    whole(archivist, "readers")
    assert archivist.complaints == []
