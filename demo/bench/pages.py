"""Every page at size, as each role: the server's time, the queries, the weight of a first look, and the promises made about them."""

from __future__ import annotations

import os
import re
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from demo.bench.addresses import Address, addresses, sizes
from demo.bench.images import page_images
from demo.bench.weights import first_load
from demo.visitors import signed_in
from repository.actors import actor_of
from repository.models import Dossier, User
from settings.wsgi import settle

TIMES = 30
SLOW_MS = 5.0
ROLES = ("archivist", "chief", "clerk", "reader", "auditor", "administrator")
MOST_MS = 150  # of processor time, at the 95th percentile
MOST_QUERIES = 30
MOST_BYTES = 250_000
# Lists and forms of reference data stand in Wagtail's own frame, whose scripts alone weigh 440 KB.
MOST_BYTES_OF_WAGTAIL = 650_000


def bench_pages(*, times: int = TIMES, roles: tuple[str, ...] = ROLES) -> dict[str, Any]:
    """Milliseconds of processor time and by the clock of each page that answers a role, its queries and weight, and which promises broke."""
    load = os.getloadavg()[0]
    plain, raw = bare()
    walked = list(addresses())
    settle()
    found: dict[str, dict[str, Any]] = {}
    errors = []
    for role in roles:
        user = User.objects.filter(memberships__role=role).order_by("pk").first()
        if user is None:
            continue
        client = signed_in(user)
        for address in walked:
            answer = client.get(address.url)
            if answer.status_code >= 500:
                errors.append(f"{role} {address.name}: {answer.status_code}")
            # Sheets to print are files made on demand, not pages.
            if answer.status_code == 200 and answer["Content-Type"].startswith(("text/html", "application/json")):
                found[f"{role} {address.name}"] = {**measured(client, address, times), "plain": plain}
    for figures in found.values():
        figures["to_plain"] = round(figures["cpu_p50"] / figures.pop("plain"), 1)
    images = page_images()
    return {
        **sizes(),
        "plain_render_ms": plain,
        "raw_query_ms": raw,
        "pages": found,
        "images": images,
        "load": round(load, 1),
        "problems": errors + [told for name, page in found.items() for told in broken(name, page)] + images["problems"],
    }


def measured(client: Client, address: Address, times: int) -> dict[str, Any]:
    with recorded() as statements:
        content = client.get(address.url).content
    clock, spent = [], []
    for _ in range(times):
        began, before = time.perf_counter(), time.process_time()
        client.get(address.url)
        spent.append((time.process_time() - before) * 1000)
        clock.append((time.perf_counter() - began) * 1000)
    weight = first_load(content.decode(errors="replace")) if content.lstrip()[:9].lower() == b"<!doctype" else {}
    return {
        "cpu_p50": round(statistics.median(spent), 1),
        "cpu_p95": round(at(spent, 0.95), 1),
        "clock_p50": round(statistics.median(clock), 1),
        "clock_p95": round(at(clock, 0.95), 1),
        "queries": len(statements),
        "html": len(content),
        "weight": weight.get("all", 0),
        "wagtail": b"wagtailadmin/js/core.js" in content,
        "slow": slow_statements(statements),
    }


def at(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def broken(name: str, page: dict[str, Any]) -> Iterator[str]:
    if page["cpu_p95"] > MOST_MS:
        yield f"{name}: {page['cpu_p95']} ms"
    if page["queries"] > MOST_QUERIES:
        yield f"{name}: {page['queries']} queries"
    if page["weight"] > (MOST_BYTES_OF_WAGTAIL if page["wagtail"] else MOST_BYTES):
        yield f"{name}: {page['weight']} bytes at first load"


def bare() -> tuple[float, float]:
    """Milliseconds of processor time of the frame with nothing in it, and of fifty dossiers as the database hands them out."""
    user = User.objects.get(username="archivist")
    request = RequestFactory().get("/")
    request.user, request.actor = user, actor_of(user)  # type: ignore[attr-defined]

    def render() -> None:
        render_to_string("vk/base.html", {}, request=request)

    def query() -> None:
        list(Dossier.objects.order_by("-pk")[:50].values_list("pk", "code", "title"))

    return _median(render), _median(query)


def _median(work: Any) -> float:
    spent = []
    work()
    for _ in range(TIMES):
        before = time.process_time()
        work()
        spent.append((time.process_time() - before) * 1000)
    return round(max(statistics.median(spent), 0.1), 2)


@contextmanager
def recorded() -> Iterator[list[tuple[float, str, Any]]]:
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
