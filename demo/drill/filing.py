"""What the people do during a drill: file, confirm, close, submit and accept, each asking again where no answer came."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from django.db import connection

from archive.actions.retry_sealing import retry_sealing
from demo.drill.browser import Browser
from demo.drill.papers import DrillFile, title_of
from repository.actions.confirm_document import confirm_document
from repository.actions.open_dossier import open_dossier
from repository.actors import Actor, actor_of
from repository.codes import WORKING_STATES, DossierState, ItemState
from repository.jobs.engine import UNFINISHED
from repository.models import Dossier, FilePlanEntry, Job, JobItem, Placement, User
from repository.refusals import Refused

LOOK_EVERY = 0.3
PARALLEL = 3


class Violated(Exception):
    """Something happened that must never happen."""


class People:
    """A clerk and an archivist at work. `may_begin(dossier)` says whether the work on a dossier may start."""

    def __init__(
        self,
        port: int,
        accounts: dict[str, str],
        files: list[DrillFile],
        may_begin: Callable[[int], bool],
        seconds: float,
    ) -> None:
        self.clerk = Browser(port, "clerk", accounts["clerk"])
        self.archivist = Browser(port, "archivist", accounts["archivist"])
        self.files: dict[int, list[DrillFile]] = {}
        for file in files:
            self.files.setdefault(file.dossier, []).append(file)
        self.may_begin = may_begin
        self.deadline = time.monotonic() + seconds
        self.counts: Counter[str] = Counter()
        self.violations: list[str] = []
        self.begun: set[int] = set()
        self.ended: set[int] = set()
        self.in_flight = 0
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    def begin(self) -> None:
        for number in self.files:
            thread = threading.Thread(target=self._work, args=(number,), name=f"dossier-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def at_work(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def _work(self, number: int) -> None:
        try:
            while not self.may_begin(number):
                time.sleep(LOOK_EVERY)
                self._in_time(f"dossier {number + 1} has not begun")
            self.begun.add(number)
            self._bring_to_archive(number)
            self.ended.add(number)
        except Exception as error:
            self.violations.append(f"dossier {number + 1}: {type(error).__name__}: {error}")
        finally:
            connection.close()

    def _bring_to_archive(self, number: int) -> None:
        dossier = self._dossier(number)
        while dossier.state != DossierState.ARCHIVED:
            page = f"/dossiers/{dossier.pk}"
            if dossier.state in WORKING_STATES:
                self._file(dossier, self.files[number])
                self._confirm(dossier, self.files[number])
                self.clerk.press(f"{page}/close/", deadline=self.deadline)
            elif dossier.state == DossierState.CLOSED:
                self.clerk.press(f"{page}/submit/", deadline=self.deadline)
            elif dossier.state == DossierState.SUBMITTED:
                self.archivist.press(f"{page}/accept/", deadline=self.deadline)
            else:
                self._wait_for_sealing(dossier)
            dossier.refresh_from_db()
            self._in_time(f"dossier {number + 1} is still {dossier.state}")

    def _dossier(self, number: int) -> Dossier:
        found = Dossier.objects.filter(title=title_of(number)).first()
        entry = FilePlanEntry.objects.order_by("notation")[0]
        return found or open_dossier(title_of(number), actor=_actor("clerk"), entry_id=entry.pk)

    def _file(self, dossier: Dossier, files: list[DrillFile]) -> None:
        """Send what is not in, wait until it is; a file that was called received is either in, waiting or listed as failed."""
        there = set(Placement.objects.filter(dossier=dossier).values_list("main_sha256", flat=True))
        missing = [file for file in files if file.sha256 not in there]
        with ThreadPoolExecutor(PARALLEL) as pool:
            list(pool.map(lambda file: self._send(dossier.pk, file), missing))
        while True:
            items = JobItem.objects.filter(job__dossier=dossier, job__kind="intake")
            for item in items.filter(state=ItemState.FAILED):
                self._count("retried")
                self.clerk.press(f"/items/{item.pk}/retry/", deadline=self.deadline)
            if not items.filter(state__in=[ItemState.QUEUED, ItemState.RUNNING, ItemState.FAILED]).exists():
                break
            self._in_time(f"files of {dossier.title} are still waiting")
            time.sleep(LOOK_EVERY)
        there = set(Placement.objects.filter(dossier=dossier).values_list("main_sha256", flat=True))
        lost = [file.name for file in files if file.sha256 not in there]
        if lost:
            raise Violated(f"called received and not in: {', '.join(lost)}")

    def _send(self, dossier_id: UUID, file: DrillFile) -> None:
        with self._lock:
            self.in_flight += 1
        try:
            answer = self.clerk.upload(
                f"/dossiers/{dossier_id}/files/", file.name, file.path.read_bytes(), deadline=self.deadline
            )
            status = str(json.loads(answer.body)["status"]) if answer.status == 200 else f"HTTP {answer.status}"
            self._count(status)
            if status not in ("received", "held"):
                raise Violated(f"{file.name}: {status} {answer.body[:300]!r}")
        finally:
            with self._lock:
                self.in_flight -= 1

    def _confirm(self, dossier: Dossier, files: list[DrillFile]) -> None:
        by_digest = {file.sha256: file for file in files}
        actor = _actor("archivist")
        waiting = Placement.objects.filter(dossier=dossier, document__confirmed_at__isnull=True)
        for place in list(waiting.order_by("number")):
            confirm_document(place.document_id, by_digest[place.main_sha256].values, actor=actor)

    def _wait_for_sealing(self, dossier: Dossier) -> None:
        jobs = Job.objects.filter(kind="seal", dossier=dossier, state__in=UNFINISHED)
        while jobs.exists():
            self._in_time(f"{dossier.title} is still being sealed")
            time.sleep(LOOK_EVERY)
        dossier.refresh_from_db()
        if dossier.state == DossierState.SEALING:
            try:
                retry_sealing(dossier.pk, actor=_actor("archivist"))
                self._count("sealed again")
            except Refused:
                time.sleep(LOOK_EVERY)

    def _count(self, what: str) -> None:
        with self._lock:
            self.counts[what] += 1

    def _in_time(self, what: str) -> None:
        if time.monotonic() > self.deadline:
            raise Violated(f"{what}, and the time is over")


def _actor(username: str) -> Actor:
    return actor_of(User.objects.get(username=username))
