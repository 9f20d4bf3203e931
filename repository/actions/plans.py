"""The yearly file plan (danh mục hồ sơ) and its headings."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from repository.access import require
from repository.access.acts import AGENCY_ACTS
from repository.access.querysets import under
from repository.actions.saving import changes, save_checked
from repository.actors import Actor
from repository.events import record
from repository.models import Agency, FilePlan, FilePlanEntry
from repository.plan_codes import ACCEPTED, next_notation, tidy
from repository.refusals import NotVisible, Refused

PLAN_FIELDS = ("year", "issued_number", "issued_on")
HEADING_FIELDS = ("parent", "notation", "title", "record_class", "unit", "note")


@transaction.atomic
def add_plan(
    agency: Agency, year: int, *, actor: Actor, headings_of: FilePlan | None = None, **fields: Any
) -> FilePlan:
    """Enter an agency's plan for a year, with the headings of another plan if one is given. Raises Forbidden or Refused."""
    require(actor, "plan", agency)
    if headings_of is not None:
        require(actor, "plan", headings_of.agency)
    plan = FilePlan(agency=agency, year=year, **{name: value for name, value in fields.items() if name in PLAN_FIELDS})
    save_checked(plan, "add plan", new=True)
    copied = 0
    if headings_of is not None:
        from repository.actions.copy_plan import draw_up, write

        copied = write(draw_up(headings_of, year, agency=agency), actor=actor)
    record("plan.added", actor, plan, year=year, headings=copied, headings_of=headings_of)
    return plan


@transaction.atomic
def change_plan(plan_id: UUID | str, values: dict[str, Any], *, actor: Actor) -> FilePlan:
    """Change a plan's year or decision. Raises NotVisible or Refused."""
    plan = planned(plan_id, actor=actor)
    changed = changes(plan, {name: value for name, value in values.items() if name in PLAN_FIELDS})
    if "year" in changed and plan.entries.filter(dossiers__isnull=False).exists():
        raise Refused.because(
            "change plan",
            plan,
            "field-year",
            _("Dossiers are open under this plan; their codes carry its year."),
            _("Enter a plan for the other year."),
        )
    if changed:
        save_checked(plan, "change plan", new=False)
        record("plan.changed", actor, plan, changed=changed)
    return plan


@transaction.atomic
def add_heading(plan_id: UUID | str, values: dict[str, Any], *, actor: Actor) -> FilePlanEntry:
    """Add a heading to a plan; with its notation left empty it gets the next one by rule. Raises NotVisible or Refused."""
    # The plan's row orders the writers, so that two headings added at once get two numbers.
    plan = planned(plan_id, actor=actor)
    heading = FilePlanEntry(plan=plan, **{name: value for name, value in values.items() if name in HEADING_FIELDS})
    heading.notation = tidy(heading.notation) or proposed_notation(plan, heading.title, heading.parent)
    _check(heading)
    save_checked(heading, "add heading", new=True)
    record(
        "heading.added", actor, heading, agency=plan.agency, plan=plan, notation=heading.notation, title=heading.title
    )
    return heading


def proposed_notation(plan: FilePlan, title: str, parent: FilePlanEntry | None) -> str:
    """What the rule gives the next heading there; it may be taken a moment later by another."""
    taken = set(plan.entries.values_list("notation", flat=True))
    return next_notation(title, taken, parent=parent.notation if parent else "")


@transaction.atomic
def change_heading(heading_id: UUID | str, values: dict[str, Any], *, actor: Actor) -> FilePlanEntry:
    """Change a heading; dossiers opened before keep the code and the period they were opened with. Raises NotVisible or Refused."""
    heading = FilePlanEntry.objects.filter(pk=heading_id).first()
    if heading is None:
        raise NotVisible
    plan = planned(heading.plan_id, actor=actor)
    values = {name: value for name, value in values.items() if name in HEADING_FIELDS}
    if "notation" in values:
        values["notation"] = tidy(values["notation"])
    changed = changes(heading, values)
    if changed:
        _check(heading)
        save_checked(heading, "change heading", new=False)
        record("heading.changed", actor, heading, agency=plan.agency, changed=changed)
    return heading


def planned(plan_id: UUID | str, *, actor: Actor) -> FilePlan:
    """The plan's row, locked, if the actor may plan for its agency; else it is not found. Raises NotVisible."""
    rows = FilePlan.objects.select_for_update(of=("self",)).select_related("agency")
    if not actor.is_system:
        rows = rows.filter(under("agency__path", actor.paths(*AGENCY_ACTS["plan"])))
    plan = rows.filter(pk=plan_id).first()
    if plan is None:
        raise NotVisible
    return plan


def _check(heading: FilePlanEntry) -> None:
    """A heading stands under one of the same plan, never below itself, and its unit is the agency's own."""
    agency = heading.plan.agency
    if not ACCEPTED.fullmatch(heading.notation):
        raise Refused.because(
            "plan",
            heading,
            "field-notation",
            _("A notation has capital letters and digits, in groups joined by dots: 01.TCCB."),
            _("Write it so, or leave it empty: the archive gives the next number."),
        )
    if heading.unit is not None and not heading.unit.path.startswith(agency.path):
        raise Refused.because(
            "plan", heading, "field-unit", _("The unit is not one of this agency."), _("Choose a unit below it.")
        )
    above, seen = heading.parent, {heading.pk}
    while above is not None:
        if above.plan_id != heading.plan_id or above.pk in seen:
            raise Refused.because(
                "plan",
                heading,
                "field-parent",
                _("The heading above must be another one of the same plan."),
                _("Choose one that is not below this one."),
            )
        seen.add(above.pk)
        above = above.parent
