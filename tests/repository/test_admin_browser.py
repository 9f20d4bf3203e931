"""The workbench in a real browser, under the policy it is served with: nothing is refused, and a person gets her work done.

No server is needed: what the browser asks for is answered by Django's test client, with the headers as they would be sent.
"""

from __future__ import annotations

import contextvars
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from repository.codes import Role
from repository.models import Membership, User
from tests.browser import chromium  # noqa: F401 - the fixture

SITE = "http://localhost"
TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "woff2": "font/woff2"}

pytestmark = pytest.mark.django_db


class Visit:
    """A browser in which somebody is signed in, and everything it complained about."""

    def __init__(self, browser, client, width: int = 1280, theme: str = "light") -> None:
        self.client = client
        # The browser calls back in a context of its own, where Django would open another connection to the database.
        self.context = contextvars.copy_context()
        self.complaints: list[str] = []
        context = browser.new_context(
            viewport={"width": width, "height": 900}, locale="vi-VN", color_scheme=theme, service_workers="block"
        )
        self.page = context.new_page()
        self.page.on("console", lambda message: message.type == "error" and self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.route("**/*", self.answer)

    def answer(self, route) -> None:
        url = urlsplit(route.request.url)
        if url.path.startswith("/static/"):
            found = finders.find(url.path.removeprefix("/static/"))
            kind = TYPES.get(url.path.rpartition(".")[2], "application/octet-stream")
            # Fonts are cut by a command of their own; a page is whole without them.
            missing = {"status": 200 if url.path.endswith(".woff2") else 404, "body": ""}
            return route.fulfill(path=found, content_type=kind) if found else route.fulfill(**missing)
        target = f"{url.path}?{url.query}" if url.query else url.path
        if route.request.method == "POST":
            answer = self.context.copy().run(
                self.client.post,
                target,
                route.request.post_data_buffer or b"",
                content_type=route.request.headers.get("content-type", ""),
                follow=True,
                headers={"host": "localhost"},
            )
        else:
            answer = self.context.copy().run(self.client.get, target, follow=True, headers={"host": "localhost"})
        return route.fulfill(
            status=answer.status_code,
            headers={name: value for name, value in answer.items() if name != "Content-Length"},
            body=answer.content,
        )

    def open(self, name: str, *args: object, query: str = "") -> None:
        self.page.goto(f"{SITE}{reverse(name, args=args)}{query}")
        self.page.wait_for_selector("#wagtail-sidebar:not(.sidebar-loading)", state="attached")


@pytest.fixture
def visit(chromium, client_of):
    return lambda actor, **options: Visit(chromium, client_of(actor), **options)


def test_no_page_of_the_workbench_asks_for_what_its_policy_refuses(visit, cast):
    w = cast.world
    administrator, chief = cast.administrator, cast.chief
    clerk = cast.user("clerk")
    pages = {
        "administrator": [
            ("people:index",),
            ("people:add",),
            ("people:edit", clerk.pk),
            ("people:password", clerk.pk),
            ("roles:index",),
            ("roles:add",),
            ("roles:edit", clerk.memberships.get().pk),
            ("agencies:index",),
            ("agencies:add",),
            ("agencies:edit", w.office.pk),
            ("agencies:end", w.office.pk),
            ("fonds:index",),
            ("fonds:edit", w.fonds.pk),
        ],
        "chief": [
            ("plans:index",),
            ("plans:edit", w.plan.pk),
            ("headings:index",),
            ("headings:add",),
            ("headings:edit", w.entry.pk),
            ("classes:index",),
            ("classes:edit", w.record_class.pk),
        ],
    }
    for name, actor in {"administrator": administrator, "chief": chief}.items():
        browser = visit(actor)
        for page in pages[name]:
            browser.open(*page)
            assert browser.page.locator("h1").count() >= 1, page
            assert browser.complaints == [], page


def test_an_administrator_adds_a_person_reads_the_password_once_and_gives_her_a_role(visit, cast):
    browser = visit(cast.administrator)
    browser.open("people:add")
    browser.page.fill("#id_username", "nga.tt")
    browser.page.fill("#id_full_name", "Trần Thị Nga")
    browser.page.click("form[data-edit-form] button[type=submit]")
    password = browser.page.input_value("#password")
    nga = User.objects.get(username="nga.tt")
    assert nga.check_password(password)
    assert password not in repr(list(User.objects.values()))

    browser.page.click("a.vk-btn--main")
    assert password not in browser.page.content()
    browser.page.click(f"a[href$='?user={nga.pk}']")
    browser.page.select_option("#id_agency", str(cast.world.office.pk))
    browser.page.select_option("#id_role", Role.CLERK)
    browser.page.click("form[data-edit-form] button[type=submit]")
    browser.page.wait_for_selector("#listing-results")
    assert Membership.objects.get(user=nga).role == Role.CLERK
    assert browser.complaints == []


def test_letters_lead_from_reference_data_to_the_other_places(visit, cast):
    browser = visit(cast.chief)
    browser.open("plans:index")
    browser.page.wait_for_selector("[data-go=s]")
    browser.page.keyboard.type("gs")
    browser.page.wait_for_url(f"{SITE}/dossiers/")
    assert browser.complaints == []


def test_the_chosen_theme_holds_on_wagtails_own_pages(visit, cast):
    browser = visit(cast.chief)
    browser.page.context.add_cookies([{"name": "theme", "value": "dark", "url": SITE}])
    browser.open("plans:index")
    assert "w-theme-dark" in browser.page.locator("html").get_attribute("class")
