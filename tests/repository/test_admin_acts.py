"""What is done in the workbench goes through acts: each writes its event, and each refusal comes back into the form."""

from datetime import timedelta

import pytest
from django.urls import reverse

from repository.actors import SYSTEM
from repository.clock import today
from repository.codes import Maintenance, Role
from repository.models import (
    Agency,
    Event,
    FilePlan,
    FilePlanEntry,
    Fonds,
    Membership,
    RecordClass,
    User,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(client_of, cast):
    def send(who, name, /, *args, **data):
        return client_of(getattr(cast, who)).post(reverse(name, args=args), data)

    return send


def kinds() -> list[str]:
    return list(Event.objects.order_by("id").values_list("kind", flat=True))


def dmy(day) -> str:
    return day.strftime("%d/%m/%Y")


# ── people ──────────────────────────────────────────────────────────────────


def test_a_new_person_can_sign_in_with_the_password_that_is_shown_once(post, cast, client):
    answer = post("administrator", "people:add", username="nga.tt", full_name="Trần Thị Nga", clearance="0")
    person = User.objects.get(username="nga.tt")
    password = answer.context["password"]
    assert person.check_password(password)
    assert not person.is_superuser
    assert not person.is_staff
    assert "no-store" in answer["Cache-Control"]
    event = Event.objects.get(kind="person.added")
    assert event.object_id == person.pk
    assert password.encode() not in bytes(event.body)


def test_no_field_that_is_sent_makes_a_superuser(post, cast):
    post("administrator", "people:add", username="x.y", full_name="X", clearance="0", is_superuser="on", is_staff="on")
    clerk = cast.user("clerk")
    post("administrator", "people:edit", clerk.pk, full_name="Hạ", clearance="0", is_superuser="on", is_staff="on")
    assert not User.objects.filter(is_superuser=True).exists()
    assert User.objects.get(pk=clerk.pk).full_name == "Hạ"


@pytest.mark.parametrize("act", ["edit", "password", "off"])
def test_nobody_acts_on_her_own_account(act, post, cast):
    me = cast.user("administrator")
    before = User.objects.values().get(pk=me.pk)
    answer = post("administrator", f"people:{act}", me.pk, full_name="Khác", clearance="3")
    assert answer.status_code in (200, 409)
    assert {**User.objects.values().get(pk=me.pk), "last_login": None} == {**before, "last_login": None}


def test_nobody_gives_herself_a_role(post, cast):
    me = cast.user("administrator")
    post("administrator", "roles:add", user=me.pk, agency=cast.world.province.pk, role=Role.READER)
    assert not Membership.objects.filter(user=me, role=Role.READER).exists()


def test_a_password_is_not_reset_for_one_who_also_holds_a_role_elsewhere(post, cast):
    clerk = cast.user("clerk")
    Membership.objects.create(user=clerk, agency=cast.world.commune, role=Role.READER, valid_from=today())
    answer = post("administrator", "people:password", clerk.pk)
    assert answer.status_code == 409
    assert User.objects.get(pk=clerk.pk).password == clerk.password


@pytest.mark.parametrize("who", ["outsider", "superuser"])
def test_people_of_other_agencies_and_superusers_are_not_found(who, client_of, cast):
    person = cast.user(who)
    client = client_of(cast.administrator)
    assert client.get(reverse("people:edit", args=[person.pk])).status_code == 404
    assert client.post(reverse("people:password", args=[person.pk])).status_code == 404
    assert person.username not in client.get(reverse("people:index")).content.decode()


def test_switching_off_ends_the_sessions_of_the_person_and_nothing_is_deleted(post, cast, client_of):
    theirs = client_of(cast.clerk)
    assert theirs.get("/").status_code == 200
    post("administrator", "people:off", cast.user("clerk").pk)
    assert theirs.get("/").status_code == 302
    post("administrator", "people:on", cast.user("clerk").pk)
    assert User.objects.get(username="clerk").is_active
    assert kinds()[-2:] == ["person.switched_off", "person.switched_on"]


# ── roles ───────────────────────────────────────────────────────────────────


def test_a_role_is_given_from_today_and_ended(post, cast):
    person = cast.user("stranger")
    post("administrator", "roles:add", user=person.pk, agency=cast.world.office.pk, role=Role.CLERK)
    role = Membership.objects.get(user=person)
    assert role.valid_from == today()
    Membership.objects.filter(pk=role.pk).update(valid_from=today() - timedelta(days=9))
    answer = post("administrator", "roles:edit", role.pk)
    assert answer.status_code == 302
    role.refresh_from_db()
    assert role.valid_until == today()
    assert kinds()[-2:] == ["role.given", "role.ended"]


def test_a_role_is_not_given_outside_ones_agencies(post, cast):
    person = cast.user("stranger")
    post("administrator", "roles:add", user=person.pk, agency=cast.world.commune.pk, role=Role.CLERK)
    assert not person.memberships.exists()


def test_a_role_of_another_agency_is_not_found(post, cast):
    role = cast.user("outsider").memberships.get()
    assert post("administrator", "roles:edit", role.pk).status_code == 404


# ── agencies and fonds ──────────────────────────────────────────────────────


def test_a_new_name_keeps_the_old_one_with_its_dates(post, cast):
    office = cast.world.office
    values = {"code": "H99.01", "name": "Văn phòng mới", "short_name": "VP", "on": "01/07/2026"}
    assert post("administrator", "agencies:edit", office.pk, **values).status_code == 302
    names = list(office.names.order_by("pk").values_list("name", "valid_until"))
    assert names[0][1].isoformat() == "2026-07-01"
    assert names[1] == ("Văn phòng mới", None)


def test_an_agency_whose_units_still_work_is_not_ended_and_every_unit_is_named(post, cast):
    province = cast.world.province
    answer = post("administrator", "agencies:end", province.pk, on=dmy(today()))
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Văn phòng Ủy ban nhân dân tỉnh" in text
    assert "Sở Nội vụ tỉnh Lam Giang" in text
    assert Agency.objects.get(pk=province.pk).ended_on is None


def test_with_its_end_an_agencys_fonds_closes(post, cast):
    office, department = cast.world.office, cast.world.department
    fonds = Fonds.objects.create(code="H99.P02", name="Văn phòng", agency=office, custodian=office)
    answer = post("administrator", "agencies:end", office.pk, on=dmy(today()), successors=department.pk)
    assert answer.status_code == 302
    fonds.refresh_from_db()
    assert fonds.closed_on == today()
    assert list(office.successors.all()) == [department]


def test_what_is_in_use_is_not_removed_and_the_reason_is_told(post, cast, records):
    records.dossier()
    answer = post("administrator", "agencies:remove", cast.world.office.pk)
    assert answer.status_code == 409
    assert Agency.objects.filter(pk=cast.world.office.pk).exists()
    assert "agency.removed" not in kinds()


def test_an_agency_entered_by_mistake_goes_and_its_event_stays(post, cast):
    values = {"parent": cast.world.province.pk, "code": "H99.09", "name": "Nhầm"}
    assert post("administrator", "agencies:add", **values).status_code == 302
    mistake = Agency.objects.get(code="H99.09")
    assert post("administrator", "agencies:remove", mistake.pk).status_code == 302
    assert not Agency.objects.filter(pk=mistake.pk).exists()
    assert kinds()[-2:] == ["agency.founded", "agency.removed"]


def test_agencies_elsewhere_are_not_found(post, cast):
    for act in ("edit", "end", "remove"):
        assert post("administrator", f"agencies:{act}", cast.world.commune.pk).status_code == 404


# ── plans, headings, classes ────────────────────────────────────────────────


def test_next_years_plan_begins_with_this_years_headings(post, cast):
    w = cast.world
    child = FilePlanEntry.objects.create(plan=w.plan, parent=w.entry, notation="04.ATGT.1", title="Kiểm tra")
    answer = post("archivist", "plans:add", agency=w.office.pk, year="2026", headings_of=w.plan.pk)
    assert answer.status_code == 302
    plan = FilePlan.objects.get(agency=w.office, year=2026)
    # Numbered anew for its year, under its own mark.
    assert plan.entries.get(title=child.title).parent == plan.entries.get(notation="01.ATGT")
    assert plan.entries.get(title=child.title).notation == "01.ATGT.1"


def test_a_heading_stands_under_one_of_its_own_plan(post, cast):
    w = cast.world
    answer = post("archivist", "headings:add", plan=w.plan.pk, parent=w.commune_entry.pk, notation="05", title="Khác")
    assert answer.status_code == 200
    assert not w.plan.entries.filter(notation="05").exists()
    assert post("archivist", "headings:edit", w.commune_entry.pk, notation="x", title="y").status_code == 404


def test_a_class_that_is_followed_keeps_its_period(post, cast):
    found = cast.world.record_class
    values = {"schedule": found.schedule, "version": 1, "code": found.code, "title": found.title}
    answer = post("chief", "classes:edit", found.pk, maintenance=Maintenance.YEARS_10, **values)
    assert answer.status_code == 200
    assert RecordClass.objects.get(pk=found.pk).maintenance == Maintenance.YEARS_20
    again = {**values, "version": 2, "maintenance": Maintenance.YEARS_10}
    assert post("chief", "classes:add", **again).status_code == 302


# ── lists ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["people:index", "agencies:index", "roles:index"])
def test_a_longer_list_asks_the_database_no_more_often(name, client_of, cast):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from repository.actions.agencies import found_agency

    client = client_of(cast.administrator)
    client.get(reverse(name))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse(name))
    for n in range(10, 30):
        agency = found_agency(f"H99.{n}", f"Phòng {n}", actor=SYSTEM, parent=cast.world.province)
        user = User.objects.create(username=f"nguoi{n}", full_name=f"Người {n}")
        Membership.objects.create(user=user, agency=agency, role=Role.READER, valid_from=today())
    with CaptureQueriesContext(connection) as many:
        client.get(reverse(name))
    assert len(many) == len(few)
