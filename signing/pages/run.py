"""One kept run: what it rested on, the bytes of its evidence, and repeating it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from repository import formats
from repository.access import may
from repository.actors import Actor
from repository.models import Job, Verification
from repository.pages.base import act, done, page
from repository.refusals import NotVisible
from signing.models import Evidence, EvidenceKind, Purpose, RunBasis, RunRepeat, TrustAnchor
from signing.repeating import KIND, ask_to_repeat, run_for
from signing.validation.verdicts import FileVerdict

REASONS = {
    "intake": pgettext_lazy("why verified", "received"),
    "nightly": pgettext_lazy("why verified", "nightly check"),
    "asked": pgettext_lazy("why verified", "asked for"),
}
MIMES = {
    EvidenceKind.CERTIFICATE: ("application/pkix-cert", "cer"),
    EvidenceKind.CRL: ("application/pkix-crl", "crl"),
    EvidenceKind.OCSP: ("application/ocsp-response", "ors"),
    EvidenceKind.TIMESTAMP: ("application/timestamp-token", "tst"),
}
SHOWN = 200


@page
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = run_for(actor, "view", run_id)
    basis = RunBasis.objects.filter(pk=found.pk).first()
    verdict = FileVerdict.from_dict(found.verdict)
    document = found.file.version.document
    job = Job.objects.filter(kind=KIND, params={"run": str(found.pk)}).order_by("-pk").first()
    context: dict[str, Any] = {
        "run": found,
        "document": document,
        "facts": _facts(found, basis, verdict),
        "basis": basis,
        "anchors": _anchors(basis),
        "evidence": _evidence(basis, verdict)[:SHOWN],
        "policy": sorted(basis.policy.items()) if basis else (),
        "repeats": RunRepeat.objects.filter(verification=found).order_by("-pk")[:20],
        "job": job if job is not None and job.state in ("queued", "running", "failed") else None,
        "sees_trust": may(actor, "see runs"),
        "may_repeat": basis is not None and may(actor, "verify", document),
    }
    return render(request, "signing/run.html", context)


@page
def evidence(request: HttpRequest, run_id: UUID, sha256: str) -> HttpResponse:
    """The bytes of one piece that this run rested on or was given."""
    found = run_for(request.actor, "view", run_id)  # type: ignore[attr-defined]
    basis = RunBasis.objects.filter(pk=found.pk).first()
    if basis is None or sha256 not in {*basis.evidence, *basis.knowledge, *(one["sha256"] for one in basis.anchors)}:
        raise NotVisible
    piece = Evidence.objects.filter(pk=sha256).first()
    if piece is None:
        raise NotVisible
    mime, ending = MIMES[EvidenceKind(piece.kind)]
    name = f"{sha256[:16]}.{ending}"
    return HttpResponse(
        bytes(piece.der),
        content_type=mime,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"},
    )


@act
def repeat(request: HttpRequest, run_id: UUID) -> HttpResponse:
    found, _job = ask_to_repeat(run_id, actor=request.actor)  # type: ignore[attr-defined]
    return done(request, _("The run is being repeated. What comes out stands on this page."), run_url(found))


def run_url(found: Verification) -> str:

    return reverse("verification", args=[found.pk])


def _facts(found: Verification, basis: RunBasis | None, verdict: FileVerdict) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = [
        (_("File"), found.file.name),
        (_("SHA-256 of the file"), found.sha256, "vk-code"),
        (_("Judged"), formats.instant(verdict.validated_at)),
        (_("By the time"), formats.instant(verdict.at) if verdict.at else _("of the run")),
        (_("Why"), REASONS.get(found.reason, found.reason)),
    ]
    if basis is not None:
        rows += [
            (_("By"), _("the archive itself") if basis.actor_id is None else basis.actor_label),
            (_("Policy"), f"{verdict.policy} {verdict.policy_version}"),
            (_("Hash of the policy"), basis.policy_hash, "vk-code"),
            (_("Beside the file"), basis.beside_name),
            (_("Tools"), ", ".join(f"{name} {version}" for name, version in sorted(basis.tools.items()))),
        ]
    return rows


def _anchors(basis: RunBasis | None) -> list[dict[str, Any]]:
    if basis is None:
        return []
    digests = [one["sha256"] for one in basis.anchors]
    rows = {row.sha256: row for row in TrustAnchor.objects.filter(sha256__in=digests).order_by("pk")}
    labels = dict(Purpose.choices)
    return [
        {"sha256": one["sha256"], "anchor": rows.get(one["sha256"]), "purpose": labels.get(one["purpose"], "")}
        for one in basis.anchors
    ]


def _evidence(basis: RunBasis | None, verdict: FileVerdict) -> list[dict[str, Any]]:
    kept = set(basis.evidence) if basis is not None else set()
    labels = dict(EvidenceKind.choices)
    sources = {"file": _("in the file"), "given": _("known here"), "anchor": _("trust anchor")}
    return [
        {
            "item": item,
            "kind": labels.get(str(item.kind), item.kind),
            "source": sources.get(str(item.source), ""),
            "kept": item.sha256 in kept,
        }
        for item in verdict.evidence
    ]
