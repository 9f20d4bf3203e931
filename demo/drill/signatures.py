"""Damaged signed PDFs through the validation, for as long as asked: no crash, nothing late, no changed bytes called intact.

Case N of a seed is always the same, and how far a run came is kept, so that a stopped one goes on (`signatures.json`).
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from demo.drill.fuzz import mutated
from demo.drill.updates import UPDATES, VISIBLE, skeleton
from signing.validation.run import Validator
from signing.validation.verdicts import FileVerdict

LATEST = 10.0  # seconds of one file
KEEP_EVERY = 25  # cases between two notes of how far it came
TELL_EVERY = 60.0  # seconds between two words of how far it came
LARGEST_SEED = 2**20  # bytes of a file that is damaged
SIGNED_BYTE, ANYWHERE, CUT = "signed byte", "anywhere", "cut"
KINDS = (SIGNED_BYTE, ANYWHERE, CUT, *UPDATES)
Told = Callable[[str], object]
BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*0+\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
Range = tuple[int, int, int]  # the end of the first covered part, begin and end of the second


@dataclass(frozen=True)
class Damaged:
    """A broken file, and what was done to it (one of KINDS)."""

    data: bytes
    kind: str


def drill_signatures(
    folder: Path,
    *,
    minutes: float,
    seed: int,
    samples: Path | None = None,
    cases: int | None = None,
    told: Told = lambda words: None,
) -> dict[str, Any]:
    """Returns how many cases there were, what came of them, the slowest, and the problems, each with its file kept."""
    top = folder / "signatures"
    top.mkdir(parents=True, exist_ok=True)
    told("signing the papers that are damaged")
    return fuzz(seeds_of(top, samples), top, minutes=minutes, seed=seed, cases=cases, told=told)


def fuzz(
    seeds: Mapping[str, bytes],
    top: Path,
    *,
    minutes: float,
    seed: int,
    cases: int | None = None,
    told: Told = lambda words: None,
) -> dict[str, Any]:
    """Damage the seeds, case after case, until the time or the number of cases is over.

    Minutes and cases count from the first run of this seed on: a stopped run goes on with what is left of them.
    """
    noted = top / f"signatures-{seed}.json"
    state: dict[str, Any] = {"cases": 0, "seconds": 0.0, "slowest": 0.0, "kinds": {}, "outcomes": {}, "problems": []}
    if noted.exists():
        state |= json.loads(noted.read_text(encoding="utf-8"))
        told(f"going on after {state['cases']} cases, {state['seconds'] / 60:.1f} minutes")
    outcomes, kinds = Counter(state["outcomes"]), Counter(state["kinds"])
    ranges = {name: signed_ranges(data) for name, data in seeds.items()}
    names = sorted(seeds)
    validator = Validator()
    began, before, last_told = time.monotonic(), state["seconds"], 0.0
    try:
        while state["seconds"] < minutes * 60 and (cases is None or state["cases"] < cases):
            rng = Random(f"signatures:{seed}:{state['cases']}")
            state["cases"] += 1
            name = rng.choice(names)
            broken = damaged(seeds[name], ranges[name], rng)
            kinds[broken.kind] += 1
            path = top / "case.pdf"
            path.write_bytes(broken.data)
            try:
                verdict = validator.validate(path)
            except Exception as error:
                problems = [f"raised {type(error).__name__}: {error}"]
            else:
                outcomes[f"{verdict.outcome} {verdict.message.code}"] += 1
                state["slowest"] = max(state["slowest"], verdict.seconds)
                problems = problems_of(verdict, seeds[name], broken, ranges[name])
            for what in problems:
                kept = top / f"problem-{seed}-{state['cases']}.pdf"
                kept.write_bytes(broken.data)
                state["problems"].append(f"{kept.name} from {name}, {broken.kind}: {what}")
                told(state["problems"][-1])
            state["seconds"] = round(before + time.monotonic() - began, 1)
            if state["cases"] % KEEP_EVERY == 0:
                _note(noted, state, outcomes, kinds)
            if time.monotonic() - last_told > TELL_EVERY:
                last_told = time.monotonic()
                found = f"{len(state['problems'])} problems, slowest {state['slowest']:.1f} s"
                told(f"{state['cases']} cases in {state['seconds'] / 60:.1f} of {minutes:g} minutes, {found}")
    finally:
        validator.close()
        _note(noted, state, outcomes, kinds)
    return {
        "minutes": minutes,
        **state,
        "outcomes": dict(sorted(outcomes.items())),
        "kinds": dict(sorted(kinds.items())),
    }


def damaged(whole: bytes, ranges: Sequence[Range], rng: Random) -> Damaged:
    """One signed byte changed, anything anywhere, the end cut off, or a revision appended (`updates`)."""
    kind = rng.choice(KINDS)
    if kind in UPDATES and (bones := skeleton(whole)) is not None:
        return Damaged(UPDATES[kind](whole, bones, rng), kind)
    if kind == CUT:
        return Damaged(whole[: rng.randrange(len(whole))], kind)
    if kind == SIGNED_BYTE and ranges:
        first, second, end = rng.choice(ranges)
        place = rng.choice((rng.randrange(first), rng.randrange(second, end) if end > second else 0))
        data = bytearray(whole)
        data[place] ^= rng.randint(1, 255)
        return Damaged(bytes(data), kind)
    return Damaged(mutated(whole, rng), ANYWHERE)


def problems_of(verdict: FileVerdict, whole: bytes, broken: Damaged, ranges: Sequence[Range]) -> list[str]:
    """What must not be: a crash of the reader, more than ten seconds, a signature intact over bytes nobody signed or
    pages that show something else."""
    found = []
    if verdict.message.code == "crashed":
        found.append(f"the reader stopped: {verdict.message.params}")
    if verdict.seconds > LATEST:
        found.append(f"took {verdict.seconds:.1f} s")
    signed = {covered(whole, one) for one in ranges}
    for signature in verdict.signatures:
        if signature.intact and not any(covered(broken.data, one) in signed for one in ranges):
            found.append(f"{signature.field} is called intact over changed bytes")
        if signature.intact and signature.changes_allowed and broken.kind in VISIBLE:
            found.append(f"{signature.field} allows what it shows to be changed")
    return found


def covered(data: bytes, signed: Range) -> bytes:
    """The bytes under a signature."""
    first, second, end = signed
    return data[:first] + data[second:end]


def signed_ranges(data: bytes) -> list[Range]:
    """Every byte range written in the file: also of signatures that only an earlier revision still leads to."""
    found = {tuple(map(int, match.groups())) for match in BYTE_RANGE.finditer(data)}
    return sorted(
        (first, second, second + length)
        for first, second, length in found
        if 0 < first <= second <= second + length <= len(data)
    )


def seeds_of(top: Path, samples: Path | None) -> dict[str, bytes]:
    """Papers of every kind that the demo signs, and the PDFs of a folder."""
    from demo.pki import DemoPki
    from demo.signed import variants
    from demo.texts import paper_of
    from demo.world import World

    pki = DemoPki(top / "pki", World())
    seeds = {kind: variant.make(paper_of("fuzz", pages=1), pki) for kind, variant in variants().items()}
    for path in sorted(samples.rglob("*.pdf")) if samples is not None else ():
        if path.stat().st_size <= LARGEST_SEED:
            seeds[str(path.relative_to(samples))] = path.read_bytes()  # type: ignore[arg-type]
    return seeds


def _note(path: Path, state: dict[str, Any], outcomes: Counter[str], kinds: Counter[str]) -> None:
    draft, figures = path.with_suffix(".new"), {"outcomes": dict(outcomes), "kinds": dict(kinds)}
    draft.write_text(json.dumps(state | figures, ensure_ascii=False), encoding="utf-8")
    draft.replace(path)
