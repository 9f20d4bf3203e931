"""The language in a real browser: what can be typed is unfolded, a value nobody knows is pointed at, the list of abbreviations is kept."""

from __future__ import annotations

import pytest

from tests.browser import Person, chromium  # noqa: F401 - the fixture

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("width", "theme", "language"), [(1440, "light", "vi"), (360, "dark", "vi"), (1440, "dark", "en")]
)
def test_the_language_explains_itself_and_points_at_the_place(  # noqa: PLR0913
    chromium,
    live_server,
    cast,
    records,
    width,
    theme,
    language,  # noqa: F811
):
    records.document(records.dossier("Thu hồi đất"), subject="Thu hồi đất xây trường")
    reader = Person(chromium, live_server, cast, "reader", width=width, theme=theme, language=language)
    reader.go("/search/?q=" + "%C4%91%E1%BA%A5t+loai:abc+ngay:2026..2025")
    assert [mark.inner_text() for mark in reader.page.locator(".vk-asked mark").all()] == ["abc", "2026..2025"]

    reader.page.locator(".vk-language summary").click()
    reader.look("search-language", full=True)

    assert reader.widest() <= width
    assert reader.violations() == []
    assert reader.complaints == []


def test_an_archivist_adds_an_abbreviation(chromium, live_server, cast):  # noqa: F811
    archivist = Person(chromium, live_server, cast, "archivist", width=360)
    archivist.go("/search/abbreviations/")
    archivist.look("abbreviations")
    box = archivist.page.locator("textarea[name=lines]")
    box.fill(box.input_value() + "\nLG = Lam Giang")
    archivist.page.locator("main form button").last.click()
    archivist.page.wait_for_load_state()

    assert "LG = Lam Giang" in archivist.page.locator("textarea[name=lines]").input_value()
    assert archivist.widest() <= 360
    assert archivist.violations() == []
    assert archivist.complaints == []
