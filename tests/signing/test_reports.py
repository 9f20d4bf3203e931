"""Reports on signatures: what a reader sees, for whom, in which forms, and that nothing more is said than is known."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import translation

from repository.events import body_of
from repository.models import Event, Verification
from signing import reports
from signing.reports.printed import BOTH, pdf_of
from signing.reports.report import report_of
from signing.reports.words import told
from tests.repository.test_printing import text_of
from tests.signing.judged import STAMPED, basic, file_of, judge, judged, painted_over, sound, tampered

pytestmark = pytest.mark.django_db
SCHEMA = Path(reports.__file__).with_name("report.schema.json")


def page_of(client, document) -> str:
    answer = client.get(reverse("file_signatures", args=[file_of(document).pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def words_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def run_of(document) -> Verification:
    run = Verification.objects.select_related("file__version__document__agency").filter(
        file__version__document=document
    )
    return run.latest("run_at")


def facts(document) -> dict[str, str]:
    with translation.override("en"):
        report = report_of(run_of(document), moment=STAMPED)
        return {one["name"]: one["mark"] for one in told(report)["signatures"][0]["facts"]}


def test_the_page_names_signer_agency_issuer_times_evidence_and_run(records, cast, client_of):
    document = judged(records, sound())
    said = words_of(page_of(client_of(cast.auditor), document))
    run = run_of(document)
    for words in (
        *("Nguyễn Văn An", "Sở Nội vụ", "Cơ quan chứng thực thử nghiệm", "TOTAL-PASSED", "B-LTA", "ecdsa"),
        *("Dịch vụ dấu thời gian", "(+07:00)", str(run.pk), run.verdict["policy_hash"], file_of(document).sha512),
        *("danh sách thu hồi (CRL)", "archive", "pyhanko"),
    ):
        assert words.casefold() in said.casefold(), words


@pytest.mark.parametrize(
    ("make", "marks", "standard"),
    [
        (sound, ("pass", "pass", "pass"), "TOTAL-PASSED"),
        (basic, ("pass", "unsure", "unsure"), "INDETERMINATE"),
        (tampered, ("fail", "unsure", "unsure"), "TOTAL-FAILED"),
        (painted_over, ("fail", "unsure", "unsure"), "TOTAL-FAILED"),
    ],
)
def test_the_three_facts_stand_apart_and_none_borrows_from_another(make, marks, standard, records):
    document = judged(records, make())
    assert tuple(facts(document).values()) == marks
    assert run_of(document).verdict["signatures"][0]["indication"] == standard


def test_an_intact_signature_of_an_unknown_chain_is_never_called_valid_nor_forged(records, cast, client_of):
    document = judged(records, basic(), trusted=False)
    said = words_of(page_of(client_of(cast.auditor), document)).casefold()
    assert "không dẫn tới gốc nào kho tin" in said
    assert "chưa xác định không có nghĩa là giả" in said
    assert "hợp lệ" not in said
    with translation.override("en"):
        report = told(report_of(run_of(document), moment=STAMPED))
    assert "valid" not in json.dumps([report["summary"], report["signatures"][0]["facts"]])


def test_what_the_summary_says_of_a_changed_file_is_that_it_was_changed(records, cast, client_of):
    said = words_of(page_of(client_of(cast.auditor), judged(records, painted_over())))
    assert "Bị sửa sau khi ký." in said
    assert "FORMAT_FAILURE" in said


@pytest.mark.parametrize("who", ["outsider", "stranger", "administrator", "superuser"])
def test_who_may_not_see_the_document_finds_no_report_of_it(who, records, cast, client_of):
    document = judged(records, basic())
    client, run = client_of(getattr(cast, who)), run_of(document)
    before = Event.objects.count()
    for name in ("run", "run_pdf", "run_json", "run_xml"):
        assert client.get(reverse(name, args=[run.pk])).status_code == 404
    assert client.get(reverse("file_signatures", args=[run.file_id])).status_code == 404
    assert client.post(reverse("file_bundle", args=[run.file_id])).status_code == 404
    assert Event.objects.count() == before


def test_every_run_stays_open_as_it_was(records, cast, client_of):
    document = judged(records, sound(), trusted=False)
    first = run_of(document)
    judge(file_of(document))
    client = client_of(cast.auditor)
    page = page_of(client, document)
    assert reverse("run", args=[first.pk]) in page
    assert "TOTAL-PASSED" in words_of(page)
    old = words_of(client.get(reverse("run", args=[first.pk])).content.decode())
    assert "Một lần kiểm tra trước" in old
    assert "NO_CERTIFICATE_CHAIN_FOUND" in old
    assert "TOTAL-PASSED" not in old


def test_many_runs_are_read_a_stretch_at_a_time(records, cast, client_of, django_assert_max_num_queries):
    document = judged(records, basic())
    run = run_of(document)
    for n in range(45):
        run.pk = None
        run._state.adding = True
        run.pk = Verification._meta.pk.get_default()
        run.run_at = run.run_at.replace(year=2020, month=1 + n % 12, day=1 + n // 12)
        run.save(force_insert=True)
    client = client_of(cast.auditor)
    url, seen = reverse("file_signatures", args=[run.file_id]), set()
    while url:
        with django_assert_max_num_queries(30):
            answer = client.get(url)
        seen |= {one.pk for one in answer.context["runs"]}
        older = answer.context["older_url"]
        url = reverse("file_signatures", args=[run.file_id]) + older.split("#")[0] if older else ""
    assert len(seen) == 46


def test_a_file_that_was_never_judged_has_a_page_that_says_so_and_no_bundle(records, cast, client_of):
    document = records.document(records.dossier())
    client = client_of(cast.auditor)
    assert "Chưa có lần kiểm tra nào" in words_of(page_of(client, document))
    assert client.post(reverse("file_bundle", args=[file_of(document).pk])).status_code == 409


def test_the_pdf_says_in_the_language_asked_for_and_in_both_on_one_sheet(records, cast, client_of):
    run = run_of(judged(records, sound(), subject="Kiện toàn #set page(width: 1cm) $x$ *Ban*"))
    client = client_of(cast.auditor)
    said = {
        language: text_of(client.get(reverse("run_pdf", args=[run.pk]), {"lang": language}).content)
        for language in ("vi", "en", BOTH)
    }
    assert "Báo cáo chữ ký số" in said["vi"]
    assert "Report on signatures" not in said["vi"]
    assert "Report on signatures" in said["en"]
    assert "Báo cáo" not in said["en"]
    for words in ("Báo cáo chữ ký số", "Report on signatures", "Nguyễn Văn An", "TOTAL-PASSED"):
        assert words in said[BOTH], words
    assert "#set page(width: 1cm) $x$ *Ban*" in said["en"]


def test_the_same_report_gives_the_same_pdf(records):
    report = report_of(run_of(judged(records, basic())), moment=STAMPED)
    assert pdf_of(report, "vi") == pdf_of(report, "vi")


def test_the_json_keeps_to_its_schema_whatever_the_verdict(records, cast, client_of):
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    client = client_of(cast.auditor)
    for make in (sound, basic, tampered, painted_over, lambda: b"%PDF-1.7 broken"):
        run = run_of(judged(records, make()))
        answer = client.get(reverse("run_json", args=[run.pk]))
        jsonschema.validate(json.loads(answer.content), schema)
        assert "attachment" in answer["Content-Disposition"]


def test_taking_a_report_away_is_an_event_of_its_own(records, cast, client_of):
    document = judged(records, basic())
    run = run_of(document)
    client_of(cast.auditor).get(reverse("run_pdf", args=[run.pk]), {"lang": "en"})
    event = Event.objects.filter(kind="signatures.reported").get()
    details = body_of(event)["details"]
    assert (details["run"], details["form"], details["language"]) == (str(run.pk), "pdf", "en")


def test_runs_from_before_the_facts_were_told_apart_are_still_read(records, cast, client_of):
    document = judged(records, basic())
    run = run_of(document)
    old = json.loads(json.dumps(run.verdict))
    for name in ("evidence", "wanted", "knowledge", "knowledge_given", "knowledge_unreadable"):
        old.pop(name, None)
    for signature in old["signatures"]:
        for name in ("integrity", "identity", "time", "path", "provable_until", "provable_because"):
            signature.pop(name, None)
    run.verdict = old
    with translation.override("en"):
        marks = [one["mark"] for one in told(report_of(run, moment=STAMPED))["signatures"][0]["facts"]]
    assert marks == ["pass", "unsure", "unsure"]
