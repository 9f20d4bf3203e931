"""The box on a dossier's page that looks for words in this dossier alone."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from repository.access import may
from repository.models import Dossier


def inside(request: HttpRequest, dossier: Dossier) -> dict[str, Any] | None:
    if not may(request.actor, "search"):  # type: ignore[attr-defined]
        return None
    return {"dossier": dossier}
