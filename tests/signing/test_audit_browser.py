"""The auditor's path in a real browser: from the desk to a sample, its sheets, and the signed close; on a wide screen and on a phone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from repository import clock
from repository.codes import Indication
from repository.jobs.run import run_to_end
from repository.models import FileStatus
from signing.batches.start import start_batch
from signing.models import Audit
from tests.browser import Person, chromium  # noqa: F401
from tests.signing.judged import basic, judged, tampered

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def signed_bytes() -> tuple[bytes, bytes]:
    """Made before the browser is there: its driver holds an event loop all the time."""
    return basic(), tampered()


@pytest.fixture
def shelf(records: Any, cast: Any, signed_bytes: tuple[bytes, bytes]) -> None:
    """A year's papers: most passed, a few not, two of them with real signatures."""
    dossier = records.dossier()
    kinds = [*[Indication.PASSED] * 8, Indication.INDETERMINATE, Indication.FAILED]
    for year, one in enumerate(kinds, start=2014):
        document = records.document(dossier, issued_date=clock.today().replace(year=year, day=2))
        FileStatus.objects.filter(file__version__document=document).update(indication=one, verified_at=clock.now())
    good, bad = signed_bytes
    judged(records, good, dossier)
    judged(records, bad, dossier, name="sua.pdf")


def no_complaints(person: Person) -> None:
    assert person.violations() == []
    assert person.widest() <= person.width
    assert person.complaints == []


def test_the_auditor_draws_a_sample_answers_it_and_closes_under_the_seal(
    signed_bytes, chromium, live_server, cast, shelf, archive_seal
):  # noqa: F811
    auditor = Person(chromium, live_server, cast, "auditor")
    page = auditor.page
    auditor.go(reverse("desk"))
    expect(page.locator("#h-reasons")).to_be_visible()
    no_complaints(auditor)
    auditor.look("audit-desk", full=True)
    page.locator("a[href$='/audits/new/']").first.click()
    page.fill("#a-title", "Chữ ký của các kế hoạch, 2014–2026")
    no_complaints(auditor)
    auditor.look("audit-new")
    page.locator("form[method=post] .vk-btn--main").first.click()
    page.wait_for_url(re.compile(r"/audits/[0-9a-f-]{36}/$"))
    audit = Audit.objects.get()
    run_to_end(audit.job_id)
    page.reload()
    page.fill("#p-tolerable", "20")
    page.locator("form.vk-plan[method=get] button").click()
    expect(page.locator(".vk-plan__said b").first).to_be_visible()
    page.fill("#p-seed", "Xổ số 22/11: 58 21")
    no_complaints(auditor)
    auditor.look("audit-frozen", full=True)
    page.locator("form.vk-plan[method=post] button").click()
    audit.refresh_from_db()
    run_to_end(audit.job_id)
    page.reload()
    auditor.look("audit-drawn", full=True)
    no_complaints(auditor)
    page.locator(".vk-head .vk-btn--main").click()
    for number in range(1, audit.size + 1):
        for question in ("as_expected", "signer", "authority", "dated", "whole"):
            page.check(f"[name={question}][value=yes]")
        finding = number == 3
        page.check(f"[name=conclusion][value={'finding' if finding else 'in-order'}]")
        if finding:
            page.select_option("#r-kind", "signer")
            page.select_option("#r-severity", "major")
            auditor.look("audit-sheet", full=True)
            no_complaints(auditor)
        page.fill("#r-note", "Đã đối chiếu với bản giấy.")
        page.locator("button[name=next]").click()
    page.wait_for_url(re.compile(r"/audits/[0-9a-f-]{36}/$"))
    page.locator(".vk-head .vk-btn--main").click()
    page.wait_for_url(re.compile(r"/close/$"))
    no_complaints(auditor)
    auditor.look("audit-close", full=True)
    page.locator("form[method=post] .vk-btn--main").click()
    page.locator("form[action$='/check/'] button").click()
    expect(page.locator(".vk-checks")).to_be_visible()
    no_complaints(auditor)
    auditor.look("audit-closed", full=True)


@pytest.mark.parametrize(
    ("width", "theme", "language"), [(1440, "dark", "en"), (360, "light", "vi"), (360, "dark", "vi")]
)
def test_pages_of_audits_and_checks_fit_every_screen(
    width, theme, language, signed_bytes, chromium, live_server, cast, shelf
):  # noqa: F811
    from signing.audits.actions import Plan, draw_sample, open_audit

    audit = open_audit(
        cast.world.province, "Chữ ký của các kế hoạch", {"kind": "documents", "query": {}}, actor=cast.auditor
    )
    run_to_end(audit.job_id)
    frozen = open_audit(cast.world.province, "Chưa rút mẫu", {"kind": "documents", "query": {}}, actor=cast.auditor)
    run_to_end(frozen.job_id)
    drawn = draw_sample(audit.pk, Plan(size=9, seed="1"), actor=cast.auditor)
    run_to_end(drawn.job_id)
    batch = start_batch({"kind": "documents", "query": {}}, actor=cast.auditor)
    run_to_end(batch.job_id)
    auditor = Person(chromium, live_server, cast, "auditor", width=width, theme=theme, language=language)
    for name, url in (
        ("audit-desk", reverse("desk")),
        ("audits", reverse("audits")),
        ("audit-frozen", reverse("audit", args=[frozen.pk])),
        ("audit-drawn", reverse("audit", args=[audit.pk])),
        ("audit-sheet", reverse("audit_row", args=[audit.pk, 1])),
        ("batch", reverse("batch", args=[batch.pk])),
        ("batches", reverse("batches")),
    ):
        auditor.go(url)
        auditor.look(name, full=True)
        no_complaints(auditor)
