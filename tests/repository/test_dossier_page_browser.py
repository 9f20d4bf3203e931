"""A dossier's page in a real browser: documents dragged and moved by keys, what stands in the way struck off, the place noted; on a phone."""

from __future__ import annotations

import zipfile
from datetime import date

import pytest
from django.urls import reverse

from repository.findings import raise_finding
from repository.models import Dossier, Job, Placement
from tests.browser import Person, chromium  # noqa: F401

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

SUBJECTS = (
    ("Kế hoạch", "02", "KH-BATGT", "Công tác bảo đảm trật tự, an toàn giao thông năm 2025", 9),
    ("Kế hoạch", "41", "KH-UBND", "Cao điểm bảo đảm trật tự, an toàn giao thông dịp Tết Nguyên đán", 9),
    ("Quyết định", "88", "QĐ-UBND", "Kiện toàn Ban An toàn giao thông tỉnh", 3),
    ("Tờ trình", "112", "TTr-CAT", "Đề nghị ban hành Quy định phối hợp bảo đảm trật tự, an toàn giao thông", 6),
    ("Quyết định", "06", "2025/QĐ-UBND", "Ban hành Quy định phối hợp bảo đảm trật tự, an toàn giao thông đường bộ", 12),
    ("Công văn", "1187", "UBND-XD", "Về việc khắc phục điểm đen tai nạn giao thông trên tuyến ĐT.512", 2),
)


@pytest.fixture
def dossier(cast, records) -> Dossier:
    dossier = records.dossier("Bảo đảm trật tự, an toàn giao thông đường bộ năm 2025")
    for month, (type_name, number, notation, subject, pages) in enumerate(SUBJECTS, 1):
        records.document(
            dossier,
            type_name=type_name,
            number=number,
            notation=notation,
            subject=subject,
            page_amount=pages,
            issued_date=date(2025, month, 8),
            confirmed=True,
        )
    return dossier


def order_of(dossier: Dossier) -> list[str]:
    return list(Placement.objects.filter(dossier=dossier).order_by("number").values_list("document__number", flat=True))


def shown(person: Person) -> list[str]:
    """The codes on the page, down the rows, with the figures beside them."""
    rows = person.page.locator("#documents > tr")
    return [" ".join(row.locator("td").nth(1).inner_text().split()) for row in rows.all()]


def saved(person: Person) -> None:
    from playwright.sync_api import expect

    expect(person.page.locator("#documents")).not_to_have_attribute("aria-busy", "true")


def test_documents_are_moved_by_pointer_and_by_keys_and_it_can_be_undone(chromium, live_server, cast, dossier):  # noqa: F811
    person = Person(chromium, live_server, cast, "clerk")
    page = person.page
    person.go(reverse("dossier", args=[dossier.pk]))
    by_date = order_of(dossier)
    handles = page.locator("[data-drag]")

    # By the pointer, from the first place to the fourth.
    # Over the middle of the row, however many lines its title takes in the fonts of this machine.
    start, end = handles.nth(0).bounding_box(), page.locator("#documents > tr").nth(3).bounding_box()
    page.mouse.move(start["x"] + 8, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(start["x"] + 8, start["y"] + 60, steps=4)
    page.mouse.move(end["x"] + 8, end["y"] + end["height"] * 0.9, steps=6)
    person.look("dossier-dragging")
    page.mouse.up()
    saved(person)
    assert order_of(dossier) == [by_date[1], by_date[2], by_date[3], by_date[0], *by_date[4:]]
    assert shown(person) == [str(n) for n in range(1, 7)]

    # Undone by the toast: by date again, as it was.
    page.locator(".vk-toast[data-order] button").click()
    saved(person)
    assert order_of(dossier) == by_date
    dossier.refresh_from_db()
    assert not dossier.order_by_hand

    # By keys: the last to the second place; announced on the way.
    handles.nth(5).focus()
    page.keyboard.press("Space")
    for _ in range(4):
        page.keyboard.press("ArrowUp")
    assert page.locator("#vk-order-says").inner_text() == "Vị trí 2 trên 6."
    page.keyboard.press("Space")
    saved(person)
    assert order_of(dossier) == [by_date[0], by_date[5], *by_date[1:5]]
    assert page.evaluate("document.activeElement.hasAttribute('data-drag')")

    # Escape puts back; Ctrl+Z undoes what was saved.
    page.keyboard.press("Space")
    page.keyboard.press("End")
    page.keyboard.press("Escape")
    assert order_of(dossier) == [by_date[0], by_date[5], *by_date[1:5]]
    assert shown(person) == [str(n) for n in range(1, 7)]
    page.keyboard.press("Control+z")
    saved(person)
    assert order_of(dossier) == by_date
    assert person.complaints == []


def test_an_order_that_somebody_else_changed_goes_back_and_says_so(chromium, live_server, cast, dossier):  # noqa: F811
    from repository.actions.order_documents import move_document

    person = Person(chromium, live_server, cast, "clerk")
    page = person.page
    person.go(reverse("dossier", args=[dossier.pk]))
    first = Placement.objects.get(dossier=dossier, number=1).document_id
    move_document(dossier.pk, first, 6, actor=cast.other_clerk)
    standing = order_of(dossier)
    page.locator("[data-drag]").nth(0).focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.locator(".vk-toast--fail").wait_for()
    assert order_of(dossier) == standing
    assert page.locator("#documents > tr").nth(0).get_attribute("data-document") == str(first)


def test_what_stands_in_the_way_is_mended_on_the_page_and_the_dossier_closed(
    chromium,
    live_server,
    cast,
    records,
    dossier,  # noqa: F811
):
    Dossier.objects.filter(pk=dossier.pk).update(maintenance="")
    raise_finding("signature-failed", {"file": "x"}, document=dossier.documents.order_by("placements__number")[4])
    records.document(dossier, confirmed=False, name="1187-ub.txt")
    person = Person(chromium, live_server, cast, "archivist")
    page = person.page
    person.go(reverse("dossier", args=[dossier.pk]))
    person.look("dossier-todo", full=True)
    page.locator(".vk-dossier__head .vk-btn--main").click()
    page.locator(".vk-refusal").wait_for()
    person.look("dossier-refused", full=True)
    assert person.violations() == []
    page.get_by_role("button", name="Nhận 20 năm").click()
    page.locator(".is-mended").wait_for()
    page.locator(".vk-mend > summary").click()
    page.locator(".vk-mend input[name=reason]").fill("Giữ làm chứng cứ")
    page.locator(".vk-mend button").click()
    page.locator(".is-mended").nth(1).wait_for()
    person.look("dossier-mending")

    # The rest is mended on another page; coming back strikes it off.
    unconfirmed = dossier.documents.get(confirmed_at__isnull=True)
    from repository.actions.confirm_document import confirm_document

    given = {"subject": "Về việc khắc phục", "issued_date": date(2025, 9, 1), "number": "7", "notation": "UBND-XD"}
    confirm_document(unconfirmed.pk, given, actor=cast.clerk)
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    page.locator("#blockers form .vk-btn").wait_for()
    person.look("dossier-mended")
    page.locator("#blockers form .vk-btn").click()
    page.get_by_role("button", name="Nộp lưu").first.wait_for()
    dossier.refresh_from_db()
    assert dossier.state == Dossier.State.CLOSED
    assert person.complaints == []


def test_the_place_is_noted_in_place_and_everything_is_downloaded(
    chromium, live_server, cast, dossier, settings, tmp_path
):  # noqa: F811
    from repository.jobs.engine import work

    settings.PRODUCTS = tmp_path / "products"
    person = Person(chromium, live_server, cast, "clerk")
    page = person.page
    person.go(reverse("dossier", args=[dossier.pk]))
    page.locator("#location-edit").click()
    page.locator("#location [name=warehouse]").fill("2")
    page.locator("#location [name=shelf]").fill("14")
    page.locator("#location [name=box]").fill("203")
    person.look("dossier-locating", full=True)
    page.locator("#location button").click()
    page.get_by_text("kho 2, giá 14, hộp 203").wait_for()
    page.get_by_role("button", name="Tải cả hồ sơ").click()
    page.wait_for_load_state()
    job = Job.objects.get(kind="download")
    work(job.pk)
    with page.expect_download() as download:
        page.evaluate(f"location.href = '{reverse('job_file', args=[job.pk])}'")
    assert len(zipfile.ZipFile(download.value.path()).namelist()) == 8
    assert person.complaints == []


@pytest.mark.parametrize(("width", "theme"), [(1440, "dark"), (360, "light"), (360, "dark"), (1440, "light")])
def test_the_pages_stand_in_every_width_and_light(width, theme, chromium, live_server, cast, dossier, records):  # noqa: F811
    Dossier.objects.filter(pk=dossier.pk).update(maintenance="")
    person = Person(chromium, live_server, cast, "archivist", width=width, theme=theme)
    document = dossier.documents.first()
    for name, path in (
        ("dossier", reverse("dossier", args=[dossier.pk])),
        ("dossier-place", reverse("dossier_document", args=[dossier.pk, document.pk])),
        ("dossier-history", reverse("dossier_history", args=[dossier.pk])),
        ("dossier-locate", reverse("dossier_location", args=[dossier.pk])),
        ("dossier-edit", reverse("dossier_edit", args=[dossier.pk])),
    ):
        person.go(path)
        person.look(name, full=True)
        assert person.widest() <= width, name
        assert person.violations() == [], name
    assert person.complaints == []


def test_a_submitted_dossier_is_accepted_or_returned_on_a_phone(chromium, live_server, cast, records):  # noqa: F811
    dossier = records.submitted(title="Nộp lưu trên điện thoại")
    person = Person(chromium, live_server, cast, "archivist", width=360)
    page = person.page
    person.go(reverse("dossier", args=[dossier.pk]))
    person.look("dossier-accept", full=True)
    for button in page.locator(".vk-dossier__head :is(button, summary, a).vk-btn").all():
        assert button.bounding_box()["height"] >= 44
    page.get_by_role("button", name="Trả lại").click()
    person.look("dossier-return")
    page.locator("#dlg-return textarea").fill("Thiếu biên bản làm việc với xã Vân Sa")
    page.locator("#dlg-return .vk-btn--main").click()
    page.get_by_text("Thiếu biên bản làm việc").first.wait_for()
    dossier.refresh_from_db()
    assert dossier.state == Dossier.State.RETURNED
    assert person.widest() <= 360


def test_print_leaves_out_what_is_pressed(chromium, live_server, cast, dossier):  # noqa: F811
    person = Person(chromium, live_server, cast, "clerk")
    person.go(reverse("dossier", args=[dossier.pk]))
    person.page.emulate_media(media="print")
    assert not person.page.locator(".vk-docs__drag").first.is_visible()
    assert not person.page.locator(".vk-dossier__head .vk-btn").first.is_visible()
    assert person.page.locator(".vk-printmark").is_visible()
    person.look("dossier-print", full=True)
