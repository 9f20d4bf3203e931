"""A verdict on a file by what is trusted and known here: the engine, and as often again as the cache or an allowed address has more.

One `Judge` serves one job: anchors are read once, and what was looked up for one file is at hand for the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from signing.anchors import Trusted, given, trusted
from signing.revocation.gather import Gatherer
from signing.validation.policy import ARCHIVE, Policy
from signing.validation.run import validate_file
from signing.validation.verdicts import FileVerdict, Indication

PDF = "application/pdf"
# The issuer of an issuer may have to be found first, and then what each of them says of the next.
ROUNDS = 4


@dataclass
class Judge:
    """`online`: whether allowed addresses may be asked. Only jobs do; a request never makes one that does."""

    online: bool = False
    policy: Policy = ARCHIVE
    gatherer: Gatherer = field(init=False)

    def __post_init__(self) -> None:
        self.gatherer = Gatherer(online=self.online)

    @cached_property
    def trust(self) -> tuple[Trusted, ...]:
        return trusted()

    def judge(
        self,
        path: Path,
        mime: str = PDF,
        name: str = "",
        *,
        password: str | None = None,
        at: datetime | None = None,
        known: Sequence[str] = (),
    ) -> FileVerdict:
        """`known`: SHA-256 of evidence that an earlier run was given, so that what it settled need not be asked for anew.

        Raises OSError where the file cannot be opened.
        """
        digests = list(dict.fromkeys([*self.gatherer.shelf.certificates(), *known]))
        verdict = self._once(path, mime, name, password, at, digests)
        for _round in range(ROUNDS):
            if verdict.indication in (None, Indication.TOTAL_PASSED):
                break
            more = self._new(self.gatherer.known_for(verdict), digests)
            if not more and verdict.wanted:
                more = self._new(self.gatherer.ask_for(verdict), digests)
            if not more:
                break
            digests += more
            verdict = self._once(path, mime, name, password, at, digests)
        return verdict

    def _new(self, found: Sequence[str], digests: Sequence[str]) -> list[str]:
        return [digest for digest in found if digest not in digests]

    def _once(
        self, path: Path, mime: str, name: str, password: str | None, at: datetime | None, digests: Sequence[str]
    ) -> FileVerdict:
        taken, pieces = self.gatherer.shelf.bytes_of(digests)
        verdict = validate(
            path, mime, name, trust=self.trust, knowledge=pieces, policy=self.policy, password=password, at=at
        )
        return replace(verdict, knowledge=tuple(taken))


def validate(
    path: Path,
    mime: str,
    name: str,
    *,
    trust: Sequence[Trusted],
    knowledge: Sequence[bytes] = (),
    policy: Policy = ARCHIVE,
    password: str | None = None,
    at: datetime | None = None,
) -> FileVerdict:
    """The engine for this kind of file."""
    return validate_file(path, trust=given(trust), at=at, password=password, policy=policy, knowledge=list(knowledge))
