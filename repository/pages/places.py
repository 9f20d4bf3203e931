"""Where a person may go: the places of the reading room, those of the workbench, and the reference data beside them.

A place is a mapping of label, url, icon, order, and where it has them letter (the key that follows g) and count.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from repository.access import may
from repository.actors import Actor
from repository.pages.homes import waiting
from repository.registry import registry

# Reference data, kept in Wagtail's admin: name, label, address, icon, act, letter.
REFERENCE = (
    ("people", gettext_lazy("People"), "people:index", "user", "manage people", "n"),
    ("roles", gettext_lazy("Roles"), "roles:index", "seal", "manage people", "r"),
    ("agencies", gettext_lazy("Agencies"), "agencies:index", "tree", "manage agency", "a"),
    ("fonds", gettext_lazy("Fonds"), "fonds:index", "put", "manage agency", "f"),
    ("plans", pgettext_lazy("reference data", "File plans"), "plans:index", "card", "plan", "l"),
    ("headings", gettext_lazy("Headings"), "headings:index", "chart", "plan", "o"),
    ("classes", gettext_lazy("Record classes"), "classes:index", "clock", "manage classes", "c"),
    ("trust", gettext_lazy("Trust anchors"), "trust", "lock", "manage trust", "u"),
)


def places(actor: Actor) -> Iterable[dict[str, Any]]:
    """The reading room's places that are the repository's own; apps register theirs beside them."""
    if may(actor, "search"):
        yield {"label": _("Dossiers"), "url": reverse("dossiers"), "letter": "s", "icon": "card", "order": 20}
    if may(actor, "see runs"):
        yield {"label": _("Watch"), "url": reverse("runs"), "letter": "w", "icon": "bell", "order": 50}
    if may(actor, "audit"):
        yield {"label": _("Events"), "url": reverse("events"), "letter": "e", "icon": "clock", "order": 60}


def room(actor: Actor) -> list[dict[str, Any]]:
    """All places of the reading room, in their order."""
    found = [place for those in registry.places for place in those(actor)]
    return sorted(found, key=lambda place: place.get("order", 99))


def bench(actor: Actor) -> list[dict[str, Any]]:
    """The workbench's places with what waits there, for people who file and for administrators."""
    found = [{"name": "today", "label": _("Today"), "url": reverse("home"), "icon": "home", "letter": "h"}]
    if may(actor, "work"):
        found += [
            _place(actor, "dossiers", _("Dossiers"), reverse("dossiers"), "card", "s", waiting.of_dossiers),
            _place(actor, "receive", _("Receive files"), reverse("receiving"), "put", "i", waiting.of_intake),
            {"name": "plan", "label": _("File plan"), "url": reverse("plan"), "icon": "tree", "letter": "p"},
            _place(actor, "due", _("Due"), waiting.due_url(), "clock", "d", waiting.of_retention),
        ]
    rooms = room(actor)
    if may(actor, "see runs"):
        desk = next((place for place in rooms if place.get("name") == "desk"), None)
        if desk:
            found.append({**desk, "icon": "seal"})
        found.append({"name": "runs", "label": _("Watch"), "url": reverse("runs"), "icon": "bell", "letter": "w"})
    icons = {"signing": "edit", "signing_keys": "lock"}
    found += [{**place, "icon": icons[place["name"]]} for place in rooms if place.get("name") in icons]
    search = next((place for place in rooms if place.get("name") == "search"), None)
    if search:
        found.append({**search, "label": pgettext("place", "Reading room"), "name": "reading", "icon": "search"})
    return found


def reference(actor: Actor) -> list[dict[str, Any]]:
    """The lists of reference data that this person keeps."""
    return [
        {"name": name, "label": label, "url": reverse(url), "icon": icon, "letter": letter}
        for name, label, url, icon, act, letter in REFERENCE
        if may(actor, act)
    ]


def current(found: list[dict[str, Any]], path: str) -> list[dict[str, Any]]:
    """The same places; the one whose address leads furthest into the page's is where the person is."""
    inside = [place["url"] for place in found if _is_in(place["url"], path)]
    here = max(inside, key=len, default="")
    return [{**place, "current": place["url"] == here} for place in found]


def _is_in(url: str, path: str) -> bool:
    return path == url if url == "/" or "?" in url else path.startswith(url)


def _place(actor: Actor, name: str, label: str, url: str, icon: str, letter: str, count: Any) -> dict[str, Any]:
    return {"name": name, "label": label, "url": url, "icon": icon, "letter": letter, "count": count(actor)}
