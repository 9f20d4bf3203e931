"""The local cache: what came in is written down once, and found again by the name of its issuer.

A shelf lives as long as one job. What it has looked up it keeps, so that the list of an authority under which a thousand files were
signed is read from the database once and not a thousand times.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from repository.clock import now
from repository.models import User
from signing.evidence import bytes_of, keep_evidence, sha256_of
from signing.models import EvidenceKind, RevocationItem
from signing.revocation.reading import Item

# (kind, key of the name, serial): a list has no serial, a certificate's key is that of its own subject.
Key = tuple[str, str, str]
NEWEST = 2  # lists or responses of one issuer that are handed to the engine: the newest, and the one before it
INTERMEDIATES = 200
MOST_BYTES = 48 << 20  # handed to the worker in one call


@dataclass
class Shelf:
    """`find` asks the database once for each key."""

    _digests: dict[Key, tuple[str, ...]] = field(default_factory=dict)
    _bytes: dict[str, bytes] = field(default_factory=dict)
    _imported: tuple[str, ...] | None = None

    def find(self, keys: Iterable[Key]) -> list[str]:
        """SHA-256 of what is known under the keys, the newest first."""
        wanted = list(dict.fromkeys(keys))
        new = [key for key in wanted if key not in self._digests]
        if new:
            self._look_up(new)
        return list(dict.fromkeys(digest for key in wanted for digest in self._digests[key]))

    def certificates(self) -> list[str]:
        """Certificates of issuers that people brought: they are handed to every validation, for chains in files have gaps."""
        if self._imported is None:
            rows = RevocationItem.objects.filter(kind=EvidenceKind.CERTIFICATE, url="").order_by("-pk")
            self._imported = tuple(rows.values_list("evidence_id", flat=True)[:INTERMEDIATES])
        return list(self._imported)

    def bytes_of(self, digests: Iterable[str]) -> tuple[list[str], list[bytes]]:
        """The pieces in order with their digests, as far as they fit into one call of the worker."""
        wanted = list(dict.fromkeys(digests))
        missing = [digest for digest in wanted if digest not in self._bytes]
        if missing:
            self._bytes.update(bytes_of(missing))
        taken, size = [], 0
        for digest in wanted:
            size += len(self._bytes.get(digest, b""))
            if digest in self._bytes and size <= MOST_BYTES:
                taken.append(digest)
        return taken, [self._bytes[digest] for digest in taken]

    def put(self, items: Iterable[Item], *, url: str = "", by: User | None = None) -> int:
        """Keep what came in; returns how many were new."""
        count = 0
        for item in items:
            count += put(item, url=url, by=by)
            self._digests.pop((str(item.kind), item.name_key, item.serial), None)
        self._imported = None
        return count

    def _look_up(self, keys: list[Key]) -> None:
        condition = Q(pk__in=[])
        for kind, name, serial in keys:
            condition |= Q(kind=kind, name_key=name, serial=serial)
        found: dict[Key, list[str]] = {key: [] for key in keys}
        rows = RevocationItem.objects.filter(condition).order_by("-this_update", "-pk")
        for kind, name, serial, digest in rows.values_list("kind", "name_key", "serial", "evidence_id"):
            kept = found[kind, name, serial]
            if len(kept) < NEWEST:
                kept.append(digest)
        self._digests.update({key: tuple(kept) for key, kept in found.items()})


def put(item: Item, *, url: str = "", by: User | None = None) -> bool:
    """Write one entry of the cache, its bytes with it; whether it was new."""
    with transaction.atomic():
        moment = now()
        [digest] = keep_evidence([(item.kind, item.der)], moment)
        same = {"evidence_id": digest, "name_key": item.name_key, "serial": item.serial}
        if RevocationItem.objects.filter(**same).exists():
            return False
        RevocationItem.objects.create(
            **same,
            kind=item.kind,
            issuer=item.issuer,
            this_update=item.this_update,
            next_update=item.next_update,
            url=url[:1000],
            got_at=moment,
            got_by=by,
        )
    return True


def known_item(item: Item) -> UUID | None:
    """The entry of the cache that has these bytes, if there is one."""
    rows = RevocationItem.objects.filter(evidence_id=sha256_of(item.der), name_key=item.name_key, serial=item.serial)
    return rows.values_list("pk", flat=True).first()
