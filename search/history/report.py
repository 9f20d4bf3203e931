"""What is searched and what of it is not found, counted without saying who asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Q

from repository.clock import now
from search.models import AskedSearch

MOST = 100


def since() -> datetime:
    """From when searches are kept."""
    return now() - timedelta(days=settings.SEARCH_LOG_DAYS)


def asked(*, in_vain: bool) -> list[dict[str, Any]]:
    """Mappings of words, times, people and last (a moment), those that most people asked for first. One query.

    Only searches by words alone: that a filter leaves nothing over says nothing about the words. What fewer than SEARCH_REPORT_PEOPLE
    people searched for is left out: it might tell who asked.
    """
    rows = AskedSearch.objects.filter(asked_at__gte=since()).exclude(same="").exclude(query__contains="&")
    if in_vain:
        rows = rows.filter(total=0)
    counted = (
        rows.order_by()
        .values("same")
        .annotate(
            times=Count("pk"),
            people=Count("person", distinct=True),
            last=Max("asked_at"),
            # Of several writings the one with marks: letters with marks sort after those without.
            written=Max("words"),
        )
    )
    found = counted.filter(people__gte=settings.SEARCH_REPORT_PEOPLE).order_by("-people", "-times", "same")[:MOST]
    return [dict(row) for row in found]


def figures() -> dict[str, int]:
    """How many searches are kept, and how many of them found nothing. One query."""
    return AskedSearch.objects.filter(asked_at__gte=since()).aggregate(
        all=Count("pk"), in_vain=Count("pk", filter=Q(total=0))
    )
