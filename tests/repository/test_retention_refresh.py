"""The nightly sum of retention writes only what comes out otherwise."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from repository.clock import clock_at, now
from repository.codes import Maintenance
from repository.models import Dossier, Retention
from repository.retention import refresh_retention

pytestmark = pytest.mark.django_db


def test_a_sum_that_stands_is_not_written_again(records):
    ids = [records.dossier(f"Hồ sơ {n}").pk for n in range(3)]
    refresh_retention(ids)
    before = dict(Retention.objects.values_list("pk", "computed_at"))
    Dossier.objects.filter(pk=ids[0]).update(maintenance=Maintenance.YEARS_50)
    with clock_at(now() + timedelta(days=1)), CaptureQueriesContext(connection) as queries:
        figures = refresh_retention(ids)
    after = dict(Retention.objects.values_list("pk", "computed_at"))
    assert figures["computed"] == 3
    assert [pk for pk in ids if after[pk] != before[pk]] == ids[:1]
    assert Retention.objects.get(pk=ids[0]).lines[1]["value"] == 50
    with CaptureQueriesContext(connection) as queries:
        refresh_retention(ids)
    assert not [query for query in queries if not query["sql"].startswith("SELECT")]
