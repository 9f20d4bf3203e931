"""What is kept beside a run: evidence as bytes, the policy, the anchors. A run from before these were kept has less."""

from __future__ import annotations

import base64
from dataclasses import asdict
from typing import Any

import rfc8785
from asn1crypto import pem

from repository.models import Verification
from signing.models import Evidence, RunBasis, TrustAnchor
from signing.validation.policy import ARCHIVE
from signing.validation.verdicts import EvidenceKind, FileVerdict


def evidence_of(run: Verification) -> dict[str, bytes]:
    """DER bytes by SHA-256: those in the verdict itself, and those moved to the table of evidence; one query."""
    verdict = FileVerdict.from_dict(run.verdict)
    found = {item.sha256: base64.b64decode(item.der_base64) for item in verdict.evidence if item.der_base64}
    wanted = {item.sha256 for item in verdict.evidence} | set(knowledge_of(run))
    rows = Evidence.objects.filter(sha256__in=wanted - set(found)).values_list("sha256", "der")
    return {**found, **{sha256: bytes(der) for sha256, der in rows}}


def knowledge_of(run: Verification) -> list[str]:
    """The SHA-256 of what was handed to the engine beside the file, in that order."""
    basis = RunBasis.objects.filter(verification=run).first()
    return list(basis.knowledge) if basis else []


def policy_of(run: Verification) -> bytes | None:
    """The run's policy as canonical JSON (RFC 8785), whose SHA-256 is the run's policy hash; None where it was not kept."""
    verdict = FileVerdict.from_dict(run.verdict)
    basis = RunBasis.objects.filter(verification=run).first()
    if basis is not None:
        return rfc8785.dumps(basis.policy)
    return rfc8785.dumps(asdict(ARCHIVE)) if verdict.policy_hash == ARCHIVE.hash else None


def anchors_of(run: Verification) -> list[dict[str, Any]]:
    """The roots trusted in the run: sha256, name, source and PEM, as far as they are known; withdrawn ones too."""
    verdict = FileVerdict.from_dict(run.verdict)
    # A certificate that was withdrawn and trusted anew has two rows: the later one's words stand.
    rows = {row.sha256: row for row in TrustAnchor.objects.filter(sha256__in=verdict.anchors).order_by("added_at")}
    found = [{"sha256": one, "name": row.name, "source": row.source, "pem": row.pem} for one, row in rows.items()]
    # One that was given for a single run is known by the evidence alone.
    names = {item.sha256: item.subject for item in verdict.evidence if item.kind is EvidenceKind.CERTIFICATE}
    held = evidence_of(run)
    for one in set(verdict.anchors) - set(rows):
        if one in held:
            text = pem.armor("CERTIFICATE", held[one]).decode()
            found.append({"sha256": one, "name": names.get(one, ""), "source": "", "pem": text})
    return sorted(found, key=lambda one: str(one["sha256"]))


def kind_of(sha256: str) -> str:
    """What a piece of evidence is."""
    return str(Evidence.objects.values_list("kind", flat=True).get(sha256=sha256))
