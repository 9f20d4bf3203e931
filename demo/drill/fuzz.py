"""Broken files, for as long as asked, through every reader of hostile bytes: nothing may end the program or run over its limit."""

from __future__ import annotations

import io
import os
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import psutil

from demo.drill.papers import drill_files
from repository.head import read_head
from repository.intake.formats import identify
from repository.isolation import IsolationError
from search.extraction import ExtractionError, Limits, extract
from signing.validation.run import SECONDS as SECONDS_OF_VALIDATION
from signing.validation.run import validate_file

# Seconds by the clock. The grace is for starting a worker anew on a loaded machine, which is no part of a file's time.
LIMITS = Limits(text_seconds=20, text_seconds_per_mb=1)
GRACE = 30.0
SECONDS = {"extract": 20.0, "validate": SECONDS_OF_VALIDATION, "identify": 20.0}
# Of one processor: the head is read in the program itself.
SECONDS_OF_HEAD = 2.0
MEGABYTES_GROWN = 600
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
Read = Callable[[Path, str], object]


def drill_fuzz(folder: Path, *, minutes: float, seed: int) -> dict[str, Any]:
    """Returns what was read, what came of it, the slowest of each reader, and the problems, with the file kept for each."""
    top = folder / "fuzz"
    top.mkdir(parents=True, exist_ok=True)
    rng = Random(f"fuzz:{seed}")
    seeds = list(_seeds(folder, top))
    outcomes: Counter[str] = Counter()
    slowest: dict[str, float] = {}
    problems: list[str] = []
    at_rest = psutil.Process().memory_info().rss
    deadline = time.monotonic() + minutes * 60
    number = 0
    while time.monotonic() < deadline:
        number += 1
        name, whole = rng.choice(seeds)
        broken = mutated(whole, rng)
        path = top / f"case-{os.getpid()}{Path(name).suffix}"
        path.write_bytes(broken)
        for reader, read in READERS.items():
            clock = time.process_time if reader == "head" else time.monotonic
            began = clock()
            try:
                outcome = str(read(path, name))
            except (ExtractionError, IsolationError) as refused:
                outcome = type(refused).__name__
            except Exception as error:
                outcome = "RAISED"
                problems.append(_kept(top, number, broken, name, f"{reader} raised {type(error).__name__}: {error}"))
            seconds = clock() - began
            outcomes[f"{reader} {outcome}"] += 1
            slowest[reader] = max(slowest.get(reader, 0.0), round(seconds, 2))
            limit = SECONDS_OF_HEAD if reader == "head" else SECONDS[reader] + GRACE
            if seconds > limit:
                problems.append(_kept(top, number, broken, name, f"{reader} took {seconds:.1f} s, not {limit} at most"))
        path.unlink()
    grown = (psutil.Process().memory_info().rss - at_rest) // 2**20
    if grown > MEGABYTES_GROWN:
        problems.append(f"the program grew by {grown} MB")
    return {
        "files": number,
        "minutes": minutes,
        "problems": problems,
        "slowest": slowest,
        "outcomes": dict(sorted(outcomes.items())),
        "grown_mb": grown,
    }


def mutated(whole: bytes, rng: Random) -> bytes:
    """The bytes, damaged in one to six places: cut, flipped, doubled, moved, blown up or replaced by what parsers trip over."""
    data = bytearray(whole)
    for _ in range(rng.randint(1, 6)):
        if not data:
            break
        at = rng.randrange(len(data))
        length = min(len(data) - at, int(2 ** rng.uniform(0, 12)))
        match rng.randrange(8):
            case 0:
                del data[at:]
            case 1:
                del data[at : at + length]
            case 2:
                data[at] ^= 1 << rng.randrange(8)
            case 3:
                data[at : at + length] = rng.randbytes(length)
            case 4:
                data[at:at] = data[at : at + length] * rng.randint(1, 40)
            case 5:
                data[at : at + length] = rng.choice(NASTY)
            case 6:
                _change_a_number(data, at, rng)
            case 7:
                other = rng.randrange(len(data))
                data[at : at + length] = data[other : other + length]
    return bytes(data)


NASTY = (
    b"\x00" * 64, b"\xff" * 64, b"<<" * 2000, b"[" * 4000, b"(" * 4000, b"%PDF-1.7\n", b"trailer<</Root 1 0 R/Prev 0>>startxref\n0\n%%EOF",
    b"1 0 obj<</Length 2 0 R>>endobj 2 0 obj 1 0 R endobj", b"/Kids[1 0 R]", b"999999999999999999999", b"-1",
    b'<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>', b"PK\x03\x04", b"PK\x05\x06" + b"\xff" * 18,
    "Độc lập - Tự do - Hạnh phúc\n".encode() * 200, b"/ByteRange[0 0 0 0]", b"/ByteRange[0 99999999999 -5 7]",
)  # fmt: skip


def _change_a_number(data: bytearray, at: int, rng: Random) -> None:
    """The next number in the file becomes another: offsets, lengths, object numbers."""
    for start in range(at, min(at + 4000, len(data))):
        if 48 <= data[start] <= 57:
            end = start
            while end < len(data) and 48 <= data[end] <= 57:
                end += 1
            data[start:end] = str(rng.choice((0, 1, 2**31 - 1, 2**32, 2**63, rng.randrange(10**6)))).encode()
            return


def _seeds(folder: Path, top: Path) -> Iterator[tuple[str, bytes]]:
    from demo.pki import DemoPki
    from demo.signed import variants
    from demo.texts import paper_of
    from demo.world import World

    small = drill_files(folder / "papers", 10, 1, seed=7)
    for file in small:
        yield file.name, file.path.read_bytes()
    pki = DemoPki(top / "pki", World())
    for kind in ("person", "person-and-seal-stamped"):
        yield f"{kind}_signed.pdf", variants()[kind].make(paper_of("fuzz", pages=1), pki)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in small[:3]:
            archive.writestr(file.name, file.path.read_bytes())
    yield "papers.zip", packed.getvalue()


def _extract(path: Path, name: str) -> str:
    mime = {".pdf": PDF, ".docx": DOCX, ".zip": "application/zip"}.get(path.suffix, "text/plain")
    return "text" if extract(path, mime=mime, limits=LIMITS, ocr=False).text else "nothing"


def _head(path: Path, name: str) -> str:
    head = read_head(path.read_bytes().decode("utf-8", "replace"), file_name=name)
    return "number" if head.number else "nothing"


READERS: dict[str, Read] = {
    "identify": lambda path, name: "named" if identify(path, name).pronom else "not named",
    "extract": _extract,
    "validate": lambda path, name: validate_file(path).outcome if path.suffix == ".pdf" else "left out",
    "head": _head,
}


def _kept(top: Path, number: int, data: bytes, name: str, what: str) -> str:
    kept = top / f"problem-{number}{Path(name).suffix}"
    kept.write_bytes(data)
    return f"{what} ({kept.name})"
