"""Open a dossier under a heading of the file plan: its code, class and period follow the heading (Nghị định 30/2020, Điều 29)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from repository.access import require
from repository.actors import Actor
from repository.clock import now, today
from repository.codes import Maintenance
from repository.events import record
from repository.models import Agency, Dossier, FilePlanEntry, Fonds
from repository.plan_codes import ACCEPTED, file_code, next_dossier_notation, tidy
from repository.refusals import NotVisible, Refused
from repository.retention import refresh_retention


@transaction.atomic
def open_dossier(
    title: str,
    *,
    actor: Actor,
    entry_id: UUID | str | None = None,
    agency_id: UUID | str | None = None,
    year: int | None = None,
    **fields: Any,
) -> Dossier:
    """Open a dossier under a heading, or without one in an agency, and return it.

    Raises NotVisible or Forbidden where the actor may not open dossiers there, Refused where a field is wrong.
    """
    entry = _entry(entry_id)
    agency = _agency(entry, agency_id)
    require(actor, "open dossier", agency)
    # The agency's row orders the writers, so that two dossiers opened at once get two codes.
    Agency.objects.select_for_update(of=("self",)).get(pk=agency.pk)
    year = year or (entry.plan.year if entry else today().year)
    _check_place(agency, entry, year)
    notation = _free(tidy(fields.pop("notation", "")), agency, entry, year)
    moment = now()
    record_class = fields.pop("record_class", None) or (entry.record_class if entry else None)
    dossier = Dossier(
        agency=agency,
        fonds=Fonds.objects.filter(agency=agency, closed_on__isnull=True).first() or _fonds_above(agency),
        entry=entry,
        record_class=record_class,
        title=title.strip(),
        catalog_year=year,
        notation=notation,
        code=file_code(agency.code, year, notation),
        creator=actor.label[:120],
        opened_by=actor.user,
        opened_at=moment,
        changed_at=moment,
        **fields,
    )
    if record_class is not None and not dossier.maintenance:
        dossier.maintenance = record_class.maintenance
        dossier.maintenance_years = record_class.years if record_class.maintenance == Maintenance.OTHER else None
    check_fields(dossier, "open dossier")
    dossier.save(force_insert=True)
    refresh_retention([dossier.pk])
    record("dossier.opened", actor, dossier, title=dossier.title, heading=entry.notation if entry else None)
    return dossier


def _check_place(agency: Agency, entry: FilePlanEntry | None, year: int) -> None:
    """Raises Refused where the heading is another agency's, or the agency had ended before that year.

    Papers of the years in which it worked may still be filed after its end: they are its records, not its successor's.
    """
    owner = (entry.unit or entry.plan.agency) if entry is not None else None
    if owner is not None and not agency.path.startswith(owner.path):
        raise Refused.because(
            "open dossier",
            None,
            "other-agency",
            _("The heading stands in the file plan of another agency."),
            _("Choose a heading of this agency's plan."),
        )
    if agency.ended_on is not None and agency.ended_on <= date(year, 1, 1):
        raise Refused.because(
            "open dossier",
            None,
            "agency-ended",
            _("%(agency)s had ended before %(year)s.") % {"agency": agency.name, "year": year},
            _("Open it in the agency that took over its work."),
        )


def check_fields(dossier: Dossier, act: str) -> None:
    """Raises Refused with every field that is wrong, named."""
    try:
        dossier.full_clean()
    except ValidationError as wrong:
        raise refused_fields(act, dossier, wrong) from wrong


def refused_fields(act: str, thing: Any, wrong: ValidationError) -> Refused:
    """A form's errors as a refusal: one blocker a field."""
    from repository.refusals import Blocker

    blockers = []
    for name, messages in wrong.message_dict.items():
        field = next((f for f in thing._meta.get_fields() if f.name == name), None)
        title = getattr(field, "verbose_name", None) or _("The whole")
        blockers.append(Blocker(code=f"field-{name}", title=str(title).capitalize(), remedy=" ".join(messages)))
    return Refused(act, thing, blockers)


def _entry(entry_id: UUID | str | None) -> FilePlanEntry | None:
    if entry_id is None:
        return None
    try:
        return FilePlanEntry.objects.select_related("plan__agency", "unit", "record_class").get(pk=entry_id)
    except (FilePlanEntry.DoesNotExist, ValidationError, ValueError) as absent:
        raise NotVisible from absent


def _agency(entry: FilePlanEntry | None, agency_id: UUID | str | None) -> Agency:
    if agency_id is not None:
        try:
            return Agency.objects.get(pk=agency_id)
        except (Agency.DoesNotExist, ValidationError, ValueError) as absent:
            raise NotVisible from absent
    if entry is None:
        raise Refused.because("open dossier", None, "no-heading", _("Choose a heading of the file plan, or an agency."))
    return entry.unit or entry.plan.agency


def proposed_notation(entry: FilePlanEntry) -> str:
    """What the next dossier under the heading gets; another may have it a moment later. The entry's plan and unit are loaded."""
    return _next_notation(entry.unit or entry.plan.agency, entry, entry.plan.year)


def _next_notation(agency: Agency, entry: FilePlanEntry | None, year: int) -> str:
    """`01.TCCB` for the first dossier under a heading, then `01.TCCB-2`, and so on: an agency's dossiers of a year are told apart."""
    base = entry.notation if entry else "HS"
    rows = Dossier.objects.filter(agency=agency, catalog_year=year, notation__startswith=base)
    return next_dossier_notation(entry.notation if entry else "", rows.values_list("notation", flat=True))


def _free(given: str, agency: Agency, entry: FilePlanEntry | None, year: int) -> str:
    """The notation somebody gave, if it is in form and free; the next by rule where none was given."""
    if not given:
        return _next_notation(agency, entry, year)
    if not ACCEPTED.fullmatch(given):
        raise Refused.because(
            "open dossier",
            None,
            "field-notation",
            _("A notation has capital letters and digits, in groups joined by dots: 01.TCCB."),
            _("Write it so, or leave it empty: the archive gives the next number."),
        )
    if Dossier.objects.filter(agency=agency, code=file_code(agency.code, year, given)).exists():
        raise Refused.because(
            "open dossier",
            None,
            "field-notation",
            _("Another dossier of this agency has the notation %(notation)s this year.") % {"notation": given},
            _("The next free one is %(notation)s.") % {"notation": _next_notation(agency, entry, year)},
        )
    return given


def _fonds_above(agency: Agency) -> Fonds | None:
    return (
        Fonds.objects.filter(agency__serial__in=agency.serials, closed_on__isnull=True)
        .order_by("-agency__path")
        .first()
    )
