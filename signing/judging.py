"""A verdict on a file by what is trusted and known here: the engine, and as often again as the cache or an allowed address has more.

A verdict that passed is judged again only where the cache has something that speaks against it; nothing is asked for it.

One `Judge` serves one job: anchors are read once, and what was looked up for one file is at hand for the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from signing.anchors import Trusted, given, trusted
from signing.formats import door
from signing.revocation.gather import Gatherer
from signing.validation.policy import ARCHIVE, Policy
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
        beside: tuple[Path, str] | None = None,
        password: str | None = None,
        at: datetime | None = None,
        known: Sequence[str] = (),
    ) -> FileVerdict:
        """`beside`: path and name of the file that a detached signature signs. `known`: SHA-256 of evidence that an earlier run was
        given, so that what it settled need not be asked for anew.

        Raises OSError where a file cannot be opened.
        """

        def once() -> FileVerdict:
            taken, pieces = self.gatherer.shelf.bytes_of(digests)
            verdict = validate(
                path,
                mime,
                name,
                trust=self.trust,
                beside=beside,
                knowledge=pieces,
                policy=self.policy,
                password=password,
                at=at,
            )
            return replace(verdict, knowledge=tuple(taken))

        digests = list(dict.fromkeys([*self.gatherer.shelf.certificates(), *known]))
        verdict = once()
        rounds = 0
        while more := self._more(verdict, digests, ask=rounds < ROUNDS):
            # First, so that they are not what has no room in one call of the worker.
            digests = [*more, *digests]
            verdict = once()
            rounds += 1
        return verdict

    def _more(self, verdict: FileVerdict, digests: Sequence[str], *, ask: bool) -> list[str]:
        """What was not given yet and may change this verdict. It ends: each piece is given once."""
        if verdict.indication is None:
            return []
        if verdict.indication is Indication.TOTAL_PASSED:
            # What a file brings may suffice and be out of date: whoever used a stolen key had an honest answer then.
            against = [digest for digest in self.gatherer.against(verdict) if digest not in digests]
            if not against:
                return []
            return [*against, *(one for one in self.gatherer.known_for(verdict) if one not in (*against, *digests))]
        if not ask:
            return []
        more = [digest for digest in self.gatherer.known_for(verdict) if digest not in digests]
        if not more and verdict.wanted:
            more = [digest for digest in self.gatherer.ask_for(verdict) if digest not in digests]
        return more


def validate(
    path: Path,
    mime: str,
    name: str,
    *,
    trust: Sequence[Trusted],
    beside: tuple[Path, str] | None = None,
    knowledge: Sequence[bytes] = (),
    policy: Policy = ARCHIVE,
    password: str | None = None,
    at: datetime | None = None,
) -> FileVerdict:
    """The engine for this kind of file, told of the anchors as they are kept here."""
    return door.validate(
        path,
        mime,
        name,
        beside=beside,
        trust=given(trust),
        at=at,
        password=password,
        policy=policy,
        knowledge=list(knowledge),
    )
