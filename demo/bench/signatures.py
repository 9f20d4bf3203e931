"""Validation beside pyHanko alone over the same signed files, turn by turn in one process; and 51 signatures in one."""

from __future__ import annotations

import io
import logging
import time
from collections.abc import Mapping
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
ROUNDS = 5
MANY = 51
SECONDS_FOR_MANY = 10.0


def bench_signatures(folder: Path, *, samples: Path | None) -> dict[str, Any]:
    """Milliseconds at the median of a file, ours and pyHanko's, their ratio, and the seconds for 51 signatures."""
    top = folder / "signatures"
    top.mkdir(parents=True, exist_ok=True)
    for name in ("pyhanko", "pyhanko_certvalidator"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    files = {name: data for name, data in seeds_of(top, samples).items() if _raw(data) is not None}
    ours: list[float] = []
    theirs: list[float] = []
    for data in files.values():
        one, other = [], []
        for _ in range(ROUNDS):
            other.append(_raw(data) or 0.0)
            one.append(_ours(data))
        ours.append(min(one))
        theirs.append(min(other))
    times = sum(ours) / sum(theirs)
    many = _ours(many_signatures(top))
    problems = [] if times <= MOST_TIMES else [f"{times:.2f} times as long as pyHanko alone"]
    if many > SECONDS_FOR_MANY:
        problems.append(f"{MANY} signatures took {many:.1f} s")
    return {
        "files": len(files),
        "ours_ms": round(median(ours) * 1000, 1),
        "pyhanko_ms": round(median(theirs) * 1000, 1),
        "times": round(times, 2),
        "times_median": round(median(one / other for one, other in zip(ours, theirs, strict=True)), 2),
        "many_seconds": round(many, 2),
        "problems": problems,
    }


def _ours(data: bytes) -> float:
    began = time.process_time()
    validate_bytes(data, _roots(data), datetime.now(UTC), None, None, ARCHIVE)
    return time.process_time() - began


def _raw(data: bytes) -> float | None:
    """pyHanko's own validation with difference analysis; None for a file that it cannot go through, or without signature."""
    began = time.process_time()
    try:
        reader = PdfFileReader(io.BytesIO(data), strict=False)
        context = ValidationContext(trust_roots=_roots(data), allow_fetching=False, revocation_mode="soft-fail")
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
