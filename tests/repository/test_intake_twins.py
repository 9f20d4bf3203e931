"""She is told of the same bytes and of the same number where she may see them; of what she may not see, nothing at all."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from repository.models import Document
from tests.repository.incoming import Door

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_profiles, pytest.mark.timeout(300)]
SAME = {"code": "12/KH-UBND", "number": "12", "notation": "KH-UBND", "organ_name": "Ủy ban nhân dân tỉnh Lam Giang"}


@pytest.fixture
def door(records, cast, client_of):
    return Door(client_of(cast.clerk), records.dossier())


def plain(page: bytes) -> str:
    """The page without what differs from one request to the next."""
    text = re.sub(r"csrfmiddlewaretoken\W+value=\"\w+\"", "", page.decode())
    return re.sub(r"nonce=\"[^\"]+\"|\"X-CSRFToken\": ?\"\w+\"", "", text)


def confirm_page(door, document) -> tuple[int, str]:
    """How many queries it took, and the page."""
    url = reverse("confirm", args=[document.pk])
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = door.client.get(url)
    assert page.status_code == 200
    return len(queries), plain(page.content)


def test_an_invisible_twin_changes_nothing_on_the_confirm_page_and_a_visible_one_is_named(door, records, cast):
    document = records.document(door.dossier, content=b"chung", confirmed=False)
    Document.objects.filter(pk=document.pk).update(**SAME)
    confirm_page(door, document)
    before = confirm_page(door, document)

    commune = records.dossier(by=cast.outsider, entry=cast.world.commune_entry)
    for content in (b"chung", b"khac"):
        records.document(commune, by=cast.outsider, content=content, **SAME)
    assert confirm_page(door, document) == before

    second = records.dossier("Hồ sơ thứ hai")
    twin = records.document(second, content=b"chung", **SAME)
    assert reverse("document", args=[twin.pk]) in confirm_page(door, document)[1]


def test_an_invisible_twin_changes_nothing_in_the_answer_to_an_upload(door, records, cast):
    commune = records.dossier(by=cast.outsider, entry=cast.world.commune_entry)
    for n in range(3):
        records.document(commune, by=cast.outsider, content=f"chung {n}".encode(), **SAME)

    def answer(name: str, content: bytes) -> tuple[int, int, dict]:
        with CaptureQueriesContext(connection) as queries:
            response = door.post(name, content)
        return response.status_code, len(queries), {**response.json(), "item": None}

    door.post("dau.txt", b"dau")
    # The least of three: what is done once in a while, whatever the file, may fall on any of them.
    known = [answer(f"a{n}.txt", f"chung {n}".encode()) for n in range(3)]
    fresh = [answer(f"b{n}.txt", f"rieng {n}".encode()) for n in range(3)]
    assert min(count for _status, count, _said in known) == min(count for _status, count, _said in fresh)
    assert all((one[0], one[2]) == (known[0][0], known[0][2]) for one in [*known, *fresh])
    door.work()
    assert len(door.documents()) == 7
    assert set(Document.objects.filter(dossiers=door.dossier).values_list("agency", flat=True)) == {
        cast.world.office.pk
    }
