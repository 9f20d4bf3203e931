"""Keep what verdicts rest on: bytes once, by their SHA-256."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from signing.models import Evidence, EvidenceKind


def sha256_of(der: bytes) -> str:
    return hashlib.sha256(der).hexdigest()


def keep_evidence(pieces: Iterable[tuple[EvidenceKind | str, bytes]], moment: object) -> list[str]:
    """Write those that are not kept yet, with two statements; returns the SHA-256 of each, in order. In the caller's transaction."""
    found = [(str(kind), bytes(der), sha256_of(der)) for kind, der in pieces]
    wanted = {digest: (kind, der) for kind, der, digest in found}
    kept = set(Evidence.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    rows = [
        Evidence(sha256=digest, kind=kind, der=der, kept_at=moment)
        for digest, (kind, der) in wanted.items()
        if digest not in kept
    ]
    if rows:
        # Two workers may have had the same new piece: the other's row is as good.
        Evidence.objects.bulk_create(rows, ignore_conflicts=True)
    return [digest for _kind, _der, digest in found]


def bytes_of(digests: Iterable[str]) -> Mapping[str, bytes]:
    """The bytes of those that are kept, by their SHA-256."""
    rows = Evidence.objects.filter(pk__in=list(digests)).values_list("pk", "der")
    return {digest: bytes(der) for digest, der in rows}
