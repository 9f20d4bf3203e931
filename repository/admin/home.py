"""The workbench's first page: what an administrator has to look after, in figures. No name of a record stands here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from repository.access import may
from repository.access.acts import AGENCY_ACTS
from repository.access.querysets import under
from repository.actions.people import people_of
from repository.actors import Actor
from repository.admin.forms import agencies_of
from repository.admin.people import standing
from repository.clock import now
from repository.codes import JobState
from repository.models import FilePlan, Job, Membership
from repository.registry import registry

# A job that waits this long has nobody to work it; one that failed is shown for a week.
WAITS = timedelta(minutes=15)
FAILED = timedelta(days=7)


class Home(WagtailAdminTemplateMixin, TemplateView):
    template_name = "repository/admin/home.html"
    page_title = gettext_lazy("Workbench")
    breadcrumbs_items: list[dict[str, Any]] = []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        actor: Actor = self.request.actor  # type: ignore[attr-defined]
        context = super().get_context_data(**kwargs)
        context["figures"] = [*_people(actor), *_agencies(actor), *_plans(actor)]
        context["stuck"] = stuck_jobs() if may(actor, "see jobs") else None
        context["states"] = [figure for figures in registry.figures for figure in figures(actor)]
        return context


def _people(actor: Actor) -> list[dict[str, Any]]:
    if not may(actor, "manage people"):
        return []
    people = people_of(actor).filter(is_active=True)
    idle = people.exclude(memberships__in=Membership.objects.filter(standing())).count()
    url = reverse("people:index")
    return [
        {"label": _("people"), "count": people.count(), "url": url},
        {"label": _("without a role"), "count": idle, "url": f"{url}?role=none", "alarm": idle > 0},
    ]


def _agencies(actor: Actor) -> list[dict[str, Any]]:
    if not may(actor, "manage agency"):
        return []
    working = agencies_of(actor, "manage agency").filter(ended_on__isnull=True).count()
    return [{"label": _("agencies at work"), "count": working, "url": reverse("agencies:index")}]


def _plans(actor: Actor) -> list[dict[str, Any]]:
    if not may(actor, "plan"):
        return []
    year = now().year
    plans = FilePlan.objects.filter(under("agency__path", actor.paths(*AGENCY_ACTS["plan"])), year=year)
    return [
        {"label": _("file plans of %(year)s") % {"year": year}, "count": plans.count(), "url": reverse("plans:index")}
    ]


def stuck_jobs() -> list[dict[str, Any]]:
    """Kinds of jobs whose worker fell silent, that nobody takes up, or that failed: figures, without what they are about."""
    moment = now()
    silent = Q(state=JobState.RUNNING, lease_until__lt=moment)
    idle = Q(state=JobState.QUEUED, created_at__lt=moment - WAITS)
    failed = Q(state=JobState.FAILED, finished_at__gt=moment - FAILED)
    rows = (
        Job.objects.filter(silent | idle | failed)
        .values("kind")
        .annotate(silent=Count("pk", filter=silent), idle=Count("pk", filter=idle), failed=Count("pk", filter=failed))
        .order_by("kind")
    )
    return [
        {**row, "title": registry.kinds[row["kind"]].title if row["kind"] in registry.kinds else row["kind"]}
        for row in rows
    ]
