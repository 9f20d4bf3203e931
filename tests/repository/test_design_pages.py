"""The frame, the doors and the gallery, looked at in a real browser under the strict content security policy.

No server is needed: the browser is handed pages and static files by the test, as they would be served.
"""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from repository import design_views
from tests.browser import chromium  # noqa: F401 - the fixture

SITE = "http://archive.test"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2"}


@pytest.mark.parametrize("page", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_an_error_page_needs_neither_request_nor_database(page, language):
    with translation.override(language):
        html = render_to_string(page)

    assert f'<html lang="{language}"' in html
    assert html.count("<h1") == 1


def test_the_sign_in_page_has_one_labelled_field_each_and_offers_no_way_to_sign_up(client, db):
    html = client.get("/accounts/login/").content.decode()

    assert 'for="id_login"' in html
    assert 'for="id_password"' in html
    assert "signup" not in html


class Visit:
    """A page of the gallery, with everything the browser complained about and everything that was sent."""

    def __init__(self, browser, width: int, query: str = "") -> None:
        self.complaints: list[str] = []
        self.sent: list[str] = []
        self.breaks = 0
        self.page = browser.new_context(viewport={"width": width, "height": 900}, locale="vi-VN").new_page()
        self.page.on(
            "console", lambda message: self.complaints.append(message.text) if message.type == "error" else None
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        with translation.override("vi"):
            self.html = design_views.gallery(RequestFactory().get(f"/design/{query}")).content
        self.page.route("**/*", self.serve)
        self.page.goto(f"{SITE}/design/")

    def serve(self, route) -> None:
        url = urlsplit(route.request.url)
        if url.path == "/design/":
            route.fulfill(
                body=self.html, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": POLICY}
            )
        elif url.path == "/design/take/":
            self.take(route, parse_qs(url.query)["name"][0])
        else:
            found = finders.find(url.path.removeprefix("/static/"))
            if found:
                route.fulfill(body=Path(found).read_bytes(), content_type=TYPES[Path(found).suffix])
            else:
                # Fonts are built, not committed: a page is whole without them.
                route.fulfill(status=200 if "/fonts/" in url.path else 404, body=b"", content_type="font/woff2")

    def take(self, route, name: str) -> None:
        if self.breaks:
            self.breaks -= 1
            route.abort()
            return
        self.sent.append(name)
        request = RequestFactory().post(
            "/design/take/", data=b"%PDF", content_type="application/octet-stream", query_params={"name": name}
        )
        answer = design_views.take_file(request)
        route.fulfill(status=answer.status_code, body=answer.content, content_type="application/json")

    @property
    def trouble(self) -> list[str]:
        return [text for text in self.complaints if "font" not in text and "OTS" not in text]


@pytest.mark.parametrize("width", [1440, 360])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_component_holds_under_the_policy_and_nothing_scrolls_sideways(chromium, width, theme):
    visit = Visit(chromium, width, f"?theme={theme}")

    assert visit.trouble == []
    assert visit.page.evaluate("document.documentElement.scrollWidth") == width
    shown = "[...document.querySelectorAll('svg.vk-i')].filter(one => one.getBoundingClientRect().width)"
    undrawn = f"{shown}.filter(one => !one.getBBox().width && !one.getBBox().height).length"
    assert visit.page.evaluate(undrawn) == 0, "an icon is asked for that the sprite does not draw"


def test_keys_search_tell_themselves_and_walk_the_rows(chromium):
    page = Visit(chromium, 1440, "?theme=light").page

    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "vk-q"
    page.keyboard.type("g?j")
    assert page.input_value("#vk-q") == "g?j", "letters typed into a field are letters"
    assert page.locator(".vk-suggest").count() == 0, "a box that leads nowhere has nobody to ask what is meant"

    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    assert page.locator("#vk-keys").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert "09" in page.locator("[data-row].is-here").inner_text()
    page.keyboard.press("k")
    page.keyboard.press("3")
    assert page.url.endswith("#12"), "the third page hit of the row"


def test_the_theme_is_kept_in_a_cookie_for_the_server(chromium):
    page = Visit(chromium, 1440).page

    page.locator("details.vk-pop:has([data-theme-set]) > summary").first.click()
    page.locator('[data-theme-set="dark"]').click()

    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert ("theme", "dark") in [(cookie["name"], cookie["value"]) for cookie in page.context.cookies(SITE)]


def test_many_files_are_sent_one_by_one_and_a_broken_connection_is_tried_again(chromium, tmp_path):
    names = [f"Báo cáo {number}.pdf" for number in range(9)] + ["QD mat.pdf", "QD 06 sao.pdf", "Thumbs.db"]
    for name in names:
        (tmp_path / name).write_bytes(b"%PDF-1.7 ...")
    visit = Visit(chromium, 1440, "?theme=light")
    visit.breaks = 1

    page = visit.page
    drop = page.locator("[data-drop]")
    page.set_input_files("#drop-light", [str(tmp_path / name) for name in names])
    drop.locator('li[data-state="refused"]').wait_for()
    drop.locator('li[data-state="held"]').wait_for()
    drop.locator('li[data-state="received"]').nth(8).wait_for()

    assert sorted(visit.sent) == sorted(set(visit.sent)), "no file was sent twice"
    assert set(visit.sent) == set(names) - {"Thumbs.db"}
    assert drop.locator("li").first.get_attribute("data-state") == "refused", "what needs a look stands first"
    assert drop.locator('li[data-state="received"]').count() == 9

    another = tmp_path / "Tờ trình.pdf"
    another.write_bytes(b"%PDF")
    page.set_input_files("#drop-light", [str(tmp_path / names[0]), str(another)])
    drop.locator('li[data-state="received"]').nth(9).wait_for()
    assert visit.sent[11:] == ["Tờ trình.pdf"], "a file dropped again is not sent again"
