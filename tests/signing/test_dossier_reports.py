"""The report on a dossier's signatures: problems first, counts that agree with the rows, and as few queries for many as for few."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from repository.actions.fetch_product import fetch_product
from repository.clock import now
from repository.codes import Indication, JobState
from repository.jobs.engine import work
from repository.models import Document, File, FileStatus, Job
from signing.reports.actions import ask_for_dossier_report
from tests.repository.test_printing import text_of
from tests.signing.judged import basic, judged, painted_over, sound

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def products(settings, tmp_path):
    settings.PRODUCTS = tmp_path / "products"


@pytest.fixture
def dossier(records):
    """Of five documents one failed, one is not determined, one passed, and two have no signature or were not judged."""
    dossier = records.dossier()
    judged(records, sound(), dossier, subject="Đạt")
    records.document(dossier, subject="Không ký")
    judged(records, basic(), dossier, subject="Chưa rõ")
    judged(records, painted_over(), dossier, subject="Đã sửa")
    return dossier


def lines(client, dossier, **query):
    answer = client.get(reverse("dossier_signatures", args=[dossier.pk]), query)
    assert answer.status_code == 200
    return answer


def made(dossier, actor, form: str, language: str = "vi") -> bytes:
    job: Job = ask_for_dossier_report(dossier.pk, form, language, actor=actor)
    work(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE, job.message
    return fetch_product(job.pk, actor=actor)[1].read_bytes()


def test_problems_stand_first_and_the_counts_are_those_of_the_rows(dossier, cast, client_of):
    client = client_of(cast.auditor)
    answer = lines(client, dossier)
    assert [line.document.subject for line in answer.context["lines"]][:2] == ["Đã sửa", "Chưa rõ"]
    for one in answer.context["counts"]:
        rows = lines(client, dossier, verdict=one["indication"]).context["lines"]
        assert len(rows) == one["count"]
        assert {row.indication for row in rows} == {one["indication"]}
    assert sum(one["count"] for one in answer.context["counts"]) == 4


def test_hundreds_of_documents_are_read_in_stretches_with_few_queries(
    dossier, records, cast, client_of, django_assert_max_num_queries
):
    for _ in range(60):
        document = records.document(dossier)
        FileStatus.objects.filter(file__version__document=document).update(
            indication=Indication.PASSED, verified_at=now()
        )
    client, seen, query = client_of(cast.auditor), [], ""
    while True:
        with django_assert_max_num_queries(30):
            answer = client.get(reverse("dossier_signatures", args=[dossier.pk]) + query)
        seen += [(line.rank, line.number) for line in answer.context["lines"]]
        query = answer.context["next_url"]
        if not query:
            break
    assert seen == sorted(set(seen))
    assert len(seen) == 64


@pytest.mark.parametrize("query", ["x", "1", "1.x", "-1.2", "1.99999999999999999999999"])
def test_a_place_that_is_none_is_not_found(query, dossier, cast, client_of):
    answer = client_of(cast.auditor).get(reverse("dossier_signatures", args=[dossier.pk]), {"after": query})
    assert answer.status_code == 404


def test_what_she_may_not_see_is_in_no_row_no_count_and_no_file(dossier, cast, client_of):
    Document.objects.filter(dossiers=dossier, subject="Đã sửa").update(secrecy=2)
    answer = lines(client_of(cast.auditor), dossier)
    assert "Đã sửa" not in answer.content.decode()
    assert answer.context["total"] == 3
    assert "Đã sửa" not in text_of(made(dossier, cast.auditor, "pdf"))
    assert b"\xc4\x90\xc3\xa3 s\xe1\xbb\xada" not in made(dossier, cast.auditor, "json")


@pytest.mark.parametrize("who", ["outsider", "stranger", "administrator"])
def test_who_may_not_see_the_dossier_finds_nothing(who, dossier, cast, client_of):
    client = client_of(getattr(cast, who))
    assert client.get(reverse("dossier_signatures", args=[dossier.pk])).status_code == 404
    for name in ("dossier_report", "dossier_bundle"):
        assert client.post(reverse(name, args=[dossier.pk])).status_code == 404
    assert not Job.objects.filter(kind__in=("signature-report", "evidence-bundle")).exists()


def test_the_pdf_lists_them_problems_first_in_the_language_asked_for(dossier, cast):
    vi = text_of(made(dossier, cast.auditor, "pdf"))
    assert vi.index("Đã sửa") < vi.index("Chưa rõ")
    assert "đổi điều chữ ký không cho phép" in vi
    en = text_of(made(dossier, cast.auditor, "pdf", "en"))
    assert "Documents, problems first" in en
    assert "changed what a signature does not allow" in en
    both = text_of(made(dossier, cast.auditor, "pdf", "both"))
    assert "đổi điều chữ ký không cho phép" in both
    assert "changed what a signature does not allow" in both


def test_the_json_has_the_whole_report_of_each_document(dossier, cast):
    told = json.loads(made(dossier, cast.auditor, "json"))
    assert told["counts"][Indication.FAILED] == 1
    [failed] = [one for one in told["documents"] if one["indication"] == Indication.FAILED]
    assert failed["report"]["run"]["outcome"] == "MODIFIED"
    assert [one["report"] for one in told["documents"] if one["subject"] == "Không ký"] == [None]


def test_the_dossiers_page_leads_there(dossier, cast, client_of):
    page = client_of(cast.auditor).get(dossier.get_absolute_url()).content.decode()
    assert reverse("dossier_signatures", args=[dossier.pk]) in page
    document = Document.objects.get(dossiers=dossier, subject="Đã sửa")
    page = client_of(cast.auditor).get(document.get_absolute_url()).content.decode()
    assert reverse("file_signatures", args=[File.objects.get(version__document=document).pk]) in page
