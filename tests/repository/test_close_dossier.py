"""Closing a dossier, through the door each person has."""

from datetime import date

import pytest
from django.urls import reverse

from repository.actions.close_dossier import close_dossier
from repository.codes import RetentionState, Secrecy
from repository.events import history_of
from repository.findings import raise_finding
from repository.models import Document, Dossier, Retention
from repository.refusals import Forbidden, NotVisible, Refused

pytestmark = pytest.mark.django_db
# What the form asks for beside the words.
CHOICES = {
    "direction": "internal",
    "urgency": 0,
    "secrecy": 0,
    "mode": "02",
    "language": "01",
    "confidence_level": "01",
    "condition": "01",
}


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


def test_documents_that_the_person_may_not_see_are_not_where_she_is_sent_next(cast, records, client_of):
    dossier = records.dossier()
    shown, hidden, last = (records.document(dossier, confirmed=False) for _ in range(3))
    Document.objects.filter(pk=hidden.pk).update(secrecy=Secrecy.SECRET)
    client = client_of(cast.clerk)
    assert client.get(reverse("confirm", args=[shown.pk])).context["waiting"] == 1
    answer = client.post(reverse("confirm", args=[shown.pk]), {"subject": "Kế hoạch", "revision": "²", **CHOICES})
    assert answer.status_code == 302, answer.context["form"].errors
    assert str(last.pk) in answer["Location"]


def test_a_failed_signature_of_a_more_secret_document_blocks_and_does_not_name_it(cast, records):
    dossier = records.dossier()
    records.document(dossier)
    hidden = records.document(dossier, subject="Việc phải giữ kín", number="77", notation="KH-UBND")
    Document.objects.filter(pk=hidden.pk).update(secrecy=Secrecy.SECRET)
    raise_finding("signature-failed", {"file": "x"}, document=hidden)
    with pytest.raises(Refused) as refused:
        close_dossier(dossier.id, actor=cast.clerk)
    (blocker,) = refused.value.blockers
    assert blocker.code == "failed-signature"
    assert "77" not in str(refused.value) and "kín" not in str(refused.value) and str(hidden.pk) not in blocker.url


def test_a_period_beyond_every_calendar_is_told_as_not_computable(cast, records):
    dossier = records.dossier(maintenance="07", maintenance_years=30000, work_ended_on=date(2025, 5, 1))
    assert Retention.objects.get(dossier=dossier).state == RetentionState.UNKNOWN


def test_a_page_asked_for_in_odd_figures_is_the_first(cast, records, client_of):
    dossier = records.dossier()
    document = records.document(dossier, text="Văn bản")
    client = client_of(cast.clerk)
    for odd in ("²", "9" * 5000, "-1"):
        assert client.get(reverse("dossier", args=[dossier.pk]), {"after": odd}).status_code == 200
        assert client.get(reverse("document", args=[document.pk]), {"page": odd}).status_code == 200
