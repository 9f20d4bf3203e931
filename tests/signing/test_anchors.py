"""Trust anchors: two people add one, one person withdraws it, and the database holds to that by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import Error, connection, transaction

from repository import formats
from repository.actions.memberships import give_role
from repository.actions.people import add_person
from repository.actors import SYSTEM, Actor, actor_of
from repository.clock import clock_at, now, today
from repository.codes import Role
from repository.events import body_of
from repository.models import Event, Membership
from repository.refusals import Forbidden, NotVisible, Refused
from signing.anchor_proposals import APART, approve_anchor, propose_anchor, refuse_anchor
from signing.anchors import anchors, trusted, withdraw_anchor
from signing.models import AnchorProposal, Purpose, TrustAnchor
from tests.signing.bench_pki import bench, issue
from tests.trusting import trust

pytestmark = pytest.mark.django_db

SOURCE = "Tải từ trang của cơ quan chứng thực, so vân tay với công văn 12."


def codes(refused) -> list[str]:
    return [blocker.code for blocker in refused.value.blockers]


@pytest.fixture
def proposal(cast):
    assert cast.administrator.user.memberships.exists()
    return propose_anchor(bench().root.pem, SOURCE, actor=cast.chief)


def test_none_is_trusted_by_default():
    assert anchors() == ()


def test_what_one_person_proposes_is_trusted_when_another_approves(cast, proposal):
    assert anchors() == ()
    anchor = approve_anchor(proposal.pk, actor=cast.administrator)
    assert anchors() == (bench().root.pem,)
    assert (anchor.added_by, anchor.approved_by) == (cast.user("chief"), cast.user("administrator"))
    assert anchor.sha256 == bench().root.asn1_certificate.sha256.hex()
    kinds = list(Event.objects.filter(kind__startswith="anchor.").order_by("id").values_list("kind", flat=True))
    assert kinds == ["anchor.proposed", "anchor.added"]
    said = body_of(Event.objects.get(kind="anchor.added"))
    assert said["details"]["sha256"] == anchor.sha256
    assert said["details"]["proposed_by"] == cast.user("chief").label


def test_who_proposed_it_does_not_approve_it(cast, proposal):
    with pytest.raises(Refused) as refused:
        approve_anchor(proposal.pk, actor=cast.chief)
    assert codes(refused) == ["same-person"]
    assert anchors() == ()


def test_a_role_given_after_the_proposal_does_not_approve_it(cast, proposal):
    Membership.objects.create(
        user=cast.user("stranger"), agency=cast.world.province, role=Role.CHIEF, valid_from=today() - timedelta(days=9)
    )
    with pytest.raises(Refused) as refused:
        approve_anchor(proposal.pk, actor=cast.stranger)
    assert codes(refused) == ["role-since"]
    assert anchors() == ()


def test_an_account_whose_password_the_proposer_reset_since_does_not_approve_it(cast):
    from repository.actions.people import reset_password

    assert cast.chief.user.memberships.exists()
    proposal = propose_anchor(bench().root.pem, SOURCE, actor=cast.administrator)
    reset_password(cast.user("chief").pk, actor=cast.administrator)
    with pytest.raises(Refused) as refused:
        approve_anchor(proposal.pk, actor=cast.chief)
    assert codes(refused) == ["account-changed"]


def made(name: str, cast, role: Role = Role.CHIEF) -> Actor:
    """A person whom the administrator added and gave a role a minute ago."""
    user, _password = add_person(name, name.title(), actor=cast.administrator)
    give_role(user.pk, cast.world.province, role, actor=cast.administrator)
    return actor_of(user)


@pytest.mark.parametrize("proposes", ["administrator", "second"])
def test_a_second_person_made_for_it_minutes_before_does_not_approve_it_nor_propose_it(cast, proposes):
    second, third = made("second", cast), cast.chief
    first, other = (cast.administrator, second) if proposes == "administrator" else (second, cast.administrator)
    proposal = propose_anchor(bench().root.pem, SOURCE, actor=first)
    with pytest.raises(Refused) as refused:
        approve_anchor(proposal.pk, actor=other)
    assert codes(refused) == ["account-changed"]
    assert formats.day(now() + APART) in str(refused.value.blockers[0].remedy)
    assert anchors() == ()
    # A third person who has nothing to do with either may.
    assert approve_anchor(proposal.pk, actor=third).proposal.proposed_by == first.user


def test_two_people_made_by_a_third_do_not_decide_between_them(cast):
    proposal = propose_anchor(bench().root.pem, SOURCE, actor=made("second", cast))
    with pytest.raises(Refused) as refused:
        approve_anchor(proposal.pk, actor=made("third", cast))
    assert "one-hand" in codes(refused)


def test_an_account_made_long_before_decides(cast):
    with clock_at(now() - APART - timedelta(days=1)):
        second = made("second", cast)
    proposal = propose_anchor(bench().root.pem, SOURCE, actor=cast.administrator)
    assert approve_anchor(proposal.pk, actor=second).approved_by == second.user


@pytest.mark.parametrize("who", ["clerk", "archivist", "auditor", "reader", "stranger", "superuser"])
def test_others_neither_propose_nor_decide_nor_withdraw(who, cast, proposal):
    actor = getattr(cast, who)
    for act in (
        lambda: propose_anchor(issue("Khác", None).pem, SOURCE, actor=actor),
        lambda: approve_anchor(proposal.pk, actor=actor),
        lambda: refuse_anchor(proposal.pk, "không", actor=actor),
        lambda: withdraw_anchor(proposal.pk, "không", actor=actor),
    ):
        with pytest.raises(Forbidden):
            act()


def test_a_job_vouches_for_nothing(proposal):
    with pytest.raises(Refused) as refused:
        approve_anchor(proposal.pk, actor=SYSTEM)
    assert codes(refused) == ["no-person"]


def test_a_refused_proposal_keeps_its_reason_and_is_decided(cast, proposal):
    with pytest.raises(Refused):
        refuse_anchor(proposal.pk, "  ", actor=cast.administrator)
    refuse_anchor(proposal.pk, "Vân tay không khớp.", actor=cast.administrator)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.reason) == ("refused", "Vân tay không khớp.")
    with pytest.raises(Refused) as refused:
        approve_anchor(proposal.pk, actor=cast.administrator)
    assert codes(refused) == ["already"]
    # It can be proposed again, when the mistake is cleared up.
    assert propose_anchor(bench().root.pem, SOURCE, actor=cast.administrator).pk != proposal.pk


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"not a certificate", "field-file"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "field-file"),
        (b"\x30" * 200_000, "field-file"),
        ("leaf", "field-file"),
        ("two", "field-file"),
    ],
)
def test_what_is_not_one_certificate_of_an_authority_is_refused(cast, data, code):
    data = {"leaf": bench().person.pem, "two": bench().root.pem + bench().person.pem}.get(data, data)
    with pytest.raises(Refused) as refused:
        propose_anchor(data, SOURCE, actor=cast.chief)
    assert codes(refused) == [code]
    assert not AnchorProposal.objects.exists()


def test_without_a_source_it_is_refused_and_every_reason_is_told_at_once(cast):
    with pytest.raises(Refused) as refused:
        propose_anchor(bench().person.pem, " ", actor=cast.chief)
    assert codes(refused) == ["field-file", "field-source"]


def test_der_is_read_as_well_and_the_same_certificate_is_not_proposed_twice(cast):
    propose_anchor(bench().root.der, SOURCE, actor=cast.chief)
    with pytest.raises(Refused):
        propose_anchor(bench().root.pem, SOURCE, actor=cast.administrator)


def test_a_withdrawn_anchor_stays_with_its_end_and_its_reason(cast):
    anchor = trust(bench().root.pem, cast)
    since = now() - timedelta(days=30)
    with pytest.raises(Refused):
        withdraw_anchor(anchor.pk, " ", actor=cast.chief)
    with pytest.raises(Refused):
        withdraw_anchor(anchor.pk, "Sắp tới", actor=cast.chief, since=now() + timedelta(days=1))
    withdraw_anchor(anchor.pk, "Khóa bị lộ.", actor=cast.chief, since=since)
    [known] = trusted()
    assert known.until == since
    assert b"Trusted-Until:" in known.given
    with pytest.raises(Refused) as refused:
        withdraw_anchor(anchor.pk, "Lần nữa", actor=cast.chief)
    assert "already" in codes(refused)
    details = body_of(Event.objects.get(kind="anchor.withdrawn"))["details"]
    assert details["reason"] == "Khóa bị lộ."


def test_what_was_withdrawn_by_mistake_is_trusted_again_by_two_people(cast):
    first = trust(bench().root.pem, cast)
    withdraw_anchor(first.pk, "Nhầm.", actor=cast.chief)
    second = trust(bench().root.pem, cast)
    assert [one.until for one in trusted()] == [None]
    assert TrustAnchor.objects.filter(sha256=second.sha256).count() == 2


def test_an_anchor_that_does_not_exist_is_not_found(cast):
    with pytest.raises(NotVisible):
        approve_anchor("0197a000-0000-7000-8000-000000000000", actor=cast.chief)


def attacked(sql, *params) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, params)
    except Error:
        return True
    return False


@pytest.mark.both_profiles
def test_the_database_refuses_to_change_an_anchor_or_its_proposal_behind_the_acts(cast):
    waiting = propose_anchor(issue("Gốc khác", None).pem, SOURCE, actor=cast.chief)
    anchor = trust(bench().root.pem, cast)
    for table in ("trustanchor", "anchorproposal"):
        assert attacked(f"DELETE FROM signing_{table}")
    for column, value in (("pem", "x"), ("sha256", "0" * 64), ("purpose", "both2"), ("approved_by_id", None)):
        assert attacked(f"UPDATE signing_trustanchor SET {column} = %s", value), column
    assert attacked(
        "UPDATE signing_anchorproposal SET state = 'approved', decided_by_id = proposed_by_id WHERE state = 'waiting'"
    )
    withdraw_anchor(anchor.pk, "Thử.", actor=cast.chief)
    assert attacked("UPDATE signing_trustanchor SET withdrawn_at = NULL")
    assert attacked("UPDATE signing_anchorproposal SET state = 'waiting' WHERE state = 'approved'")
    with pytest.raises(Error), transaction.atomic():
        TrustAnchor.objects.create(
            name="x",
            pem=waiting.pem,
            sha256=waiting.sha256,
            source="x",
            not_before=now(),
            not_after=now(),
            added_by=cast.user("chief"),
            added_at=now(),
        )


def test_purposes_are_told_to_the_engine(cast):
    trust(bench().root.pem, cast, purpose=Purpose.TIMESTAMPS)
    assert b"Trusted-For: timestamps" in anchors()[0]
