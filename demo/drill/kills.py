"""SIGKILL at random instants while files come in and dossiers are sealed; then a look at everything."""

from __future__ import annotations

import json
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.models import F, Q

from demo.drill.checks import is_quiet, problems
from demo.drill.filing import People
from demo.drill.installation import SECONDS_FOR_THE_LOCK, Installation, Kill, planned_kills
from demo.drill.papers import drill_files
from demo.drill.results import Results
from repository.clock import now, today
from repository.codes import ItemState, JobState, Role
from repository.management.commands.init import make_archive
from repository.models import Agency, Job, JobItem, Membership, User
from search.models import Outbox

SECONDS_OF_QUIET = 420
Told = Callable[[int, int], None]


def drill_kills(
    folder: Path,
    results: Results,
    *,
    kills: int,
    files: int,
    dossiers: int,
    seed: int,
    targets: Sequence[str],
    minutes: float,
    hasty: bool,
    told: Told,
) -> dict[str, Any]:
    """Run the drill in the archive of the settings, going on where an earlier run of the seed stopped.

    `hasty`: the end does not wait for the leases of the dead: everything is ended once more, and the leases with it.
    """
    started = time.monotonic()
    papers = drill_files(folder / "papers", files, dossiers, seed=seed)
    accounts = _archive()
    plan = planned_kills(kills, seed=seed, targets=targets)
    before = results.of("kill", seed=seed)
    installation = Installation(Path(settings.DATA))
    people: People

    def may_begin(dossier: int) -> bool:
        # The kills are spread over the work: a dossier begins when its share of them is through, or when all others wait.
        return done >= dossier * kills // dossiers - 2 or not (people.begun - people.ended) or not _is_busy(people)

    done = len(before)
    people = People(installation.port, accounts, papers, may_begin, minutes * 60)
    try:
        installation.start()
        people.begin()
        while done < kills:
            kill = plan[done]
            _wait_for_instant(kill, installation, people)
            busy = _what_goes_on(people)
            patience = SECONDS_FOR_THE_LOCK if people.at_work() else 0
            hit = installation.kill(kill, Random(f"{seed}:{kill.number}"), patience=patience)
            done = kill.number
            results.write("kill", seed=seed, number=done, target=kill.target, hit=hit, group=kill.group, during=busy)
            told(done, kills)
        while people.at_work():
            if hasty:
                _let_leases_end(installation)
            _pass(0.5, installation)
        quiet = _wait_for_quiet(installation, hasty=hasty)
        late = installation.stop()
    finally:
        installation.kill_all()
    found = [*people.violations, *([] if quiet else ["work is left that nobody does"]), *late]
    found += problems(papers)
    connection.close()
    return {
        "seed": seed,
        "kills": done,
        "hit": dict(Counter(row["hit"] for row in results.of("kill", seed=seed))),
        "files": files,
        "dossiers": dossiers,
        "problems": found,
        "counts": dict(people.counts),
        "resent": people.clerk.resent + people.archivist.resent,
        "starts": installation.starts,
        "drafts": len(list((Path(settings.BLOBS) / "incoming").glob("*"))),
        "seconds": round(time.monotonic() - started, 1),
        "load": os.getloadavg()[0],
    }


def _archive() -> dict[str, str]:
    """A small archive with a clerk and an archivist; their passwords are kept beside it."""
    path = Path(settings.DATA) / "drill-accounts.json"
    if path.exists():
        kept: dict[str, str] = json.loads(path.read_text())
        return kept
    call_command("migrate", verbosity=0, interactive=False)
    accounts = make_archive("Trung tâm Lưu trữ thử nghiệm", "H99")
    clerk = User.objects.create_user("clerk", password=accounts["admin"], full_name="Văn thư")
    Membership.objects.create(user=clerk, agency=Agency.objects.get(), role=Role.CLERK, valid_from=today())
    accounts["clerk"] = accounts["admin"]
    path.touch(mode=0o600)
    path.write_text(json.dumps(accounts))
    return accounts


def _wait_for_instant(kill: Kill, installation: Installation, people: People) -> None:
    """Let time pass, of which only that counts in which something is at work; all of it once the work has ended."""
    left = kill.pause
    while left > 0:
        step = min(left, 0.1)
        _pass(step, installation)
        early = kill.early and kill.number > 1
        if early or not people.at_work() or (installation.is_up() and _is_busy(people)):
            left -= step


def _pass(seconds: float, installation: Installation) -> None:
    installation.look_after()
    threading.Event().wait(seconds)


def _is_busy(people: People) -> bool:
    return people.in_flight > 0 or any(_what_goes_on(people).values())


def _what_goes_on(people: People) -> dict[str, int]:
    moment = now()
    ready = Q(state=ItemState.QUEUED) & (Q(lease_until__isnull=True) | Q(lease_until__lte=moment))
    whole = Job.objects.exclude(kind="intake")
    return {
        "requests": people.in_flight,
        "waiting": JobItem.objects.filter(ready).count(),
        "sealing": whole.filter(Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, lease_until__gt=moment)).count(),
        "unindexed": Outbox.objects.filter(done__lt=F("revision")).count(),
    }


def _wait_for_quiet(installation: Installation, *, hasty: bool) -> bool:
    deadline = time.monotonic() + SECONDS_OF_QUIET
    while not is_quiet():
        if time.monotonic() > deadline:
            return False
        if hasty:
            _let_leases_end(installation)
        _pass(0.3, installation)
    return True


def _let_leases_end(installation: Installation) -> None:
    """As if all processes had died and nobody had come for longer than a lease: end them, and age the leases they held."""
    # A lease that has ended already is for the sweeper: to kill everybody again would only keep it from coming up.
    running = (
        JobItem.objects.filter(state=ItemState.RUNNING, lease_until__gt=now()),
        Job.objects.filter(state=JobState.RUNNING, lease_until__gt=now()),
    )
    if not any(rows.exists() for rows in running) or _somebody_works():
        return
    installation.kill_all()
    for rows in running:
        rows.update(lease_until=now())
    installation.start()


def _somebody_works() -> bool:
    """Whether a row is held by a process that lives: its owner names host and process."""
    owners = [
        *JobItem.objects.filter(state=ItemState.RUNNING).values_list("owner", flat=True),
        *Job.objects.filter(state=JobState.RUNNING).exclude(owner="").values_list("owner", flat=True),
    ]
    return any(Path(f"/proc/{owner.split(':')[1]}").exists() for owner in owners if owner.count(":") >= 2)
