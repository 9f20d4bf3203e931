"""A time-stamp over everything at once: each night's tree holds the sealed files that no tree holds yet, the events' latest
checkpoint, and the earlier time-stamps whose authority ends soon, so that one token renews them all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from repository.access import require
from repository.actors import SYSTEM, Actor
from repository.clock import now
from repository.events import record
from repository.findings import raise_finding
from repository.jobs.engine import UNFINISHED, enqueue, progress
from repository.jobs.outcomes import Again, Save
from repository.models import Checkpoint, File, Job
from repository.refusals import Refused
from repository.sequencer import statement
from signing.models import EvidenceLeaf, EvidenceStamp
from signing.provable.record import token_facts
from signing.provable.tree import digest_of, root_of
from signing.sealing.errors import NoTimestampServer, TimestampFailed

KIND = "evidence-stamp"
BROKEN = "evidence-broken"
# Of one tree. A proof reads all leaves of its tree: ten thousand are read in a few hundredths of a second.
LEAVES = 10_000
TREES_A_NIGHT = 100
# A time-stamp is renewed so long before its authority ends; a year leaves time to find another authority.
BEFORE_END = timedelta(days=365)
Stamp = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Leaf:
    """What a tree is to hold: its SHA-512 and one of the three things it may be."""

    digest: str
    file: UUID | None = None
    checkpoint: int | None = None
    earlier: UUID | None = None


def configured() -> bool:
    """Whether a time-stamp server is set up: without one nothing here happens."""
    return bool(settings.TIMESTAMP_SERVER)


def waiting_files() -> QuerySet[File]:
    """Files of sealed documents that no tree holds yet, the renewed ones beside them included."""
    held = EvidenceLeaf.objects.filter(file=OuterRef("pk"))
    return File.objects.filter(~Exists(held), version__document__sealed_at__isnull=False)


def waiting() -> list[Leaf]:
    """The leaves of the next tree; none where everything stands in one that holds."""
    ends = EvidenceStamp.objects.filter(renewed_in__isnull=True, ends_at__lt=now() + BEFORE_END)
    leaves = [Leaf(row.token_sha512, earlier=row.pk) for row in ends.order_by("pk").only("token_sha512")[:LEAVES]]
    checkpoint = Checkpoint.objects.order_by("-size").first()
    if checkpoint and not EvidenceLeaf.objects.filter(checkpoint=checkpoint.size).exists():
        leaves.append(Leaf(digest_of_checkpoint(checkpoint), checkpoint=checkpoint.size))
    rest = max(LEAVES - len(leaves), 0)
    files = waiting_files().order_by("pk").values_list("pk", "sha512")[:rest]
    return leaves + [Leaf(sha512, file=pk) for pk, sha512 in files]


def digest_of_checkpoint(checkpoint: Checkpoint) -> str:
    """SHA-512 of what the checkpoint's signature is over: size, root, chain and moment."""
    made_at = checkpoint.made_at.isoformat()
    return digest_of(statement(checkpoint.size, checkpoint.root, checkpoint.chain, made_at)).hex()


def stamp_once(leaves: list[Leaf], stamp: Stamp) -> EvidenceStamp | None:
    """Have the leaves' root time-stamped and keep the token; None where another worker's tree holds one of them by now.

    Raises NoTimestampServer, TimestampFailed, or ValueError where the token does not stand for the root.
    """
    root = root_of([bytes.fromhex(leaf.digest) for leaf in leaves])
    token = stamp(root)
    facts = token_facts(token, root)
    try:
        with transaction.atomic():
            made = EvidenceStamp.objects.create(
                made_at=now(),
                size=len(leaves),
                root=root.hex(),
                token=token,
                token_sha512=hashlib.sha512(token).hexdigest(),
                stamped_at=facts.at,
                authority=facts.authority[:300],
                ends_at=facts.ends_at,
            )
            EvidenceLeaf.objects.bulk_create(
                [
                    EvidenceLeaf(
                        stamp=made,
                        place=place,
                        digest=leaf.digest,
                        file_id=leaf.file,
                        checkpoint=leaf.checkpoint,
                        earlier_id=leaf.earlier,
                    )
                    for place, leaf in enumerate(leaves)
                ],
                batch_size=500,
            )
            details: dict[str, Any] = {"root": made.root, "leaves": made.size, "token_sha512": made.token_sha512}
            record("evidence.stamped", SYSTEM, made, authority=made.authority, ends_at=made.ends_at, **details)
    except IntegrityError:
        return None
    return made


def work_stamp(job: Job) -> Save:
    """Tree after tree until nothing waits. Each is kept as it is made, so that an attempt after a killed one goes on."""
    from signing.sealing.stamps import timestamp_token

    if not configured():
        return lambda: {"configured": False}
    made = 0
    progress(job, total=waiting_files().count())
    while made < TREES_A_NIGHT and (leaves := waiting()):
        # What an own event adds to the checkpoint alone waits for the next night.
        if made and not any(leaf.file or leaf.earlier for leaf in leaves):
            break
        progress(job, done=min(job.done + sum(leaf.file is not None for leaf in leaves), job.total))
        try:
            kept = stamp_once(leaves, timestamp_token)
        except NoTimestampServer:
            return lambda: {"configured": False}
        except (TimestampFailed, ValueError) as failed:
            raise Again(
                "timestamp-server",
                _("The time-stamp server gave no time-stamp that holds. This is tried again by itself."),
            ) from failed
        made += kept is not None
        job.refresh_from_db(fields=["done", "total"])
    return lambda: {"stamps": made, **_checked(job)}


def _checked(job: Job) -> dict[str, Any]:
    """Each night every token is held against its root once more; what does not hold any more is told of."""
    from signing.provable.proof import broken_stamps

    broken = list(broken_stamps())
    for row in broken:
        raise_finding(BROKEN, {"stamp": str(row.pk), "root": row.root}, job=job, severe=True)
    return {"broken": len(broken)}


@transaction.atomic
def stamp_now(*, actor: Actor) -> Job:
    """Have what waits time-stamped now. Raises Forbidden, or Refused without a server; a job that runs already is returned."""
    require(actor, "manage trust")
    if not configured():
        raise Refused.because(
            "stamp",
            None,
            "no-server",
            _("No time-stamp server is set up."),
            _("Ask your administrator to set TIMESTAMP_SERVER."),
        )
    running = Job.objects.filter(kind=KIND, state__in=UNFINISHED).order_by("-pk").first()
    if running is not None:
        return running
    record("evidence.asked", actor, None)
    return enqueue(KIND, actor.id, params={"asked": True})
