"""Give events their order: a hash chain and a Merkle tree (RFC 9162, 2.1), in batches, so that writers never queue for one lock."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from repository import evidence_key
from repository.clock import now
from repository.events import canonical
from repository.models import Checkpoint, Event, EventPosition

BATCH = 1000
GENESIS = "0" * 64
# Identities are ordered by time (UUID version 7), so what was written lately lies together; a transaction is never open this long.
RECENT = timedelta(days=2)


def leaf(event_sha256: str) -> bytes:
    return hashlib.sha256(b"\x00" + bytes.fromhex(event_sha256)).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The roots of the full subtrees of a growing Merkle tree, largest first: all that is needed to add leaves."""

    def __init__(self, state: list[tuple[int, str]] | None = None) -> None:
        self.subtrees = [(size, bytes.fromhex(root)) for size, root in state or []]

    def add(self, event_sha256: str) -> None:
        size, root = 1, leaf(event_sha256)
        while self.subtrees and self.subtrees[-1][0] == size:
            other, left = self.subtrees.pop()
            size, root = size + other, node(left, root)
        self.subtrees.append((size, root))

    def root(self) -> str:
        if not self.subtrees:
            return hashlib.sha256(b"").hexdigest()
        right = self.subtrees[-1][1]
        for _, left in reversed(self.subtrees[:-1]):
            right = node(left, right)
        return right.hex()

    def state(self) -> list[tuple[int, str]]:
        return [(size, root.hex()) for size, root in self.subtrees]


def chained(before: str, event_sha256: str) -> str:
    return hashlib.sha256(bytes.fromhex(before) + bytes.fromhex(event_sha256)).hexdigest()


def statement(size: int, root: str, chain: str, made_at: str) -> bytes:
    """What a checkpoint's signature is over."""
    return canonical({"size": size, "root": root, "chain": chain, "made_at": made_at})


def sequence(*, all_of_time: bool = False) -> int:
    """Give every event without a position the next one, and sign a checkpoint. Returns how many were placed.

    Two at once are harmless: the position is the primary key, the slower one's batch is refused and it stops.
    """
    placed = 0
    while True:
        try:
            with transaction.atomic():
                count = _batch(all_of_time)
        except IntegrityError:
            return placed
        placed += count
        if count < BATCH:
            return placed


def _batch(all_of_time: bool) -> int:
    waiting = Event.objects.filter(~Exists(EventPosition.objects.filter(event_id=OuterRef("pk"))))
    if not all_of_time:
        waiting = waiting.filter(pk__gt=_identity_at((now() - RECENT).timestamp()))
    rows = list(waiting.order_by("id").values_list("pk", "sha256")[:BATCH])
    if not rows:
        return 0
    checkpoint = Checkpoint.objects.order_by("-size").first()
    size, chain = (checkpoint.size, checkpoint.chain) if checkpoint else (0, GENESIS)
    frontier = Frontier(checkpoint.frontier if checkpoint else None)
    positions = []
    for pk, sha256 in rows:
        size, chain = size + 1, chained(chain, sha256)
        frontier.add(sha256)
        positions.append(EventPosition(position=size, event_id=pk, event_sha256=sha256, chain=chain))
    EventPosition.objects.bulk_create(positions)
    moment, root = now(), frontier.root()
    Checkpoint.objects.create(
        size=size,
        root=root,
        chain=chain,
        frontier=frontier.state(),
        made_at=moment,
        key_id=evidence_key.key_id(),
        signature=evidence_key.sign(statement(size, root, chain, moment.isoformat())),
    )
    return len(rows)


def _identity_at(seconds: float) -> UUID:
    """The smallest version 7 UUID of that moment."""
    return UUID(int=int(seconds * 1000) << 80)


@dataclass(frozen=True)
class Broken:
    """Where the evidence is not what it was: `position` in the order, `what` in a word."""

    position: int
    what: str


def check_events() -> Iterator[Broken]:
    """Read every event again and hold it against its hash, the chain, the tree and each signed checkpoint."""
    checkpoints = {row.size: row for row in Checkpoint.objects.all()}
    frontier, chain, expected = Frontier(), GENESIS, 0
    rows = EventPosition.objects.order_by("position").iterator(chunk_size=BATCH)
    for batch in _batches(rows):
        bodies = {event.pk: event for event in Event.objects.filter(pk__in=[row.event_id for row in batch])}
        for row in batch:
            expected += 1
            if row.position != expected:
                yield Broken(expected, "position-missing")
                expected = row.position
            event = bodies.get(row.event_id)
            if event is None:
                yield Broken(row.position, "event-missing")
            elif hashlib.sha256(bytes(event.body)).hexdigest() != row.event_sha256 or event.sha256 != row.event_sha256:
                yield Broken(row.position, "event-changed")
            chain = chained(chain, row.event_sha256)
            frontier.add(row.event_sha256)
            if row.chain != chain:
                yield Broken(row.position, "chain-broken")
            checkpoint = checkpoints.pop(row.position, None)
            if checkpoint is not None:
                yield from _checkpoint(checkpoint, frontier.root(), chain)
    for size in sorted(checkpoints):
        yield Broken(size, "events-missing")


def _checkpoint(checkpoint: Checkpoint, root: str, chain: str) -> Iterator[Broken]:
    if (checkpoint.root, checkpoint.chain) != (root, chain):
        yield Broken(checkpoint.size, "root-differs")
    message = statement(checkpoint.size, checkpoint.root, checkpoint.chain, checkpoint.made_at.isoformat())
    if checkpoint.key_id == evidence_key.key_id() and not evidence_key.signature_is_right(
        message, checkpoint.signature
    ):
        yield Broken(checkpoint.size, "signature-wrong")


def _batches(rows: Iterator[EventPosition]) -> Iterator[list[EventPosition]]:
    batch: list[EventPosition] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
