"""What Wagtail asks its apps for: our viewsets, our menu instead of its own, our icons."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from repository.access import may
from repository.admin.viewsets import VIEWSETS

ICONS = ("bell", "card", "chart", "check", "clock", "home", "lock", "put", "search", "seal", "tree", "user")


@hooks.register("register_icons")
def icons(found: list[str]) -> list[str]:
    return [*found, *(f"vk/menu/vk-{name}.svg" for name in ICONS)]


@hooks.register("register_admin_viewset")
def viewsets() -> list[Any]:
    return VIEWSETS


PLACES = (
    ("people", _("People"), "people:index", "vk-user", "manage people"),
    ("roles", _("Roles"), "roles:index", "vk-seal", "manage people"),
    ("agencies", _("Agencies"), "agencies:index", "vk-tree", "manage agency"),
    ("fonds", _("Fonds"), "fonds:index", "vk-put", "manage agency"),
    ("plans", _("File plans"), "plans:index", "vk-card", "plan"),
    ("headings", _("Headings"), "headings:index", "vk-chart", "plan"),
    ("classes", _("Record classes"), "classes:index", "vk-clock", "manage classes"),
    ("runs", _("Watch"), "runs", "vk-bell", "see runs"),
)


@hooks.register("construct_main_menu", order=1000)
def menu(request: HttpRequest, items: list[MenuItem]) -> None:
    """Only what leads somewhere for this person; Wagtail's own entries lead to closed doors."""
    actor = request.actor  # type: ignore[attr-defined]
    items[:] = [MenuItem(_("Workbench"), reverse("wagtailadmin_home"), name="home", icon_name="vk-home", order=1)]
    for order, (name, label, url, icon, act) in enumerate(PLACES, start=2):
        if may(actor, act):
            items.append(MenuItem(label, reverse(url), name=name, icon_name=icon, order=order))
    items.append(MenuItem(_("Reading room"), reverse("home"), name="reading", icon_name="vk-search", order=100))
