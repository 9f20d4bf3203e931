"""One file's verdict, inside the worker process: nothing of a hostile file is read anywhere else."""

from __future__ import annotations

import hashlib
import io
import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from asn1crypto import x509

from signing.formats import cms_file, ooxml, xml_file
from signing.formats.found import Concluded, Found, conclude, weigh
from signing.formats.kinds import Kind
from signing.formats.limits import NotReadable
from signing.formats.xml_file import Beside
from signing.formats.xml_tree import may_hold_signature
from signing.validation.anchors import Anchor, read_qualified
from signing.validation.canonical import from_plain
from signing.validation.engine import tool_versions
from signing.validation.knowledge import read_knowledge
from signing.validation.policy import Policy
from signing.validation.trust import Trust
from signing.validation.verdicts import FileFacts, FileVerdict, Message, Outcome

QUIET = ("pyhanko", "pyhanko_certvalidator", "signxml")


@cache
def tools() -> dict[str, str]:
    """The versions of the libraries that the verdict rests on."""
    names = [name for name in tool_versions() if name != "pypdfium2"]
    return {name: version(name) for name in (*names, "signxml", "lxml")}


def validate(
    path: str,
    kind: str,
    beside: tuple[str, str] | None,
    trust: Sequence[bytes],
    now: str,
    at: str | None,
    policy: dict[str, Any],
    knowledge: Sequence[bytes] = (),
) -> dict[str, Any]:
    """Entry of the worker process: plain arguments, the verdict as plain JSON data.

    `beside`: path and name of the file that a detached signature signs. Raises OSError and AnchorNotReadable.
    """
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    data = Path(path).read_bytes()
    signed = None if beside is None else Beside(beside[1], Path(beside[0]).read_bytes())
    moment = None if at is None else datetime.fromisoformat(at)
    rules = from_plain(Policy, policy)
    verdict = validate_bytes(
        data, Kind(kind), signed, read_qualified(trust), datetime.fromisoformat(now), moment, rules, knowledge
    )
    return verdict.to_dict()


def validate_bytes(
    data: bytes,
    kind: Kind,
    beside: Beside | None,
    anchors: Sequence[x509.Certificate | Anchor],
    now: datetime,
    at: datetime | None,
    policy: Policy,
    knowledge: Sequence[bytes] = (),
) -> FileVerdict:
    """The verdict for a file's bytes. Hostile bytes end in a verdict too."""
    started = time.monotonic()
    known = read_knowledge(knowledge)
    trust = Trust(anchors, now, at, policy, known)
    concluded = Concluded()
    try:
        found, whole = _ENGINES[kind](data, beside, trust)
        concluded = conclude(found, trust)
        outcome, message = Outcome.NO_SIGNATURE, Message("no_signature")
        if found:
            outcome, message = weigh(found, concluded.verdicts, whole=whole)
    except NotReadable as error:
        outcome, message = Outcome.UNPROCESSABLE, Message(error.code, {"detail": error.detail} if error.detail else {})
    except (RecursionError, MemoryError):
        outcome, message = Outcome.UNPROCESSABLE, Message("too_deep")
    return FileVerdict(
        sha256=hashlib.sha256(data).hexdigest(),
        outcome=outcome,
        message=message,
        signatures=tuple(concluded.verdicts),
        file=FileFacts(size=len(data)),
        policy=policy.name,
        policy_version=policy.version,
        policy_hash=policy.hash,
        tools=tools(),
        anchors=tuple(sorted(anchor.sha256.hex() for anchor in trust.anchors)),
        validated_at=now,
        at=at,
        seconds=round(time.monotonic() - started, 4),
        evidence=tuple(concluded.evidence.values()),
        wanted=tuple(concluded.wanted),
        knowledge_given=known.given,
        knowledge_unreadable=known.unreadable,
    )


def _cms(data: bytes, beside: Beside | None, trust: Trust) -> tuple[list[Found], bool]:
    result = cms_file.look(data, beside, trust)
    return result.found, result.whole


def _xml(data: bytes, beside: Beside | None, trust: Trust) -> tuple[list[Found], bool]:
    try:
        result = xml_file.look(data, beside, trust)
    except NotReadable as error:
        if error.code in ("xml_doctype", "xml_not_well_formed") and not may_hold_signature(data):
            return [], False
        raise
    return result.found, result.whole


def _package(data: bytes, _beside: Beside | None, trust: Trust) -> tuple[list[Found], bool]:
    result = ooxml.look(io.BytesIO(data), trust)
    return result.found, result.whole


_ENGINES: dict[Kind, Callable[[bytes, Beside | None, Trust], tuple[list[Found], bool]]] = {
    Kind.CMS: _cms,
    Kind.XML: _xml,
    Kind.PACKAGE: _package,
}
