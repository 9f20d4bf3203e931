"""The page of what stops being provable: who sees what, what the figures lead to, and how it looks."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from repository.clock import now
from repository.models import Document, File, FileStatus, Verification
from signing.models import Ending, EvidenceStamp, Provable
from tests.browser import Person, chromium  # noqa: F401

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]


def rows(records, count, dossier=None, **fields):
    """Signatures that end a month after one another, the last of four not provable."""
    dossier = dossier or records.dossier()
    for number in range(count):
        document = records.document(dossier)
        file = File.objects.get(version__document=document)
        run = Verification.objects.create(
            file=file, run_at=now(), reason="intake", sha256=file.sha256, indication="TOTAL-PASSED", outcome="VALID",
            signatures=1, policy="p", verdict={},
        )  # fmt: skip
        FileStatus.objects.filter(file=file).update(verification=run, indication="TOTAL-PASSED")
        ending = list(Ending)[number % 5]
        never = ending == Ending.NEVER
        values = {
            "place": 0, "field": "ChuKy1", "signer": f"Nguyễn Văn {number}", "level": "B-LT", "ending": ending,
            "indication": "INDETERMINATE" if never else "TOTAL-PASSED",
            "provable_until": None if never else now() + timedelta(days=20 + 31 * number), **fields,
        }  # fmt: skip
        Provable.objects.create(file=file, document=document, verification=run, **values)
    return dossier


def test_the_soonest_end_stands_first_and_what_cannot_be_proven_last(records, cast, client_of):
    rows(records, 7)
    shown = client_of(cast.auditor).get("/audit/provable/").context["rows"]
    ends = [Provable.objects.get(pk=row.pk).provable_until for row in shown]
    assert ends[:-1] == sorted(ends[:-1])
    assert ends[-1] is None


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("within=3", 3),
        ("ending=never", 1),
        ("ending=authority", 2),
        ("kind=timestamp", 0),
        ("q=Văn+2", 1),
        ("within=nonsense", 0),
        ("until=20", 0),
        ("until=2027-13", 0),
        ("until=9999-12", 0),
        ("dossier=nonsense", 0),
    ],
)
def test_filters_find_what_they_say_and_one_that_says_nothing_finds_nothing(records, cast, client_of, query, count):
    rows(records, 7)
    assert len(client_of(cast.auditor).get(f"/audit/provable/?{query}").context["rows"]) == count


def test_a_year_of_the_chart_leads_to_the_rows_it_counts(records, cast, client_of):
    rows(records, 14)
    client = client_of(cast.auditor)
    for bar in client.get("/audit/provable/").context["chart"]["bars"]:
        if bar.url:
            page = client.get(f"/audit/provable/{bar.url}")
            assert len(page.context["rows"]) == bar.total
            assert sum(month.total for month in page.context["chart"]["bars"]) == bar.total


def test_rows_of_one_dossier_and_one_agency(records, cast, client_of):
    dossier = rows(records, 3)
    rows(records, 2)
    client = client_of(cast.auditor)
    assert len(client.get(f"/audit/provable/?dossier={dossier.pk}").context["rows"]) == 3
    assert len(client.get(f"/audit/provable/?agency={cast.world.department.pk}").context["rows"]) == 0
    assert len(client.get(f"/audit/provable/?agency={cast.world.office.pk}").context["rows"]) == 5


def test_an_outsider_sees_no_row_and_no_figure_and_a_reader_not_the_page(records, cast, client_of):
    rows(records, 3)
    page = client_of(cast.outsider).get("/audit/provable/")
    assert (len(page.context["rows"]), [one["count"] for one in page.context["figures"]]) == (0, [0, 0, 0])
    assert page.context["chart"] is None
    assert client_of(cast.reader).get("/audit/provable/").status_code == 403
    assert client_of(cast.stranger).get("/audit/provable/").status_code == 403


def test_what_is_above_her_clearance_is_neither_listed_nor_counted(records, cast, client_of):
    rows(records, 2)
    Document.objects.filter(pk=Provable.objects.first().document_id).update(secrecy=3)
    page = client_of(cast.auditor).get("/audit/provable/")
    assert len(page.context["rows"]) == 1
    assert sum(one["count"] for one in page.context["figures"]) == 1


def test_a_page_asks_as_many_queries_for_many_rows_as_for_few(records, cast, client_of):
    client = client_of(cast.auditor)
    counts = []
    for more in (3, 9):
        rows(records, more)
        client.get("/audit/provable/")
        cache.clear()
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get("/audit/provable/").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 30


@pytest.mark.parametrize(
    ("width", "theme", "language"),
    [(1440, "light", "vi"), (1440, "dark", "en"), (360, "light", "vi"), (360, "dark", "en")],
)
def test_the_page_fits_every_screen(width, theme, language, chromium, live_server, cast, records, settings):  # noqa: F811
    rows(records, 22)
    settings.TIMESTAMP_SERVER = "http://stamps.example" if theme == "light" else None
    EvidenceStamp.objects.create(
        made_at=now(), size=3, root="ab" * 64, token=b"x", token_sha512="cd" * 64, stamped_at=now(),
        authority="Dịch vụ dấu thời gian (thử nghiệm)", ends_at=now() + timedelta(days=3000),
    )  # fmt: skip
    person = Person(chromium, live_server, cast, "chief", width=width, theme=theme, language=language)
    person.go("/audit/provable/")
    person.look("provable", full=True)
    assert person.complaints == []
    assert person.widest() <= width
    assert person.violations() == []
    person.go("/audit/provable/?until=2027")
    person.look("provable-year")
    assert person.complaints == []
