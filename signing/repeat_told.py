"""Repeated runs for the terminal: the same or not, with what differs, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import translation

from repository.models import Verification
from signing.repeating import Difference, NotRepeatable, repeat


@dataclass(frozen=True)
class Told:
    """`same` is None where the run could not be repeated; `reason` then says why."""

    run: str
    same: bool | None
    reason: str = ""
    differing: tuple[Difference, ...] = ()
    tools: tuple[tuple[str, str, str], ...] = ()

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        fields = [{"field": one.field, "before": one.before, "now": one.now} for one in self.differing]
        tools = {name: [before, now] for name, before, now in self.tools}
        return {"run": self.run, "same": self.same, "reason": self.reason, "differing": fields, "tools": tools}


def repeated_runs(identities: Iterable[str]) -> Iterator[Told]:
    """Each as it is done. Nothing is written down: whoever sits at the terminal acts for nobody."""
    for identity in identities:
        try:
            run = Verification.objects.select_related("file").filter(pk=UUID(identity)).first()
        except ValueError:
            run = None
        if run is None:
            yield Told(identity, None, "there is no such run")
            continue
        try:
            with translation.override("en"):
                repeated = repeat(run)
        except NotRepeatable as error:
            yield Told(identity, None, error.code)
            continue
        tools = tuple((name, *both) for name, both in repeated.tools.items())
        yield Told(identity, repeated.same, "", repeated.differing, tools)


def lines_of(told: Told) -> list[str]:
    if told.same is None:
        return [f"{told.run}: not repeated: {told.reason}"]
    if told.same:
        lines = [f"{told.run}: the same verdict"]
    else:
        lines = [f"{told.run}: another verdict, {len(told.differing)} fields differ"]
        lines += [f"  {one.field}: {one.before} -> {one.now}" for one in told.differing]
    return [*lines, *(f"  {name} was {before or 'absent'}, is {now or 'absent'}" for name, before, now in told.tools)]
