"""The door to the engine: a hostile file is read in a worker process that is ended when late or too large."""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from repository import clock
from repository.isolation import Crashed, Isolated, IsolationError, ParserFailed, TooLarge, TooLate
from signing.validation.policy import ARCHIVE, Policy
from signing.validation.verdicts import FileFacts, FileVerdict, Message, Outcome

SECONDS = 8.0  # of one file
WHOLE_SECONDS = 9.5  # with a worker's start and its end no more than ten
MEMORY_MB = 1024  # above the worker's size at rest
LARGEST = 2**31  # bytes of a file
CHUNK = 1 << 20


def reader(target: str, *, workers: int, seconds: float) -> Isolated:
    """The function of an engine, in processes that are ended where a file takes them more than `seconds`, or `WHOLE_SECONDS` with
    their start, or more than `MEMORY_MB`."""
    return Isolated(target, seconds=seconds, whole_seconds=WHOLE_SECONDS, memory_mb=MEMORY_MB, workers=workers)


class Validator:
    """Validates files in up to `workers` processes, which stay hot between files. Thread-safe."""

    def __init__(self, workers: int = 1, seconds: float = SECONDS) -> None:
        self._isolated = reader("signing.validation.engine:validate", workers=workers, seconds=seconds)

    def validate(
        self,
        path: str | Path,
        *,
        trust: Sequence[bytes] = (),
        at: datetime | None = None,
        password: str | None = None,
        policy: Policy = ARCHIVE,
        knowledge: Sequence[bytes] = (),
    ) -> FileVerdict:
        """The verdict on a PDF. `trust`: anchors in PEM or DER; `at`: the time to judge by, None for now.

        `knowledge`: DER of certificates, revocation lists and OCSP responses known here beside the file's own, at most
        a few megabytes; what is none of these is counted and passed over.

        Nothing in the file raises: what cannot be processed is an UNPROCESSABLE verdict with a reason.
        Raises OSError where the file cannot be opened, `anchors.AnchorNotReadable` where an anchor is no certificate.
        """
        now = clock.now()
        arguments = (
            *(str(path), list(trust), now.isoformat(), at and at.isoformat(), password, asdict(policy)),
            list(knowledge),
        )
        fits = Path(path).stat().st_size <= LARGEST
        return judged(self._isolated, arguments, path, now=now, at=at, policy=policy, fits=fits)

    def close(self) -> None:
        """End the worker processes."""
        self._isolated.close()


def judged(
    isolated: Isolated,
    arguments: Sequence[Any],
    path: str | Path,
    *,
    now: datetime,
    at: datetime | None,
    policy: Policy,
    fits: bool = True,
) -> FileVerdict:
    """What an engine says of a file in its worker process, or why it could not say anything. `fits`: it is not larger than that engine reads.

    Raises OSError where the file cannot be opened, `anchors.AnchorNotReadable` where an anchor is no certificate.
    """
    started = time.monotonic()
    digest, size = sha256_of(path), Path(path).stat().st_size
    try:
        if not fits:
            raise TooLarge(MEMORY_MB)
        answer: dict[str, Any] = isolated.run(*arguments)
        return FileVerdict.from_dict(answer)
    except IsolationError as error:
        if isinstance(error, ParserFailed) and error.kind == "AnchorNotReadable":
            from signing.validation.anchors import AnchorNotReadable

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


_shared = Validator()


def validate_file(
    path: str | Path,
    *,
    trust: Sequence[bytes] = (),
    at: datetime | None = None,
    password: str | None = None,
    policy: Policy = ARCHIVE,
    knowledge: Sequence[bytes] = (),
) -> FileVerdict:
    """`Validator.validate` with one worker process shared by the whole program."""
    return _shared.validate(path, trust=trust, at=at, password=password, policy=policy, knowledge=knowledge)


def sha256_of(path: str | Path) -> str:
    """The file's SHA-256, lower-case hexadecimal. Raises OSError."""
    digest = hashlib.sha256()
    with Path(path).open("rb") as file:
        while part := file.read(CHUNK):
            digest.update(part)
    return digest.hexdigest()


def reason_of(error: IsolationError) -> Message:
    """What to tell of a worker that gave no verdict."""
    match error:
        case TooLate():
            return Message("too_late")
        case TooLarge():
            return Message("too_large")
        case ParserFailed():
            return Message("crashed", {"detail": f"{error.kind}: {error.message}"[:500]})
        case Crashed():
            return Message("crashed", {"detail": str(error)[:500]})
        case _:
            return Message("crashed", {"detail": type(error).__name__})
