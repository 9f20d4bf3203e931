"""A PDF signed at a level of PAdES (ETSI EN 319 142-1, 6): each step is a revision of its own, the bytes before it stay as they are.

The file is only ever read in worker processes; the key signs a digest. What comes out is held against our own validator before anybody
keeps it: a level is claimed only where the validator finds it.
"""

from __future__ import annotations

import asyncio
import base64
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import Signer

from repository.isolation import Isolated, IsolationError
from signing.codes import Level
from signing.sealing.errors import KeyRefused, KeyUnavailable, LevelNotReached, NoTimestampServer, SigningFailed
from signing.sealing.keys import certificate_of
from signing.sealing.paper import DIGEST
from signing.sealing.places import Box
from signing.sealing.stamps import stamper
from signing.validation.run import validate_file
from signing.validation.verdicts import EvidenceKind, FileVerdict, Indication, SignatureKind, SignatureVerdict

SECONDS, MEMORY_MB = 60.0, 1024
ORDER = [Level.B, Level.T, Level.LT, Level.LTA]

_paper = Isolated("signing.sealing.paper:work", seconds=SECONDS, memory_mb=MEMORY_MB)
_places = Isolated("signing.sealing.places:work", seconds=20.0, memory_mb=MEMORY_MB)


@dataclass(frozen=True)
class Look:
    """What the signature shows and where. Without a box it shows nothing. `page` from 0, box in points."""

    page: int = 0
    box: Box | None = None
    picture: bytes = b""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Signed:
    """The signed bytes with the verdict that they were held against."""

    data: bytes
    verdict: FileVerdict
    signature: SignatureVerdict


def ask_paper(task: str, *arguments: Any) -> Any:
    """Ask the worker that writes. Raises SigningFailed where the file cannot be read or takes no signature."""
    try:
        return _paper.run(task, *arguments)
    except IsolationError as error:
        raise SigningFailed(f"{task}: {type(error).__name__}: {error}", _unsignable()) from error


def ask_places(task: str, *arguments: Any) -> Any:
    """Ask the worker that looks at pages. Raises SigningFailed."""
    try:
        return _places.run(task, *arguments)
    except IsolationError as error:
        raise SigningFailed(f"{task}: {type(error).__name__}: {error}", _unsignable()) from error


def _unsignable() -> Any:
    from django.utils.translation import gettext_lazy as _

    return _("This file takes no signature: it is encrypted, damaged, or too large.")


def sign_pdf(
    path: Path,
    key: AbstractAsyncContextManager[Signer],
    *,
    field: str,
    level: Level,
    look: Look,
    moment: datetime,
    trust: Sequence[bytes],
    judge: Callable[[Path], FileVerdict] | None = None,
    reason: str = "",
    certificate_sha256: str = "",
) -> Signed:
    """Sign the file's bytes; returns new bytes that begin with the old ones.

    `trust`: anchors. `judge`: looks a file up by all that is known here, for B-LT and above; what its verdict rests on goes into the file.
    `certificate_sha256`: the only certificate that may sign, where one is named.
    Raises SigningFailed: KeyUnavailable, KeyRefused, NoTimestampServer, TimestampFailed, LevelNotReached.
    """
    if level != Level.B and not settings.TIMESTAMP_SERVER:
        raise NoTimestampServer
    with tempfile.TemporaryDirectory(prefix="signing-") as folder:
        work = Path(folder)
        before = path.read_bytes()
        here = asyncio.run(_signature(path, work, key, field, level, look, moment, reason, certificate_sha256))
        if level in (Level.LT, Level.LTA):
            _embed(here, (judge or _by_the_file(trust))(here))
        if level == Level.LTA:
            _document_stamp(here, field)
            # The authority's own revocation data, so that the last time-stamp can be judged from the file as well.
            _embed(here, (judge or _by_the_file(trust))(here))
        data = here.read_bytes()
        if not data.startswith(before):
            raise LevelNotReached("the bytes before were not kept")
        verdict = validate_file(here, trust=trust)
        return Signed(data, verdict, proven(verdict, field, level))


async def _signature(
    path: Path,
    work: Path,
    key: AbstractAsyncContextManager[Signer],
    field: str,
    level: Level,
    look: Look,
    moment: datetime,
    reason: str,
    certificate_sha256: str,
) -> Path:
    picture = work / "look.png"
    picture.write_bytes(look.picture)
    spec = {
        "field": field,
        "moment": moment.isoformat(),
        "page": look.page,
        "box": list(look.box) if look.box else None,
        "picture": str(picture),
        "lines": list(look.lines),
        "reason": reason or None,
    }
    out = work / "signed.pdf"
    try:
        async with key as signer:
            holder = certificate_of(signer)
            if certificate_sha256 and holder.sha256.hex() != certificate_sha256:
                raise KeyRefused("the key's certificate is not the one that was named")
            open_place = ask_paper("prepare", str(path), str(out), holder.dump(), spec)
            stamps = stamper() if level != Level.B else None
            signature = await signer.async_sign(
                bytes.fromhex(open_place["digest"]), DIGEST, use_pades=True, timestamper=stamps
            )
    except SigningError as error:
        raise KeyUnavailable(str(error)) from error
    _fill(out, open_place, signature.dump())
    return out


def _fill(path: Path, open_place: dict[str, Any], signature: bytes) -> None:
    """Write the signature into the place that was left open for it."""
    digits = signature.hex().encode()
    room = open_place["end"] - open_place["start"] - 2
    if len(digits) > room:
        raise SigningFailed(f"the signature has {len(digits)} digits, the place {room}")
    with path.open("r+b") as stream:
        stream.seek(open_place["start"] + 1)
        stream.write(digits.ljust(room, b"0"))


def _by_the_file(trust: Sequence[bytes]) -> Callable[[Path], FileVerdict]:
    return lambda path: validate_file(path, trust=trust)


def _embed(path: Path, verdict: FileVerdict) -> None:
    """Put what the verdict rests on into the file."""
    given = [
        [item.kind.value, base64.b64decode(item.der_base64)]
        for item in verdict.evidence
        if item.kind != EvidenceKind.TIMESTAMP and item.der_base64
    ]
    draft = path.with_suffix(".draft")
    ask_paper("evidence", str(path), str(draft), given)
    draft.replace(path)


def _document_stamp(path: Path, field: str) -> None:
    draft = path.with_suffix(".draft")
    open_place = ask_paper("stamp", str(path), str(draft), f"{field}-DTS")
    token = asyncio.run(stamper().async_timestamp(bytes.fromhex(open_place["digest"]), DIGEST))
    _fill(draft, open_place, token.dump())
    draft.replace(path)


def proven(verdict: FileVerdict, field: str, level: Level) -> SignatureVerdict:
    """The new signature, if our validator finds the level that was asked for and the file whole; else raises LevelNotReached."""
    mine = next((one for one in verdict.signatures if one.field == field), None)
    if mine is None or not mine.intact:
        raise LevelNotReached(f"the validator does not find the signature whole: {verdict.outcome}")
    broken = [
        one.field
        for one in verdict.signatures
        if one.intact is False or one.changes_allowed is False or one.identity.revoked_at is not None
    ]
    if broken:
        raise LevelNotReached(f"does not hold: {', '.join(broken)}")
    if mine.kind != SignatureKind.SIGNATURE or mine.level != level:
        raise LevelNotReached(f"level {mine.level} was reached, {level} was asked for")
    if mine.indication == Indication.TOTAL_FAILED:
        raise LevelNotReached(f"the validator fails the signature: {mine.sub_indication}")
    # The level names what is there, not whether it is enough: long-term means that nothing else will have to be asked.
    if level in (Level.LT, Level.LTA) and mine.indication != Indication.TOTAL_PASSED:
        raise LevelNotReached(f"not proven from the file alone: {mine.indication} {mine.sub_indication}")
    return mine
