"""What is done to an audit: opening it, drawing its sample, answering a sheet. Each is one transaction with its event."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from repository.access import require
from repository.actors import Actor
from repository.clock import now
from repository.events import record
from repository.jobs.engine import UNFINISHED, enqueue
from repository.models import Agency, Document, File, Job
from repository.refusals import NotVisible, Refused
from signing.audits.access import fetch
from signing.audits.population import texts_of
from signing.audits.sampling import Drawn, draw, lines_of, shares
from signing.models import Audit, AuditRow
from signing.models.audits import Answer, AuditState, Conclusion, FindingKind, Severity
from signing.scope import Scope

FREEZE, CHECK = "audit_freeze", "audit_check"
LARGEST_SAMPLE = 5_000
QUESTIONS = ("as_expected", "signer", "authority", "dated", "whole")
LONGEST_NOTE = 5_000


@transaction.atomic
def open_audit(
    agency: Agency, title: str, scope: Scope, *, actor: Actor, purpose: str = "", refers_to: UUID | str | None = None
) -> Audit:
    """Open an audit over a scope; a job freezes its population. Raises Forbidden, NotVisible or Refused."""
    require(actor, "keep audit", agency)
    if not title.strip():
        raise _refused("open audit", "no-title", _("An audit needs a title."), _("For example: Signatures of 2025."))
    earlier = fetch(actor, refers_to) if refers_to else None
    audit = Audit.objects.create(
        agency=agency,
        title=" ".join(title.split())[:200],
        purpose=purpose.strip()[:1000],
        scope=scope,
        refers_to=earlier,
        opened_by=actor.user,
        opened_at=now(),
        secrecy=actor.clearance,
    )
    record("audit.opened", actor, audit, scope=scope, refers_to=earlier.pk if earlier else None)
    start_work(audit, FREEZE, actor)
    return audit


def start_work(audit: Audit, kind: str, actor: Actor) -> Job:
    job = enqueue(kind, actor.id, params={"audit": str(audit.pk)})
    Audit.objects.filter(pk=audit.pk).update(job=job)
    audit.job = job
    return job


@transaction.atomic
def work_again(audit_id: UUID | str, *, actor: Actor) -> Audit:
    """Have the work tried again that was stopped or failed. Raises NotVisible, Forbidden or Refused."""
    audit = fetch(actor, audit_id, keeps=True, lock=True)
    running = Job.objects.filter(pk=audit.job_id, state__in=UNFINISHED).exists()
    unchecked = AuditRow.objects.filter(audit=audit, verified_at__isnull=True).exists()
    if running or not (audit.state == AuditState.FREEZING or (audit.state == AuditState.DRAWN and unchecked)):
        raise _refused(
            "work again", "nothing-left", _("There is nothing left to go on with."), _("Load the page again.")
        )
    start_work(audit, FREEZE if audit.state == AuditState.FREEZING else CHECK, actor)
    return audit


@dataclass(frozen=True)
class Plan:
    """How the sample is drawn. Shares from 0 to 1; an empty seed is made here, of 128 random bits."""

    size: int
    seed: str = ""
    stratified: bool = False
    confidence: float = 0.95
    tolerable: float = 0.05


def draw_sample(audit_id: UUID | str, plan: Plan, *, actor: Actor) -> Audit:
    """Draw the sample, once and for all; a job then checks its signatures anew. Raises NotVisible, Forbidden or Refused.

    Walking the population takes seconds for a million: it is done before the transaction, which looks again at what it rests on.
    """
    audit = fetch(actor, audit_id, keeps=True)
    _check_plan(audit, plan)
    seed = " ".join(unicodedata.normalize("NFC", plan.seed).split())[:120] or secrets.token_hex(16)
    drawn = drawn_of(audit, seed, plan.size, stratified=plan.stratified)
    return _keep_sample(audit, plan, seed, drawn, actor)


def _check_plan(audit: Audit, plan: Plan) -> None:
    if audit.state != AuditState.FROZEN:
        raise _refused(
            "draw sample",
            "not-frozen",
            _("A sample is drawn once, from a population that is frozen."),
            _("Open a new audit that refers to this one."),
        )
    if not 1 <= plan.size <= min(audit.population, LARGEST_SAMPLE):
        raise _refused(
            "draw sample",
            "size",
            _("The sample has at least 1 document, and no more than the population or 5,000."),
            _("Choose another size."),
        )
    if not (0.5 <= plan.confidence < 1 and 0 < plan.tolerable < 1):
        raise _refused(
            "draw sample", "plan", _("Confidence lies between 50 and 100 %, the tolerable rate between 0 and 100 %.")
        )


@transaction.atomic
def _keep_sample(walked: Audit, plan: Plan, seed: str, drawn: list[Drawn], actor: Actor) -> Audit:
    audit = fetch(actor, walked.pk, keeps=True, lock=True)
    _check_plan(audit, plan)
    # Parts are never changed; the hash is that of what was walked, or this is another population.
    if audit.population_sha256 != walked.population_sha256:
        raise _refused(
            "draw sample", "meanwhile", _("The population was frozen anew meanwhile."), _("Load the page again.")
        )
    AuditRow.objects.bulk_create(_sheets(audit, drawn), batch_size=500)
    audit.seed, audit.size, audit.stratified = seed, len(drawn), plan.stratified
    audit.confidence, audit.tolerable = plan.confidence, plan.tolerable
    audit.state, audit.drawn_at = AuditState.DRAWN, now()
    audit.save()
    record(
        "audit.drawn",
        actor,
        audit,
        # While it is open, events are read by those whose work is looked at: what would name the sample is bound by its hash.
        seed_sha256=sha256(seed),
        sample_sha256=sha256("".join(f"{one.identity}\n" for one in drawn)),
        size=len(drawn),
        stratified=plan.stratified,
        confidence=plan.confidence,
        tolerable=plan.tolerable,
        population=audit.population,
        population_sha256=audit.population_sha256,
    )
    start_work(audit, CHECK, actor)
    return audit


def drawn_of(audit: Audit, seed: str, size: int, *, stratified: bool) -> list[Drawn]:
    """The sample that the frozen population gives with this seed."""
    sizes = {"": size}
    if stratified:
        strata = Counter(stratum for _identity, stratum in lines_of(texts_of(audit)))
        sizes = shares(strata, size)
    return draw(lines_of(texts_of(audit)), seed, sizes)


def _sheets(audit: Audit, drawn: list[Drawn]) -> list[AuditRow]:
    documents: dict[UUID, Document] = {}
    files: dict[UUID, File] = {}
    ids = [UUID(one.identity) for one in drawn]
    for at in range(0, len(ids), 500):
        part = ids[at : at + 500]
        documents |= {
            row.pk: row for row in Document.objects.filter(pk__in=part).only("code", "subject", "issued_date")
        }
        for file in File.objects.filter(version__document__in=part, version__current=True, role="main").select_related(
            "version"
        ):
            files[file.version.document_id] = file
    rows = []
    for number, one in enumerate(drawn, start=1):
        pk = UUID(one.identity)
        document, main = documents.get(pk), files.get(pk)
        rows.append(
            AuditRow(
                audit=audit,
                number=number,
                stratum=one.stratum[:60],
                document_id=pk,
                label=document.label[:200] if document else one.identity,
                subject=document.subject if document else "",
                issued_date=document.issued_date if document else None,
                file_id=main.pk if main else None,
                sha256=main.sha256 if main else "",
            )
        )
    return rows


class AnsweredMeanwhile(Refused):
    """Somebody saved this sheet since it was read; `row` is what stands there now."""

    row: AuditRow


@transaction.atomic
def answer_row(audit_id: UUID | str, number: int, values: dict[str, str], *, actor: Actor, revision: int) -> AuditRow:
    """Keep the auditor's answers and conclusion on one sampled document.

    `revision` is that of the sheet she read. Raises NotVisible, Forbidden, AnsweredMeanwhile or Refused.
    """
    audit = fetch(actor, audit_id, keeps=True, lock=True)
    row = AuditRow.objects.filter(audit=audit, number=number).first()
    if row is None or not Document.objects.visible_to(actor).filter(pk=row.document_id).exists():
        raise NotVisible
    if audit.state != AuditState.DRAWN:
        raise _refused(
            "answer",
            "closed",
            _("This audit is closed; nothing in it changes any more."),
            _("Open a new audit that refers to this one."),
        )
    if row.revision != revision:
        conflict = AnsweredMeanwhile(
            "answer",
            None,
            _refused("answer", "meanwhile", _("Somebody saved this sheet while you had it open.")).blockers,
        )
        conflict.row = row
        raise conflict
    given = _given(values, row)
    changed = AuditRow.objects.filter(pk=row.pk, revision=revision).update(
        **given, answered_by=actor.user, answered_at=now(), revision=revision + 1
    )
    assert changed == 1
    row.refresh_from_db()
    said = {name: value for name, value in given.items() if value}
    record("audit.answered", actor, audit, number=number, answers=said)
    return row


def _given(values: dict[str, str], row: AuditRow) -> dict[str, Any]:
    """The answers as they are kept. Raises Refused where they do not go together."""
    given = {name: _one_of(Answer.values, values.get(name, "")) for name in QUESTIONS}
    given["conclusion"] = conclusion = _one_of(Conclusion.values, values.get("conclusion", ""))
    given["note"] = note = values.get("note", "").replace("\0", "").strip()[:LONGEST_NOTE]
    finding = conclusion == Conclusion.FINDING
    given["kind"] = _one_of(FindingKind.values, values.get("kind", "")) if finding else ""
    given["severity"] = _one_of(Severity.values, values.get("severity", "")) if finding else ""
    if finding and not (given["kind"] and given["severity"]):
        raise _refused(
            "answer", "finding", _("A finding needs a kind and how grave it is."), _("Choose both, then save.")
        )
    if conclusion in (Conclusion.FINDING, Conclusion.NOT_JUDGED) and not note:
        raise _refused(
            "answer", "note", _("Say in the note what was found, or why it could not be judged."), _("Then save again.")
        )
    against = row.indication == "TOTAL-FAILED" or Answer.NO in [given[name] for name in QUESTIONS]
    if conclusion == Conclusion.IN_ORDER and against and not note:
        raise _refused(
            "answer",
            "note",
            _("The check failed, or you answered a question with no. Say in the note why it is in order all the same."),
            _("Then save again."),
        )
    return given


def _one_of(known: list[str], given: str) -> str:
    return given if given in known else ""


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _refused(act: str, code: str, title: Any, remedy: Any = "") -> Refused:
    return Refused.because(act, None, code, title, remedy)
