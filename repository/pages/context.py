"""What every page's frame shows: the places a person may go to, and the jobs she has running."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from repository.registry import registry


def frame(request: HttpRequest) -> dict[str, Any]:
    actor = getattr(request, "actor", None)
    if actor is None or not getattr(request, "user", None) or not request.user.is_authenticated:
        return {"nav": []}
    return {"nav": [place for places in registry.places for place in places(actor)]}
