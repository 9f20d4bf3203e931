"""Forms of the workbench: dates as in Vietnam, and choices among what the person may act on only."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from repository.access.acts import AGENCY_ACTS
from repository.access.querysets import under
from repository.actions.people import people_of
from repository.actors import Actor
from repository.models import Agency, FilePlan, FilePlanEntry, Fonds, Membership, RecordClass, User
from repository.pages.forms import Styled


def agencies_of(actor: Actor, act: str) -> Any:
    return Agency.objects.filter(under("path", actor.paths(*AGENCY_ACTS[act])))


def indented(agency: Agency) -> str:
    """The name under the names above it."""
    return "\u2003" * (len(agency.serials) - 1) + agency.name


class AgencyChoice(forms.ModelChoiceField):
    """One agency of the tree."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{indented(obj)} ({obj.code})"


class AgencyChoices(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{indented(obj)} ({obj.code})"


class ReferenceForm(Styled, forms.ModelForm[Any]):
    """Knows who fills it in; `wanted` are values the address asks for."""

    def __init__(self, *args: Any, actor: Actor, wanted: QueryDict | None = None, **kwargs: Any) -> None:
        self.actor, self.wanted = actor, wanted or QueryDict()
        super().__init__(*args, **kwargs)
        self.narrow()

    def narrow(self) -> None:
        """Sub-classes narrow the choices to what `self.actor` may choose."""


class AgencyForm(ReferenceForm):
    parent = AgencyChoice(Agency.objects.none(), label=_("Above it"))

    class Meta:
        model = Agency
        fields = ("parent", "code", "name", "short_name", "founded_on")

    def narrow(self) -> None:
        self.fields["parent"].queryset = agencies_of(self.actor, "manage agency").filter(ended_on__isnull=True)  # type: ignore[attr-defined]
        self.fields["parent"].initial = self.wanted.get("parent")


class AgencyChangeForm(ReferenceForm):
    on = forms.DateField(
        label=_("A new name or code holds from"),
        required=False,
        help_text=_("Empty means today. The old one is kept with its dates; records keep what they were issued with."),
    )
    mend = forms.BooleanField(
        label=_("It was written wrongly"),
        required=False,
        help_text=_("The name that holds is mended, and no new one begins."),
    )

    class Meta:
        model = Agency
        fields = ("code", "name", "short_name", "founded_on")


class EndAgencyForm(Styled, forms.Form):
    for_actor = True
    on = forms.DateField(label=_("Last day of its work"))
    successors = AgencyChoices(
        Agency.objects.none(),
        label=_("Successors"),
        required=False,
        help_text=_("Who takes over its work and records."),
    )

    def __init__(self, *args: Any, actor: Actor, thing: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # An agency's name is public; its successor may lie in another tree.
        self.fields["successors"].queryset = Agency.objects.filter(ended_on__isnull=True).exclude(pk=thing.pk)  # type: ignore[attr-defined]


class PersonForm(ReferenceForm):
    full_name = forms.CharField(label=_("Full name"), max_length=120)

    class Meta:
        model = User
        fields = ("username", "full_name", "position", "email", "clearance")
        help_texts = {"username": _("Letters, digits and @ . + - _; it is never used again for another person.")}


class PersonChangeForm(PersonForm):
    class Meta:
        model = User
        fields = ("full_name", "position", "email", "clearance")


class RoleForm(ReferenceForm):
    agency = AgencyChoice(Agency.objects.none(), label=_("Agency"), help_text=_("And everything below it."))

    class Meta:
        model = Membership
        fields = ("user", "agency", "role", "valid_from", "valid_until")
        labels = {"user": _("Person")}

    def narrow(self) -> None:
        people = (
            people_of(self.actor).filter(is_active=True).exclude(pk=self.actor.id).order_by("full_name", "username")
        )
        self.fields["user"].queryset = people  # type: ignore[attr-defined]
        self.fields["user"].label_from_instance = lambda user: user.label  # type: ignore[attr-defined]
        self.fields["user"].initial = self.wanted.get("user")
        self.fields["agency"].queryset = agencies_of(self.actor, "manage people")  # type: ignore[attr-defined]
        self.fields["valid_from"].required = False
        self.fields["valid_from"].help_text = _("Empty means today.")

    def validate_unique(self) -> None:
        """The action tells it in words."""

    def _post_clean(self) -> None:
        """The row is made and checked by the action: a beginning left empty is today there."""


class DayForm(Styled, forms.Form):
    on = forms.DateField(label=_("From this day it no longer holds"), required=False, help_text=_("Empty means today."))


class FondsForm(ReferenceForm):
    agency = AgencyChoice(Agency.objects.none(), label=_("Creator"))
    custodian = AgencyChoice(Agency.objects.none(), label=_("Custodian"))

    class Meta:
        model = Fonds
        fields = (
            "agency",
            "custodian",
            "code",
            "name",
            "history",
            "archives_time",
            "key_groups",
            "other_types",
            "language",
            "lookup_tools",
            "description",
        )
        widgets = {"history": forms.Textarea(attrs={"rows": 5}), "description": forms.Textarea(attrs={"rows": 3})}

    def narrow(self) -> None:
        for name in {"agency", "custodian"} & set(self.fields):
            self.fields[name].queryset = agencies_of(self.actor, "manage agency")  # type: ignore[attr-defined]
        if self.instance.pk is not None and self.instance.custodian_id is not None:
            kept = Agency.objects.filter(pk=self.instance.custodian_id)
            self.fields["custodian"].queryset |= kept  # type: ignore[attr-defined]


class FondsChangeForm(FondsForm):
    agency = None  # type: ignore[assignment]

    class Meta(FondsForm.Meta):
        fields = FondsForm.Meta.fields[1:]  # type: ignore[assignment]


class ClassForm(ReferenceForm):
    class Meta:
        model = RecordClass
        fields = (
            "schedule",
            "version",
            "code",
            "title",
            "parent",
            "maintenance",
            "years",
            "source",
            "valid_from",
            "valid_until",
        )


class PlanForm(ReferenceForm):
    agency = AgencyChoice(Agency.objects.none(), label=_("Agency"))
    headings_of = forms.ModelChoiceField(
        FilePlan.objects.none(),
        label=_("With the headings of"),
        required=False,
        help_text=_("They are copied; then each can be changed."),
    )

    class Meta:
        model = FilePlan
        fields = ("agency", "year", "issued_number", "issued_on")

    def narrow(self) -> None:
        self.fields["agency"].queryset = agencies_of(self.actor, "plan")  # type: ignore[attr-defined]
        plans = FilePlan.objects.filter(under("agency__path", self.actor.paths(*AGENCY_ACTS["plan"])))
        self.fields["headings_of"].queryset = plans.select_related("agency")  # type: ignore[attr-defined]


class PlanChangeForm(ReferenceForm):
    class Meta:
        model = FilePlan
        fields = ("year", "issued_number", "issued_on")


class HeadingForm(ReferenceForm):
    unit = AgencyChoice(Agency.objects.none(), label=_("Unit"), required=False)

    class Meta:
        model = FilePlanEntry
        fields = ("plan", "parent", "notation", "title", "record_class", "unit", "note")

    def narrow(self) -> None:
        plans = FilePlan.objects.filter(under("agency__path", self.actor.paths(*AGENCY_ACTS["plan"])))
        if "plan" in self.fields:
            self.fields["plan"].queryset = plans.select_related("agency")  # type: ignore[attr-defined]
            self.fields["plan"].initial = self.wanted.get("plan")
        plan = plans.filter(pk=self._plan_id()).select_related("agency").first()
        within = FilePlanEntry.objects.filter(plan=plan).exclude(pk=self.instance.pk)
        self.fields["parent"].queryset = within  # type: ignore[attr-defined]
        path = plan.agency.path if plan is not None else None
        self.fields["unit"].queryset = Agency.objects.filter(under("path", (path,) if path else ()))  # type: ignore[attr-defined]

    def _plan_id(self) -> UUID | None:
        given = self.instance.plan_id or self.data.get("plan") or self.wanted.get("plan")
        try:
            return UUID(str(given))
        except ValueError:
            return None


class HeadingChangeForm(HeadingForm):
    class Meta(HeadingForm.Meta):
        fields = HeadingForm.Meta.fields[1:]  # type: ignore[assignment]
