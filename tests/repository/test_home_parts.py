"""The first page of each role: every figure is the length of the list behind it, and an outsider sees none of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from repository.actions.return_dossier import return_dossier
from repository.clock import now, today
from repository.codes import JobState, RetentionState
from repository.models import Job, Retention, User

pytestmark = pytest.mark.django_db


def parts(client) -> dict[str, dict]:
    return {one["name"]: one["part"] for one in client.get("/").context["parts"]}


def rows_of(client, url: str) -> int:
    return client.get(url).content.decode().count("data-row-link")


@pytest.fixture
def at_work(records, cast):
    """Something in every queue of the clerk's and the archivist's."""
    mixed = records.dossier("Việc đang mở")
    for _ in range(3):
        records.document(mixed, confirmed=False)
    records.closed(title="Hồ sơ đã đóng")
    records.submitted(title="Hồ sơ chờ nhận")
    back = records.submitted(title="Hồ sơ bị trả")
    return_dossier(back.pk, "Thiếu biên bản làm việc với xã.", actor=cast.archivist)
    for days, state in ((20, RetentionState.RUNNING), (40, RetentionState.RUNNING), (-5, RetentionState.ENDED)):
        sealed = records.sealed_row(title=f"Hết hạn sau {days} ngày")
        Retention.objects.update_or_create(
            dossier=sealed,
            defaults={"state": state, "due_on": today() + timedelta(days=days), "computed_at": now()},
        )


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("clerk", {"confirm": 3, "returned": 1, "open": 1, "submit": 1, "due": 2}),
        ("archivist", {"confirm": 0, "returned": 0, "accept": 1, "due": 2}),
        ("outsider", {"confirm": 0, "returned": 0, "accept": 0, "due": 0}),
    ],
)
def test_every_figure_of_work_is_the_length_of_its_list(who, expected, at_work, cast, client_of):
    client = client_of(getattr(cast, who))
    figures = parts(client)["work"]["figures"]
    found = {one["url"].strip("/").split("/")[-1]: one["count"] for one in figures if "/today/" in one["url"]}
    assert found == expected
    for one in figures:
        if "/today/" in one["url"]:
            assert rows_of(client, one["url"]) == one["count"], one["url"]


def test_the_clerk_reads_why_her_dossier_came_back_and_who_said_so(at_work, cast, client_of):
    body = client_of(cast.clerk).get("/").content.decode()
    assert "Thiếu biên bản làm việc với xã." in body
    assert "Ngô Bá Thuần" in body


def test_the_archivist_sees_what_waits_with_the_sum_of_its_signatures(at_work, cast, client_of):
    waiting = parts(client_of(cast.archivist))["work"]["accept"]
    assert [one["dossier"].title for one in waiting] == ["Hồ sơ chờ nhận"]
    assert waiting[0]["signatures"]


def test_nobody_is_asked_to_accept_what_she_submitted(records, cast, client_of):
    records.submitted()
    assert parts(client_of(cast.archivist))["work"]["figures"][2]["count"] == 1
    from repository.models import Dossier

    Dossier.objects.update(submitted_by=cast.user("archivist"))
    assert parts(client_of(cast.archivist))["work"]["figures"][2]["count"] == 0


@pytest.mark.parametrize("who", ["outsider", "department_reader", "stranger", "administrator", "superuser"])
def test_a_person_from_elsewhere_reads_no_title(who, at_work, cast, client_of):
    client = client_of(getattr(cast, who))
    pages = [client.get("/"), *(client.get(reverse("queue", args=[name])) for name in ("accept", "returned", "due"))]
    pages.append(client.get(reverse("receiving")))
    for page in pages:
        body = page.content.decode()
        assert not [
            title
            for title in ("Việc đang mở", "Hồ sơ đã đóng", "Hồ sơ chờ nhận", "Hồ sơ bị trả")
            if f"{title}<" in body
        ]


def test_a_reader_has_the_box_her_searches_and_what_she_read(records, cast, client_of):
    document = records.document(records.dossier(), subject="Kế hoạch kiểm tra")
    client = client_of(cast.reader)
    client.get(document.get_absolute_url())
    client.get(reverse("search"), {"q": "kiểm tra"})
    found = parts(client)
    assert [row.subject for row in found["reading"]["documents"]] == ["Kế hoạch kiểm tra"]
    assert [one["title"] for one in found["search"]["recent"]] == ["kiểm tra"]
    assert "work" not in found
    assert parts(client_of(cast.department_reader))["reading"]["documents"] == []


def test_what_she_read_and_may_no_longer_see_is_not_named(records, cast, client_of):
    document = records.document(records.dossier(), subject="Nay đã mật")
    client = client_of(cast.reader)
    client.get(document.get_absolute_url())
    type(document).objects.filter(pk=document.pk).update(secrecy=2)
    assert parts(client)["reading"]["documents"] == []


def test_an_administrator_looks_after_people_and_jobs_and_reads_no_record(at_work, cast, client_of):
    cast.user("stranger")
    moment = now()
    Job.objects.create(kind="intake", state=JobState.QUEUED, created_at=moment - timedelta(hours=1))
    Job.objects.create(
        kind="intake", state=JobState.FAILED, created_at=moment, finished_at=moment, message="Việc đang mở"
    )
    client = client_of(cast.administrator)
    found = parts(client)
    assert set(found) == {"keeping"}
    assert found["keeping"]["jobs"]["alive"] is False
    assert found["keeping"]["stuck"][0]["failed"] == 1
    idle = found["keeping"]["figures"][1]
    listed = client.get(idle["url"]).context["object_list"]
    assert idle["count"] == len(listed) > 0


def test_a_person_with_two_roles_has_the_parts_of_both(cast, client_of):
    from repository.models import Membership

    user = cast.user("auditor")
    Membership.objects.create(user=user, agency=cast.world.office, role="archivist", valid_from=today())
    assert {"work", "desk"} <= set(parts(client_of(cast.auditor)))


@pytest.mark.parametrize("who", ["clerk", "archivist", "chief", "reader", "auditor", "administrator"])
def test_the_first_page_asks_little(who, at_work, cast, client_of, django_assert_max_num_queries):
    client = client_of(getattr(cast, who))
    client.get("/")
    with django_assert_max_num_queries(30):
        client.get("/")


def test_receiving_names_only_dossiers_that_take_files_from_this_person(at_work, cast, client_of):
    body = client_of(cast.clerk).get(reverse("receiving")).content.decode()
    assert "Việc đang mở" in body
    assert "Hồ sơ bị trả" in body
    assert "Hồ sơ chờ nhận" not in body
    assert client_of(cast.reader).get(reverse("receiving")).status_code == 403


def test_who_was_given_a_password_chooses_her_own_first(cast, client_of):
    from repository.actions.people import reset_password

    _user, password = reset_password(cast.user("reader").pk, actor=cast.administrator)
    client = client_of(cast.stranger)
    client.logout()
    client.post("/accounts/login/", {"login": "reader", "password": password})
    change = reverse("account_change_password")
    for url in ("/", "/search/", "/dossiers/"):
        assert client.get(url).headers["Location"] == change
    assert client.get(change).status_code == 200
    own = "mat-khau-cua-rieng-toi-7"
    client.post(change, {"oldpassword": password, "password1": own, "password2": own})
    assert client.get("/search/").status_code == 200
    assert User.objects.get(username="reader").check_password(own)


def test_a_forgotten_password_leads_to_the_administrator_and_sends_nothing(client, mailoutbox):
    body = client.post("/accounts/password/reset/", {"email": "a@b.vn"}).content.decode()
    assert 'name="email"' not in body
    assert mailoutbox == []


def test_language_and_theme_follow_the_person_and_vietnamese_is_for_who_never_chose(cast, client_of):
    client = client_of(cast.reader)
    assert 'lang="vi"' in client.get("/", headers={"accept-language": "en-GB,en"}).content.decode()[:200]
    client.post("/i18n/setlang/", {"language": "en", "next": "/"})
    client.post("/screen/", {"theme": "dark"})
    elsewhere = client_of(cast.reader)
    body = elsewhere.get("/").content.decode()
    assert '<html lang="en" data-theme="dark">' in body
    assert 'lang="vi"' in client_of(cast.department_reader).get("/").content.decode()[:200]


def test_what_the_screen_cannot_be_is_not_kept(cast, client_of):
    client_of(cast.reader).post("/screen/", {"theme": "<script>", "must_change_password": "1"})
    assert User.objects.get(username="reader").prefers == {}
