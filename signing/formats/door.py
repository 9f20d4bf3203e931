"""The door to every engine: which one reads a file, and the worker process in which it does so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from repository import clock
from signing.formats.kinds import Kind, kind_of, signed_name
from signing.formats.limits import CMS_BYTES
from signing.validation.policy import ARCHIVE, Policy
from signing.validation.run import SECONDS, Validator, judged, reader
from signing.validation.verdicts import FileVerdict

__all__ = ["Door", "Kind", "kind_of", "signed_name", "validate"]


class Door:
    """Validates files of every kind in up to `workers` processes for each engine. Thread-safe."""

    def __init__(self, workers: int = 1, seconds: float = SECONDS) -> None:
        self._pdf = Validator(workers=workers, seconds=seconds)
        self._other = reader("signing.formats.worker:validate", workers=workers, seconds=seconds)

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
        now = clock.now()
        pair = None if beside is None else (str(beside[0]), beside[1])
        times = (now.isoformat(), at and at.isoformat())
        arguments = (str(path), kind.value, pair, list(trust), *times, asdict(policy), list(knowledge))
        largest = max(Path(one).stat().st_size for one in (path, *(pair or ())[:1]))
        return judged(self._other, arguments, path, now=now, at=at, policy=policy, fits=largest <= CMS_BYTES)

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
