"""Verify a bundle without the archive: no database, no network. What it brings is checked in workers, and its seal and every
document are judged again by the engine, at the time that the bundle names."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import pem

from repository.isolation import Isolated, IsolationError, ParserFailed
from signing.anchors import Trusted
from signing.judging import validate
from signing.reports.bundle.readme import MANIFEST, SEAL, TOKEN
from signing.validation.canonical import from_plain
from signing.validation.policy import ARCHIVE, Policy
from signing.validation.trust import read_anchors
from signing.validation.verdicts import FileVerdict

UNPACKING_SECONDS, SEAL_SECONDS, MEMORY_MB = 3600.0, 20.0, 512
LARGEST_LIST = 256 * 2**20

_unpacking = Isolated("signing.reports.bundle.unpack:unpack", seconds=UNPACKING_SECONDS, memory_mb=MEMORY_MB)
_sealing = Isolated("signing.reports.bundle.seal_check:check_seal", seconds=SEAL_SECONDS, memory_mb=MEMORY_MB)


class NotVerifiable(ValueError):
    """It is no bundle, or made to harm: nothing of it was looked at further."""


@dataclass(frozen=True)
class Judged:
    """One document judged again. `same`: outcome and indications are those of the bundle's report; `then` and `now` in the standard's words."""

    name: str
    then: str
    now: str
    same: bool


@dataclass(frozen=True)
class Seal:
    """The seal over the manifest. `status`: none, unknown (intact, its certificate leads to no trusted root), trusted, or broken."""

    status: str
    signer: str = ""
    stamp: str = "none"
    stamped_at: str | None = None
    detail: str = ""


@dataclass(frozen=True)
class Checked:
    """What was found. `whole`: every digest is right; `own_trust`: documents were judged by the roots that the bundle itself brings."""

    whole: bool
    problems: tuple[dict[str, str], ...]
    files: int
    seal: Seal
    documents: tuple[Judged, ...]
    own_trust: bool
    left_out: tuple[dict[str, str], ...] = field(default=())

    @property
    def good(self) -> bool:
        """Whole, not sealed by somebody else than it says, and every document judged as its report says."""
        broken = self.seal.status == "broken" or self.seal.stamp == "broken"
        return self.whole and not broken and all(one.same for one in self.documents)


def verify_bundle(path: Path, trust: Sequence[bytes] = ()) -> Checked:
    """Check a bundle. `trust`: roots in PEM or DER that the asker vouches for; without them those in the bundle are used, which can show
    only that it agrees with itself. Raises NotVerifiable, OSError, or AnchorNotReadable."""
    with tempfile.TemporaryDirectory(prefix="bundle-") as temporary:
        try:
            opened: dict[str, Any] = _unpacking.run(str(path), temporary)
        except ParserFailed as failed:
            raise NotVerifiable(failed.message) from None
        except IsolationError as error:
            raise NotVerifiable(str(error)) from None
        root = Path(temporary) / opened["folder"]
        listed = _list(root)
        changed = {one["file"] for one in opened["problems"]}
        seal = _seal(root, trust)
        roots = [
            Trusted(one.sha256.hex(), pem.armor("CERTIFICATE", one.dump()).decode()) for one in read_anchors(trust)
        ]
        documents = tuple(_judged(root, one, roots or None, changed) for one in listed["documents"])
        return Checked(
            whole=not opened["problems"],
            problems=tuple(opened["problems"]),
            files=opened["files"],
            seal=seal,
            documents=documents,
            own_trust=not trust,
            left_out=tuple(listed.get("left_out", ())),
        )


def _list(root: Path) -> dict[str, Any]:
    file = root / "bundle.json"
    try:
        if file.stat().st_size > LARGEST_LIST:
            raise NotVerifiable("bundle.json is too long")
        listed: dict[str, Any] = json.loads(file.read_bytes())
        documents = listed["documents"]
        if listed["schema"] != "van-kho-evidence-bundle" or not isinstance(documents, list):
            raise NotVerifiable("bundle.json speaks of something else")
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise NotVerifiable(f"bundle.json cannot be read: {error}") from None
    return listed


def _seal(root: Path, trust: Sequence[bytes]) -> Seal:
    signature, token = root / SEAL, root / TOKEN
    try:
        found: dict[str, Any] = _sealing.run(
            str(root / MANIFEST),
            str(signature) if signature.is_file() else None,
            str(token) if token.is_file() else None,
            list(trust),
        )
    except IsolationError as error:
        return Seal("broken", detail=str(error)[:300])
    return Seal(**found)


def _judged(root: Path, one: Any, trust: Sequence[Trusted] | None, changed: set[str]) -> Judged:
    try:
        name, path = str(one["file"]["name"]), _within(root, one["file"]["path"])
        then = _said(one["run"]["outcome"], _reported(root, one["reports"]["json"]))
        if one["file"]["path"] in changed or not path.is_file():
            return Judged(name, then, "changed", same=False)
        verdict = validate(
            path,
            str(one["file"]["mime"]),
            name,
            trust=_own_trust(root, one["anchors"]) if trust is None else trust,
            knowledge=_knowledge(root, one),
            policy=_policy(root, one["policy"]),
            at=datetime.fromisoformat(one["run"]["judged_for"]),
        )
    except (KeyError, TypeError, ValueError, OSError, AttributeError, RecursionError) as error:
        return Judged("?", "", f"{type(error).__name__}: {error}"[:200], same=False)
    now = _said(str(verdict.outcome), _indications(verdict))
    return Judged(name, then, now, same=then == now)


def _said(outcome: Any, signatures: list[str]) -> str:
    return "; ".join([str(outcome), *signatures])


def _reported(root: Path, report: Any) -> list[str]:
    """Field, indication and sub-indication of each signature, as the bundle's own report has them."""
    data = json.loads(_within(root, report).read_bytes())
    return [
        " ".join(str(part) for part in (one["field"], one["indication"], one["sub_indication"] or "")).strip()
        for one in data["signatures"]
    ]


def _indications(verdict: FileVerdict) -> list[str]:
    return [
        " ".join((one.field, str(one.indication), str(one.sub_indication or ""))).strip() for one in verdict.signatures
    ]


def _own_trust(root: Path, anchors: Any) -> list[Trusted]:
    """The roots of the bundle, each for what it was trusted for in the run."""
    return [
        Trusted(
            sha256=str(one["sha256"]),
            pem=_within(root, one["path"]).read_text(encoding="ascii"),
            purpose=str(one["purpose"]),
            until=datetime.fromisoformat(one["until"]) if one["until"] else None,
        )
        for one in anchors
    ]


def _knowledge(root: Path, one: dict[str, Any]) -> list[bytes]:
    """What was handed to the engine beside the file, in that order, as far as the bundle has it."""
    places = {item["sha256"]: item["path"] for item in one["evidence"]}
    return [_within(root, places[sha256]).read_bytes() for sha256 in one["knowledge"] if sha256 in places]


def _policy(root: Path, path: Any) -> Policy:
    """The run's policy; ours where the bundle brings none."""
    if path is None:
        return ARCHIVE
    policy: Policy = from_plain(Policy, json.loads(_within(root, path).read_bytes()))
    return policy


def _within(root: Path, path: Any) -> Path:
    """A file of the bag. Raises ValueError for a path that leads out of it."""
    found = (root / str(path)).resolve()
    if not found.is_relative_to(root.resolve()):
        raise ValueError(f"a path that leads out of the bundle: {str(path)[:80]!r}")
    return found
