"""Acts on a file plan: headings added, changed, moved and removed; the copy to another year; the table out and in. Each asks its action."""

from __future__ import annotations

import os
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

from django import forms
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from repository.access import require
from repository.actions.copy_plan import AT_ONCE, copy_plan, draw_up
from repository.actions.plans import add_heading, change_heading, proposed_notation
from repository.actions.read_plan import look_at, read_plan
from repository.actions.remove_unused import remove_unused
from repository.actors import Actor
from repository.clock import today
from repository.isolation import IsolationError
from repository.jobs.engine import enqueue
from repository.models import Agency, FilePlan, FilePlanEntry, RecordClass
from repository.pages.base import act, done, number_in, page
from repository.pages.forms import Styled
from repository.pages.plan import heading_page, uuid_in
from repository.plan_table import KIND as TABLE
from repository.plan_table import MIME, MOST_BYTES, entries_of, file_name, read_table, write_table
from repository.plan_tree import headings_seen, plans_seen
from repository.refusals import NotVisible, Refused

LOOKS = 100
SALT = "repository.plan-table"
A_DAY = 24 * 3600


class HeadingForm(Styled, forms.ModelForm[FilePlanEntry]):
    """The heading above is named by its notation: a list of ten thousand would not be chosen from."""

    above = forms.CharField(
        label=gettext_lazy("Stands under"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("The notation of the heading above it. Empty: at the top of the plan."),
    )
    notation = forms.CharField(label=gettext_lazy("Notation"), max_length=20)

    class Meta:
        model = FilePlanEntry
        fields = ("title", "above", "notation", "record_class", "unit", "note")
        widgets = {"title": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, plan: FilePlan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plan = plan
        classes = RecordClass.objects.order_by("schedule", "code", "-version")
        self.fields["record_class"].queryset = classes  # type: ignore[attr-defined]
        units = Agency.objects.filter(path__startswith=plan.agency.path).order_by("path")
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        if self.instance._state.adding:
            self.fields["notation"].required = False
            self.fields["notation"].help_text = gettext_lazy(
                "Leave it empty: the archive gives the next number by rule."
            )

    def clean_above(self) -> FilePlanEntry | None:
        given = "".join(self.cleaned_data["above"].split()).upper()
        if not given:
            return None
        found = self.plan.entries.filter(notation=given).first()
        if found is None:
            raise forms.ValidationError(_("This plan has no heading %(notation)s.") % {"notation": given})
        return found

    def _post_clean(self) -> None:
        """The row is made and checked by the action."""

    def values(self) -> dict[str, Any]:
        return {**{k: v for k, v in self.cleaned_data.items() if k != "above"}, "parent": self.cleaned_data["above"]}


def plan_for(request: HttpRequest, plan_id: UUID) -> FilePlan:
    """The plan, if the person may change it. Raises NotVisible or Forbidden."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = plans_seen(actor).filter(pk=plan_id).first()
    if found is None:
        raise NotVisible
    require(actor, "plan", found.agency)
    return found


def _beside_fields(form: forms.BaseForm, refused: Refused) -> None:
    for blocker in refused.blockers:
        name = blocker.code.removeprefix("field-")
        name = {"parent": "above"}.get(name, name)
        form.add_error(name if name in form.fields else None, f"{blocker.title} {blocker.remedy}".strip())


@page
def add(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Add a heading; `parent` (an identity) says under which."""
    plan = plan_for(request, plan_id)
    above = plan.entries.filter(pk=uuid_in(request.GET.get("parent", ""))).first()
    initial = {"above": above.notation, "unit": above.unit_id, "record_class": above.record_class_id} if above else None
    form = HeadingForm(request.POST or None, plan=plan, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            entry = add_heading(plan.pk, form.values(), actor=request.actor)  # type: ignore[attr-defined]
        except Refused as refused:
            _beside_fields(form, refused)
        else:
            to = request.get_full_path() if "again" in request.POST else reverse("heading", args=[entry.pk])
            return done(request, _("The heading %(notation)s is added.") % {"notation": entry.notation}, to)
    return _form(request, form, plan, above=above)


@page
def change(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Rename, move, or set class, unit and note."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    entry = headings_seen(actor).filter(pk=entry_id).first()
    if entry is None:
        raise NotVisible
    require(actor, "plan", entry.plan.agency)
    above = FilePlanEntry.objects.filter(pk=entry.parent_id).first()
    form = HeadingForm(
        request.POST or None, plan=entry.plan, instance=entry, initial={"above": above.notation if above else ""}
    )
    if request.method == "POST" and form.is_valid():
        try:
            change_heading(entry.pk, form.values(), actor=actor)
        except Refused as refused:
            _beside_fields(form, refused)
        else:
            return done(request, _("The heading is saved."), reverse("heading", args=[entry.pk]))
    return _form(request, form, entry.plan, entry=entry)


def _form(request: HttpRequest, form: HeadingForm, plan: FilePlan, **context: Any) -> HttpResponse:
    status = 409 if request.method == "POST" else 200
    return render(request, "repository/plan_form.html", {"form": form, "plan": plan, **context}, status=status)


@page
def notation(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """What number a heading would get: asked while its title is typed."""
    plan = plan_for(request, plan_id)
    typed = "".join(request.GET.get("above", "").replace("\0", "").split()).upper()
    above = plan.entries.filter(notation=typed).first() if typed else None
    proposed = proposed_notation(plan, request.GET.get("title", "")[:500], above)
    return HttpResponse(format_html("{} <strong class='vk-num'>{}</strong>", _("The next by rule:"), proposed))


@page
def remove(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    actor: Actor = request.actor  # type: ignore[attr-defined]
    entry = headings_seen(actor).filter(pk=entry_id).first()
    if entry is None:
        raise NotVisible
    require(actor, "plan", entry.plan.agency)
    try:
        remove_unused(FilePlanEntry, entry.pk, actor=actor)
    except Refused as refused:
        return heading_page(request, entry_id, refused=refused, status=409)
    to = reverse("heading", args=[entry.parent_id]) if entry.parent_id else reverse("plan_of", args=[entry.plan_id])
    return done(request, _("The heading %(notation)s is removed.") % {"notation": entry.notation}, to)


@page
def copy(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """To another year: first what will be made and what needs a look, then the act."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    plan = plan_for(request, plan_id)
    given = request.POST if request.method == "POST" else request.GET
    year = number_in(given.get("year", "")) or max(plan.year + 1, today().year)
    refused = None
    if request.method == "POST":
        try:
            target, job = copy_plan(plan.pk, year, actor=actor)
        except Refused as error:
            refused = error
        else:
            said = (
                _("The headings are being copied; the bar is at the top of the page.")
                if job
                else _("The headings are copied.")
            )
            return done(request, said, reverse("plan_of", args=[target.pk]))
    draft = draw_up(plan, year) if year != plan.year and 1900 <= year <= 2100 else None
    context = {
        "plan": plan,
        "year": year,
        "draft": draft,
        "refused": refused,
        "as_job": bool(draft and len(draft.rows) > AT_ONCE),
    }
    if draft is not None:
        looks = sorted(draft.looks, key=lambda look: not look.serious)
        context.update(looks=looks[:LOOKS], more_looks=len(looks[LOOKS:]), sample=draft.rows[:10])
    return render(request, "repository/plan_copy.html", context, status=409 if refused else 200)


@page
def table(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """The plan as xlsx; one of more than 500 headings is made by a job."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    plan = plans_seen(actor).filter(pk=plan_id).first()
    if plan is None:
        raise NotVisible
    total = plan.entries.count()
    if total > AT_ONCE:
        if request.method != "POST":
            return redirect("plan_of", plan_id)
        enqueue(TABLE, actor.id, params={"plan": str(plan.pk)}, total=total)
        return done(
            request, _("The table is being made; it waits for you under Jobs."), reverse("plan_of", args=[plan.pk])
        )
    stream = BytesIO()
    write_table(plan, entries_of(plan), stream)
    answer = HttpResponse(stream.getvalue(), content_type=MIME)
    answer["Content-Disposition"] = f'attachment; filename="{file_name(plan)}"'
    return answer


@page
def read(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """A table from outside: read in a worker, shown as it will be entered; nothing is kept until the person says so."""
    plan = plan_for(request, plan_id)
    context: dict[str, Any] = {"plan": plan}
    if request.method == "POST":
        sent = request.FILES.get("table")
        if sent is None:
            context["problem"] = _("Choose a table first.")
        elif (sent.size or 0) > MOST_BYTES:
            context["problem"] = _("The table is larger than 10 MB.")
        else:
            try:
                rows = _rows_of(sent)
            except IsolationError:
                rows, context["problem"] = [], _("The file could not be read as an Excel table (.xlsx).")
            if rows:
                reading = look_at(plan, rows)
                context.update(
                    reading=reading,
                    lines=[*reading.looks[:LOOKS], *[line for line in reading.lines if not line.texts][:20]],
                    draft=signing.dumps(rows, salt=f"{SALT}:{plan.pk}", compress=True),
                )
            else:
                context.setdefault(
                    "problem",
                    _("No heading was found. One line must name the columns: notation, title, retention."),
                )
    return render(request, "repository/plan_read.html", context, status=409 if context.get("problem") else 200)


def _rows_of(sent: Any) -> list[dict[str, str]]:
    """The worker is given a path: the bytes lie in a file of their own while it reads."""
    handle, name = tempfile.mkstemp(suffix=".xlsx")
    try:
        with os.fdopen(handle, "wb") as stream:
            for chunk in sent.chunks():
                stream.write(chunk)
        return read_table(Path(name))
    finally:
        Path(name).unlink(missing_ok=True)


@act
def enter(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """What was shown is entered: the rows came back with our signature on them."""
    plan = plan_for(request, plan_id)
    try:
        rows = signing.loads(request.POST.get("draft", ""), salt=f"{SALT}:{plan.pk}", max_age=A_DAY)
    except signing.BadSignature:
        return redirect("plan_read", plan_id)
    added, job = read_plan(plan.pk, rows, actor=request.actor)  # type: ignore[attr-defined]
    said = (
        _("The headings are being entered; the bar is at the top of the page.")
        if job
        else _("%(count)s headings are entered.") % {"count": added}
    )
    return done(request, said, reverse("plan_of", args=[plan.pk]))
