"""Lists: every visible row once in every order, forwards and backwards; filters, columns, and nothing for those who may see nothing."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repository.actors import actor_of
from repository.clock import now
from repository.codes import DossierState, Indication, Secrecy
from repository.lists.catalogue import LISTS
from repository.lists.documents import Documents
from repository.lists.dossiers import Dossiers
from repository.models import Agency, Document, Dossier, FileStatus, Hold, Retention, User

pytestmark = pytest.mark.django_db

DAYS = [None, date(2024, 1, 1), date(2025, 6, 1), date(2025, 6, 2)]


def rows_of_dossiers(agency: Agency, drawn: list[tuple[Any, ...]]) -> None:
    """Dossiers as rows only, with many equal and many missing values."""
    moment = now()
    made = [
        Dossier(
            agency=agency,
            code=f"{at % 7:02}.THU-{at}",
            catalog_year=2020 + total % 3,
            notation="01",
            title=f"Hồ sơ thử {at}",
            opened_at=moment,
            changed_at=moment,
            work_ended_on=ended,
            doc_total=total,
            page_total=total % 2,
            secrecy=secrecy,
        )
        for at, (ended, _due, total, secrecy) in enumerate(drawn)
    ]
    Dossier.objects.bulk_create(made)
    due = [(row, due) for row, (_ended, due, _total, _secrecy) in zip(made, drawn, strict=True)]
    # Some have no row of retention at all.
    Retention.objects.bulk_create(
        [Retention(dossier=row, due_on=day, computed_at=moment) for row, day in due if row.doc_total != 2]
    )


@given(
    drawn=st.lists(
        st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS), st.integers(0, 3), st.sampled_from([0, 0, 0, 1])),
        min_size=1,
        max_size=16,
    ),
    step=st.integers(1, 7),
)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_paged_forwards_and_backwards_each_visible_row_stands_once_in_any_sort(drawn, step, cast):
    from django.db import transaction

    point = transaction.savepoint()
    rows_of_dossiers(cast.world.office, drawn)
    visible = {row.pk for row in Dossier.objects.filter(secrecy=Secrecy.NORMAL)}
    try:
        for sort in ["", *(f"{sign}{name}" for name in Dossiers(cast.clerk, {}).sorts for sign in ("", "-"))]:
            forwards, asked, turns = [], {"sort": sort}, []
            while True:
                found = Dossiers(cast.clerk, asked).page(step)
                forwards += [row.pk for row in found.rows]
                turns.append(found)
                if not found.after:
                    break
                asked = {"sort": sort, "after": found.after}
            assert len(forwards) == len(set(forwards)) and set(forwards) == visible, sort
            backwards, before = [row.pk for row in turns[-1].rows], turns[-1].before
            while before:
                found = Dossiers(cast.clerk, {"sort": sort, "before": before}).page(step)
                backwards = [row.pk for row in found.rows] + backwards
                before = found.before
            assert backwards == forwards, sort
    finally:
        transaction.savepoint_rollback(point)


def test_what_has_no_date_stands_at_the_end_in_both_directions(cast):
    rows_of_dossiers(cast.world.office, [(day, day, 1, 0) for day in DAYS])
    for sign in ("", "-"):
        rows = Dossiers(cast.clerk, {"sort": f"{sign}ended"}).page().rows
        assert rows[-1].work_ended_on is None
        dated = [row.work_ended_on for row in rows[:-1]]
        assert dated == sorted(dated, reverse=bool(sign))


@pytest.mark.parametrize(
    "asked",
    ["after=nichts", "before=eyJhIjoxfQ", "after=WyJ4Il0", "sort=nirgends", "sort=-", "agency=kein", "year=20x5", "type=99",
     "due_before=gestern", "verdict=GUT", "year=9999", "heading=1", "class=%00", "state=erfunden"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/dossiers/", "/documents/"])
def test_an_address_that_makes_no_sense_is_answered_all_the_same(path, asked, cast, records, client_of):
    records.document(records.dossier())
    assert client_of(cast.clerk).get(f"{path}?{asked}").status_code == 200


def test_a_filter_that_says_nothing_finds_nothing_rather_than_everything(cast, records):
    records.dossier()
    assert Dossiers(cast.clerk, {"state": "erfunden"}).count == 0
    assert Dossiers(cast.clerk, {"state": "open"}).count == 1


def test_filters_of_dossiers_find_what_they_say(cast, records):
    plain, held, other = (
        records.dossier("Đê điều"),
        records.closed(title="Cầu đường"),
        records.submitted(title="Trường học"),
    )
    Hold.objects.create(dossier=held, reason="Thanh tra", placed_by=cast.user("chief"), placed_at=now())
    FileStatus.objects.filter(file__version__document__placements__dossier=other).update(indication=Indication.FAILED)

    def found(**query: str) -> set[Any]:
        return {row.pk for row in Dossiers(cast.archivist, query).page().rows}

    world = cast.world
    assert found() == {plain.pk, held.pk, other.pk}
    assert found(q="cầu") == {held.pk}
    assert found(hold="1") == {held.pk}
    assert found(state=DossierState.OPEN) == {plain.pk}
    assert found(verdict="TOTAL-FAILED") == {other.pk}
    assert found(verdict="NONE") == {held.pk}
    assert found(agency=str(world.province.pk)) == found() == found(agency=str(world.office.pk))
    assert found(agency=str(world.department.pk)) == set()
    assert found(heading=str(world.entry.pk), year="2025") == found()
    assert found(**{"class": "61"}) == found(**{"class": str(world.record_class.pk)}) == found()
    assert found(accept="1") == {other.pk}
    assert found(mine="1") == found()


def test_filters_of_documents_find_what_they_say(cast, records):
    dossier = records.dossier()
    sure, unsure = records.document(dossier, subject="Đã xác nhận"), records.document(dossier, confirmed=False)
    FileStatus.objects.filter(file__version__document=sure).update(indication=Indication.FAILED)
    Document.objects.filter(pk=sure.pk).update(issued_date=date(2024, 12, 31))

    def found(**query: str) -> set[Any]:
        return {row.pk for row in Documents(cast.clerk, query).page().rows}

    assert found(confirmed="no") == found(confirmed="no", mine="1") == {unsure.pk}
    assert found(confirmed="yes") == found(verdict="TOTAL-FAILED") == {sure.pk}
    assert found(verdict="TOTAL-FAILED", year="2024", agency=str(cast.world.office.pk)) == {sure.pk}
    assert found(type="10") == found(q="đã xác") == {sure.pk}
    assert found(dossier="none") == set()


@pytest.mark.parametrize("path", ["/dossiers/", "/documents/"])
@pytest.mark.parametrize("who", ["outsider", "stranger", "superuser", "administrator"])
def test_who_may_see_nothing_finds_an_empty_list(who, path, cast, records, client_of):
    records.document(records.dossier("KHONGDUOCTHAY"), subject="KHONGDUOCTHAY")
    answer = client_of(getattr(cast, who)).get(path)
    assert "KHONGDUOCTHAY" not in answer.content.decode()
    assert not answer.context["rows"]


def test_the_verdicts_of_a_dossier_count_nothing_above_the_readers_clearance(cast, records):
    dossier = records.dossier()
    secret, plain = records.document(dossier), records.document(dossier)
    FileStatus.objects.filter(file__version__document=secret).update(indication=Indication.FAILED)
    FileStatus.objects.filter(file__version__document=plain).update(indication=Indication.PASSED)
    Document.objects.filter(pk=secret.pk).update(secrecy=Secrecy.SECRET)
    (row,) = Dossiers(cast.clerk, {}).page().rows
    assert row.list_verdicts == {Indication.PASSED: 1}
    assert Dossiers(cast.clerk, {"verdict": "TOTAL-FAILED"}).count == 0


@pytest.mark.parametrize("path", ["/dossiers/", "/documents/", "/events/", "/jobs/"])
def test_a_list_costs_the_same_queries_for_10_rows_and_for_200(path, cast, records, client_of):
    dossier = records.dossier()
    browser = client_of(cast.chief)
    for _ in range(3):
        records.document(dossier)
    rows_of_dossiers(cast.world.office, [(None, None, 1, 0)] * 7)
    browser.get(path)
    with CaptureQueriesContext(connection) as few:
        assert browser.get(path).status_code == 200
    more = [
        Dossier(agency=cast.world.office, code=f"X{at}", catalog_year=2025, notation="1", title="X", opened_at=now(), changed_at=now())
        for at in range(190)
    ]  # fmt: skip
    Dossier.objects.bulk_create(more)
    for _ in range(30):
        records.document(dossier)
    with CaptureQueriesContext(connection) as many:
        assert browser.get(path).status_code == 200
    assert len(many) <= len(few) <= 30, [query["sql"][:90] for query in many]


def test_columns_are_remembered_for_the_person_and_only_for_her(cast, records, client_of):
    records.dossier()
    browser = client_of(cast.clerk)
    browser.post("/lists/dossiers/columns/", {"column": ["place", "agency", "erfunden"], "query": "state=open"})
    assert User.objects.get(username="clerk").prefers["lists"]["dossiers"] == ["place", "agency"]
    shown = [head.column.name for head in browser.get("/dossiers/").context["heads"]]
    assert shown == ["code", "title", "agency", "place"]
    assert "place" not in [head.column.name for head in client_of(cast.other_clerk).get("/dossiers/").context["heads"]]
    browser.post("/lists/dossiers/columns/", {"reset": "1"})
    assert "state" in [head.column.name for head in browser.get("/dossiers/").context["heads"]]


def test_the_sorted_column_says_so_and_its_link_turns_it_round(cast, records, client_of):
    records.dossier()
    text = client_of(cast.clerk).get("/dossiers/?sort=-ended&state=open").content.decode()
    assert re.search(r'aria-sort="descending"><a href="\?[^"]*sort=ended', text)
    assert "state=open" in re.search(r'aria-sort="descending"><a href="([^"]*)"', text)[1]


def test_a_filter_that_is_on_is_a_chip_that_leads_to_the_list_without_it(cast, records, client_of):
    records.dossier()
    chips = client_of(cast.clerk).get("/dossiers/?state=open&year=2025&sort=code").context["chips"]
    assert [chip.url for chip in chips] == ["?year=2025&sort=code", "?state=open&sort=code"]


def test_beyond_some_thousands_a_count_says_more_than(cast, records, client_of, monkeypatch):
    monkeypatch.setattr("repository.lists.listing.COUNTED", 2)
    monkeypatch.setattr("repository.lists.pages.COUNTED", 2)
    for _ in range(4):
        records.dossier()
    listing = Dossiers(cast.clerk, {})
    assert listing.count == 3
    answer = client_of(cast.clerk).get("/dossiers/")
    assert "hơn 2 hồ sơ" in answer.content.decode()


def test_a_list_searched_by_words_is_shown_before_it_is_counted(cast, records, client_of, monkeypatch):
    monkeypatch.setattr("repository.lists.listing.STEP", 2)
    monkeypatch.setattr("repository.lists.pages.STEP", 2)
    monkeypatch.setattr("repository.lists.listing.Listing.page.__defaults__", (2,))
    for at in range(5):
        records.dossier(f"Giao thông {at}")
    browser = client_of(cast.clerk)
    text = browser.get("/dossiers/?q=giao").content.decode()
    assert "hơn 2 hồ sơ" in text and "/lists/dossiers/count/?q=giao" in text
    assert browser.get("/lists/dossiers/count/?q=giao").content.decode() == "5 hồ sơ"
    assert client_of(cast.outsider).get("/lists/dossiers/count/?q=giao").content.decode() == "0 hồ sơ"


def test_events_are_filtered_by_kind_person_days_and_record(cast, records):
    dossier = records.dossier()
    records.dossier("Khác")
    events = LISTS["events"]
    chief = actor_of(cast.user("chief"))

    def found(**query: str) -> int:
        return events(chief, query).count

    today = now().astimezone().date()
    assert found(kind="dossier.opened") == 2
    assert found(object=str(dossier.pk)) == 1
    assert found(who="Lương", kind="dossier.opened") == 2
    assert found(**{"from": (today + timedelta(days=2)).isoformat()}) == 0
    assert found(to=(today + timedelta(days=2)).isoformat()) == found()


def test_sorts_walk_an_index_instead_of_sorting_everything(cast, records, monkeypatch):
    monkeypatch.setattr("repository.access.querysets.FEW", 0)
    rows_of_dossiers(cast.world.office, [(None, None, 1, 0)] * 30)
    if connection.vendor != "sqlite":
        pytest.skip("the plan of SQLite; PostgreSQL chooses by what the table holds")
    for kind in (Dossiers, Documents):
        for name in ["", *kind(cast.clerk, {}).sorts]:
            with CaptureQueriesContext(connection) as asked:
                kind(cast.clerk, {"sort": name}).page(5)
            listed = [
                q["sql"] for q in asked if "ORDER BY" in q["sql"] and f'FROM "repository_{kind.name[:-1]}"' in q["sql"]
            ]
            for sql in listed:
                with connection.cursor() as cursor:
                    cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
                    plan = " | ".join(row[3] for row in cursor.fetchall())
                assert "USE TEMP B-TREE FOR ORDER BY" not in plan, (kind.name, name, plan)
