"""People and their roles in the workbench. A password is shown once, on the page that answers, and kept nowhere."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, TitleColumn

from repository import formats
from repository.actions import memberships, people
from repository.actors import Actor
from repository.admin.base import Act, ActView, Add, List, ReferenceViewSet
from repository.admin.forms import DayForm, PersonChangeForm, PersonForm, RoleForm
from repository.clock import today
from repository.models import Membership, User


def standing() -> Q:
    return Q(valid_until__isnull=True) | Q(valid_until__gt=today())


def _people(actor: Actor) -> models.QuerySet[User]:
    roles = memberships.roles_of(actor).filter(standing()).select_related("agency").order_by("agency__path")
    return people.people_of(actor).prefetch_related(Prefetch("memberships", roles, to_attr="roles_here"))


def _roles(actor: Actor) -> models.QuerySet[Membership]:
    return memberships.roles_of(actor).select_related("user", "agency")


def _roles_shown(user: Any) -> str:
    told = "; ".join(f"{role.get_role_display()}, {role.agency.name}" for role in user.roles_here)
    return told or (gettext("no role") if user.is_active else "–")


def _until(role: Any) -> str:
    return formats.day(role.valid_until) if role.valid_until else "–"


def password_shown(request: HttpRequest, made: tuple[User, str]) -> HttpResponse:
    """The one page that says the password; it is neither stored nor cached."""
    user, password = made
    return render(
        request,
        "repository/admin/password.html",
        {
            "person": user,
            "password": password,
            "header_title": user.label,
            "edit_url": reverse("people:edit", args=[user.pk]),
        },
    )


class PeopleList(List):
    def get_base_queryset(self) -> models.QuerySet[User]:
        rows = super().get_base_queryset()
        if self.request.GET.get("role") == "none":
            rows = rows.filter(is_active=True).exclude(memberships__in=Membership.objects.filter(standing()))
        return rows


class AddPerson(Add):
    def save_action(self) -> HttpResponse:
        return password_shown(self.request, (self.object, self.password))

    def save_instance(self) -> User:
        self.object, self.password = super().save_instance()
        return self.object


class PersonViewSet(ReferenceViewSet):
    model = User
    name = "people"
    icon = "vk-user"
    rows = staticmethod(_people)
    act = "manage people"
    form = PersonForm
    change_form = PersonChangeForm
    index_view_class = PeopleList
    add_view_class = AddPerson
    list_display = [
        TitleColumn("label", label=_("Name"), get_url=lambda user: reverse("people:edit", args=[user.pk])),
        Column("position", label=_("Position")),
        Column("roles", label=_("Roles"), accessor=_roles_shown),
        Column(
            "is_active",
            label=_("Account"),
            accessor=lambda user: pgettext("account", "on") if user.is_active else pgettext("account", "off"),
        ),
    ]
    ordering = ("full_name", "username")
    search_fields = ["full_name", "username", "position"]
    event_kinds = ("person", "role")
    acts = (
        Act(
            "password",
            _("New password…"),
            lambda actor, user, data: people.reset_password(user.pk, actor=actor),
            question=_("The old password no longer works and the person is signed out everywhere."),
            button=_("Make a new password"),
            icon="key",
            answer=password_shown,
        ),
        Act(
            "off",
            _("Switch off…"),
            lambda actor, user, data: people.switch_person(user.pk, False, actor=actor),
            question=_(
                "The person can no longer sign in and is signed out at once. What she did stays under her name."
            ),
            button=_("Switch the account off"),
            done=_("The account is off."),
            icon="vk-lock",
            serious=True,
            shown=lambda user: user.is_active,
        ),
        Act(
            "on",
            _("Switch on…"),
            lambda actor, user, data: people.switch_person(user.pk, True, actor=actor),
            question=_("The person can sign in again, with the roles that still hold."),
            button=_("Switch the account on"),
            done=_("The account is on."),
            icon="vk-user",
            shown=lambda user: not user.is_active,
        ),
    )

    def perform_add(self, actor: Actor, values: dict[str, Any]) -> Any:
        return people.add_person(values.pop("username"), values.pop("full_name"), actor=actor, **values)

    def perform_change(self, actor: Actor, thing: User, values: dict[str, Any]) -> User:
        return people.change_person(thing.pk, values, actor=actor)

    @staticmethod
    def more(request: HttpRequest, user: User) -> dict[str, Any]:
        held = memberships.roles_of(request.actor).filter(user=user)  # type: ignore[attr-defined]
        return {
            "roles": list(held.select_related("agency").order_by("-valid_from")),
            "today": today(),
            "give_url": f"{reverse('roles:add')}?user={user.pk}" if user.is_active else "",
        }


END = Act(
    "edit",
    _("End the role"),
    lambda actor, role, data: memberships.end_role(role.pk, data["on"], actor=actor),
    question=_("What was done in this role stays as it is."),
    done=_("The role has an end."),
    form=DayForm,
    icon="vk-clock",
    back="index",
)


class RoleViewSet(ReferenceViewSet):
    """Roles are given and ended; to change one is to end it and give another."""

    model = Membership
    name = "roles"
    icon = "vk-seal"
    rows = staticmethod(_roles)
    act = "manage people"
    form = RoleForm
    list_display = [
        TitleColumn("user", label=_("Person"), get_url=lambda role: reverse("roles:edit", args=[role.pk])),
        Column("role", label=_("Role"), accessor="get_role_display"),
        Column("agency", label=_("Agency")),
        Column("valid_from", label=_("From"), accessor=lambda role: formats.day(role.valid_from)),
        Column("valid_until", label=_("Until (not included)"), accessor=_until),
    ]
    ordering = ("agency__path", "user__full_name", "pk")
    search_fields = ["user__full_name", "user__username", "agency__name"]
    acts = (END,)

    def perform_add(self, actor: Actor, values: dict[str, Any]) -> Membership:
        return memberships.give_role(
            values["user"].pk,
            values["agency"],
            values["role"],
            actor=actor,
            valid_from=values["valid_from"],
            valid_until=values["valid_until"],
        )

    def get_urlpatterns(self) -> list[Any]:
        kept = [pattern for pattern in super().get_urlpatterns() if pattern.name != "edit"]
        return [*kept, path("<uuid:pk>/", self.construct_view(ActView, deed=END), name="edit")]
