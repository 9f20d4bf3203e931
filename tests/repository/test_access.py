"""Who may see what is one rule in two forms, and they are equal."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repository import blobs
from repository.access import fetch_for, keys_of_actor, keys_of_documents, may
from repository.actions.place_document import place_document
from repository.actors import SYSTEM, actor_of
from repository.codes import Role, Secrecy
from repository.models import Document, Dossier, Event, Grant, Membership, User
from repository.refusals import Forbidden, NotVisible

pytestmark = [pytest.mark.django_db, pytest.mark.both_profiles]


@pytest.fixture
def shelf(cast, records):
    """Dossiers of four agencies and two levels, and documents in one or two of them."""
    w = cast.world
    dossiers = [
        records.dossier("Văn phòng"),
        records.dossier("Văn phòng, mật"),
        records.dossier("Xã", by=SYSTEM, entry=w.commune_entry),
    ]
    Dossier.objects.filter(pk=dossiers[1].pk).update(secrecy=Secrecy.SECRET)
    for dossier in dossiers:
        dossier.refresh_from_db()
    documents = [records.document(dossier, by=SYSTEM) for dossier in dossiers]
    shared = records.document(dossiers[2], by=SYSTEM)
    place_document(shared.pk, dossiers[0].pk, actor=SYSTEM)
    secret = records.document(dossiers[0], by=SYSTEM)
    Document.objects.filter(pk=secret.pk).update(secrecy=Secrecy.SECRET)
    return dossiers, [*documents, shared, secret]


AGENCIES = ("province", "office", "department", "commune")
moments = st.integers(-3, 3)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    posts=st.lists(st.tuples(st.sampled_from(AGENCIES), st.sampled_from(list(Role)), moments, moments), max_size=3),
    grants=st.lists(st.tuples(st.integers(0, 7), moments), max_size=2),
    clearance=st.sampled_from([Secrecy.NORMAL, Secrecy.SECRET]),
    active=st.booleans(),
    powers=st.booleans(),
)
def test_the_question_the_query_and_the_search_keys_agree(cast, shelf, posts, grants, clearance, active, powers):
    dossiers, documents = shelf
    things = [*dossiers, *documents]
    today, now = date.today(), timezone.now()
    user = User.objects.create(
        username=str(timezone.now().timestamp()),
        clearance=clearance,
        is_active=active,
        is_superuser=powers,
        is_staff=powers,
    )
    for agency, role, begins, lasts in posts:
        start = today + timedelta(days=begins)
        Membership.objects.get_or_create(
            user=user,
            agency=getattr(cast.world, agency),
            role=role,
            valid_from=start,
            defaults={"valid_until": start + timedelta(days=lasts) if lasts > 0 else None},
        )
    for which, ends in grants:
        thing = things[which % len(things)]
        Grant.objects.create(
            user=user,
            reason="thử",
            given_at=now - timedelta(days=5),
            expires_at=now + timedelta(days=ends, minutes=-1),
            **({"dossier": thing} if isinstance(thing, Dossier) else {"document": thing}),
        )
    actor = actor_of(user)

    for model in (Dossier, Document):
        by_query = set(model.objects.visible_to(actor).values_list("pk", flat=True))
        by_question = {thing.pk for thing in model.objects.all() if may(actor, "view", thing)}
        assert by_query == by_question
        assert by_query == set(model.objects.visible_to(actor, few=True).values_list("pk", flat=True))
    held = keys_of_actor(actor)
    rows = Document.objects.select_related("agency")
    by_keys = {pk for pk, keys in keys_of_documents(rows).items() if held & set(keys)}
    assert by_keys == set(Document.objects.visible_to(actor).values_list("pk", flat=True))


def test_the_one_who_must_see_nothing_sees_nothing_and_no_superuser_does(cast, shelf):
    for name in ("stranger", "superuser", "administrator"):
        actor = getattr(cast, name)
        assert not Dossier.objects.visible_to(actor).exists()
        assert not Document.objects.visible_to(actor).exists()
        assert keys_of_actor(actor) == frozenset() or name == "administrator"
        assert not keys_of_actor(actor)


def test_a_misspelt_act_is_an_error_and_not_a_silent_no(cast, shelf):
    with pytest.raises(KeyError):
        may(cast.chief, "veiw", shelf[0][0])


def test_who_may_only_read_a_document_does_not_put_it_into_a_dossier_of_her_own(cast, records):
    """There it would be open to all who work with her, after her own leave to read has ended, and hers to edit."""
    document = records.document(records.dossier())
    own = records.dossier("Xã", by=SYSTEM, entry=cast.world.commune_entry)
    grant = {"user": cast.user("outsider"), "document": document, "reason": "Nghiên cứu"}
    Grant.objects.create(**grant, given_at=timezone.now(), expires_at=timezone.now() + timedelta(days=1))
    assert may(cast.outsider, "view", document)
    with pytest.raises(Forbidden):
        place_document(document.pk, own.pk, actor=cast.outsider)
    Membership.objects.create(
        user=cast.user("outsider"), agency=cast.world.office, role=Role.READER, valid_from=date(2020, 1, 1)
    )
    with pytest.raises(Forbidden):
        place_document(document.pk, own.pk, actor=cast.outsider)
    assert not own.placements.exists()


def test_what_was_made_secret_later_is_told_no_more_by_its_earlier_events(cast, records):
    dossier = records.dossier()
    document = records.document(dossier)
    cast.user("auditor")
    mine = Event.objects.visible_to(cast.auditor)
    assert mine.filter(object_id=document.pk).exists()
    assert all(may(cast.auditor, "view", event) for event in mine)
    Document.objects.filter(pk=document.pk).update(secrecy=Secrecy.SECRET)
    assert not mine.filter(object_id=document.pk).exists()
    assert mine.filter(object_id=dossier.pk).exists()
    Dossier.objects.filter(pk=dossier.pk).update(secrecy=Secrecy.SECRET)
    assert not mine.filter(dossier_id=dossier.pk).exists()
    assert not any(may(cast.auditor, "view", event) for event in Event.objects.filter(dossier_id=dossier.pk))


def test_bytes_that_are_nowhere_are_told_and_no_event_says_that_they_went_out(cast, records, client_of):
    document = records.document(records.dossier())
    file = document.versions.get().files.get()
    client = client_of(cast.clerk)
    assert client.get(f"/files/{file.pk}/").status_code == 200
    blobs.remove(file.sha256)
    assert client.get(f"/files/{file.pk}/").status_code == 409
    assert Event.objects.filter(kind="file.downloaded").count() == 1


def test_a_person_with_the_longest_names_acts_like_any_other(cast, records):
    User.objects.filter(pk=cast.user("clerk").pk).update(full_name="Tên " * 30, username="u" * 150)
    clerk = actor_of(User.objects.get(username="u" * 150))
    document = records.document(records.dossier(by=clerk), by=clerk)
    event = Event.objects.get(kind="document.received", object_id=document.pk)
    for kept in (event.actor_label, document.versions.get().made_by):
        assert len(kept) == 200 and kept.startswith("Tên Tên")


def test_a_zero_in_what_is_asked_for_is_passed_over(cast, records, client_of):
    records.dossier("Bảo đảm an toàn")
    for address, name in (("/dossiers/", "q"), ("/events/", "who"), ("/search/", "q")):
        assert client_of(cast.auditor).get(address, {name: "bao\0dam"}).status_code in (200, 503), address


def test_an_identity_that_is_none_is_not_found(cast):
    for odd in ("", "x", "1"):
        with pytest.raises(NotVisible):
            fetch_for(cast.clerk, "view", Dossier, odd)
