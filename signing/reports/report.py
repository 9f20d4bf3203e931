"""The report of one run as plain JSON data: the one source of the page, the PDF, the JSON file and the bundle.

Its shape is `report.schema.json`, version `VERSION`: keys are added within a version, never renamed or given another meaning. Times are
ISO 8601 with zone, digests lower-case hexadecimal, what is not known is null and never false.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any

from django.utils import translation

from repository.codes import Indication as Shown
from repository.models import File, Verification
from signing.models import TrustAnchor
from signing.validation.canonical import to_plain
from signing.validation.verdicts import (
    CertificateFacts,
    Covered,
    Fact,
    FileVerdict,
    IdentityFacts,
    Indication,
    IntegrityFacts,
    SignatureVerdict,
    TimeFacts,
)
from signing.validation.wording import text_of

LANGUAGES = ("vi", "en")
NAME = "van-kho-signature-report"
VERSION = "1.0"


def report_of(run: Verification, *, moment: datetime) -> dict[str, Any]:
    """What this run established. `moment`: when the report is made; "now" in it is that moment. One query, for the anchors' names.

    `run.file.version.document.agency` should be at hand. Raises KeyError, TypeError or ValueError for a run that cannot be read back.
    """
    verdict = FileVerdict.from_dict(run.verdict)
    file = run.file
    return {
        "schema": NAME,
        "version": VERSION,
        "made_at": moment.isoformat(),
        "document": _document(file),
        "file": _file(file, verdict),
        "run": _run(run, verdict),
        "signatures": [_signature(one, verdict, moment) for one in verdict.signatures],
        "evidence": [
            {name: value for name, value in to_plain(item).items() if name != "der_base64"} for item in verdict.evidence
        ],
        "wanted": to_plain(verdict.wanted),
    }


def short_run(run: Verification) -> dict[str, Any]:
    """A run in a list of runs."""
    return {
        "id": str(run.pk),
        "at": run.run_at.isoformat(),
        "reason": run.reason,
        "indication": run.indication,
        "outcome": run.outcome,
    }


def _document(file: File) -> dict[str, Any]:
    document = file.version.document
    return {
        "id": str(document.pk),
        "code": document.code,
        "type": document.type_name,
        "subject": document.subject,
        "issued": document.issued_date.isoformat() if document.issued_date else None,
        "issued_by": document.organ_name,
        "kept_by": document.agency.name,
        "version": file.version.number,
        "version_current": file.version.current,
    }


def _file(file: File, verdict: FileVerdict) -> dict[str, Any]:
    return {
        "id": str(file.pk),
        "name": file.name,
        "role": file.role,
        "mime": file.mime,
        "size": file.size,
        "sha256": file.sha256,
        "sha512": file.sha512,
        "received_at": file.received_at.isoformat(),
        "revisions": verdict.file.revisions,
        "encrypted": verdict.file.encrypted,
        "uncovered_bytes": verdict.file.uncovered_bytes,
        "pages_compared": verdict.file.pages_compared,
    }


def _run(run: Verification, verdict: FileVerdict) -> dict[str, Any]:
    known = dict(TrustAnchor.objects.filter(sha256__in=verdict.anchors).values_list("sha256", "name"))
    return {
        **short_run(run),
        "sha256": run.sha256,
        "validated_at": verdict.validated_at.isoformat(),
        "judged_for": (verdict.at or verdict.validated_at).isoformat(),
        "message": _message(verdict.message),
        "policy": {"name": verdict.policy, "version": verdict.policy_version, "sha256": verdict.policy_hash},
        "tools": dict(sorted(verdict.tools.items())),
        "anchors": [{"sha256": one, "name": known.get(one, "")} for one in verdict.anchors],
        "seconds": verdict.seconds,
        "knowledge_given": verdict.knowledge_given,
        "knowledge_unreadable": verdict.knowledge_unreadable,
    }


def _signature(one: SignatureVerdict, verdict: FileVerdict, moment: datetime) -> dict[str, Any]:
    integrity, identity, time = facts_of(one)
    judged = time.judged_at or one.best_time or verdict.at or verdict.validated_at
    return {
        "field": one.field,
        "kind": str(one.kind),
        "indication": str(one.indication),
        "sub_indication": to_plain(one.sub_indication),
        "level": one.level,
        "message": _message(one.message),
        "findings": [_message(finding) for finding in one.findings if finding != one.message],
        "integrity": to_plain(integrity),
        "identity": to_plain(identity),
        "time": to_plain(time),
        "signer": to_plain(one.signer),
        "organisation": one.certificate.organisation if one.certificate else None,
        "issuer": one.certificate.issuer if one.certificate else None,
        "certificate": _certificate(one.certificate, judged, moment) if one.certificate else None,
        "path": [_certificate(certificate, judged, moment) for certificate in one.path],
        "timestamps": [_timestamp(stamp, moment) for stamp in one.timestamps],
        "covers_file": one.covers_document,
        "changes": to_plain(one.changes_after),
        "permission": one.permission,
        "algorithm": to_plain(one.algorithm),
        "sub_filter": one.sub_filter,
        "reason": one.reason,
        "provable_until": to_plain(one.provable_until),
        "provable_because": _message(one.provable_because) if one.provable_because else None,
    }


def facts_of(one: SignatureVerdict) -> tuple[IntegrityFacts, IdentityFacts, TimeFacts]:
    """The three facts; of a run that was kept before they were told apart, as far as that run knew them."""
    if one.integrity != IntegrityFacts() or one.identity != IdentityFacts() or one.time != TimeFacts():
        return one.integrity, one.identity, one.time
    fails = one.intact is False or one.changes_allowed is False
    integrity = IntegrityFacts(
        status=Fact.FAILS if fails else Fact.HOLDS if one.intact and one.changes_allowed else Fact.OPEN,
        bytes_intact=one.intact,
        covered=Covered.WHOLE_FILE if one.covers_document else None,
        changes_allowed=one.changes_allowed,
        later_revisions=len(one.changes_after),
    )
    identity = IdentityFacts(status=Fact.HOLDS if one.indication is Indication.TOTAL_PASSED else Fact.OPEN)
    broken = any(stamp.intact is False for stamp in one.timestamps)
    proven = one.indication is Indication.TOTAL_PASSED and one.best_time is not None
    time = TimeFacts(
        status=Fact.FAILS if broken else Fact.HOLDS if proven else Fact.OPEN,
        claimed=one.claimed_time,
        stamped=one.best_time,
        proven=one.best_time if proven else None,
    )
    return integrity, identity, time


def _certificate(one: CertificateFacts, judged: datetime, moment: datetime) -> dict[str, Any]:
    """The certificate, and whether its own dates included the time that was judged for, and this moment."""
    return {
        **to_plain(one),
        "then": {"at": judged.isoformat(), "validity": _validity(one, judged)},
        "now": {"at": moment.isoformat(), "validity": _validity(one, moment)},
    }


def _validity(one: CertificateFacts, at: datetime) -> str:
    if at < one.not_before:
        return "not yet"
    return "ended" if at > one.not_after else "within"


def _timestamp(stamp: Any, moment: datetime) -> dict[str, Any]:
    plain: dict[str, Any] = {part.name: to_plain(getattr(stamp, part.name)) for part in fields(stamp)}
    plain["path"] = [_certificate(one, stamp.time or moment, moment) for one in stamp.path]
    return plain


def _message(message: Any) -> dict[str, Any]:
    """Code and words to put in, and the sentence in both languages: the report is the same whoever asks for it."""
    said = {}
    for language in LANGUAGES:
        with translation.override(language):
            said[language] = text_of(message)
    return {"code": message.code, "params": dict(message.params), **said}


def shown_of(indication: str) -> str:
    """The verdict's class on a page: pass, unsure, fail or none."""
    return {Shown.PASSED: "pass", Shown.FAILED: "fail", Shown.NONE: "none", Shown.WAITING: "wait"}.get(
        Shown(indication), "unsure"
    )
