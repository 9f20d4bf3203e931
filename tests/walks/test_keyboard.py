"""The main job without a mouse: every step is reached by Tab and done by keys. Only the system's own window for choosing files is skipped."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from repository.models import Dossier, Placement
from tests.browser import Person, chromium  # noqa: F401
from tests.walks.archive import stationery, work_all  # noqa: F401

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]

# A page on which so many presses of Tab do not lead to a thing does not let people reach it.
FAR = 120


def reach(page: Any, selector: str) -> None:
    """Press Tab until what has the focus is that."""
    for _ in range(FAR):
        if page.evaluate("selector => Boolean(document.activeElement?.matches(selector))", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by Tab on {page.url}")


def press(page: Any, selector: str) -> None:
    """Reach a link or a button and press it; the page it leads to is there when this returns."""
    reach(page, selector)
    with page.expect_event("domcontentloaded"):
        page.keyboard.press("Enter")


def go(page: Any, address: str) -> None:
    """`g` and the letter of the place with that address."""
    letter = page.locator(f"[data-go][href='{address}']").first.get_attribute("data-go")
    with page.expect_event("domcontentloaded"):
        page.keyboard.press("g")
        page.keyboard.press(letter)


def confirm_all(page: Any) -> None:
    while page.locator("form [name=subject]").count():
        for name, value in (("issued_date", "05/02/2025"), ("subject", "Kế hoạch")):
            if not page.input_value(f"[name={name}]"):
                reach(page, f"[name={name}]")
                page.keyboard.type(value)
        press(page, "main form .vk-btn--main")


def close_and_submit(page: Any) -> None:
    press(page, "form[action$='/close/'] button")
    press(page, "form[action$='/submit/'] button")


def test_the_main_job_by_keyboard_alone(stationery, chromium, live_server, cast):  # noqa: F811
    clerk = Person(chromium, live_server, cast, "clerk", by_form=True)
    page = clerk.page

    # To the file plan, to a heading found by its words, and a dossier under it.
    go(page, "/plan/")
    reach(page, "#plan-q")
    page.keyboard.type("an toàn")
    # The list is changed as one types: the answer to the last letter is the one to walk on in.
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query).get("q") == ["an toàn"])
    page.locator("main a[href$='/open/']").first.wait_for()
    press(page, "main a[href$='/open/']")
    reach(page, "[name=title]")
    page.keyboard.type("An toàn giao thông năm 2025")
    with page.expect_event("domcontentloaded"):
        page.keyboard.press("Enter")
    dossier = Dossier.objects.get()

    # Files: the button is reached; what the system's window gives is put in.
    reach(page, "[data-pick=files]")
    names = ("ke-hoach.pdf", "da-ky.pdf")
    files = [{"name": name, "mimeType": "application/pdf", "buffer": stationery.files[name]} for name in names]
    page.set_input_files("[data-drop] input[type=file]", files)
    page.locator("[data-drop-list] li[data-state=received]").nth(1).wait_for()
    work_all()

    # What was read is confirmed, one after the other.
    clerk.go(dossier.get_absolute_url())
    press(page, "main a[href*='/confirm/']")
    confirm_all(page)

    # The order is changed: lift, move, put down.
    clerk.go(dossier.get_absolute_url())
    before = list(Placement.objects.filter(dossier=dossier).order_by("number").values_list("document", flat=True))
    reach(page, "[data-drag]")
    for key in ("Space", "ArrowDown", "Space"):
        page.keyboard.press(key)
    page.locator("#documents:not([aria-busy=true])").wait_for()
    page.locator(".vk-toast[data-order]").wait_for()
    after = list(Placement.objects.filter(dossier=dossier).order_by("number").values_list("document", flat=True))
    assert after == before[::-1]
    clerk.go(dossier.get_absolute_url())
    close_and_submit(page)

    # The archivist finds it in the list, returns it with a reason, and later accepts it.
    archivist = Person(chromium, live_server, cast, "archivist", by_form=True)
    desk = archivist.page
    go(desk, "/dossiers/")
    desk.keyboard.press("j")
    with desk.expect_event("domcontentloaded"):
        desk.keyboard.press("Enter")
    reach(desk, "[data-dialog=dlg-return]")
    desk.keyboard.press("Enter")
    desk.locator("#dlg-return[open]").wait_for()
    reach(desk, "#dlg-return [name=reason]")
    desk.keyboard.type("Thiếu biên bản.")
    press(desk, "#dlg-return form button:not([data-close])")
    dossier.refresh_from_db()
    assert dossier.state == "returned"

    clerk.go(dossier.get_absolute_url())
    assert "Thiếu biên bản." in page.inner_text("main")
    close_and_submit(page)
    archivist.go(dossier.get_absolute_url())
    press(desk, "form[action$='/accept/'] button")
    work_all()
    dossier.refresh_from_db()
    assert dossier.state == "archived"

    # Somebody else finds it, opens it, and goes from one found word to the next.
    reader = Person(chromium, live_server, cast, "reader", by_form=True)
    room = reader.page
    word = stationery.paper.subject.split()[0]
    room.keyboard.press("/")
    room.keyboard.type(word)
    with room.expect_event("domcontentloaded"):
        room.keyboard.press("Enter")
    room.keyboard.press("j")
    with room.expect_event("domcontentloaded"):
        room.keyboard.press("Enter")
    room.locator("#signatures").wait_for()
    room.locator("[data-viewer]").wait_for()
    room.keyboard.press("n")
    room.keyboard.press("?")
    room.locator("#vk-keys[open]").wait_for()
    room.keyboard.press("Escape")
    assert not room.locator("#vk-keys[open]").count()
    assert [person.complaints for person in (clerk, archivist, reader)] == [[], [], []]
