"""The first page: the parts that a person's roles give her, each figure a link to the list behind it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from repository.access import may
from repository.actors import Actor
from repository.pages.base import page
from repository.registry import registry


@page
def home(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    parts = []
    for panel in sorted(registry.home_panels, key=lambda panel: panel.order):
        part = panel.context(request, actor)
        if part is not None:
            parts.append({"name": panel.name, "template": panel.template, "part": part})
    context: dict[str, Any] = {
        "parts": parts,
        "works": may(actor, "work"),
        "reads": may(actor, "search"),
    }
    return render(request, "repository/home.html", context)
