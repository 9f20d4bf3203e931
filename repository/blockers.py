"""What stands against closing and submitting, in the order a person would mend it (Nghị định 30/2020, Điều 29 and 30)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Case, Count, Q, QuerySet, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from repository.codes import ItemState, Maintenance
from repository.models import Dossier, JobItem, Placement, RecordClass
from repository.refusals import Blocker


def closing(dossier: Dossier) -> Iterable[Blocker]:
    places = Placement.objects.filter(dossier=dossier)
    page = reverse("dossier", args=[dossier.pk])
    if not places.exists():
        yield Blocker(
            "empty",
            _("The dossier holds no document."),
            remedy=_("File its documents first."),
            url=page,
            action=_("File documents"),
        )
    items = JobItem.objects.filter(job__dossier=dossier, job__kind__in=("intake", "version"))
    counts = dict(items.order_by().values_list("state").annotate(Count("pk")))
    waiting = counts.get(ItemState.QUEUED, 0) + counts.get(ItemState.RUNNING, 0)
    if waiting:
        yield Blocker(
            "files-waiting",
            ngettext("%(count)s file is still being received.", "%(count)s files are still being received.", waiting)
            % {"count": waiting},
            remedy=_("Wait until they are in."),
            url=page + "#intake",
        )
    failed = counts.get(ItemState.FAILED, 0)
    if failed:
        yield Blocker(
            "failed-files",
            ngettext("%(count)s file could not be taken in.", "%(count)s files could not be taken in.", failed)
            % {"count": failed},
            remedy=_("Try them again or take them off the list."),
            url=page + "#intake",
            action=_("Show the files"),
        )
    unconfirmed = places.filter(document__confirmed_at__isnull=True).count()
    if unconfirmed:
        yield Blocker(
            "unconfirmed-documents",
            ngettext("%(count)s document is not confirmed.", "%(count)s documents are not confirmed.", unconfirmed)
            % {"count": unconfirmed},
            detail=_("The archive read their metadata, but no person has checked them yet."),
            remedy=_("Confirm their metadata."),
            url=_to_mend(dossier, places.filter(document__confirmed_at__isnull=True)),
            action=_("Confirm"),
        )
    incomplete = places.filter(Q(document__subject="") | Q(document__issued_date__isnull=True))
    bare = incomplete.count()
    if bare:
        yield Blocker(
            "incomplete-documents",
            ngettext(
                "%(count)s document has no date or no subject.", "%(count)s documents have no date or no subject.", bare
            )
            % {"count": bare},
            remedy=_("Complete their metadata."),
            url=_to_mend(dossier, incomplete),
            action=_("Complete them"),
        )
    if not dossier.maintenance or (dossier.maintenance == Maintenance.OTHER and not dossier.maintenance_years):
        yield _no_period(dossier)


def _to_mend(dossier: Dossier, places: QuerySet[Placement]) -> str:
    """Where the first of these documents is described. One more secret than its dossier comes last: not all who close may see it."""
    above = Case(When(document__secrecy__gt=dossier.secrecy, then=1), default=0)
    first = places.order_by(above, "number").values_list("document_id", flat=True)[0]
    return reverse("confirm", args=[first]) + f"?dossier={dossier.pk}"


def _no_period(dossier: Dossier) -> Blocker:
    """The class of the dossier, or of its heading, has a period to offer; else a person chooses one."""
    suggested = suggested_class(dossier)
    url = reverse("dossier_edit", args=[dossier.pk])
    title = _("The retention period is not set.")
    if suggested is None:
        remedy = _("Choose the period the schedule gives.")
        return Blocker("no-retention-class", title, remedy=remedy, url=url, action=_("Set the period"))
    period = period_of(suggested)
    return Blocker(
        "no-retention-class",
        title,
        detail=_("The class %(class)s of %(schedule)s gives %(period)s.")
        % {"class": suggested, "schedule": suggested.schedule, "period": period},
        remedy=_("Take it, or choose another period in the description."),
        url=url,
        action=_("Take %(period)s") % {"period": period},
        post=reverse("dossier_period", args=[dossier.pk]),
        needs="edit",
    )


def suggested_class(dossier: Dossier) -> RecordClass | None:
    """The class whose period the dossier may take: its own, or its heading's."""
    return dossier.record_class or (dossier.entry.record_class if dossier.entry else None)


def period_of(record_class: RecordClass) -> str:
    if record_class.maintenance == Maintenance.OTHER:
        years = record_class.years or 0
        return ngettext("%(years)s year", "%(years)s years", years) % {"years": years}
    return str(record_class.get_maintenance_display())


def submitting(dossier: Dossier) -> Iterable[Blocker]:
    if dossier.fonds is None:
        yield Blocker(
            "no-fonds",
            _("The dossier belongs to no fonds."),
            remedy=_("An administrator must name the fonds of the agency."),
            url=reverse("dossier", args=[dossier.pk]),
        )
