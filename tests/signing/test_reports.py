"""Reports on signatures: what a reader sees, for whom, in which forms, and that nothing more is said than is known."""

from __future__ import annotations

import json
import re

import pypdfium2
import pytest
from django.urls import reverse
from django.utils import translation

from repository.events import body_of
from repository.models import Event, Verification
from signing.reports.printed import BOTH, pdf_of
from signing.reports.report import report_of
from signing.reports.words import told
from tests.browser import SCREENS
from tests.repository.test_printing import text_of
from tests.signing.judged import STAMPED, basic, file_of, judge, judged, painted_over, sound, tampered

pytestmark = pytest.mark.django_db


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
