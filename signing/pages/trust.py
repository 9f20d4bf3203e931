"""Trust anchors: what is trusted, what waits for a second person, and the acts on both."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from repository.access import may, require
from repository.actors import Actor
from repository.clock import LOCAL, now
from repository.models import Event
from repository.pages.base import act, done, page
from repository.pages.forms import Styled
from repository.refusals import NotVisible, Refused
from signing import anchor_proposals
from signing.anchors import withdraw_anchor
from signing.certificates import LARGEST, facts_of, read
from signing.models import AnchorProposal, ProposalState, Purpose, TrustAnchor

SOON = timedelta(days=365)
SHOWN = 200


class ProposeForm(Styled, forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Certificate"),
        help_text=gettext_lazy("One certificate in PEM or DER form, as the authority publishes it."),
    )
    source = forms.CharField(
        label=gettext_lazy("Where it comes from"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "The address or letter it was taken from, and how its fingerprint was compared by another way."
        ),
    )
    purpose = forms.ChoiceField(
        label=gettext_lazy("Trusted for"), choices=Purpose.choices, initial=Purpose.BOTH, widget=forms.RadioSelect
    )


class WithdrawForm(Styled, forms.Form):
    reason = forms.CharField(label=gettext_lazy("Why it is no longer trusted"), max_length=500)
    since = forms.DateField(
        label=gettext_lazy("From this day on"),
        required=False,
        help_text=gettext_lazy(
            "Empty: from now on. An earlier day where its key may have been in other hands since then."
        ),
    )


def reader(request: HttpRequest) -> Actor:
    """Who watches over verdicts sees what they rest on. Raises Forbidden."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, "see runs")
    return actor


@page
def trust(request: HttpRequest) -> HttpResponse:
    actor = reader(request)
    rows = TrustAnchor.objects.select_related("added_by", "approved_by").order_by("name", "pk")[:SHOWN]
    proposals = AnchorProposal.objects.select_related("proposed_by").filter(state=ProposalState.WAITING)[:SHOWN]
    context = {
        "standing": [_row(one) for one in rows if one.withdrawn_at is None],
        "withdrawn": [_row(one) for one in rows if one.withdrawn_at is not None],
        "proposals": proposals,
        "may_manage": may(actor, "manage trust"),
    }
    return render(request, "signing/trust.html", context)


def _row(anchor: TrustAnchor) -> dict[str, Any]:
    return {"anchor": anchor, "warning": warning_of(anchor.not_after)}


def warning_of(not_after: datetime) -> str:
    """What a person must know of the end of its validity, or nothing."""
    if not_after < now():
        return _("Its validity has ended. It vouches only for what a time-stamp proves to be older.")
    if not_after - now() < SOON:
        return _("Its validity ends within a year. Ask the authority for the certificate that follows.")
    return ""


@page
def anchor(request: HttpRequest, anchor_id: UUID, form: WithdrawForm | None = None) -> HttpResponse:
    actor = reader(request)
    rows = TrustAnchor.objects.select_related("added_by", "approved_by", "withdrawn_by")
    found = rows.filter(pk=anchor_id).first()
    if found is None:
        raise NotVisible
    events = Event.objects.filter(object_id=found.pk, kind__startswith="anchor.").order_by("-id")[:20]
    may_withdraw = found.withdrawn_at is None and may(actor, "manage trust")
    context = {
        "anchor": found,
        "certificate": facts_of(read(found.pem.encode())),
        "warning": warning_of(found.not_after) if found.withdrawn_at is None else "",
        "events": events,
        "form": (form or WithdrawForm()) if may_withdraw else None,
    }
    return render(request, "signing/anchor.html", context, status=409 if form is not None else 200)


@page
def anchor_pem(request: HttpRequest, anchor_id: UUID) -> HttpResponse:
    """The certificate as a file, to be compared with the source or used elsewhere."""
    reader(request)
    found = TrustAnchor.objects.filter(pk=anchor_id).first()
    if found is None:
        raise NotVisible
    name = f"{found.sha256[:16]}.pem"
    return HttpResponse(
        found.pem,
        content_type="application/x-pem-file",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"},
    )


@page
def withdraw(request: HttpRequest, anchor_id: UUID) -> HttpResponse:
    if request.method != "POST":
        return anchor(request, anchor_id)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, "manage trust")
    form = WithdrawForm(request.POST)
    if form.is_valid():
        day = form.cleaned_data["since"]
        since = datetime.combine(day, time.min, LOCAL) if day else None
        try:
            withdraw_anchor(anchor_id, form.cleaned_data["reason"], actor=actor, since=since)
        except Refused as refused:
            beside_fields(form, refused)
        else:
            return done(request, _("It is no longer trusted."), reverse("anchor", args=[anchor_id]))
    return anchor(request, anchor_id, form)


@page
def propose(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, "manage trust")
    form = ProposeForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            proposal = anchor_proposals.propose_anchor(
                given["file"].read(LARGEST + 1), given["source"], actor=actor, purpose=given["purpose"]
            )
        except Refused as refused:
            beside_fields(form, refused)
        else:
            return done(request, _("Proposed. Another person compares it and decides."), proposal.get_absolute_url())
    status = 409 if request.method == "POST" else 200
    return render(request, "signing/anchor_propose.html", {"form": form}, status=status)


@page
def proposal(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    actor = reader(request)
    rows = AnchorProposal.objects.select_related("proposed_by", "decided_by", "anchor")
    found = rows.filter(pk=proposal_id).first()
    if found is None:
        raise NotVisible
    waits = found.state == ProposalState.WAITING and may(actor, "manage trust")
    against = anchor_proposals.why_not_approve(found, actor) if waits else []
    context = {
        "proposal": found,
        "certificate": facts_of(read(found.pem.encode())),
        "warning": warning_of(found.not_after),
        "waits": waits,
        "against": against,
    }
    return render(request, "signing/anchor_proposal.html", context)


@act
def approve(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, "manage trust")
    if not request.POST.get("compared"):
        raise Refused.because(
            "approve anchor",
            None,
            "not-compared",
            _("Compare the fingerprint with the source first."),
            _("Tick the box when they are the same, letter by letter."),
        )
    found = anchor_proposals.approve_anchor(proposal_id, actor=actor)
    return done(request, _("It is trusted from now on."), found.get_absolute_url())


@act
def refuse(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    anchor_proposals.refuse_anchor(proposal_id, request.POST.get("reason", ""), actor=actor)
    return done(request, _("It is not trusted; the reason is kept."), reverse("trust"))


def beside_fields(form: forms.BaseForm, refused: Refused) -> None:
    for blocker in refused.blockers:
        name = blocker.code.removeprefix("field-")
        form.add_error(name if name in form.fields else None, f"{blocker.title} {blocker.remedy}".strip())
