"""Every page of the program that answers a GET, with identities out of the archive that is measured."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from repository.actors import actor_of
from repository.admin import doors
from repository.models import Agency, Document, Dossier, File, FilePlan, FilePlanEntry, Fonds, RecordClass, User

# Bytes, and what ends a session.
LEFT_OUT = {"account_logout", "file", "latest", "page_image", "page_words", "job_file", "inventory_file", "plan_table"}
APPS = ("repository", "search", "signing", "archive")
# What a page is asked besides itself: the walk of a day.
ASKED: dict[str, tuple[str, ...]] = {
    "search": ("?q=kế+hoạch+giao+thông", "?q=ke+hoach&sort=newest", "?q=quyết+định&year=2024"),
    "dossiers": ("", "?state=open", "?q=giao+thông"),
    "documents": ("", "?q=giao+thông"),
    "plan": ("", "?q=ke+hoach"),
    "plan_branch": ("?plan={plan_id}",),
    "plan_notation": ("?title=Kế+hoạch",),
    "plan_copy": ("?year=2031",),
}


@dataclass(frozen=True)
class Address:
    name: str
    url: str


def addresses() -> Iterator[Address]:
    """Each page once, or once for each thing it is asked; those whose identities this archive has none for are left out."""
    ids = identities()
    for name, route, spaces in _routes(get_resolver(), "", ()):
        values = {**ids, "pk": ids.get(f"pk of {spaces[-1]}") if spaces else None}
        wanted = re.findall(r"<(?:\w+:)?(\w+)>", route)
        if name in LEFT_OUT or any(values.get(one) is None for one in wanted):
            continue
        url = "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), route)  # noqa: B023 (used at once)
        for asked in ASKED.get(name, ("",)):
            yield Address(f"{':'.join((*spaces, name))}{asked.split('=')[0]}", url + asked.format(**ids))


def _routes(resolver: URLResolver, before: str, spaces: tuple[str, ...]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern, route, (*spaces, pattern.namespace) if pattern.namespace else spaces)
        elif (
            isinstance(pattern, URLPattern)
            and pattern.name
            and not set(route) & set("^$\\()")
            and _ours(pattern.callback)
        ):
            yield pattern.name, route, spaces


def _ours(view: Any) -> bool:
    while hasattr(view, "__wrapped__"):
        view = view.__wrapped__
    module = getattr(view, "view_class", view).__module__
    return view is not doors.closed and module.split(".")[0] in APPS


def identities() -> dict[str, Any]:
    """A thick dossier with its document and heading, and one of each thing of reference."""
    actor = actor_of(User.objects.get(username="archivist"))
    dossiers = Dossier.objects.visible_to(actor).order_by("-pk")
    dossier = dossiers.filter(placements__number=150).first() or dossiers[0]
    document = dossier.documents.order_by("pk")[0]
    clerk = User.objects.filter(memberships__role="clerk").first()
    entry = dossier.entry or FilePlanEntry.objects.all()[0]
    return {
        "dossier_id": dossier.pk,
        "document_id": document.pk,
        "file_id": File.objects.filter(version__document=document).values_list("pk", flat=True).first(),
        "entry_id": entry.pk,
        "plan_id": entry.plan_id,
        "listed": "dossiers",
        "topic": "find",
        "name": "confirm",
        "pk of people": clerk.pk if clerk else None,
        "pk of roles": clerk.memberships.values_list("pk", flat=True).first() if clerk else None,
        "pk of agencies": _any(Agency),
        "pk of fonds": _any(Fonds),
        "pk of plans": _any(FilePlan),
        "pk of headings": _any(FilePlanEntry),
        "pk of classes": _any(RecordClass),
    }


def _any(model: Any) -> Any:
    return model._default_manager.values_list("pk", flat=True).first()


def sizes() -> dict[str, int]:
    return {"documents": Document.objects.count(), "dossiers": Dossier.objects.count()}
