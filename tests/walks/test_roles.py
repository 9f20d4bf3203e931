"""Each person goes to every page that is hers, on a wide screen and on a phone: the browser complains of nothing, nothing scrolls
sideways, and the page says what language it is in. In English one person goes to each page: what differs there is its words."""

from __future__ import annotations

import pytest

from scripts.screens.pages import PAGES, ROLES
from tests.browser import Person, chromium  # noqa: F401
from tests.walks.archive import fill, stationery  # noqa: F401

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]

PHONE, WIDE = 360, 1440
# The first page is another one for each role.
BY_ROLE = {"home", "workbench"}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_of_every_role(language, stationery, chromium, live_server, cast, records):  # noqa: F811
    fill(cast, records, stationery)
    wrong = []
    seen = set()
    for role in ROLES:
        actor = getattr(cast, role)
        person = Person(chromium, live_server, cast, role, language=language)
        for page in PAGES:
            if role not in (page.roles if language == "vi" or page.name in BY_ROLE else page.roles[:1]):
                continue
            address = page.address(actor)
            if address is None:
                continue
            seen.add(page.name)
            where = f"{page.name} as {role}"
            person.page.set_viewport_size({"width": WIDE, "height": 900})
            person.go(address)
            if page.settle:
                page.settle(person.page)
            if person.page.locator("html").get_attribute("lang") != language:
                wrong.append(f"{where}: not in {language}")
            if person.widest() > WIDE:
                wrong.append(f"{where}: {person.widest()} wide on a wide screen")
            person.page.set_viewport_size({"width": PHONE, "height": 740})
            if person.widest() > PHONE:
                wrong.append(f"{where}: {person.widest()} wide on a phone")
            wrong += [f"{where}: {text}" for text in person.complaints if not text.endswith("/nowhere/")]
            person.complaints.clear()
        person.context.close()
    assert not wrong, "\n".join(wrong)
    assert seen == {page.name for page in PAGES}, "the archive of this test has an example of every page"
