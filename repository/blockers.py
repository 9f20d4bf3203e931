"""What stands against closing and submitting, in the order a person would mend it (Nghị định 30/2020, Điều 29 and 30)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from repository.codes import ItemState, Maintenance
from repository.models import Dossier, JobItem, Placement
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
    waiting = items.filter(state__in=[ItemState.QUEUED, ItemState.RUNNING]).count()
    if waiting:
        yield Blocker(
            "files-waiting",
            ngettext("%(count)s file is still being received.", "%(count)s files are still being received.", waiting)
            % {"count": waiting},
            remedy=_("Wait until they are in."),
            url=page + "#intake",
        )
    failed = items.filter(state=ItemState.FAILED).count()
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
        first = (
            places.filter(document__confirmed_at__isnull=True)
            .order_by("number")
            .values_list("document_id", flat=True)[0]
        )
        yield Blocker(
            "unconfirmed-documents",
            ngettext("%(count)s document is not confirmed.", "%(count)s documents are not confirmed.", unconfirmed)
            % {"count": unconfirmed},
            detail=_("The archive read their metadata, but no person has checked them yet."),
            remedy=_("Confirm their metadata."),
            url=reverse("confirm", args=[first]) + f"?dossier={dossier.pk}",
            action=_("Confirm"),
        )
    bare = places.filter(Q(document__subject="") | Q(document__issued_date__isnull=True)).count()
    if bare:
        yield Blocker(
            "incomplete-documents",
            ngettext(
                "%(count)s document has no date or no subject.", "%(count)s documents have no date or no subject.", bare
            )
            % {"count": bare},
            remedy=_("Complete their metadata."),
            url=page,
        )
    if not dossier.maintenance or (dossier.maintenance == Maintenance.OTHER and not dossier.maintenance_years):
        yield Blocker(
            "no-retention-class",
            _("The retention period is not set."),
            remedy=_("Choose the period the schedule gives."),
            url=reverse("dossier_edit", args=[dossier.pk]),
            action=_("Set the period"),
        )


def submitting(dossier: Dossier) -> Iterable[Blocker]:
    if dossier.fonds is None:
        yield Blocker(
            "no-fonds",
            _("The dossier belongs to no fonds."),
            remedy=_("An administrator must name the fonds of the agency."),
            url=reverse("dossier", args=[dossier.pk]),
        )
