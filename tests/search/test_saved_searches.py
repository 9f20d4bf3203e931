"""A person's latest and saved searches: hers alone."""

from __future__ import annotations

import pytest
from django.urls import reverse

from repository.models import User
from search.models import SavedSearch

pytestmark = pytest.mark.django_db


def saves(client, query: str, name: str = ""):
    return client.post(reverse("save_search"), {"query": query, "name": name})


def test_a_saved_search_stands_on_the_readers_first_page_and_asks_the_same_again(cast, client_of):
    client = client_of(cast.reader)
    saves(client, "q=an+toàn&year=2025&after=xyz", "An toàn năm nay")
    kept = SavedSearch.objects.get()
    assert (kept.owner.username, kept.name) == ("reader", "An toàn năm nay")
    assert "after" not in kept.query
    assert kept.get_absolute_url().replace("&", "&amp;") in client.get("/").content.decode()
    assert client.get(kept.get_absolute_url()).context["saved"] == kept


def test_without_a_name_it_is_called_by_its_words_and_filters(cast, client_of):
    saves(client_of(cast.reader), f"q=giao+thông&agency={cast.world.office.serial}&state=archived")
    assert SavedSearch.objects.get().name == "giao thông, Văn phòng Ủy ban nhân dân tỉnh, Đã lưu trữ"


def test_the_same_question_is_saved_once_whatever_the_order_of_its_filters(cast, client_of):
    client = client_of(cast.reader)
    saves(client, "q=a&year=2025&year=2024", "một")
    saves(client, "year=2024&q=a&year=2025&year=2025", "hai")
    assert [row.name for row in SavedSearch.objects.all()] == ["hai"]


def test_no_question_is_not_saved(cast, client_of):
    assert saves(client_of(cast.reader), "after=xyz").status_code == 409
    assert not SavedSearch.objects.exists()


def test_a_search_is_renamed_and_deleted_by_its_owner(cast, client_of):
    client = client_of(cast.reader)
    saves(client, "q=a", "một")
    kept = SavedSearch.objects.get()
    client.post(reverse("rename_search", args=[kept.pk]), {"name": "hai"})
    assert "hai" in client.get(reverse("saved_searches")).content.decode()
    assert client.post(reverse("rename_search", args=[kept.pk]), {"name": " "}).status_code == 409
    client.post(reverse("delete_search", args=[kept.pk]))
    assert not SavedSearch.objects.exists()


@pytest.mark.parametrize("who", ["department_reader", "auditor", "chief", "outsider", "stranger", "superuser"])
def test_nobody_else_sees_or_changes_it(who, cast, client_of):
    saves(client_of(cast.reader), "q=thu+hồi+đất", "Việc của Quý")
    kept = SavedSearch.objects.get()
    client = client_of(getattr(cast, who))
    for url in ("/", reverse("saved_searches"), f"{reverse('search')}?q=x"):
        assert "Việc của Quý" not in client.get(url).content.decode()
    assert client.post(reverse("rename_search", args=[kept.pk]), {"name": "x"}).status_code == 404
    assert client.post(reverse("delete_search", args=[kept.pk])).status_code == 404
    kept.refresh_from_db()
    assert kept.name == "Việc của Quý"


def test_the_latest_ten_searches_are_kept_newest_first_each_once(cast, client_of):
    client = client_of(cast.reader)
    for n in [*range(12), 5]:
        client.get(reverse("search"), {"q": f"việc {n}"})
    kept = User.objects.get(username="reader").prefers["searches"]
    assert len(kept) == 10
    titles = [one["title"] for one in client.get(reverse("saved_searches")).context["recent"]]
    assert titles[:3] == ["việc 5", "việc 11", "việc 10"]


def test_one_of_the_latest_or_all_of_them_are_taken_out(cast, client_of):
    client = client_of(cast.reader)
    for word in ("một", "hai", "ba"):
        client.get(reverse("search"), {"q": word})
    latest = client.get(reverse("saved_searches")).context["recent"]
    client.post(reverse("forget_search"), {"query": latest[0]["query"]})
    assert [one["title"] for one in client.get(reverse("saved_searches")).context["recent"]] == ["hai", "một"]
    client.post(reverse("forget_search"))
    assert client.get(reverse("saved_searches")).context["recent"] == []


def test_what_else_her_screen_remembers_stays(cast, client_of):
    User.objects.filter(pk=cast.user("reader").pk).update(prefers={"theme": "dark"})
    client_of(cast.reader).get(reverse("search"), {"q": "một"})
    assert User.objects.get(username="reader").prefers["theme"] == "dark"
