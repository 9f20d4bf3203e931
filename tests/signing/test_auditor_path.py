"""The auditor's path in a real browser: from her desk to a tampered file, to its report, to the PDF she takes to court."""

from __future__ import annotations

import io
from typing import Any

import pypdfium2
import pytest

from repository.models import File
from tests.browser import SCREENS, Person, chromium  # noqa: F401
from tests.repository.test_printing import text_of
from tests.signing.judged import basic, judged, sound, tampered

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

SUBJECT = "Ban hành Quy định phối hợp bảo đảm trật tự, an toàn giao thông đường bộ trên địa bàn tỉnh Lam Giang"


@pytest.fixture(scope="module", autouse=True)
def signed_bytes() -> dict[str, bytes]:
    """Made before the browser is there: signing runs an event loop of its own."""
    return {"sound": sound(), "basic": basic(), "tampered": tampered()}


@pytest.fixture
def papers(cast: Any, records: Any, signed_bytes: dict[str, bytes]) -> None:
    dossier = records.dossier()
    named = {"type_name": "Quyết định", "notation": "QĐ-UBND"}
    judged(
        records, signed_bytes["sound"], dossier, subject="Kiện toàn Ban An toàn giao thông tỉnh", number="88", **named
    )
    judged(records, signed_bytes["basic"], dossier, subject="Công tác bảo đảm trật tự", number="89", **named)
    judged(records, signed_bytes["tampered"], dossier, subject=SUBJECT, number="06", name="quyet-dinh-06.pdf", **named)


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("vi", "light", 1440), ("en", "dark", 1440), ("vi", "dark", 360)]
)
def test_from_the_desk_to_the_report_of_a_tampered_file(
    language: str,
    theme: str,
    width: int,
    papers: None,
    live_server: Any,
    cast: Any,
    chromium: Any,  # noqa: F811
) -> None:
    words = {
        "vi": ("Mở báo cáo", "Không đạt", "Các byte trong tệp không phải các byte đã ký.", "Báo cáo chữ ký số"),
        "en": (
            "Open the report",
            "Failed",
            "The bytes in the file are not those that were signed.",
            "Report on signatures",
        ),
    }[language]
    link, verdict, sentence, title = words
    person = Person(chromium, live_server, cast, "auditor", width=width, theme=theme, language=language)
    page = person.page
    person.go("/audit/")
    page.locator(".vk-figures a").filter(has_text=verdict).first.click()
    page.locator("a[data-row-link]").filter(has_text=SUBJECT[:40]).first.click()
    page.get_by_role("link", name=link).click()
    page.get_by_role("heading", level=1, name=title).wait_for()
    told = page.locator("main").inner_text()
    for said in (sentence, "HASH_FAILURE", "Nguyễn Văn An"):
        assert said in told, said
    person.look("signature-report", full=True)
    assert person.widest() <= width
    assert person.violations() == []
    file = File.objects.get(name="quyet-dinh-06.pdf")
    address = page.locator("a[href*='report.pdf']").first.get_attribute("href")
    taken = page.request.get(person.site + address)
    assert taken.status == 200
    assert taken.headers["content-type"] == "application/pdf"
    pdf = taken.body()
    printed = text_of(pdf)
    for said in (title, sentence, "HASH_FAILURE", file.sha256):
        assert said in printed, said
    for number, sheet in enumerate(pypdfium2.PdfDocument(io.BytesIO(pdf)), 1):
        sheet.render(scale=1.4).to_pil().save(SCREENS / f"signature-report-{language}-pdf-{number}.png")
    person.go(f"/dossiers/{file.version.document.dossiers.get().pk}/signatures/")
    person.look("dossier-signatures", full=True)
    assert person.widest() <= width
    assert person.violations() == []
    rows = page.locator("tbody tr")
    assert SUBJECT[:40] in rows.first.inner_text(), "problems first"
    assert person.complaints == []
