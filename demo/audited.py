"""What the demonstration's auditor has done: one audit closed and signed, one at its sheets, one just opened, and a check of many files."""

from __future__ import annotations

from demo.filing import Filing
from demo.seals import lent
from repository.codes import Indication, JobState
from repository.jobs.engine import UNFINISHED
from repository.jobs.run import run_to_end
from signing.audits.actions import Plan, answer_row, draw_sample, open_audit
from signing.audits.closing import close_audit
from signing.batches.start import start_batch
from signing.models import Audit, AuditRow, Batch
from signing.models.audits import Answer, AuditState, Conclusion, FindingKind, Severity
from signing.scope import of_list

CLOSED, AT_WORK, OPENED = (
    "Kiểm tra chữ ký số trên văn bản quý III",
    "Kiểm tra văn bản của các sở, quý IV",
    "Kiểm tra văn bản cấp xã",
)
SAMPLES = {CLOSED: 6, AT_WORK: 4}
SEED = "Lam Giang 2026"
FOUND = {
    Indication.FAILED: "Nội dung tệp không còn khớp với chữ ký; đã yêu cầu nơi gửi cung cấp lại bản gốc.",
    Indication.INDETERMINATE: "Chưa có danh sách thu hồi của thời điểm ký; sẽ kiểm tra lại khi có.",
}


def keep_audits(filing: Filing) -> None:
    """Made again, what is there is left as it is; what was left half done is brought to its end."""
    _closed(filing)
    _drawn(filing, AT_WORK, answered=1)
    _opened(filing, OPENED)
    _check_many(filing)


def _opened(filing: Filing, title: str) -> Audit:
    actor, province = filing.actor("auditor"), filing.agencies["tinh"]
    audit = Audit.objects.filter(title=title).first()
    if audit is None:
        audit = open_audit(province, title, of_list({"verdict": "signed"}), actor=actor)
    _work(audit)
    return audit


def _work(audit: Audit) -> None:
    if audit.job is not None and audit.job.state in UNFINISHED:
        run_to_end(audit.job.pk)
    audit.refresh_from_db()


def _drawn(filing: Filing, title: str, *, answered: int) -> Audit:
    """The audit with its sample drawn and so many sheets answered."""
    actor = filing.actor("auditor")
    audit = _opened(filing, title)
    if audit.state == AuditState.FROZEN:
        plan = Plan(size=min(SAMPLES[title], audit.population), seed=SEED)
        audit = draw_sample(audit.pk, plan, actor=actor)
        _work(audit)
    if audit.state == AuditState.DRAWN:
        for row in AuditRow.objects.filter(audit=audit, number__lte=answered, conclusion=""):
            answer_row(audit.pk, row.number, answers(row), actor=actor, revision=row.revision)
    return audit


def answers(row: AuditRow) -> dict[str, str]:
    """What the auditor writes on a sheet, by what the check of the signatures said."""
    yes = dict.fromkeys(("as_expected", "signer", "authority", "dated", "whole"), Answer.YES.value)
    if row.indication == Indication.FAILED:
        finding = {"kind": FindingKind.SIGNATURE.value, "severity": Severity.MAJOR.value}
        said = {"as_expected": Answer.NO.value, "whole": Answer.NO.value, "conclusion": Conclusion.FINDING.value}
        return {**yes, **said, **finding, "note": FOUND[Indication.FAILED]}
    if row.indication == Indication.PASSED:
        return {**yes, "conclusion": Conclusion.IN_ORDER.value}
    said = {"signer": Answer.UNKNOWN.value, "conclusion": Conclusion.NOT_JUDGED.value}
    return {**yes, **said, "note": FOUND[Indication.INDETERMINATE]}


def _closed(filing: Filing) -> None:
    audit = _drawn(filing, CLOSED, answered=SAMPLES[CLOSED])
    if audit.state == AuditState.DRAWN:
        with lent(filing.pki):
            close_audit(audit.pk, actor=filing.actor("auditor"))


def _check_many(filing: Filing) -> None:
    actor = filing.actor("auditor")
    batch = Batch.objects.filter(asked_by=actor.user).first()
    if batch is None:
        batch = start_batch(of_list({"verdict": Indication.FAILED.value}), actor=actor)
    if batch.job is not None and batch.job.state not in (JobState.DONE, JobState.FAILED):
        run_to_end(batch.job.pk)
