"""The part of a document's page that shows its signatures: a verdict each in plain words, the words of the standard behind."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from repository import formats
from repository.access import may
from repository.codes import FileRole
from repository.codes import Indication as Shown
from repository.models import Document, File, Finding, Verification
from signing.formats.kinds import kind_of
from signing.main_file import main_file
from signing.runs import FAILED
from signing.validation.verdicts import FileVerdict, Indication, Outcome, SignatureKind, SignatureVerdict
from signing.validation.wording import CHANGES, OUTCOMES, SUB_INDICATIONS, brief_of


def panel(request: HttpRequest, document: Document) -> dict[str, Any] | None:
    file = main_file(document)
    if file is None:
        return None
    actor = request.actor  # type: ignore[attr-defined]
    run = file.status.verification
    verdict = None if run is None else FileVerdict.from_dict(run.verdict)
    finding = Finding.objects.filter(document=document, kind=FAILED, closed_at__isnull=True).first()
    unsigned = verdict is None or verdict.outcome == Outcome.NO_SIGNATURE
    beside = [_detached(one) for one in _beside(file)]
    may_verify = may(actor, "verify", document)
    return {
        "file": file,
        "indication": file.status.indication,
        "signatures": [card(signature) for signature in verdict.signatures] if verdict else [],
        "summary": _("The file itself holds no signature.") if beside and unsigned else summary(verdict, file),
        "beside": beside,
        "may_verify_beside": may_verify,
        "verdict": verdict,
        "changed_since": bool(verdict and any(one.changes_after for one in verdict.signatures)),
        "runs": list(Verification.objects.filter(file=file).order_by("-run_at")[:10]),
        "may_verify": kind_of(file.mime, file.name) is not None and may_verify,
        "finding": finding if finding and may(actor, "close finding", document) else None,
        "policy": f"{verdict.policy} {verdict.policy_version}" if verdict else "",
    }


def _beside(file: File) -> list[File]:
    """The detached signatures of the version whose main file this is."""
    rows = File.objects.filter(version=file.version_id, role=FileRole.SIGNATURE).order_by("pk")
    return list(rows.select_related("status__verification")[:20])


def _detached(file: File) -> dict[str, Any]:
    """A signature that stands beside the document's main file, as one block of the panel."""
    run = file.status.verification
    verdict = None if run is None else FileVerdict.from_dict(run.verdict)
    return {
        "file": file,
        "indication": file.status.indication,
        "signatures": [card(signature) for signature in verdict.signatures] if verdict else [],
        "summary": summary(verdict, file),
    }


def summary(verdict: FileVerdict | None, file: File) -> str:
    """The file in one sentence, saying no more than is known."""
    if verdict is None:
        if file.status.indication == Shown.NONE:
            return _("This format carries no signature that the archive reads.")
        return _("Not checked yet.")
    if not verdict.signatures:
        return _sentence(brief_of(verdict.message))
    return _sentence(str(OUTCOMES[verdict.outcome]))


def card(signature: SignatureVerdict) -> dict[str, Any]:
    """What the signature card shows."""
    stamp = signature.kind == SignatureKind.DOCUMENT_TIMESTAMP
    certificate = signature.certificate
    about = [_("time-stamp over the document") if stamp else "", certificate.organisation or "" if certificate else ""]
    return {
        "indication": str(signature.indication),
        "signer": signature.signer or (certificate.subject if certificate else ""),
        "about": " · ".join(part for part in about if part),
        "why": _sentence(brief_of(signature.message)),
        "facts": [_integrity(signature), _identity(signature), _time(signature)],
        "details": _details(signature),
    }


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _integrity(signature: SignatureVerdict) -> dict[str, str]:
    if signature.intact is None:
        return {"label": _("Integrity"), "indication": "unsure", "word": _("Not known")}
    if not signature.intact:
        return {"label": _("Integrity"), "indication": "fail", "word": _("Broken")}
    if signature.changes_allowed is False:
        return {"label": _("Integrity"), "indication": "fail", "word": _("Changed since")}
    return {"label": _("Integrity"), "indication": "pass", "word": _("Intact")}


def _identity(signature: SignatureVerdict) -> dict[str, str]:
    if signature.indication == Indication.TOTAL_PASSED:
        return {"label": _("Signer"), "indication": "pass", "word": _("Confirmed")}
    return {"label": _("Signer"), "indication": "unsure", "word": _("Not known")}


def _time(signature: SignatureVerdict) -> dict[str, str]:
    if any(stamp.intact is False for stamp in signature.timestamps):
        return {"label": _("Time"), "indication": "fail", "word": _("Time-stamp broken")}
    if signature.best_time is not None:
        return {"label": _("Time"), "indication": "pass", "word": _("Time-stamped")}
    return {"label": _("Time"), "indication": "unsure", "word": _("Claimed only")}


def _details(signature: SignatureVerdict) -> list[tuple[Any, ...]]:
    certificate, algorithm = signature.certificate, signature.algorithm
    yes_no = {True: _("yes"), False: _("no"), None: _("not known")}
    sub = signature.sub_indication
    return [
        (_("Indication"), f"{signature.indication} {sub or ''}".strip(), "vk-num"),
        (_("Meaning"), SUB_INDICATIONS.get(sub, "") if sub else ""),
        (_("Level"), signature.level),
        (_("Covers the whole file"), yes_no[signature.covers_document]),
        (
            _("Changes after signing"),
            "; ".join(f"{change.revision}: {CHANGES[change.kind]}" for change in signature.changes_after) or _("none"),
        ),
        (_("Claimed time"), formats.instant(signature.claimed_time) if signature.claimed_time else ""),
        (_("Proven time"), formats.instant(signature.best_time) if signature.best_time else ""),
        (pgettext("certificate", "Issued by"), certificate.issuer if certificate else ""),
        (
            _("Certificate valid"),
            f"{formats.day(certificate.not_before)} – {formats.day(certificate.not_after)}" if certificate else "",
            "vk-num",
        ),
        (_("Algorithm"), f"{algorithm.signature}, {algorithm.digest}" if algorithm else ""),
        (_("Field"), signature.field),
        *[(_("Also"), _sentence(brief_of(finding))) for finding in signature.findings],
        (_("In the reader's words"), _details_in_english(signature)),
    ]


def _details_in_english(signature: SignatureVerdict) -> SafeString | str:
    told = [message.params.get("detail", "") for message in (signature.message, *signature.findings)]
    return format_html('<span lang="en">{}</span>', " ".join(filter(None, told))) if any(told) else ""
