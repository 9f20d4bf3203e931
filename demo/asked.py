"""Requests to sign in every state: one that waits for the seal, one that waits for a person, one that is late, one signed, one refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from demo.filing import Filing
from demo.seals import set_up_seal
from repository.clock import now, today
from repository.codes import DossierState, FileRole, Indication
from repository.jobs.run import run_to_end
from repository.models import Document, Job
from signing.codes import Level, Look
from signing.models import RequestState, SigningRequest
from signing.sealing.asking import PDF, Wanted, ask, refuse
from signing.sealing.keys import Secret
from signing.sealing.taking import take

SEAL_WORDS = ("Ủy ban nhân dân", "Tỉnh Lam Giang")
REFUSED_BECAUSE = "Căn cứ ban hành ở phần mở đầu đã hết hiệu lực; đề nghị soạn lại rồi trình."


@dataclass(frozen=True)
class Asked:
    """`note` tells the requests apart, so that none is asked for twice. Days from today; `ended` is how it ends."""

    note: str
    looks: tuple[Look, ...]
    asked: int
    deadline: int
    ended: RequestState = RequestState.OPEN


# In this order, as far as there are papers: what is signed comes first, for it needs one that nobody found fault with.
REQUESTS = (
    Asked("Đóng dấu để phát hành trong ngày.", (Look.SEAL,), 0, 1, RequestState.SIGNED),
    Asked("Đóng dấu để gửi bản điện tử.", (Look.SEAL,), 0, 3),
    Asked("Trình ký theo phiếu trình của phòng Tổng hợp.", (Look.PERSON, Look.SEAL), 9, -2),
    Asked("Xin ý kiến lãnh đạo trước khi ký.", (Look.PERSON, Look.SEAL), 0, 5, RequestState.REFUSED),
    Asked("Trình ký, văn thư đóng dấu sau.", (Look.PERSON, Look.SEAL), 0, 5),
)


def ask_for_signatures(filing: Filing) -> None:
    """Made again, what is there is left as it is, and what was left half done is brought to its end."""
    province = filing.agencies["tinh"]
    set_up_seal(filing.pki, "tinh", province, SEAL_WORDS, actor=filing.actor("admin"))
    papers = iter(_papers())
    for wanted in REQUESTS:
        request = SigningRequest.objects.filter(note=wanted.note).first()
        if request is None:
            paper = next(papers, None)
            if paper is None:
                return
            request = _ask(filing, wanted, paper)
        if request.state == RequestState.OPEN:
            _end(filing, wanted, request)


def _papers() -> list[Document]:
    """PDFs of open dossiers, without a request and without a signature that failed; those without any signature first."""
    rows = Document.objects.filter(
        dossiers__state=DossierState.OPEN,
        sealed_at__isnull=True,
        signing_requests__isnull=True,
        versions__current=True,
        versions__files__role=FileRole.MAIN,
        versions__files__mime=PDF,
        versions__files__status__indication__in=(Indication.NONE, Indication.INDETERMINATE, Indication.PASSED),
    )
    found = rows.order_by("pk").distinct().values_list("pk", "versions__files__status__indication")
    order = [pk for pk, _ in sorted(found, key=lambda row: (row[1] != Indication.NONE, row[0]))]
    by_pk = Document.objects.in_bulk(order)
    return [by_pk[pk] for pk in order]


def _ask(filing: Filing, wanted: Asked, paper: Document) -> SigningRequest:
    chief, province = filing.actor("chief").user, filing.agencies["tinh"]
    signers = [
        Wanted(look, user=chief) if look == Look.PERSON else Wanted(look, agency=province) for look in wanted.looks
    ]
    day = today() + timedelta(days=max(wanted.deadline, 0))
    # No time-stamp server is at hand here, and none is asked outside.
    request = ask(paper.pk, signers, actor=filing.actor("clerk"), level=Level.B, deadline=day, note=wanted.note)
    if wanted.asked:
        # Nobody may set a deadline that is over; this archive was made today, and shows what one of some weeks holds.
        late = {"asked_at": now() - timedelta(days=wanted.asked), "deadline": today() + timedelta(days=wanted.deadline)}
        SigningRequest.objects.filter(pk=request.pk).update(**late)
        request.refresh_from_db()
    return request


def _end(filing: Filing, wanted: Asked, request: SigningRequest) -> None:
    if wanted.ended == RequestState.REFUSED:
        refuse(request.pk, REFUSED_BECAUSE, actor=filing.actor("chief"))
    elif wanted.ended == RequestState.SIGNED:
        take(request.pk, request.sha256, Secret(), actor=filing.actor("clerk"))
        for job in Job.objects.filter(kind="version", state="queued", params__document=str(request.document_id)):
            run_to_end(job.pk)
