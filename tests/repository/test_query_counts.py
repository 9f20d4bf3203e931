"""Every page asks the database as often for a list longer than a page as for ten rows, and never more than thirty times."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from repository.actors import SYSTEM
from repository.clock import now, today
from repository.codes import JobState, Role
from repository.events import record
from repository.jobs.engine import enqueue
from repository.models import Finding, Hold, Job, JobItem, Membership, User
from repository.registry import settled
from tests.walk import Address, addresses, fill, shelf

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]

MOST = 30
# Beyond what any list shows at once; what asks for each row has asked ten times before.
FEW, MANY = 10, 110
# Signing in and a second factor have no lists, and their pages send on.
SIGNING_IN = ("account_", "mfa_", "socialaccount_")
# Bytes and scripts, not pages.
LEFT_OUT = {
    "file",
    "inventory_file",
    "job_file",
    "latest",
    "page_image",
    "page_words",
    "plan_table",
    "wagtailadmin_javascript_catalog",
    "wagtailadmin_logout",
    "wagtailadmin_sprite",
}
ASKED = {
    "search": "?q=kế+hoạch",
    "dossiers": "?q=ho",
    "plan": "?year=2025",
    "plan_branch": "?plan={plan_id}",
    "plan_notation": "?title=Kế+hoạch",
    "plan_copy": "?year=2026",
    "grid_rows": "",
}
BODY = {"before": "TOTAL-PASSED", "after": "INDETERMINATE"}
ROLES = ("archivist", "chief", "auditor", "administrator", "clerk", "reader")


class Shelf:
    """The walk's records, and as many rows of each kind beside them as are asked for."""

    def __init__(self, cast: Any, records: Any) -> None:
        self.cast, self.records = cast, records
        self.ids = shelf(cast, records)
        self.dossier = records.dossier("Hồ sơ kế hoạch dày")
        self.count = 0
        Finding.objects.update(body=BODY)
        self.ids["dossier_id"] = self.dossier.pk
        with transaction.atomic():
            self.job = enqueue("intake", cast.clerk.id, dossier=self.dossier, items=[], wake=False)

    def fill_up(self, count: int) -> None:
        world, clerk = self.cast.world, self.cast.clerk
        moment = now()
        for n in range(self.count, count):
            document = self.records.document(
                self.dossier,
                text=f"Kế hoạch số {n} về an toàn giao thông",
                subject=f"Kế hoạch số {n}",
                confirmed=n % 2 == 0,
            )
            dossier = self.records.dossier(f"Hồ sơ số {n}")
            with transaction.atomic():
                items = [(f"{n}.pdf", {"name": f"{n}.pdf"})]
                job = enqueue("intake", clerk.id, dossier=dossier, items=items, wake=False)
                record("dossier.changed", clerk, self.dossier)
            JobItem.objects.filter(job=job).update(state="failed", message="hỏng", finished_at=moment)
            JobItem.objects.create(
                job_id=self.job.pk, label=f"{n}.pdf", state="failed", message="hỏng", finished_at=moment
            )
            state = JobState.RUNNING if n % 2 else JobState.DONE
            Job.objects.filter(pk=job.pk).update(state=state, started_at=moment, finished_at=moment, failed=1)
            Hold.objects.create(dossier=dossier, reason="giữ", placed_by=self.cast.user("chief"), placed_at=moment)
            Finding.objects.create(
                kind="verdict-changed", severe=bool(n % 2), found_at=moment, document=document, body=BODY
            )
            world.plan.entries.create(
                notation=f"{n + 10:02d}.KH", title=f"Kế hoạch {n}", record_class=world.record_class
            )
            user = User.objects.create(username=f"nguoi{n}", full_name=f"Người {n}")
            Membership.objects.create(user=user, agency=world.office, role=Role.READER, valid_from=today())
            record("person.added", SYSTEM, user, agency=world.office)
        self.count = count
        settled()

    def pages(self) -> Iterator[Address]:
        for address in addresses():
            fill(address, self.ids)
            if not address.closed and address.name not in LEFT_OUT and not address.name.startswith(SIGNING_IN):
                yield address


def asked(client: Any, url: str) -> tuple[int, list[str]]:
    """The status, and every statement asked for; the savepoints of a test's own transaction are none."""
    cache.clear()
    with CaptureQueriesContext(connection) as queries:
        status = client.get(url).status_code
    return status, [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"][:20]]


@pytest.fixture
def shelved(cast: Any, records: Any) -> Shelf:
    return Shelf(cast, records)


def test_a_longer_list_asks_no_more_often_on_any_page(shelved, cast, client_of):
    found: dict[tuple[str, str], list[int]] = {}
    last: dict[tuple[str, str], list[str]] = {}
    shelved.fill_up(FEW)
    pages = list(shelved.pages())
    # Everybody has been everywhere once: what was read lately stands on the first page.
    walked = [
        (role, page.name, page.url + ASKED.get(page.name, "").format(**shelved.ids)) for role in ROLES for page in pages
    ]
    clients = {role: client_of(getattr(cast, role)) for role in ROLES}
    walked = [(role, name, url) for role, name, url in walked if clients[role].get(url).status_code == 200]
    for size in (FEW, MANY):
        shelved.fill_up(size)
        for role, name, url in walked:
            status, statements = asked(clients[role], url)
            assert status == 200, f"{role}: {url} answers {status}"
            found.setdefault((role, name), []).append(len(statements))
            last[role, name] = statements
    longer = {key: counts for key, counts in found.items() if len(counts) == 2 and counts[1] > counts[0]}
    many = {key: counts for key, counts in found.items() if max(counts) > MOST}
    told = "\n".join(
        f"{role} {name}: {found[role, name]}\n" + "\n".join(f"    {sql[:160]}" for sql in last[role, name])
        for role, name in [*longer, *many]
    )
    assert len(found) > 100
    assert not longer, told
    assert not many, told
