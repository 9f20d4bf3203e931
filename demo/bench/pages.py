"""The main pages at size: the server's time, the queries, and the statements that read whole tables."""

from __future__ import annotations

import os
import re
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.test import Client
from django.urls import reverse

from repository.actors import actor_of
from repository.models import Document, Dossier, User

TIMES = 7
SLOW_MS = 5.0
OTHERS = {"events": "chief"}


def bench_pages() -> dict[str, Any]:
    """Milliseconds at the median and the worst of seven, those of processor time, and how many queries, of each page."""
    found = {}
    load = os.getloadavg()[0]
    for name, url in addresses().items():
        client = Client()
        client.force_login(
            User.objects.get(username=OTHERS.get(name, "archivist")),
            backend="django.contrib.auth.backends.ModelBackend",
        )
        client.get(url)
        times, spent = [], []
        with _recorded() as statements:
            status = client.get(url).status_code
        for _ in range(TIMES):
            began, before = time.perf_counter(), time.process_time()
            client.get(url)
            spent.append((time.process_time() - before) * 1000)
            times.append((time.perf_counter() - began) * 1000)
        found[name] = {
            "status": status,
            "p50": round(statistics.median(times), 1),
            "most": round(max(times), 1),
            "cpu": round(statistics.median(spent), 1),
            "queries": len(statements),
            "slow": slow_statements(statements),
        }
    return {
        "documents": Document.objects.count(),
        "dossiers": Dossier.objects.count(),
        "pages": found,
        "load": round(load, 1),
        "problems": [f"{name}: {page['status']}" for name, page in found.items() if page["status"] != 200],
    }


def addresses() -> dict[str, str]:
    actor = actor_of(User.objects.get(username="archivist"))
    dossiers = Dossier.objects.visible_to(actor).order_by("-pk")
    dossier = dossiers.filter(placements__number=150).first() or dossiers[0]
    document = dossier.documents.order_by("pk")[0]
    return {
        "home": reverse("home"),
        "dossiers": reverse("dossiers"),
        "dossiers open": reverse("dossiers") + "?state=open",
        "dossiers by word": reverse("dossiers") + "?q=giao+thông",
        "dossier": reverse("dossier", args=[dossier.pk]),
        "document": reverse("document", args=[document.pk]),
        "confirm": reverse("confirm", args=[document.pk]),
        "search": reverse("search") + "?q=kế+hoạch+giao+thông",
        "plan": reverse("plan"),
        "watch": reverse("runs"),
        "jobs": reverse("jobs"),
        "events": reverse("events"),
    }


@contextmanager
def _recorded() -> Iterator[list[tuple[float, str, Any]]]:
    """Every statement with its parameters and the milliseconds of processor time it took."""
    statements: list[tuple[float, str, Any]] = []

    def record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.process_time()
        try:
            return execute(sql, params, many, context)
        finally:
            statements.append(((time.process_time() - began) * 1000, sql, params))

    with connection.execute_wrapper(record):
        yield statements


def slow_statements(statements: list[tuple[float, str, Any]]) -> list[dict[str, Any]]:
    """Statements over 5 ms, and how SQLite goes about them."""
    slow = []
    for milliseconds, sql, params in statements:
        if milliseconds < SLOW_MS:
            continue
        plan: list[str] = []
        if connection.vendor == "sqlite" and sql.startswith("SELECT"):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
                plan = [str(row[3]) for row in cursor.fetchall()]
        shown = re.sub(r"SELECT .*? FROM", "SELECT … FROM", sql)[:300]
        slow.append({"ms": round(milliseconds, 1), "sql": shown, "plan": plan})
    return slow
