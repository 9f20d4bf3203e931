"""Who opened and searched for what: each sees her own, those who may know see others, and the report names nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from repository.actions.read import read_document, read_dossier
from repository.clock import clock_at, now
from repository.codes import Secrecy
from repository.jobs.run import run_to_end
from repository.models import Document, User
from repository.registry import registry
from search.history.asked import KIND
from search.indexer import drain
from search.models import AskedSearch

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def read(records, cast):
    document = records.document(records.dossier(), subject="Tu bổ đê điều")
    drain()
    read_document(document.pk, actor=cast.reader)
    read_document(document.pk, actor=cast.other_clerk)
    return document


def asks(client, *words, **more):
    for one in words:
        assert client.get(reverse("search"), {"q": one, **more}).status_code == 200


def test_she_sees_her_own_readings_and_nobody_elses(read, cast, client_of):
    client = client_of(cast.reader)
    page = client.get(reverse("own_readings")).content.decode()
    assert page.count("data-row>") == 1 and read.get_absolute_url() in page
    assert "Phạm Văn Lâm" not in page
    assert client.get(reverse("readings")).status_code == 403
    assert client.get(reverse("searches")).status_code == 403
    assert client.get(reverse("readers", args=[read.pk])).status_code == 403


def test_what_was_closed_to_her_is_not_named_in_her_own_history(read, cast, client_of):
    Document.objects.filter(pk=read.pk).update(secrecy=Secrecy.SECRET)
    page = client_of(cast.reader).get(reverse("own_readings")).content.decode()
    assert "data-row>" in page and read.code not in page and "đê điều" not in page


@pytest.mark.parametrize("who", ["archivist", "chief", "auditor"])
def test_archivists_and_auditors_know_who_opened_a_document(who, read, cast, client_of):
    page = client_of(getattr(cast, who)).get(reverse("readers", args=[read.pk])).content.decode()
    assert "Vũ Đình Quý" in page and "Phạm Văn Lâm" in page


@pytest.mark.parametrize("who", ["outsider", "stranger", "superuser", "administrator"])
def test_for_outsiders_the_page_is_not_there(who, read, cast, client_of):
    client = client_of(getattr(cast, who))
    assert client.get(reverse("readers", args=[read.pk])).status_code == 404
    assert "Vũ Đình Quý" not in client.get(reverse("own_readings")).content.decode()


def test_the_history_of_a_record_tells_a_reader_her_own_readings_only(read, cast, client_of):
    dossier = read.dossiers.get()
    url = reverse("dossier_history", args=[dossier.pk]) + "?all=1"
    read_document(read.pk, actor=cast.chief)
    for actor in (cast.chief, cast.other_clerk):
        read_dossier(dossier.pk, actor=actor)
    for page in (url, read.get_absolute_url()):
        told = client_of(cast.reader).get(page).content.decode()
        assert "Đào Minh Khê" not in told
        assert "Phạm Văn Lâm" in client_of(cast.auditor).get(page).content.decode(), page


def test_an_auditor_narrows_the_list_by_who_when_and_what(read, cast, client_of):
    client = client_of(cast.auditor)
    assert client.get(reverse("readings"), {"who": "Quý"}).content.decode().count("data-row>") == 1
    assert client.get(reverse("readings"), {"what": "taken"}).content.decode().count("data-row>") == 0
    assert client.get(reverse("readings"), {"to": "2020-01-01"}).content.decode().count("data-row>") == 0
    assert client_of(cast.outsider).get(reverse("readings")).content.decode().count("data-row>") == 0


def test_searches_are_noted_once_answered_and_shown_to_her_and_to_auditors(read, cast, client_of):
    client = client_of(cast.reader)
    asks(client, "đê điều", "kho thóc")
    assert [(row.words, row.total) for row in AskedSearch.objects.order_by("pk")] == [("đê điều", 1), ("kho thóc", 0)]
    assert "kho thóc" in client.get(reverse("own_searches")).content.decode()
    page = client_of(cast.auditor).get(reverse("searches"), {"nothing": "1"}).content.decode()
    assert "kho thóc" in page and "Vũ Đình Quý" in page and "đê điều" not in page
    assert "kho thóc" not in client_of(cast.outsider).get(reverse("searches")).content.decode()
    assert "kho thóc" not in client_of(cast.other_clerk).get(reverse("own_searches")).content.decode()


def test_searches_of_people_cleared_higher_are_not_an_auditors_to_read(read, cast, client_of):
    User.objects.filter(pk=cast.user("reader").pk).update(clearance=Secrecy.SECRET)
    asks(client_of(cast.reader), "việc mật")
    assert "việc mật" not in client_of(cast.auditor).get(reverse("searches")).content.decode()


def test_the_report_counts_what_several_people_did_not_find_and_names_nobody(read, cast, client_of):
    for who in (cast.reader, cast.clerk):
        asks(client_of(who), "PCTT", "pctt ", "đê điều")
    asks(client_of(cast.reader), "chỉ một người hỏi", "chỉ một người hỏi")
    asks(client_of(cast.reader), "kho thóc", year="1999")
    asks(client_of(cast.clerk), "kho thóc", year="1999")
    client = client_of(cast.archivist)
    page = client.get(reverse("search_report"))
    assert [(row["same"], row["times"], row["people"]) for row in page.context["in_vain"]] == [("pctt", 4, 2)]
    assert [row["same"] for row in page.context["asked"]] == ["pctt", "de dieu"]
    text = page.content.decode()
    assert "Vũ Đình Quý" not in text and "một người" not in text
    assert f"{reverse('abbreviations')}?add=" in text
    added = client.get(reverse("abbreviations"), {"add": "PCTT"})
    assert added.context["lines"].endswith("PCTT = ")
    assert client_of(cast.administrator).get(reverse("search_report")).status_code == 200
    for who in (cast.reader, cast.clerk, cast.stranger):
        assert client_of(who).get(reverse("search_report")).status_code == 403


def test_nothing_is_noted_where_it_is_switched_off_and_old_searches_go(read, cast, client_of, settings):
    asks(client_of(cast.reader), "cũ")
    settings.SEARCH_LOG_DAYS = 0
    asks(client_of(cast.reader), "mới")
    assert [row.words for row in AskedSearch.objects.all()] == ["cũ"]
    settings.SEARCH_LOG_DAYS = 30
    nightly = next(one for one in registry.nightly if one.name == KIND)
    with clock_at(now() + timedelta(days=29)):
        run_to_end(nightly.start().pk)
    assert AskedSearch.objects.count() == 1
    with clock_at(now() + timedelta(days=31)):
        run_to_end(nightly.start().pk)
    assert not AskedSearch.objects.exists()


def test_an_answer_does_not_fail_where_it_cannot_be_noted(read, cast, client_of, monkeypatch):
    from django.db import OperationalError

    def locked(*_args, **_more):
        raise OperationalError("database is locked")

    monkeypatch.setattr(AskedSearch.objects, "bulk_create", locked)
    asks(client_of(cast.reader), "đê điều")
    assert not AskedSearch.objects.exists()
