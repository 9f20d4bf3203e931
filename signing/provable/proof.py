"""Proof that a file existed, independent of its own signature: its way through the trees, as data and as an evidence record (RFC 4998)."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from repository.clock import now
from repository.models import Checkpoint, File
from signing.anchors import anchors
from signing.models import EvidenceLeaf, EvidenceStamp
from signing.provable.record import Checked, Link, check, token_facts, write_record
from signing.provable.stamping import digest_of_checkpoint
from signing.provable.tree import ALGORITHM, reduced, root_of

FORMAT = "vankho-proof/1"


def proof_for(file: File) -> dict[str, Any] | None:
    """The proof of one file, plain JSON data; None while no tree holds it. `evidence_record` is base64 of DER (RFC 4998).

    `steps` say the same in hex: with `hashes` one comes from the step's digest to `root`, which `token` (base64 of DER)
    stands for; the next step's digest is SHA-512 of that token. `stamped_at` is what the tokens say; `existed_at` the same
    where each authority is `trusted` here, None where one is not.
    """
    links = chain_of(file)
    if not links:
        return None
    checked = check(file.sha512, links, now=now(), anchors=anchors())
    return {
        "format": FORMAT,
        "file": {"id": str(file.pk), "sha256": file.sha256, "sha512": file.sha512, "size": file.size},
        "algorithm": ALGORITHM,
        "existed_at": checked.proven.isoformat() if checked.proven and checked.trusted else None,
        "stamped_at": checked.proven.isoformat() if checked.proven else None,
        "trusted": checked.trusted is True,
        "provable_until": checked.ends_at.isoformat() if checked.ends_at else None,
        "authority": checked.authority,
        "problem": checked.problem,
        "steps": [
            {
                "hashes": [[one.hex() for one in part] for part in link.parts],
                "token": base64.b64encode(link.token).decode(),
            }
            for link in links
        ],
        "evidence_record": base64.b64encode(write_record(links)).decode(),
    }


def chain_of(file: File) -> list[Link]:
    """The time-stamps that stand for the file, the oldest first; empty while there is none."""
    return _chain(EvidenceLeaf.objects.select_related("stamp").filter(file=file).first())


def chain_of_checkpoint(checkpoint: Checkpoint) -> list[Link]:
    """The same for a checkpoint of the events."""
    return _chain(EvidenceLeaf.objects.select_related("stamp").filter(checkpoint=checkpoint.size).first())


def check_file(file: File) -> Checked:
    """What the trees show for a file, by the authorities that are trusted here; `trusted` is None where none is."""
    return check(file.sha512, chain_of(file), now=now(), anchors=anchors())


def existence_of(file: File) -> datetime | None:
    """The time at which the file's bytes existed at the latest, by the trees alone; None where that is not shown, also where an
    authority of the chain leads to no anchor of this archive.

    A policy may count this as proof of existence of each signature in the file (EN 319 102-1, 5.6.2.3); `validate_file`
    does not by itself.
    """
    checked = check_file(file)
    return checked.proven if checked.trusted else None


def check_checkpoint(checkpoint: Checkpoint) -> Checked:
    """What the trees show for a checkpoint of the events, as its row is now."""
    return check(digest_of_checkpoint(checkpoint), chain_of_checkpoint(checkpoint), now=now(), anchors=anchors())


def broken_stamps() -> Iterator[EvidenceStamp]:
    """Time-stamps whose leaves no longer lead to their root, or whose token does not hold; one tree in memory at a time."""
    for stamp in EvidenceStamp.objects.order_by("pk").iterator(chunk_size=50):
        leaves = [bytes.fromhex(digest) for digest in _digests(stamp)]
        try:
            if len(leaves) != stamp.size or root_of(leaves).hex() != stamp.root:
                yield stamp
                continue
            token_facts(bytes(stamp.token), bytes.fromhex(stamp.root))
        except ValueError:
            yield stamp


def _chain(leaf: EvidenceLeaf | None) -> list[Link]:
    links = []
    while leaf is not None:
        digests = [bytes.fromhex(digest) for digest in _digests(leaf.stamp)]
        links.append(Link(reduced(digests, leaf.place), bytes(leaf.stamp.token)))
        leaf = EvidenceLeaf.objects.select_related("stamp").filter(earlier=leaf.stamp).first()
    return links


def _digests(stamp: EvidenceStamp) -> list[str]:
    return list(EvidenceLeaf.objects.filter(stamp=stamp).order_by("place").values_list("digest", flat=True))
