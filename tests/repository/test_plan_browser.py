"""The file plan in a real browser: the tree by keyboard, branches fetched when they are opened, headings found while typing."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from repository.models import FilePlan, FilePlanEntry
from tests.browser import Person, chromium  # noqa: F401

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


@pytest.fixture
def planted(cast, records):
    w = cast.world
    top = FilePlan.objects.create(agency=w.province, year=2025, issued_number="05/QĐ-UBND")
    group = FilePlanEntry.objects.create(plan=top, notation="TCCB", title="Tổ chức cán bộ", unit=w.department)
    for n, title in enumerate(
        (
            "Tuyển dụng, bổ nhiệm công chức, viên chức năm 2025",
            "Đào tạo, bồi dưỡng cán bộ năm 2025",
            "Thi đua, khen thưởng năm 2025",
        ),
        1,
    ):
        FilePlanEntry.objects.create(
            plan=top, parent=group, notation=f"{n:02d}.TCCB", title=title, record_class=w.record_class
        )
    for n, (mark, title) in enumerate(
        (
            ("QPPL", "Văn bản quy phạm pháp luật ban hành năm 2025"),
            ("XDCB", "Quản lý dự án đầu tư xây dựng công trình trọng điểm năm 2025"),
            ("TTRA", "Tiếp công dân, giải quyết khiếu nại, tố cáo năm 2025"),
        ),
        1,
    ):
        FilePlanEntry.objects.create(plan=top, notation=f"{n:02d}.{mark}", title=title, record_class=w.record_class)
    below = FilePlanEntry.objects.create(
        plan=w.plan, parent=w.entry, notation="04.ATGT.1", title="Kiểm tra tải trọng xe", record_class=w.record_class
    )
    records.dossier("Bảo đảm trật tự, an toàn giao thông đường bộ năm 2025")
    records.dossier("Kiểm tra tải trọng xe quý I năm 2025", entry=below)
    return top


@pytest.mark.parametrize(
    ("width", "theme", "language"), [(1440, "light", "vi"), (1440, "dark", "en"), (360, "light", "vi")]
)
def test_an_archivist_walks_the_plan(chromium, live_server, cast, planted, width, theme, language):  # noqa: F811
    person = Person(chromium, live_server, cast, "archivist", width=width, theme=theme, language=language)
    page = person.page
    person.go(reverse("plan") + "?year=2025")
    agency = page.get_by_role("link", name="Văn phòng Ủy ban nhân dân tỉnh")
    expect(agency).to_be_visible()
    agency.focus()
    page.keyboard.press("ArrowRight")
    heading = page.get_by_role("link", name="An toàn giao thông").first
    expect(heading).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(heading).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("link", name="Kiểm tra tải trọng xe")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Kiểm tra tải trọng xe")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(heading).to_be_focused()
    assert person.widest() <= width
    person.look("plan", full=True)
    assert person.violations() == []
    page.fill("#plan-q", "tuyen dung")
    expect(page.locator("#plan-tree mark").first).to_have_text("Tuyển dụng")
    person.look("plan-found")
    assert person.violations() == []
    for name, url in (
        ("plan-of", reverse("plan_of", args=[planted.pk])),
        ("plan-heading", reverse("heading", args=[cast.world.entry.pk])),
        ("plan-add", reverse("heading_add", args=[planted.pk])),
        ("plan-copy", reverse("plan_copy", args=[planted.pk]) + "?year=2026"),
        ("plan-read", reverse("plan_read", args=[planted.pk])),
        ("plan-open", reverse("open_dossier", args=[cast.world.entry.pk])),
    ):
        person.go(url)
        assert person.widest() <= width, name
        person.look(name, full=True)
        assert person.violations() == [], name
    assert person.complaints == []


def test_a_branch_that_is_opened_the_moment_it_is_there_is_filled(chromium, live_server, cast, planted):  # noqa: F811
    """Keys come faster than a page settles: what a branch waits for must be heard from its first moment."""
    person = Person(chromium, live_server, cast, "archivist")
    person.go(reverse("plan") + "?year=2025")
    person.page.locator("[data-plan-tree]").evaluate(
        """tree => new MutationObserver(() => tree.querySelectorAll('details:not([open])').forEach(
            branch => { branch.open = true; branch.dispatchEvent(new Event('toggle')) }
        )).observe(tree, { childList: true, subtree: true })"""
    )
    agency = person.page.get_by_role("link", name="Văn phòng Ủy ban nhân dân tỉnh")
    agency.focus()
    person.page.keyboard.press("ArrowRight")
    expect(person.page.get_by_role("link", name="Kiểm tra tải trọng xe")).to_be_visible()
    assert person.complaints == []
