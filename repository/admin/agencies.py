"""Agencies and fonds in the workbench: an administrator's, in her subtree."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, TitleColumn

from repository import formats
from repository.access.acts import AGENCY_ACTS
from repository.access.querysets import under
from repository.actions import agencies, fonds
from repository.actions.remove_unused import remove_unused
from repository.actors import Actor
from repository.admin.base import Act, ReferenceViewSet
from repository.admin.forms import (
    AgencyChangeForm,
    AgencyForm,
    EndAgencyForm,
    FondsChangeForm,
    FondsForm,
    agencies_of,
    indented,
)
from repository.models import Agency, Fonds


def _agencies(actor: Actor) -> models.QuerySet[Agency]:
    return agencies_of(actor, "manage agency").select_related("parent")


def _fonds(actor: Actor) -> models.QuerySet[Fonds]:
    paths = actor.paths(*AGENCY_ACTS["manage agency"])
    return Fonds.objects.filter(under("agency__path", paths)).select_related("agency", "custodian")


def _day(name: str) -> Any:
    def shown(thing: Any) -> str:
        value = getattr(thing, name)
        return formats.day(value) if value else "–"

    return shown


def remove_act(model: type[models.Model]) -> Act:
    return Act(
        "remove",
        _("Remove"),
        lambda actor, thing, data: remove_unused(model, thing.pk, actor=actor),
        question=_("It was entered by mistake and goes for good. What is in use cannot be removed."),
        done=_("Removed."),
        icon="bin",
        serious=True,
        back="index",
    )


class AgencyViewSet(ReferenceViewSet):
    model = Agency
    name = "agencies"
    icon = "vk-tree"
    rows = staticmethod(_agencies)
    act = "manage agency"
    form = AgencyForm
    change_form = AgencyChangeForm
    list_display = [
        TitleColumn(
            "name",
            label=_("Name"),
            accessor=indented,
            get_url=lambda agency: reverse("agencies:edit", args=[agency.pk]),
        ),
        Column("code", label=_("Code")),
        Column("short_name", label=_("Short name")),
        Column("ended_on", label=_("Ended"), accessor=_day("ended_on")),
    ]
    ordering = "path"
    search_fields = ["name", "code", "short_name"]
    event_kinds = ("agency",)
    acts = (
        Act(
            "end",
            _("End the agency…"),
            lambda actor, agency, data: agencies.end_agency(
                agency.pk, data["on"], actor=actor, successors=data["successors"]
            ),
            question=_("Its fonds close the same day. Its records stay where they are; units below it end first."),
            button=_("End the agency"),
            done=_("The agency has ended."),
            form=EndAgencyForm,
            icon="vk-clock",
            shown=lambda agency: agency.ended_on is None,
        ),
        remove_act(Agency),
    )

    def perform_add(self, actor: Actor, values: dict[str, Any]) -> Agency:
        return agencies.found_agency(values.pop("code"), values.pop("name"), actor=actor, **values)

    def perform_change(self, actor: Actor, thing: Agency, values: dict[str, Any]) -> Agency:
        on, mend = values.pop("on"), values.pop("mend")
        return agencies.change_agency(thing.pk, values, actor=actor, on=on, mend=mend)

    @staticmethod
    def more(request: HttpRequest, agency: Agency) -> dict[str, Any]:
        return {
            "names": list(agency.names.order_by("-valid_from")),
            "successors": list(agency.successors.all()),
            "predecessors": list(agency.predecessors.all()),
        }


class FondsViewSet(ReferenceViewSet):
    model = Fonds
    name = "fonds"
    icon = "vk-card"
    rows = staticmethod(_fonds)
    act = "manage agency"
    form = FondsForm
    change_form = FondsChangeForm
    list_display = [
        "name",
        "code",
        "agency",
        "archives_time",
        Column("closed_on", label=_("Closed"), accessor=_day("closed_on")),
    ]
    ordering = "code"
    search_fields = ["name", "code"]
    event_kinds = ("fonds",)
    acts = (remove_act(Fonds),)

    def perform_add(self, actor: Actor, values: dict[str, Any]) -> Fonds:
        return fonds.add_fonds(values.pop("agency"), values, actor=actor)

    def perform_change(self, actor: Actor, thing: Fonds, values: dict[str, Any]) -> Fonds:
        return fonds.change_fonds(thing.pk, values, actor=actor)
