"""What Wagtail asks its apps for: our viewsets, our menu instead of its own, our icons."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from repository.admin.viewsets import VIEWSETS
from repository.pages.places import bench, reference

ICONS = ("bell", "card", "chart", "check", "clock", "home", "lock", "put", "search", "seal", "tree", "user")


@hooks.register("register_icons")
def icons(found: list[str]) -> list[str]:
    return [*found, *(f"vk/menu/vk-{name}.svg" for name in ICONS)]


@hooks.register("insert_global_admin_js")
def keys() -> str:
    """The letters that lead to places work on Wagtail's own pages as well; "?" is its own list there."""
    return format_html('<script type="module" src="{}"></script>', static("vk/js/keys.js"))


@hooks.register("register_admin_viewset")
def viewsets() -> list[Any]:
    return VIEWSETS


@hooks.register("construct_main_menu", order=1000)
def menu(request: HttpRequest, items: list[MenuItem]) -> None:
    """Only what leads somewhere for this person; Wagtail's own entries lead to closed doors."""
    actor = request.actor  # type: ignore[attr-defined]
    # The same places as in our own frame; there the server draws them (templates/vk/workbench.html).
    items[:] = [
        MenuItem(
            place["label"],
            place["url"],
            name=place["name"],
            icon_name=f"vk-{place['icon']}",
            attrs={"data-go": place["letter"]},
            order=order,
        )
        for order, place in enumerate([*bench(actor), *reference(actor)], start=1)
    ]
