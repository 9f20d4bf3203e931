"""An archive with a record in every state, for people to walk through in a real browser.

Import the fixtures where they are used. The signed file must be asked for before the browser: signing runs a loop of its own.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connections
from django.test import override_settings

from demo import papers, scans, signed
from demo.pki import DemoPki
from demo.seals import set_up_seal
from demo.texts import Paper, paper_of
from repository.actions.holds import place_hold
from repository.actions.receive_file import receive_file
from repository.actions.return_dossier import return_dossier
from repository.clock import now
from repository.jobs.run import run_to_end
from repository.models import Document, Dossier, Finding, Job
from repository.registry import settled
from search.alerts import jobs as alerts
from search.alerts.actions import switch_on
from search.models import SavedSearch
from signing.anchor_proposals import propose_anchor
from signing.audits.actions import QUESTIONS, Plan, answer_row, draw_sample, open_audit
from signing.audits.closing import close_audit
from signing.batches.start import start_batch
from signing.codes import Level, Look
from signing.models import Audit, SigningRequest
from signing.sealing.asking import Wanted, ask, refuse
from signing.sealing.keys import Secret
from signing.sealing.taking import take
from tests.signing.bench_pki import issue
from tests.trusting import trust

TITLE = "Bảo đảm trật tự, an toàn giao thông năm 2025"


@dataclass(frozen=True)
class Stationery:
    """Files with their truth: their bytes by name, the paper that was signed, the root its chain ends in, whose authority it is."""

    files: dict[str, bytes]
    paper: Paper
    root: bytes
    pki: DemoPki
    to_sign: dict[str, bytes]


@pytest.fixture(scope="module")
def stationery(tmp_path_factory: pytest.TempPathFactory) -> Stationery:
    folder = tmp_path_factory.mktemp("pki")
    pki = DemoPki(folder)
    plain, sealed, scanned = (paper_of(f"walks-{n}") for n in range(3))
    files = {
        "ke-hoach.pdf": papers.pdf(plain),
        "da-ky.pdf": signed.by_person_and_seal(sealed, pki),
        "ban-quet.pdf": scans.scan(papers.pdf(scanned), seed=2),
    }
    to_sign = {f"trinh-ky-{n}.pdf": papers.pdf(paper_of(f"walks-sign-{n}")) for n in range(3)}
    return Stationery(files, sealed, pki.write_root(folder / "root.pem").read_bytes(), pki, to_sign)


@dataclass(frozen=True)
class Filled:
    """The archive: the open dossier, and its documents as they were taken in."""

    dossier: Dossier
    documents: list[Document]


def work_all() -> None:
    """What workers would do by now."""
    for job in Job.objects.filter(state__in=["queued", "running"]):
        run_to_end(job.pk)
    settled()


def fill(cast: Any, records: Any, stationery: Stationery) -> Filled:
    """An open dossier with taken-in files, and one in each other state that a page shows differently."""
    trust(stationery.root, cast)
    watch_for("q=an+toan", cast)
    dossier = records.dossier(TITLE)
    for name, content in stationery.files.items():
        receive_file(dossier.pk, name, [content], actor=cast.clerk)
    receive_file(dossier.pk, "hong.zip", [b"PK\x03\x04 this is no archive"], actor=cast.clerk)
    work_all()
    records.document(dossier, text="Bảo đảm an toàn giao thông đường bộ.", subject="Kế hoạch an toàn giao thông")
    records.closed(title="Sửa chữa đường tỉnh 512")
    records.submitted(title="Cao điểm dịp Tết Nguyên đán")
    return_dossier(
        records.submitted(title="Kiện toàn Ban An toàn giao thông").pk, "Thiếu biên bản.", actor=cast.archivist
    )
    _, sealing = records.sealing(title="Biển báo giao thông năm 2024")
    run_to_end(sealing.pk)
    held = records.submitted(title="Khắc phục điểm đen tai nạn")
    place_hold(held.pk, "Phục vụ thanh tra.", actor=cast.chief, order_number="12/QĐ-TTr")
    documents = list(Document.objects.filter(placements__dossier=dossier).order_by("placements__number"))
    Finding.objects.create(
        kind="bytes-missing", severe=True, found_at=now(), document=documents[0], body={"name": "a.pdf"}
    )
    settled()
    audit_all(cast)
    sign_all(cast, records, stationery)
    alerts.start()
    work_all()
    return Filled(dossier, documents)


def audit_all(cast: Any) -> None:
    """Audits in each state, a verification of many, and a certificate that waits for its second person."""
    propose_anchor(
        issue("Cơ quan chứng thực mới", None).pem, "Tải từ trang của cơ quan chứng thực.", actor=cast.administrator
    )
    frozen, drawn, closed = (
        open_audit(cast.world.province, title, {"kind": "documents", "query": {}}, actor=cast.auditor)
        for title in ("Chưa rút mẫu", "Chữ ký của các kế hoạch năm 2025", "Chữ ký của các báo cáo năm 2024")
    )
    start_batch({"kind": "documents", "query": {}}, actor=cast.auditor)
    work_all()
    for audit in (drawn, closed):
        audit.refresh_from_db()
        draw_sample(audit.pk, Plan(size=audit.population, seed="1"), actor=cast.auditor)
    work_all()
    for row in Audit.objects.get(pk=closed.pk).rows.all():
        answered = dict.fromkeys(QUESTIONS, "yes") | {"conclusion": "in-order", "note": "Đã đối chiếu với bản giấy."}
        answer_row(closed.pk, row.number, answered, actor=cast.auditor, revision=row.revision)
    close_audit(closed.pk, actor=cast.auditor, unsigned=True)
    settled()


def watch_for(query: str, cast: Any) -> None:
    """The reader has an alert on, from before there was anything to tell."""
    saved = SavedSearch.objects.create(
        owner=cast.user("reader"), name="An toàn giao thông", query=query, created_at=now()
    )
    switch_on(saved.pk, actor=cast.reader)
    work_all()


def sign_all(cast: Any, records: Any, stationery: Stationery) -> None:
    """A request that waits for a person and then the seal, one that was refused, one that was signed."""
    dossier = records.dossier("Văn bản trình ký")
    for name, content in stationery.to_sign.items():
        receive_file(dossier.pk, name, [content], actor=cast.clerk)
    work_all()
    seal = Wanted(Look.SEAL, agency=cast.world.province)
    both = (Wanted(Look.PERSON, user=cast.user("chief")), seal)
    waiting, refused, signed_one = Document.objects.filter(placements__dossier=dossier).order_by("placements__number")
    ask(waiting.pk, both, actor=cast.clerk, level=Level.B, note="Trình ký, văn thư đóng dấu sau.")
    refuse(ask(refused.pk, both, actor=cast.clerk, level=Level.B).pk, "Căn cứ đã hết hiệu lực.", actor=cast.chief)
    request = ask(signed_one.pk, (seal,), actor=cast.clerk, level=Level.B)
    _apart(lambda: _seal(request, cast, stationery.pki))
    work_all()


def _seal(request: SigningRequest, cast: Any, pki: DemoPki) -> None:
    with override_settings(SEAL_KEYS=pki.folder.parent / "seals"):
        set_up_seal(pki, "tinh", cast.world.province, ("Ủy ban nhân dân", "Tỉnh Lam Giang"), actor=cast.administrator)
        take(request.pk, request.sha256, Secret(), actor=cast.archivist)


def _apart(act: Any) -> None:
    """In a thread of its own: signing runs a loop, and the browser's stands in this one."""

    def alone() -> None:
        try:
            act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(alone).result()
