"""Every address of the program, by every method, as people who must see nothing of the office: no word of its records shows, nothing
of them changes, and what they may not see cannot be told from what does not exist."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from repository.models import Event
from repository.registry import settled
from tests.walk import CANARY, METHODS, Address, addresses, fill, rows_of_records, shelf

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]

# What a form of ours might ask for, so that a POST gets as far as the door lets it.
GIVEN = {
    "reason": "vì tò mò",
    "title": "Đổi tên",
    "subject": "Đổi trích yếu",
    "order": "",
    "on": "01/01/2030",
    "next": "/",
    "entry": "",
    "q": "kế hoạch",
}
ASKED = {"search": "?q=kế+hoạch", "events": "?kind=dossier", "dossiers": "?q=an"}


@pytest.fixture
def walk(cast: Any, records: Any) -> list[Address]:
    ids = shelf(cast, records)
    settled()
    found = list(addresses())
    for address in found:
        fill(address, ids)
    return found


def said(answer: Any) -> str:
    """Everything an answer says: its body, its headers, and the page it sends on to."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    headers = " ".join(f"{name}: {value}" for name, value in answer.items())
    return f"{body.decode(errors='replace')} {headers} {answer.cookies.output()}"


class Visitor:
    """A browser that signs in again where an address signed it out or switched it off."""

    def __init__(self, client_of: Any, actor: Any) -> None:
        self.make = lambda: client_of(actor) if actor is not None else Client()
        self.client = self.make()

    def ask(self, method: str, url: str) -> Any:
        self.client.raise_request_exception = True
        given = {"data": GIVEN} if method == "POST" else {}
        answer = getattr(self.client, method.lower())(url, **given)
        if "logout" in url:
            self.client = self.make()
        return answer


def test_the_walk_knows_how_to_fill_every_address(walk):
    assert len(walk) > 150
    assert sum(address.closed for address in walk) > 100
    assert not [address.route for address in walk if set(address.url) & set("<>()^$")]


@pytest.mark.parametrize("who", ["anonymous", "outsider", "stranger", "superuser", "administrator"])
def test_nothing_of_the_office_shows_or_changes_for(who, walk, cast, client_of):
    visitor = Visitor(client_of, None if who == "anonymous" else getattr(cast, who))
    asking = cast.user("administrator") if who == "administrator" else None
    before = rows_of_records(visitor=asking)
    events = Event.objects.filter(object_kind__in=("dossier", "document", "file")).count()
    for address in walk:
        # A closed door is one view for all of them; the superuser, whom it keeps out too, tries it by every method.
        for method in METHODS if who == "superuser" or not address.closed else METHODS[:1]:
            answer = visitor.ask(method, address.url + (ASKED.get(address.name, "") if method == "GET" else ""))
            told = f"{who}: {method} {address.url} ({address.name}) answers {answer.status_code}"
            assert answer.status_code < 500, told
            assert CANARY not in said(answer), f"{told} with a word of the records"
            if address.of_record:
                nowhere = visitor.ask(method, address.nowhere)
                assert answer.status_code == nowhere.status_code, f"{told}, and {nowhere.status_code} where nothing is"
                if who != "anonymous":
                    assert answer.status_code in (404, 405), told
    assert rows_of_records(visitor=asking) == before
    assert Event.objects.filter(object_kind__in=("dossier", "document", "file")).count() == events


def test_a_reader_changes_nothing(walk, cast, client_of):
    visitor = Visitor(client_of, cast.reader)
    before = rows_of_records(visitor=cast.user("reader"))
    for address in walk:
        for method in METHODS if not address.closed else METHODS[:1]:
            answer = visitor.ask(method, address.url)
            assert answer.status_code < 500, f"{method} {address.url} answers {answer.status_code}"
            said(answer)
    assert rows_of_records(visitor=cast.user("reader")) == before
