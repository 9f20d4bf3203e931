"""Damaged signed PDFs through the validation, for as long as asked: no crash, nothing late, no changed bytes called intact.

Case N of a seed is always the same, and how far a run came is kept, so that a stopped one goes on (`signatures.json`).
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from demo.drill.fuzz import mutated
from signing.validation.coverage import covered_end
from signing.validation.document import filled_fields, open_pdf
from signing.validation.run import Validator
from signing.validation.verdicts import FileVerdict

LATEST = 10.0  # seconds of one file
KEEP_EVERY = 25  # cases between two notes of how far it came
Range = tuple[int, int, int]  # the end of the first covered part, begin and end of the second


def drill_signatures(
    folder: Path, *, minutes: float, seed: int, samples: Path | None = None, cases: int | None = None
) -> dict[str, Any]:
    """Returns how many cases there were, what came of them, the slowest, and the problems, each with its file kept."""
    top = folder / "signatures"
    top.mkdir(parents=True, exist_ok=True)
    return fuzz(seeds_of(top, samples), top, minutes=minutes, seed=seed, cases=cases)


def fuzz(
    seeds: Mapping[str, bytes], top: Path, *, minutes: float, seed: int, cases: int | None = None
) -> dict[str, Any]:
    """Damage the seeds, case after case, until the time or the number of cases is over."""
    noted = top / f"signatures-{seed}.json"
    state: dict[str, Any] = {"cases": 0, "slowest": 0.0, "outcomes": {}, "problems": []}
    if noted.exists():
        state = json.loads(noted.read_text(encoding="utf-8"))
    outcomes = Counter(state["outcomes"])
    ranges = {name: signed_ranges(data) for name, data in seeds.items()}
    names = sorted(seeds)
    validator = Validator()
    deadline = time.monotonic() + minutes * 60
    try:
        while time.monotonic() < deadline and (cases is None or state["cases"] < cases):
            rng = Random(f"signatures:{seed}:{state['cases']}")
            state["cases"] += 1
            name = rng.choice(names)
            broken = damaged(seeds[name], ranges[name], rng)
            path = top / "case.pdf"
            path.write_bytes(broken)
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
                kept.write_bytes(broken)
                state["problems"].append(f"{kept.name} from {name}: {what}")
            if state["cases"] % KEEP_EVERY == 0:
                _note(noted, state, outcomes)
    finally:
        validator.close()
    _note(noted, state, outcomes)
    return {"minutes": minutes, **state, "outcomes": dict(sorted(outcomes.items()))}


def damaged(whole: bytes, ranges: Mapping[str, Range], rng: Random) -> bytes:
    """One signed byte changed, or anything anywhere."""
    if not ranges or rng.random() < 0.5:
        return mutated(whole, rng)
    first, second, end = rng.choice(sorted(ranges.values()))
    place = rng.choice((rng.randrange(first), rng.randrange(second, end)))
    data = bytearray(whole)
    data[place] ^= rng.randint(1, 255)
    return bytes(data)


def problems_of(verdict: FileVerdict, whole: bytes, broken: bytes, ranges: Mapping[str, Range]) -> list[str]:
    """What must not be: a crash of the reader, more than ten seconds, a signature intact over bytes nobody signed."""
    found = []
    if verdict.message.code == "crashed":
        found.append(f"the reader stopped: {verdict.message.params}")
    if verdict.seconds > LATEST:
        found.append(f"took {verdict.seconds:.1f} s")
    signed = {covered(whole, one) for one in ranges.values()}
    for signature in verdict.signatures:
        if signature.intact and not any(covered(broken, one) in signed for one in ranges.values()):
            found.append(f"{signature.field} is called intact over changed bytes")
    return found


def covered(data: bytes, signed: Range) -> bytes:
    """The bytes under a signature."""
    first, second, end = signed
    return data[:first] + data[second:end]


def signed_ranges(data: bytes) -> dict[str, Range]:
    """The byte ranges of a file's signatures by field."""
    found: dict[str, Range] = {}
    try:
        pdf = open_pdf(data, None)
        for field in filled_fields(pdf):
            signature = EmbeddedPdfSignature(pdf, field.field, field.name)
            end = covered_end(signature, data)
            if end is not None:
                found[field.name] = int(signature.byte_range[1]), int(signature.byte_range[2]), end
    except Exception:
        return found  # a seed that is itself damaged has no bytes that could be called intact
    return found


def seeds_of(top: Path, samples: Path | None) -> dict[str, bytes]:
    """Papers of every kind that the demo signs, and the PDFs of a folder."""
    from demo.pki import DemoPki
    from demo.signed import variants
    from demo.texts import paper_of
    from demo.world import World

    pki = DemoPki(top / "pki", World())
    seeds = {kind: variant.make(paper_of("fuzz", pages=1), pki) for kind, variant in variants().items()}
    for path in sorted(samples.rglob("*.pdf")) if samples is not None else ():
        seeds[str(path.relative_to(samples))] = path.read_bytes()  # type: ignore[arg-type]
    return seeds


def _note(path: Path, state: dict[str, Any], outcomes: Counter[str]) -> None:
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(state | {"outcomes": dict(outcomes)}, ensure_ascii=False), encoding="utf-8")
    draft.replace(path)
