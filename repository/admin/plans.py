"""Record classes, file plans and their headings in the workbench: an archivist's and a chief's."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, TitleColumn

from repository.access.acts import AGENCY_ACTS
from repository.access.querysets import under
from repository.actions import classes, plans
from repository.actors import Actor
from repository.admin.agencies import remove_act
from repository.admin.base import ReferenceViewSet
from repository.admin.forms import ClassForm, HeadingChangeForm, HeadingForm, PlanChangeForm, PlanForm
from repository.models import FilePlan, FilePlanEntry, RecordClass

HEADINGS = 100


def _classes(actor: Actor) -> models.QuerySet[RecordClass]:
    return RecordClass.objects.all()


def _plans(actor: Actor) -> models.QuerySet[FilePlan]:
    return FilePlan.objects.filter(under("agency__path", actor.paths(*AGENCY_ACTS["plan"]))).select_related("agency")


def _headings(actor: Actor) -> models.QuerySet[FilePlanEntry]:
    paths = actor.paths(*AGENCY_ACTS["plan"])
    rows = FilePlanEntry.objects.filter(under("plan__agency__path", paths))
    return rows.select_related("plan__agency", "record_class", "unit")


class ClassViewSet(ReferenceViewSet):
    model = RecordClass
    name = "classes"
    icon = "vk-clock"
    rows = staticmethod(_classes)
    act = "manage classes"
    form = ClassForm
    list_display = ["title", "code", "schedule", "version", "maintenance"]
    ordering = ("schedule", "version", "code")
    search_fields = ["code", "title", "schedule"]
    event_kinds = ("class",)
    acts = (remove_act(RecordClass),)

    def perform_add(self, actor: Actor, values: dict[str, Any]) -> RecordClass:
        return classes.add_class(values, actor=actor)

    def perform_change(self, actor: Actor, thing: RecordClass, values: dict[str, Any]) -> RecordClass:
        return classes.change_class(thing.pk, values, actor=actor)


class PlanViewSet(ReferenceViewSet):
    model = FilePlan
    name = "plans"
    icon = "vk-card"
    rows = staticmethod(_plans)
    act = "plan"
    form = PlanForm
    change_form = PlanChangeForm
    list_display = [
        TitleColumn("agency", label=_("Agency"), get_url=lambda plan: reverse("plans:edit", args=[plan.pk])),
        "year",
        "issued_number",
    ]
    ordering = ("-year", "agency__path")
    search_fields = ["agency__name", "issued_number"]
    event_kinds = ("plan",)
    acts = (remove_act(FilePlan),)

    def perform_add(self, actor: Actor, values: dict[str, Any]) -> FilePlan:
        return plans.add_plan(values.pop("agency"), values.pop("year"), actor=actor, **values)

    def perform_change(self, actor: Actor, thing: FilePlan, values: dict[str, Any]) -> FilePlan:
        return plans.change_plan(thing.pk, values, actor=actor)

    @staticmethod
    def more(request: HttpRequest, plan: FilePlan) -> dict[str, Any]:
        headings = plan.entries.select_related("record_class", "unit").order_by("notation")[:HEADINGS]
        # The whole of a long plan is in its tree; here stands its beginning.
        return {"headings": list(headings), "add_heading_url": reverse("heading_add", args=[plan.pk])}


class HeadingViewSet(ReferenceViewSet):
    model = FilePlanEntry
    name = "headings"
    icon = "vk-tree"
    rows = staticmethod(_headings)
    act = "plan"
    form = HeadingForm
    change_form = HeadingChangeForm
    list_display = [
        "title",
        "notation",
        Column("plan", label=_("File plan")),
        Column("record_class", label=_("Record class")),
    ]
    ordering = ("-plan__year", "plan__agency__path", "notation")
    search_fields = ["notation", "title"]
    event_kinds = ("heading",)
    acts = (remove_act(FilePlanEntry),)

    def perform_add(self, actor: Actor, values: dict[str, Any]) -> FilePlanEntry:
        return plans.add_heading(values.pop("plan").pk, values, actor=actor)

    def perform_change(self, actor: Actor, thing: FilePlanEntry, values: dict[str, Any]) -> FilePlanEntry:
        return plans.change_heading(thing.pk, values, actor=actor)
