"""Parts of a page that other apps register."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from repository.registry import registry


def panels_of(kind: str, request: HttpRequest, thing: Any) -> list[dict[str, Any]]:
    """Template and context of each panel that has something to show, in their order."""
    panels = registry.dossier_panels if kind == "dossier" else registry.document_panels
    found = []
    for panel in sorted(panels, key=lambda panel: panel.order):
        context = panel.context(request, thing)
        if context is not None:
            found.append({"template": panel.template, "context": context, "name": panel.name})
    return found
