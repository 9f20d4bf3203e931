"""A thousand files dropped in a real browser: the network cut and back, the tab closed and opened, and every file in once; then the table by keys."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from repository.models import Document, JobItem
from tests.browser import Person, chromium  # noqa: F401
from tests.repository.test_grid import read_document

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]
FILES = 1000


@pytest.fixture
def folder(tmp_path):
    """A thousand small texts, ten of them with the same bytes as another under another name."""
    for n in range(FILES):
        (tmp_path / f"van-ban-{n:04}.txt").write_text(f"Văn bản số {n}\n", encoding="utf-8")
    return tmp_path


def items():
    return JobItem.objects.filter(job__kind="intake").count()


def wait_for(page, said):
    """Until the page says so many files are through."""
    expect(page.locator('[data-say="count"]')).to_contain_text(said, timeout=200_000)


def test_a_thousand_files_are_in_once_though_the_network_and_the_tab_went(chromium, live_server, cast, records, folder):  # noqa: F811
    clerk = Person(chromium, live_server, cast, "clerk")
    dossier = records.dossier()
    address = reverse("receive", args=[dossier.pk])
    clerk.go(address)
    clerk.page.locator("[data-drop].is-live").wait_for()
    clerk.page.set_input_files("#vk-drop", [str(path) for path in sorted(folder.iterdir())])
    wait_for(clerk.page, "1.000")
    clerk.page.locator('[data-drop-list] li[data-state="received"] >> nth=20').wait_for()

    clerk.context.set_offline(True)
    expect(clerk.page.locator('[data-say="left"]')).to_contain_text("mất mạng")
    clerk.look("intake-offline")
    before = items()
    clerk.page.wait_for_timeout(1200)
    assert items() <= before + 3, "what was on its way may have come in"
    clerk.context.set_offline(False)
    clerk.page.locator('[data-drop-list] li[data-state="received"] >> nth=40').wait_for()
    assert clerk.page.locator("[data-drop-list] li").count() < 120, "rows of what is in are taken off again"

    clerk.page.close()
    assert items() < FILES, "closed before it was through"
    clerk.page = clerk.context.new_page()
    clerk.page.goto(live_server.url + address)
    expect(clerk.page.locator('[data-say="left"]')).to_contain_text("Đã xong mọi tệp", timeout=450_000)

    rows = JobItem.objects.filter(job__dossier=dossier)
    assert rows.count() == FILES
    assert len(set(rows.values_list("sha256", flat=True))) == FILES
    assert clerk.page.locator('[data-say="failed"]').inner_text() == ""
    clerk.look("intake-through")
    # Nothing is left to send: another visit begins empty.
    clerk.page.reload()
    clerk.page.locator("[data-drop].is-live").wait_for()
    clerk.page.wait_for_timeout(500)
    expect(clerk.page.locator("[data-drop-total]")).to_be_hidden()


def cell(page, document, field):
    return page.locator(f'tr[data-id="{document.pk}"] td[data-f="{field}"]')


def saved(page):
    expect(page.locator("[data-grid-said]")).to_contain_text("Đã lưu lúc")


def test_the_table_is_worked_by_keys_and_nothing_typed_is_lost(chromium, live_server, cast, records):  # noqa: F811
    dossier = records.dossier()
    guessed = read_document(records, dossier, sure=False)
    rest = [read_document(records, dossier, number=str(n), code=f"{n}/KH-UBND") for n in range(1, 5)]
    clerk = Person(chromium, live_server, cast, "clerk")
    clerk.go(reverse("receive", args=[dossier.pk]))
    page = clerk.page
    page.locator("[data-grid].is-live").wait_for()
    assert not clerk.violations()

    # One cell is reached by Tab; arrows go on, Enter edits and goes down, Escape leaves it.
    first = cell(page, guessed, "number")
    first.focus()
    page.keyboard.press("End")
    expect(cell(page, guessed, "signer_name")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("Phan Thế Lữ")
    page.keyboard.press("Escape")
    expect(cell(page, guessed, "signer_name")).to_have_text("Đào Minh Khê")
    page.keyboard.type("Phan Thế Lữ")
    page.keyboard.press("Enter")
    expect(cell(page, rest[0], "signer_name")).to_be_focused()
    saved(page)
    guessed.refresh_from_db()
    assert guessed.signer_name == "Phan Thế Lữ"

    # Fill down over a picked block, undone in one step, and done again.
    cell(page, guessed, "signer_name").focus()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Control+d")
    expect(cell(page, rest[1], "signer_name")).to_have_text("Phan Thế Lữ")
    page.keyboard.press("Control+z")
    expect(cell(page, rest[1], "signer_name")).to_have_text("Đào Minh Khê")
    page.keyboard.press("Control+Shift+Z")
    expect(cell(page, rest[0], "signer_name")).to_have_text("Phan Thế Lữ")

    # A block out of a spreadsheet.
    cell(page, rest[2], "number").focus()
    block = json.dumps('31\tQĐ-UBND\t01/03/2025\n32\tTB-UBND\t"02/03/2025"\n')
    page.evaluate(
        f"""() => {{ const data = new DataTransfer(); data.setData('text/plain', {block})
        document.activeElement.dispatchEvent(new ClipboardEvent('paste', {{ clipboardData: data, bubbles: true, cancelable: true }})) }}"""
    )
    expect(cell(page, rest[3], "issued_date")).to_have_text("02/03/2025")
    expect(page.locator(".is-unsaved")).to_have_count(0)
    rest[2].refresh_from_db()
    assert rest[2].code == "31/QĐ-UBND"

    # Where it was read, in the top layer.
    cell(page, guessed, "subject").focus()
    page.keyboard.press("Space")
    expect(page.locator("#grid-slip")).to_be_visible()
    assert page.evaluate("document.querySelector('#grid-slip').matches(':popover-open')")
    clerk.look("intake-slip")
    page.keyboard.press("Escape")
    expect(page.locator("#grid-slip")).to_be_hidden()

    # Typed without a connection, the tab closed, opened again: it is there, and goes in.
    clerk.context.set_offline(True)
    cell(page, guessed, "subject").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Control+a")
    page.keyboard.type("Gõ khi mất mạng")
    page.keyboard.press("Enter")
    expect(page.locator("[data-grid-said]")).to_contain_text("Mất mạng")
    page.close()
    Document.objects.filter(pk=guessed.pk).update(subject="Người khác viết", revision=guessed.revision + 7)
    clerk.context.set_offline(False)
    clerk.page = page = clerk.context.new_page()
    page.goto(live_server.url + reverse("receive", args=[dossier.pk]))
    clash = page.locator(".vk-clash")
    expect(clash).to_contain_text("Người khác viết")
    expect(clash).to_contain_text("Gõ khi mất mạng")
    clerk.look("intake-conflict")
    clash.locator("[data-mine]").click()
    saved(page)
    guessed.refresh_from_db()
    assert guessed.subject == "Gõ khi mất mạng"

    # Rows chosen, one field set in all of them, confirmed together.
    page.locator("[data-all]").check()
    page.select_option("[data-bulk-field]", "organ_name")
    page.fill("[data-bulk-value]", "Văn phòng Ủy ban nhân dân tỉnh")
    page.click("[data-bulk-set]")
    page.click("[data-bulk-confirm]")
    expect(page.locator('tr[data-in="2"]')).to_have_count(5)
    assert Document.objects.filter(organ_name="Văn phòng Ủy ban nhân dân tỉnh", confirmed_at__isnull=False).count() == 5
    assert not clerk.violations()
    clerk.look("intake-bulk")
    assert not [one for one in clerk.complaints if "ERR_INTERNET" not in one]


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (1440, "dark"), (360, "light"), (360, "dark")])
def test_the_pages_stand_on_every_screen(chromium, live_server, cast, records, width, theme):  # noqa: F811
    dossier = records.dossier()
    read_document(records, dossier, sure=False)
    read_document(records, dossier, signer_name="", number="", code="")
    for n in range(1, 4):
        read_document(records, dossier, number=str(n), code=f"{n}/KH-UBND")
    records.document(dossier)
    clerk = Person(chromium, live_server, cast, "clerk", width=width, theme=theme)
    for name, address in (("intake", "receive"), ("inventory", "inventory")):
        clerk.go(reverse(address, args=[dossier.pk]))
        clerk.look(name, full=True)
        assert clerk.widest() <= width
        assert not clerk.violations()
    clerk.page.set_input_files(
        "#inventory-file", files=[{"name": "Mục lục 04.ATGT.csv", "mimeType": "text/csv", "buffer": CSV}]
    )
    clerk.page.locator("main .vk-btn--main").click()
    clerk.page.locator(".vk-mapping").wait_for()
    clerk.look("inventory-table", full=True)
    assert clerk.widest() <= width
    assert not clerk.violations()
    assert not clerk.complaints


CSV = """STT,"Số, ký hiệu văn bản","Ngày, tháng văn bản",Tên loại và trích yếu nội dung,Tác giả văn bản,Tờ số,Ghi chú
1,1/KH-UBND,05/03/2025,Kế hoạch Tuần tra đường thủy,Ủy ban nhân dân tỉnh Lam Giang,1,
2,2/KH-UBND,05/02/2025,Kế hoạch Tuyên truyền an toàn giao thông,Sở Nội vụ,3,bản sao
3,99/QĐ-UBND,07/03/2025,Quyết định Kiện toàn Ban An toàn giao thông,Ủy ban nhân dân tỉnh,5,
""".encode()
