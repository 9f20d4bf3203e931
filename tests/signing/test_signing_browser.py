"""A chief signs in a real browser: from her first page to the paper with her signature where it will stand, and the PIN."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from repository.clock import now
from tests.browser import Person, chromium  # noqa: F401
from tests.signing.test_requests import PIN, asked, office, paper_bytes  # noqa: F401

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (360, "dark")])
def test_a_chief_signs_what_waits_for_her(chromium, live_server, cast, office, width, theme):  # noqa: F811
    request = asked(cast, office, deadline=(now() + timedelta(days=3)).date(), note="Ký trước khi phát hành")
    person = Person(chromium, live_server, cast, "chief", width=width, theme=theme)
    page = person.page
    person.go("/")
    page.locator(f"a[href='/signing/{request.pk}/']").first.click()
    image = page.locator("img.vk-signpage")
    expect(image).to_be_visible()
    assert image.evaluate("one => one.decode().then(() => one.naturalWidth)") > 500
    assert person.widest() <= width
    person.look("signing-request", full=True)
    assert person.violations() == []
    page.fill("#f-pin", "000000")
    page.locator("form[action$='/sign/'] button").click()
    expect(page.locator(".vk-notice--fail")).to_be_visible()
    page.fill("#f-pin", PIN)
    page.locator("form[action$='/sign/'] button").click()
    expect(page.locator("ol.vk-steps > li").first).not_to_have_attribute("aria-current", "step")
    person.look("signing-signed", full=True)
    request.refresh_from_db()
    assert request.steps.get(number=1).after
    assert person.complaints == []
