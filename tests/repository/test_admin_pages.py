"""The workbench opens for those who work there, shows them what is theirs, and every other door of Wagtail's is closed."""

import pytest
from django.urls import reverse

from repository.admin.viewsets import VIEWSETS
from repository.codes import Role

pytestmark = pytest.mark.django_db

PLACES = {
    "administrator": {"people", "roles", "agencies", "fonds", "classes"},
    "archivist": {"plans", "headings"},
    "chief": {"plans", "headings", "classes"},
    "clerk": set(),
}


@pytest.mark.parametrize("name", PLACES)
def test_each_role_opens_the_lists_that_are_its_work_and_no_other(client_of, cast, name):
    client = client_of(getattr(cast, name))
    assert client.get(reverse("wagtailadmin_home"), follow=True).redirect_chain == [("/", 302)]
    for viewset in VIEWSETS:
        answers = [client.get(reverse(viewset.get_url_name(page))) for page in ("index", "index_results", "add")]
        expected = 200 if viewset.name in PLACES[name] else 403
        assert [answer.status_code for answer in answers] == [expected] * 3, viewset.name


@pytest.mark.parametrize("name", ["reader", "auditor", "stranger"])
def test_without_such_a_role_the_workbench_says_who_may_enter(client_of, cast, name):
    answer = client_of(getattr(cast, name)).get(reverse("wagtailadmin_home"))
    assert answer.status_code == 403
    assert str(Role.ADMINISTRATOR.label) in answer.content.decode()


def test_a_superuser_enters_and_finds_nothing_to_do(client_of, cast):
    client = client_of(cast.superuser)
    assert client.get(reverse("wagtailadmin_home"), follow=True).redirect_chain == [("/", 302)]
    for viewset in VIEWSETS:
        assert client.get(reverse(viewset.get_url_name("index"))).status_code == 403
