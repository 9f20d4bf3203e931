"""Validation beside pyHanko alone over the same signed files, turn by turn in one process; and 51 signatures in one."""

from __future__ import annotations

import io
import json
import logging
import math
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from asn1crypto import x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, sign_pdf
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko_certvalidator import ValidationContext

from demo.drill.signatures import seeds_of
from demo.papers import pdf
from demo.pki import DemoPki
from demo.signed import moment_of
from demo.texts import paper_of
from demo.world import World
from signing.validation.engine import validate_bytes
from signing.validation.policy import ARCHIVE

MOST_TIMES = 1.5  # as long as pyHanko alone
ROUNDS = 3
MANY = 51
SECONDS_FOR_MANY = 10.0
TELL_EVERY = 20.0  # seconds
Told = Callable[[str], object]


def bench_signatures(folder: Path, *, samples: Path | None, told: Told = lambda words: None) -> dict[str, Any]:
    """Milliseconds at the median of a file, ours and pyHanko's, their ratio, and the seconds for 51 signatures.

    What was measured of a file is kept: a run that was stopped goes on with the next one.
    """
    top = folder / "signatures"
    top.mkdir(parents=True, exist_ok=True)
    for name in ("pyhanko", "pyhanko_certvalidator"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    told("signing the papers that are measured")
    seeds = seeds_of(top, samples)
    rows = _rows(top / "files.jsonl", seeds, told)
    measured = {name: row for name, row in rows.items() if row["pyhanko"] is not None}
    times = sum(row["ours"] for row in measured.values()) / sum(row["pyhanko"] for row in measured.values())
    told(f"{MANY} signatures in one file")
    kept = top / "many.pdf"  # 51 signatures are a minute of signing
    if not kept.exists():
        kept.write_bytes(many_signatures(top))
    many = _ours(kept.read_bytes())
    problems = [] if times <= MOST_TIMES else [f"{times:.2f} times as long as pyHanko alone"]
    if many > SECONDS_FOR_MANY:
        problems.append(f"{MANY} signatures took {many:.1f} s")
    (top / "files.jsonl").unlink()  # complete: the figures are in the results, and another run measures anew
    return {
        "files": len(measured),
        "left_out": len(rows) - len(measured),
        "ours_ms": round(median(row["ours"] for row in measured.values()) * 1000, 1),
        "pyhanko_ms": round(median(row["pyhanko"] for row in measured.values()) * 1000, 1),
        "times": round(times, 2),
        "times_median": round(median(row["ours"] / row["pyhanko"] for row in measured.values()), 2),
        "times_by_kind": {
            name: round(row["ours"] / row["pyhanko"], 2) for name, row in measured.items() if not name.endswith(".pdf")
        },
        "many_seconds": round(many, 2),
        "problems": problems,
    }


def _rows(kept: Path, seeds: Mapping[str, bytes], told: Told) -> dict[str, dict[str, Any]]:
    """Seconds of each file by the two, the least of ROUNDS turns each; `pyhanko` None where it raises."""
    rows: dict[str, dict[str, Any]] = {}
    if kept.exists():
        rows = {row["file"]: row for row in map(json.loads, kept.read_text(encoding="utf-8").splitlines())}
        told(f"going on after {len(rows)} of {len(seeds)} files")
    last_told = time.monotonic()
    with kept.open("a", encoding="utf-8") as file:
        for number, (name, data) in enumerate(seeds.items(), 1):
            if name in rows:
                continue
            theirs, ours = _raw(data), None
            for _ in range(ROUNDS if theirs is not None else 0):
                theirs = min(theirs or 0.0, _raw(data) or 0.0)
                ours = min(ours or math.inf, _ours(data))
            rows[name] = {"file": name, "ours": ours, "pyhanko": theirs}
            file.write(json.dumps(rows[name], ensure_ascii=False) + "\n")
            file.flush()
            if time.monotonic() - last_told > TELL_EVERY:
                last_told = time.monotonic()
                told(f"{number} of {len(seeds)} files")
    return rows


def _ours(data: bytes) -> float:
    roots = _roots(data)
    began = time.process_time()
    validate_bytes(data, roots, datetime.now(UTC), None, None, ARCHIVE)
    return time.process_time() - began


def _raw(data: bytes) -> float | None:
    """pyHanko's own validation with difference analysis; None for a file that it cannot go through, or without signature.

    The plain one for every file, also where there is data for the long term: less work than ours, never more.
    """
    roots = _roots(data)
    began = time.process_time()
    try:
        reader = PdfFileReader(io.BytesIO(data), strict=False)
        context = ValidationContext(trust_roots=roots, allow_fetching=False, revocation_mode="soft-fail")
        for signature in reader.embedded_signatures:
            if signature.sig_object_type == "/DocTimeStamp":
                validate_pdf_timestamp(signature, context)
            else:
                validate_pdf_signature(signature, context)
        return time.process_time() - began if reader.embedded_signatures else None
    except Exception:
        return None


_ROOTS: dict[int, list[x509.Certificate]] = {}


def _roots(data: bytes) -> list[x509.Certificate]:
    """The self-signed certificates in the file, so that both build chains. For measuring only: nobody trusts a file's own."""
    if hash(data) not in _ROOTS:
        found: Mapping[bytes, x509.Certificate] = {}
        try:
            reader = PdfFileReader(io.BytesIO(data), strict=False)
            found = {
                one.sha256: one
                for signature in reader.embedded_signatures
                for one in (signature.signer_cert, *signature.other_embedded_certs)
                if one.self_signed != "no"
            }
        except Exception:
            found = {}
        _ROOTS[hash(data)] = list(found.values())
    return _ROOTS[hash(data)]


def many_signatures(top: Path) -> bytes:
    """A paper with 51 signatures, each with a time-stamp."""
    pki, paper = DemoPki(top / "pki", World()), paper_of("fuzz", pages=1)
    data = pdf(paper)
    for number in range(MANY):
        moment = moment_of(paper, number)
        data = sign_pdf(
            IncrementalPdfFileWriter(io.BytesIO(data)),
            PdfSignatureMetadata(field_name=f"Signature{number}", md_algorithm="sha256"),
            signer=pki.signer("snv-0", moment),
            timestamper=pki.time_stamper(moment),
        ).getvalue()
    return data
