"""What a question asked that could not be obeyed: the place in what was typed, why, and what to do."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from repository.codes import Indication, Maintenance, Secrecy
from search.query import ParsedQuery, Problem

AROUND = 40
"""Letters shown on either side of the place."""

FIELDS = {
    "type": gettext_lazy("document type"),
    "verdict": gettext_lazy("signature"),
    "secrecy": gettext_lazy("secrecy"),
    "state": gettext_lazy("state"),
    "format": gettext_lazy("format"),
    "retention": gettext_lazy("retention"),
}


def said(parsed: ParsedQuery) -> list[dict[str, Any]]:
    """Each problem as the page shows it; `at` counts letters from 1."""
    return [
        {"place": _place(parsed.typed, one), "at": one.start + 1, "why": _why(one), "do": _do(one)}
        for one in parsed.problems
    ]


def _place(typed: str, problem: Problem) -> SafeString:
    start, end = problem.start, min(problem.end, problem.start + AROUND)
    before, after = typed[max(0, start - AROUND) : start], typed[end : end + AROUND]
    return format_html(
        "{}{}<mark>{}</mark>{}{}",
        "…" if start > AROUND else "",
        before,
        typed[start:end],
        after,
        "…" if end + AROUND < len(typed) else "",
    )


def _why(problem: Problem) -> str:
    about = problem.about
    match problem.code:
        case "no-such-value":
            field = FIELDS.get(problem.field, problem.field)
            return _("“%(value)s” is no known value of %(field)s.") % {"value": about, "field": field}
        case "no-date":
            return _("“%(value)s” is no date that can be read.") % {"value": about}
        case "upside-down":
            return _("“%(value)s” ends before it begins.") % {"value": about}
        case "prefix-too-short":
            return _("Too few letters stand before the star.")
        case "too-many-prefixes":
            return _("Only the first %(most)s words with a star are looked for.") % {"most": about}
        case "too-far":
            return _("Words are looked for at most %(most)s words apart.") % {"most": about}
        case "too-deep":
            return _("Brackets stand in brackets more than %(most)s deep.") % {"most": about}
        case "too-many":
            return _("Only the first %(most)s words and values are read.") % {"most": about}
        case _:
            return _("Only the first %(most)s letters are read.") % {"most": about}


def _do(problem: Problem) -> str:
    match problem.code, problem.field:
        case "no-such-value", "type":
            return _("Write a type of document: quyết định, công văn, báo cáo …")
        case "no-such-value", "verdict":
            return _one_of(str(one.label) for one in Indication)
        case "no-such-value", "secrecy":
            return _one_of(str(one.label) for one in Secrecy)
        case "no-such-value", "retention":
            return _one_of(str(one.label) for one in Maintenance)
        case (("no-date" | "upside-down"), _):
            return _("Write a year, a month or a day, or two with dots between them: 2019..2021, 03/2020, 15/3/2020.")
        case "prefix-too-short", _:
            least = int(problem.about)
            return ngettext("Write at least %(least)s letter.", "Write at least %(least)s letters.", least) % {
                "least": least
            }
    return _("The rest of the question was answered.")


def _one_of(values: Any) -> str:
    return _("One of: %(values)s.") % {"values": ", ".join(values)}
