"""The sheet of one sampled document: what the check says, what the auditor answers, and a word where two auditors meet on one sheet."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from repository.access import may
from repository.actors import Actor
from repository.models import Document, Verification
from repository.pages.base import done, page
from repository.refusals import NotVisible, Refused
from signing.audits.access import fetch
from signing.audits.actions import QUESTIONS, AnsweredMeanwhile, answer_row
from signing.audits.sheet import question_words
from signing.models import Audit, AuditRow
from signing.models.audits import Answer, AuditState, Conclusion, FindingKind, Severity
from signing.pages.audits import row_view, visible_ids
from signing.panel import card
from signing.validation.verdicts import FileVerdict

GIVEN = (*QUESTIONS, "note", "conclusion", "kind", "severity")


@page
def sheet(request: HttpRequest, audit_id: UUID, number: int) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    audit = fetch(actor, audit_id)
    row = AuditRow.objects.filter(audit=audit, number=number).select_related("answered_by").first()
    if row is None or not visible_ids(actor, [row]):
        raise NotVisible
    if request.method != "POST":
        return _render(request, audit, row, actor, {name: getattr(row, name) for name in GIVEN})
    values = {name: request.POST.get(name, "") for name in GIVEN}
    revision = request.POST.get("revision", "")
    try:
        answer_row(audit_id, number, values, actor=actor, revision=int(revision) if revision.isdecimal() else -1)
    except AnsweredMeanwhile as met:
        # What she typed stays in the form; what stands there now is shown beside it, and she decides.
        return _render(request, audit, met.row, actor, values, met=_said(met.row), status=409)
    except Refused as refused:
        return _render(request, audit, row, actor, values, refused=refused, status=409)
    if "next" not in request.POST:
        return done(request, _("Saved."), reverse("audit_row", args=[audit.pk, number]))
    following = _next_open(audit, number)
    if following is None:
        return done(request, _("Saved. Every sampled document has its conclusion."), audit)
    return redirect("audit_row", audit.pk, following.number)


def _next_open(audit: Audit, number: int) -> AuditRow | None:
    """The next sheet without a conclusion, from the beginning again after the last."""
    rows = AuditRow.objects.filter(audit=audit, conclusion="").order_by("number")
    return rows.filter(number__gt=number).first() or rows.exclude(number=number).first()


def _render(
    request: HttpRequest,
    audit: Audit,
    row: AuditRow,
    actor: Actor,
    values: dict[str, str],
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    run = Verification.objects.filter(pk=row.verification_id).first() if row.verification_id else None
    verdict = FileVerdict.from_dict(run.verdict) if run else None
    context = {
        "audit": audit,
        "line": row_view(row, {row.document_id}),
        "row": row,
        "document": Document.objects.visible_to(actor).filter(pk=row.document_id).first(),
        "signatures": [card(one) for one in verdict.signatures] if verdict else [],
        "answers": audit.state == AuditState.DRAWN and may(actor, "keep audit", audit.agency),
        "questions": [
            {"name": name, "label": label, "options": _options(Answer, values[name])}
            for name, label in zip(QUESTIONS, question_words(), strict=True)
        ],
        "conclusions": _options(Conclusion, values["conclusion"]),
        "kinds": _options(FindingKind, values["kind"]),
        "severities": _options(Severity, values["severity"]),
        "note": values["note"],
        "said": _said(row),
        "previous": row.number - 1 if row.number > 1 else None,
        "next": row.number + 1 if row.number < audit.size else None,
        **more,
    }
    return render(request, "signing/audit_row.html", context, status=status)


def _options(choices: Any, value: str) -> list[tuple[str, Any, bool]]:
    return [(known, label, known == value) for known, label in choices.choices if known]


def _said(row: AuditRow) -> list[tuple[Any, ...]]:
    """What stands on the sheet, in words."""
    return [
        *(
            (label, Answer(getattr(row, name)).label)
            for name, label in zip(QUESTIONS, question_words(), strict=True)
            if getattr(row, name)
        ),
        (_("Conclusion"), Conclusion(row.conclusion).label if row.conclusion else ""),
        (_("Kind of finding"), FindingKind(row.kind).label if row.kind else ""),
        (_("Severity"), Severity(row.severity).label if row.severity else ""),
        (_("Note"), row.note),
        (_("Answered by"), row.answered_by.label if row.answered_by else ""),
    ]
