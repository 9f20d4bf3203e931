"""Which frame a person's pages stand in, and what its menu shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db
BENCH = 'class="vk-bench"'


@pytest.mark.parametrize("who", ["clerk", "archivist", "chief", "administrator"])
def test_who_files_or_keeps_the_archive_running_works_at_the_bench(who, cast, client_of):
    assert BENCH in client_of(getattr(cast, who)).get("/").content.decode()


@pytest.mark.parametrize("who", ["reader", "auditor", "stranger", "superuser"])
def test_everybody_else_sits_in_the_reading_room(who, cast, client_of):
    assert BENCH not in client_of(getattr(cast, who)).get("/").content.decode()


def test_search_stands_in_the_reading_room_for_everybody(cast, client_of):
    for who in ("archivist", "reader"):
        assert BENCH not in client_of(getattr(cast, who)).get("/search/").content.decode()


def places_of(body: str) -> list[str]:
    menu = body[body.index('class="vk-side"') : body.index('class="vk-bench__main"')]
    return re.findall(r'<a href="([^"]+)"', menu)


def test_the_menu_shows_only_what_leads_somewhere_for_this_person(cast, client_of):
    for who in ("clerk", "archivist", "chief", "administrator"):
        client = client_of(getattr(cast, who))
        found = places_of(client.get("/").content.decode())
        assert len(found) >= 3
        assert {client.get(url).status_code for url in found} == {200}, who


def test_an_administrators_menu_names_no_place_of_records(cast, client_of):
    found = places_of(client_of(cast.administrator).get("/").content.decode())
    assert not {"/dossiers/", "/receive/", "/plan/"} & set(found)
    assert "/workbench/people/" in found


def test_the_menu_counts_what_waits_for_this_person_only(cast, records, client_of):
    records.document(records.dossier(), confirmed=False)
    menu = lambda who: client_of(getattr(cast, who)).get("/dossiers/").content.decode()  # noqa: E731
    assert re.search(r'href="/receive/".*?vk-count">1<', menu("clerk"), re.S)
    assert "vk-count" not in menu("other_clerk")[: menu("other_clerk").index("vk-bench__main")]


def test_the_page_where_one_is_stands_out_once(cast, client_of):
    body = client_of(cast.chief).get("/today/due/").content.decode()
    menu = body[body.index('class="vk-side"') : body.index('class="vk-bench__main"')]
    assert re.findall(r'<a href="([^"]+)" aria-current="page"', menu) == ["/today/due/"]


def dark_blocks(css: str) -> list[dict[str, str]]:
    blocks = re.findall(r"\{\s*color-scheme: dark;(.*?)\}", css, re.S)
    return [dict(re.findall(r"(--[\w-]+):\s*([^;]+);", block)) for block in blocks]


def test_the_two_dark_blocks_of_tokens_are_equal():
    of_system, of_choice = dark_blocks((ROOT / "repository/static/vk/tokens.css").read_text(encoding="utf-8"))
    assert len(of_system) > 30
    assert of_system == of_choice
