"""axe on every page of both faces, light, dark and on a phone: no violation of WCAG 2.2 AA, nor of what axe calls best practice."""

from __future__ import annotations

import pytest

from scripts.screens.pages import PAGES
from tests.browser import Person, chromium  # noqa: F401
from tests.walks.archive import fill, stationery  # noqa: F401

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]

# The first page is another one for each role.
BY_ROLE = {"home", "workbench"}
COLOURS = ("color-contrast",)
# In the dark the page is the same but for its colours, and on a phone its colours are the same: the slowest rule by far.
LOOKS: tuple[tuple[str, int, dict[str, tuple[str, ...]]], ...] = (
    ("light", 1440, {}),
    ("dark", 1440, {"rules": COLOURS}),
    ("light", 360, {"but": COLOURS}),
)


def test_no_page_has_a_violation(stationery, chromium, live_server, cast, records):  # noqa: F811
    fill(cast, records, stationery)
    people: dict[str, Person] = {}
    found: dict[str, list[str]] = {}
    for page in PAGES:
        for role in page.roles if page.name in BY_ROLE else page.roles[:1]:
            address = page.address(getattr(cast, role))
            assert address, f"no example of {page.name} for {role}"
            if role not in people:
                people[role] = Person(chromium, live_server, cast, role)
            screen = people[role].page
            screen.set_viewport_size({"width": 1440, "height": 900})
            screen.emulate_media(color_scheme="light", reduced_motion="reduce")
            people[role].go(address)
            if page.settle:
                page.settle(screen)
            for theme, width, looked_at in LOOKS:
                screen.set_viewport_size({"width": width, "height": 900})
                screen.emulate_media(color_scheme=theme, reduced_motion="reduce")
                for violation in people[role].violations(**looked_at):
                    found.setdefault(violation, []).append(f"{page.name} as {role}, {theme} {width}")
    assert not found, "\n".join(f"{violation}\n    on {'; '.join(where)}" for violation, where in found.items())
