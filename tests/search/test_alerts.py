"""A saved search that tells its owner of what she could not find before, and of nothing that she may not see."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from repository.actions.confirm_document import confirm_document
from repository.actions.grants import give_grant
from repository.clock import clock_at, now
from repository.codes import JobState, Secrecy
from repository.jobs.engine import work
from repository.models import Document, Event, Job, User
from repository.registry import registry
from search.alerts.jobs import KIND
from search.indexer import drain
from search.models import Alert, AlertNotice, SavedSearch

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_profiles]

QUERY = "q=đê+điều"


@pytest.fixture
def watching(cast, client_of):
    """The reader's saved search with its alert on, and what was there already noted."""

    def make(name="reader", query=QUERY):
        client = client_of(getattr(cast, name))
        client.post(reverse("save_search"), {"query": query, "name": "Đê điều"})
        saved = SavedSearch.objects.get(owner=cast.user(name))
        assert client.post(reverse("switch_alert", args=[saved.pk]), {"on": "1"}).status_code == 302
        work(Job.objects.filter(kind=KIND).latest("pk").pk)
        return client, Alert.objects.get(search=saved)

    return make


def night():
    """The nightly job as the scheduler starts it, worked to its end."""
    job = next(one for one in registry.nightly if one.name == KIND).start()
    work(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE
    return job


def filed(records, *subjects, **fields):
    dossier = fields.pop("dossier", None) or records.dossier()
    made = [records.document(dossier, subject=subject, **fields) for subject in subjects]
    drain()
    return made


def test_what_was_there_is_no_news_and_what_came_after_is(watching, records, cast):
    filed(records, "Tu bổ đê điều năm cũ")
    client, _alert = watching()
    night()
    assert not AlertNotice.objects.exists()
    new = filed(records, "Sự cố đê điều sông Lam", "Kế hoạch trồng cây")[0]
    night()
    notice = AlertNotice.objects.get()
    assert (notice.count, notice.read_at) == (1, None)
    for url in ("/", reverse("saved_searches")):
        assert notice.get_absolute_url() in client.get(url).content.decode(), url
    page = client.get(notice.get_absolute_url())
    assert [one.pk for one in page.context["documents"]] == [new.pk]
    assert notice.get_absolute_url() not in client.get("/").content.decode()
    assert set(Event.objects.filter(kind__startswith="alert.").values_list("kind", flat=True)) == {
        "alert.switched_on",
        "alert.read",
    }


def test_what_comes_while_a_notice_is_unread_is_added_to_it(watching, records):
    watching()
    filed(records, "Đê điều một")
    night()
    filed(records, "Đê điều hai", "Đê điều ba")
    night()
    night()
    assert AlertNotice.objects.get().count == 3


def test_a_document_that_is_changed_so_that_the_search_finds_it_is_new(watching, records, cast):
    document = filed(records, "Trồng cây")[0]
    watching()
    confirm_document(document.pk, {"subject": "Trồng tre chắn sóng đê điều"}, actor=cast.clerk)
    drain()
    night()
    assert AlertNotice.objects.get().count == 1


def test_a_later_grant_makes_old_documents_new_to_her_and_others_are_never_counted(watching, records, cast):
    old, _other = filed(records, "Đê điều được phép", "Đê điều không được phép")
    client, _alert = watching("department_reader")
    night()
    assert not AlertNotice.objects.exists()
    give_grant(old, cast.department_reader.id, "Nghiên cứu", now() + timedelta(days=30), actor=cast.chief)
    drain()
    night()
    page = client.get(AlertNotice.objects.get().get_absolute_url())
    assert [one.pk for one in page.context["documents"]] == [old.pk]
    # The grant is over: the notice is hers, the document is not.
    with clock_at(now() + timedelta(days=40)):
        page = client.get(AlertNotice.objects.get().get_absolute_url())
        assert page.context["documents"] == [] and "Đê điều được phép" not in page.content.decode()


def test_what_is_too_secret_for_her_is_never_told(watching, records):
    watching()
    document = records.document(records.dossier(), subject="Đê điều tuyệt mật")
    Document.objects.filter(pk=document.pk).update(secrecy=Secrecy.SECRET)
    drain()
    night()
    assert not AlertNotice.objects.exists()


def test_a_closed_account_is_told_nothing_and_an_account_without_a_role_neither(watching, records, cast):
    watching()
    watching("other_clerk")
    User.objects.filter(pk=cast.user("reader").pk).update(is_active=False)
    cast.user("other_clerk").memberships.all().delete()
    filed(records, "Đê điều mới")
    assert night().total == 1
    assert not AlertNotice.objects.exists()


def test_only_documents_with_all_the_words_are_news(watching, records):
    watching(query="q=đê+điều+bão+lũ")
    filed(records, "Đê điều mới")
    night()
    assert not AlertNotice.objects.exists()


def test_a_search_that_finds_too_much_says_so_and_tells_nothing(watching, records, monkeypatch):
    monkeypatch.setattr("search.alerts.looking.MOST", 1)
    client, alert = watching()
    filed(records, "Đê điều một", "Đê điều hai")
    night()
    alert.refresh_from_db()
    assert alert.too_many and not AlertNotice.objects.exists()
    assert "20.000" in client.get(reverse("saved_searches")).content.decode()


def test_the_night_goes_on_with_those_that_waited_longest(watching, records, monkeypatch):
    _client, alert = watching()
    watching("other_clerk")
    monkeypatch.setattr("search.alerts.jobs.MOST_A_NIGHT", 1)
    Alert.objects.filter(pk=alert.pk).update(looked_at=now() - timedelta(days=3))
    job = night()
    assert [item.payload["alert"] for item in job.items.all()] == [str(alert.pk)]


def test_she_may_have_it_look_at_once_and_switch_it_off(watching, records):
    client, alert = watching()
    filed(records, "Đê điều mới")
    client.post(reverse("look_alert", args=[alert.pk]))
    work(Job.objects.filter(kind=KIND).latest("pk").pk)
    assert AlertNotice.objects.count() == 1
    client.post(reverse("switch_alert", args=[alert.pk]), {"on": "0"})
    assert not Alert.objects.exists() and not AlertNotice.objects.exists()
    assert client.post(reverse("look_alert", args=[alert.pk])).status_code == 404


def test_an_engine_that_is_down_loses_no_news(watching, records, monkeypatch):
    from search.engines.base import EngineDown

    watching()
    filed(records, "Đê điều mới")

    def down(*_args, **_more):
        raise EngineDown

    with monkeypatch.context() as patch:
        patch.setattr("search.alerts.looking.whole", down)
        job = next(one for one in registry.nightly if one.name == KIND).start()
        work(job.pk)
        assert job.items.get().reason == "engine"
    with clock_at(now() + timedelta(hours=1)):
        work(job.pk)
    assert AlertNotice.objects.get().count == 1


@pytest.mark.parametrize("who", ["outsider", "chief", "stranger", "superuser"])
def test_nobody_else_switches_it_or_reads_what_it_told(who, watching, records, cast, client_of):
    _client, alert = watching()
    filed(records, "Đê điều mới")
    night()
    notice = AlertNotice.objects.get()
    client = client_of(getattr(cast, who))
    for answer in (
        client.post(reverse("switch_alert", args=[alert.pk]), {"on": "0"}),
        client.post(reverse("look_alert", args=[alert.pk])),
        client.get(notice.get_absolute_url()),
    ):
        assert answer.status_code in (403, 404)
    notice.refresh_from_db()
    assert notice.read_at is None and Alert.objects.exists()
