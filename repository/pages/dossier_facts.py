"""What a dossier's page tells in few words: its steps, the sum behind its date, its facts."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy

from repository import formats
from repository.actions.locate_dossier import place_of
from repository.codes import SEALED_STATES, DossierState, Maintenance
from repository.models import Dossier, Retention

STEPS = (
    ("opened", pgettext_lazy("dossier step", "Opened")),
    (DossierState.OPEN, pgettext_lazy("dossier step", "At work")),
    (DossierState.CLOSED, pgettext_lazy("dossier step", "Closed")),
    (DossierState.SUBMITTED, pgettext_lazy("dossier step", "Submitted")),
    (DossierState.SEALING, pgettext_lazy("dossier step", "Sealed")),
    (DossierState.ARCHIVED, pgettext_lazy("dossier step", "Archived")),
)


def steps(dossier: Dossier, *, total: int, left: int) -> list[dict[str, Any]]:
    """The way of a dossier: what is done and when, where it is, what comes and what it waits for. `left` things stand in the way."""
    order = [state for state, _label in STEPS]
    state = DossierState(dossier.state)
    here = DossierState.OPEN if state == DossierState.RETURNED else state
    # Appraisal, destruction and transfer come after all of these steps.
    at = order.index(here) if here in order else len(order) - 1
    said = _said(dossier, total=total, left=left, at=at)
    found = []
    for index, (step, label) in enumerate(STEPS):
        shown: Any = label
        if index == at and state == DossierState.RETURNED:
            shown = pgettext("dossier step", "Returned")
        elif index == at and state in SEALED_STATES and state != DossierState.ARCHIVED:
            shown = dossier.get_state_display()
        found.append({"label": shown, "said": said[str(step)], "done": index < at, "here": index == at})
    return found


def _said(dossier: Dossier, *, total: int, left: int, at: int) -> dict[str, str]:
    counted = ngettext("%(count)s document", "%(count)s documents", total) % {"count": formats.number(total)}
    waiting = ngettext("%(count)s thing to mend first", "%(count)s things to mend first", left) % {"count": left}
    deadline = submit_until(dossier)
    before = _("before %(day)s") % {"day": formats.day(deadline)} if deadline else ""
    return {
        "opened": formats.day(dossier.opened_at),
        "open": counted,
        "closed": formats.day(dossier.closed_at) if dossier.closed_at else waiting if left and at < 2 else "",
        "submitted": formats.day(dossier.submitted_at) if dossier.submitted_at else before,
        "sealing": formats.day(dossier.sealed_at) if dossier.sealed_at else pgettext("sealing", "by itself"),
        "archived": period(dossier),
    }


def submit_until(dossier: Dossier) -> date | None:
    """The last day of the year after that in which the work ended (Luật Lưu trữ 2024); None where that is not known."""
    ended = dossier.work_ended_on or dossier.end_date
    return date(ended.year + 1, 12, 31) if ended and ended.year < date.max.year else None


def period(dossier: Dossier) -> str:
    """How long it is kept, in words; empty where nobody has said."""
    if dossier.maintenance == Maintenance.OTHER:
        years = dossier.maintenance_years or 0
        return ngettext("%(years)s year", "%(years)s years", years) % {"years": years}
    return str(dossier.get_maintenance_display())


def retention_sum(retention: Retention | None) -> list[dict[str, Any]]:
    """The lines of the sum as the page shows them."""
    words: dict[str, tuple[str, Any]] = {
        "ended": ("", _("Work ended")),
        "counted-from": ("→", _("Counted from 1 January of the next year")),
        "period": ("+", _("Retention period")),
        "permanent": ("+", _("Retention period")),
        "hold": ("+", _("Hold")),
        "due": ("=", _("May be appraised for destruction from")),
    }
    values = {"held": _("standing"), "none": _("none")}
    lines = []
    for line in retention.lines if retention else []:
        op, label = words.get(line["code"], ("", line["code"]))
        value: Any = line["value"]
        if line["code"] == "permanent":
            value = _("for ever")
        elif line["code"] == "period":
            value = _("not set") if value is None else _("%(years)s years") % {"years": value}
        elif line["code"] == "hold":
            value = values.get(value, value)
        elif value is None:
            value = _("not known yet")
        else:
            value = date.fromisoformat(value)
        lines.append({"op": op, "label": label, "value": value, "note": line.get("note", "")})
    return lines


def facts(dossier: Dossier) -> list[tuple[Any, ...]]:
    span = ""
    if dossier.start_date and dossier.end_date:
        span = f"{formats.day(dossier.start_date)} – {formats.day(dossier.end_date)}"
    return [
        (_("Fonds"), dossier.fonds.name if dossier.fonds else ""),
        (_("Agency"), dossier.agency.name),
        (_("Heading"), str(dossier.entry) if dossier.entry else ""),
        (_("Class"), str(dossier.record_class) if dossier.record_class else ""),
        (_("Retention"), period(dossier)),
        (_("Made by"), dossier.creator.split(" (")[0]),
        (_("Span of time"), span, "vk-num"),
        (_("Secrecy"), dossier.get_secrecy_display() if dossier.secrecy else ""),
        (_("Use"), dossier.get_mode_display()),
        (_("Pages"), formats.number(dossier.page_total) if dossier.page_total else "", "vk-num"),
        (_("Description"), dossier.description),
        (_("Keywords"), dossier.keyword),
        (_("Identity"), str(dossier.pk), "vk-num vk-break"),
    ]


def place_facts(dossier: Dossier) -> list[tuple[Any, ...]]:
    return [
        (_("Where the paper is"), place_of(dossier)),
        (_("Sheets of paper"), formats.number(dossier.paper_sheets) if dossier.paper_sheets else "", "vk-num"),
        (_("Paper dossier"), dossier.paper_file_code, "vk-num"),
    ]
