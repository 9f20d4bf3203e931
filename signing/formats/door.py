"""The door to every engine: which one reads a file, and the worker process in which it does so."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from repository import clock
from repository.isolation import Isolated, IsolationError, ParserFailed, TooLarge
from signing.formats.kinds import Kind, kind_of, signed_name
from signing.formats.limits import CMS_BYTES
from signing.validation.anchors import AnchorNotReadable
from signing.validation.policy import ARCHIVE, Policy
from signing.validation.run import MEMORY_MB, SECONDS, Validator, reason_of, sha256_of
from signing.validation.verdicts import FileFacts, FileVerdict, Message, Outcome

__all__ = ["Door", "Kind", "kind_of", "signed_name", "validate"]


class Door:
    """Validates files of every kind in up to `workers` processes for each engine. Thread-safe."""

    def __init__(self, workers: int = 1, seconds: float = SECONDS) -> None:
        self._pdf = Validator(workers=workers, seconds=seconds)
        self._other = Isolated("signing.formats.worker:validate", seconds=seconds, memory_mb=MEMORY_MB, workers=workers)

    def validate(
        self,
        path: str | Path,
        mime: str = "",
        name: str = "",
        *,
        beside: tuple[str | Path, str] | None = None,
        trust: Sequence[bytes] = (),
        at: datetime | None = None,
        password: str | None = None,
        policy: Policy = ARCHIVE,
        knowledge: Sequence[bytes] = (),
    ) -> FileVerdict:
        """The verdict on a file. `name`: as it was received, the path's own where it is ""; `beside`: path and name of
        the file that a detached signature signs, where it is here. What no engine knows is tried as a PDF.

        Nothing in the file raises: what cannot be processed is an UNPROCESSABLE verdict with a reason.
        Raises OSError where a file cannot be opened, `AnchorNotReadable` where an anchor is no certificate.
        """
        kind = kind_of(mime, name or Path(path).name) or Kind.PDF
        if kind is Kind.PDF:
            return self._pdf.validate(path, trust=trust, at=at, password=password, policy=policy, knowledge=knowledge)
        started, now = time.monotonic(), clock.now()
        digest, size = sha256_of(path), Path(path).stat().st_size
        pair = None if beside is None else (str(beside[0]), beside[1])
        times = (now.isoformat(), at and at.isoformat())
        try:
            if max(size, Path(pair[0]).stat().st_size if pair else 0) > CMS_BYTES:
                raise TooLarge(MEMORY_MB)
            arguments = (str(path), kind.value, pair, list(trust), *times, asdict(policy), list(knowledge))
            answer: dict[str, Any] = self._other.run(*arguments)
            return FileVerdict.from_dict(answer)
        except IsolationError as error:
            if isinstance(error, ParserFailed) and error.kind == "AnchorNotReadable":
                raise AnchorNotReadable(error.message) from None
            reason = reason_of(error)
        except (KeyError, TypeError, ValueError) as error:
            reason = Message("crashed", {"detail": str(error)[:500]})
        return FileVerdict(
            sha256=digest,
            outcome=Outcome.UNPROCESSABLE,
            message=reason,
            signatures=(),
            file=FileFacts(size=size),
            policy=policy.name,
            policy_version=policy.version,
            policy_hash=policy.hash,
            tools={},
            anchors=(),
            validated_at=now,
            at=at,
            seconds=round(time.monotonic() - started, 4),
        )

    def close(self) -> None:
        """End the worker processes."""
        self._pdf.close()
        self._other.close()


_shared = Door()


def validate(
    path: str | Path,
    mime: str = "",
    name: str = "",
    *,
    beside: tuple[str | Path, str] | None = None,
    trust: Sequence[bytes] = (),
    at: datetime | None = None,
    password: str | None = None,
    policy: Policy = ARCHIVE,
    knowledge: Sequence[bytes] = (),
) -> FileVerdict:
    """`Door.validate` with the worker processes that the whole program shares."""
    return _shared.validate(
        path,
        mime,
        name,
        beside=beside,
        trust=trust,
        at=at,
        password=password,
        policy=policy,
        knowledge=knowledge,
    )
