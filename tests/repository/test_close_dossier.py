"""Closing a dossier, through the door each person has."""

import pytest

from repository.actions.close_dossier import close_dossier
from repository.events import history_of
from repository.models import Dossier
from repository.refusals import Forbidden, NotVisible, Refused

pytestmark = pytest.mark.django_db


def test_a_complete_dossier_is_closed_and_the_event_names_the_clerk(cast, records, frozen_clock):
    dossier = records.dossier()
    records.document(dossier)

    closed = close_dossier(dossier.id, actor=cast.clerk)

    assert closed.state == Dossier.State.CLOSED
    assert closed.closed_at == frozen_clock.now
    event = history_of(closed).last()
    assert (event.kind, event.actor_label) == ("dossier.closed", cast.clerk.label)


def test_all_blockers_are_told_at_once_each_with_its_remedy(cast, records):
    dossier = records.dossier()
    Dossier.objects.filter(pk=dossier.pk).update(maintenance="")
    records.document(dossier, confirmed=False)

    with pytest.raises(Refused) as refused:
        close_dossier(dossier.id, actor=cast.clerk)

    assert [b.code for b in refused.value.blockers] == [
        "unconfirmed-documents",
        "incomplete-documents",
        "no-retention-class",
    ]
    assert all(b.remedy for b in refused.value.blockers)
    dossier.refresh_from_db()
    assert dossier.state == Dossier.State.OPEN, "a refusal changes nothing"
    assert not history_of(dossier).filter(kind="dossier.closed").exists()


def test_the_second_of_two_clerks_learns_that_it_is_closed_already(cast, records):
    dossier = records.closed()

    with pytest.raises(Refused) as refused:
        close_dossier(dossier.id, actor=cast.other_clerk)

    assert [b.code for b in refused.value.blockers] == ["already"]
    assert history_of(dossier).filter(kind="dossier.closed").count() == 1


def test_who_may_only_read_is_told_which_roles_may_close(cast, records):
    dossier = records.dossier()

    with pytest.raises(Forbidden, match="Clerk|Văn thư|lưu trữ"):
        close_dossier(dossier.id, actor=cast.reader)


def test_to_someone_from_another_agency_the_dossier_does_not_exist(cast, records):
    dossier = records.dossier()

    with pytest.raises(NotVisible):
        close_dossier(dossier.id, actor=cast.outsider)
