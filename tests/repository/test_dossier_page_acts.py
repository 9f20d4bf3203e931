"""The acts of a dossier's page: order, place, period, opening; each through the action or the address a person has."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from repository.actions.confirm_document import confirm_document
from repository.actions.edit_dossier import edit_dossier
from repository.actions.locate_dossier import locate_dossier
from repository.actions.open_dossier import open_dossier
from repository.actions.order_documents import move_document, order_documents
from repository.events import body_of, history_of
from repository.models import Agency, Dossier, Hold, Placement
from repository.refusals import NotVisible, Refused

pytestmark = pytest.mark.django_db


def in_order(dossier):
    return list(Placement.objects.filter(dossier=dossier).order_by("number").values_list("document_id", flat=True))


def numbers(dossier):
    return list(Placement.objects.filter(dossier=dossier).order_by("number").values_list("number", flat=True))


@pytest.mark.parametrize(("was", "to"), [(1, 5), (5, 1), (2, 4), (4, 3), (3, 99), (2, -7)])
def test_a_document_moves_any_distance_and_the_others_close_up(was, to, cast, records):
    dossier = records.dossier()
    documents = [records.document(dossier, issued_date=date(2025, 1, day)) for day in range(1, 6)]
    moving = in_order(dossier)[was - 1]

    move_document(dossier.pk, moving, to, actor=cast.clerk, was=was)

    expected = [document.pk for document in documents if document.pk != moving]
    expected.insert(min(max(to, 1), 5) - 1, moving)
    assert in_order(dossier) == expected
    assert numbers(dossier) == [1, 2, 3, 4, 5]
    event = history_of(dossier).last()
    assert event.kind == "dossier.moved"
    assert body_of(event)["details"]["from"] == was


def test_a_move_onto_its_own_place_changes_and_tells_nothing(cast, records):
    dossier = records.dossier()
    document = records.document(dossier)
    before = history_of(dossier).count()
    move_document(dossier.pk, document.pk, 1, actor=cast.clerk)
    dossier.refresh_from_db()
    assert history_of(dossier).count() == before
    assert not dossier.order_by_hand


def test_a_move_on_an_old_screen_moves_nothing(cast, records):
    dossier = records.dossier()
    first, *_rest = [records.document(dossier) for _ in range(3)]
    order = in_order(dossier)
    with pytest.raises(Refused) as refused:
        move_document(dossier.pk, first.pk, 3, actor=cast.clerk, was=2)
    assert [blocker.code for blocker in refused.value.blockers] == ["other-documents"]
    assert in_order(dossier) == order


def test_a_document_of_another_dossier_is_not_found(cast, records):
    dossier, other = records.dossier(), records.dossier()
    records.document(dossier)
    stranger = records.document(other)
    with pytest.raises(NotVisible):
        move_document(dossier.pk, stranger.pk, 1, actor=cast.clerk)


def test_in_a_closed_dossier_nothing_moves(cast, records):
    dossier = records.closed(documents=2)
    with pytest.raises(Refused) as refused:
        move_document(dossier.pk, in_order(dossier)[0], 2, actor=cast.clerk)
    assert [blocker.code for blocker in refused.value.blockers] == ["not-open"]


def test_by_date_again_after_moving_by_hand(cast, records):
    dossier = records.dossier()
    for day in (3, 1, 2):
        records.document(dossier, issued_date=date(2025, 1, day))
    by_date = in_order(dossier)
    move_document(dossier.pk, by_date[0], 3, actor=cast.clerk)
    dossier.refresh_from_db()
    assert dossier.order_by_hand
    order_documents(dossier.pk, None, actor=cast.clerk)
    assert in_order(dossier) == by_date


def test_where_the_paper_is_may_be_noted_until_it_is_sealed(cast, records):
    dossier = records.submitted()
    located = locate_dossier(dossier.pk, {"warehouse": "2", "shelf": "14", "box": "203"}, actor=cast.archivist)
    assert (located.warehouse, located.shelf, located.box) == ("2", "14", "203")
    event = history_of(dossier).last()
    assert event.kind == "dossier.located"
    assert body_of(event)["details"]["changed"]["box"] == {"from": "", "to": "203"}
    sealed = records.sealed_row()
    with pytest.raises(Refused) as refused:
        locate_dossier(sealed.pk, {"box": "1"}, actor=cast.archivist)
    assert [blocker.code for blocker in refused.value.blockers] == ["sealed"]


def test_two_people_noting_the_place_at_once_do_not_write_over_each_other(cast, records):
    dossier = records.dossier()
    locate_dossier(dossier.pk, {"box": "1"}, actor=cast.clerk, revision=dossier.revision)
    with pytest.raises(Refused) as refused:
        locate_dossier(dossier.pk, {"box": "2"}, actor=cast.other_clerk, revision=dossier.revision)
    assert [blocker.code for blocker in refused.value.blockers] == ["conflict"]


@pytest.mark.parametrize("figure", [100_000, 2**31 - 1, 2**31, 2**63])
def test_more_sheets_or_pages_than_there_can_be_are_refused_by_the_field(figure, cast, records):
    dossier = records.dossier()
    document = records.document(dossier)
    with pytest.raises(Refused) as refused:
        locate_dossier(dossier.pk, {"paper_sheets": figure}, actor=cast.clerk)
    assert [blocker.code for blocker in refused.value.blockers] == ["field-paper_sheets"]
    with pytest.raises(Refused) as refused:
        edit_dossier(dossier.pk, {"paper_sheets": figure}, actor=cast.clerk)
    assert [blocker.code for blocker in refused.value.blockers] == ["field-paper_sheets"]
    with pytest.raises(Refused) as refused:
        confirm_document(document.pk, {"page_amount": figure}, actor=cast.clerk)
    assert [blocker.code for blocker in refused.value.blockers] == ["field-page_amount"]


def test_a_heading_of_another_agency_opens_no_dossier(cast, world):
    with pytest.raises(Refused) as refused:
        open_dossier("Nhầm", actor=cast.chief, entry_id=world.entry.pk, agency_id=world.department.pk)
    assert [blocker.code for blocker in refused.value.blockers] == ["other-agency"]
    assert not Dossier.objects.exists()


def test_an_agency_that_had_ended_opens_no_dossier_but_its_last_years_may_still_be_filed(cast, world):
    Agency.objects.filter(pk=world.office.pk).update(ended_on=date(2025, 7, 1))
    late = open_dossier("Việc năm 2025", actor=cast.clerk, entry_id=world.entry.pk)
    assert late.catalog_year == 2025
    with pytest.raises(Refused) as refused:
        open_dossier("Việc năm 2026", actor=cast.clerk, agency_id=world.office.pk, year=2026)
    assert [blocker.code for blocker in refused.value.blockers] == ["agency-ended"]


def test_a_nul_in_what_is_typed_becomes_a_blank(cast, records, client_of):
    dossier = records.closed()
    answer = client_of(cast.chief).post(reverse("hold", args=[dossier.pk]), {"reason": "Thanh\0tra"})
    assert answer.status_code == 302
    assert Hold.objects.get(dossier=dossier).reason == "Thanh tra"
    assert client_of(cast.chief).get(reverse("dossiers"), {"q": "a\0b"}).status_code == 200
