"""A further revision of a signed PDF, in a worker process: validation data, and room for a document time-stamp (ETSI EN 319 142-1, 5.5).

Only appends: the bytes up to the end of the given file are copied, never written anew. The token comes from outside the worker,
which has no network; `fill` puts it into the room left for it.
"""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import DocumentTimestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore

from signing.validation.document import open_pdf
from signing.validation.knowledge import read_knowledge

DIGEST = "sha512"
# Letters of hexadecimal, two a byte: tokens with a chain of three certificates take 6 to 8 KB.
ROOM = 2 * 24 * 1024


class Encrypted(ValueError):
    """The file is encrypted: nothing is appended to it."""


def prepare(source: str, target: str, pieces: Sequence[bytes], field: str) -> dict[str, Any]:
    """Write `source` and the further revision to `target`; returns the digest to be time-stamped (hex) and the place of the room.

    `pieces`: DER of certificates, revocation lists and OCSP responses to be added. Raises Encrypted, or whatever a damaged
    file makes the reader raise.
    """
    data = Path(source).read_bytes()
    if open_pdf(data, None).encrypted:
        raise Encrypted
    with Path(source).open("rb") as original, Path(target).open("w+b") as output:
        writer = IncrementalPdfFileWriter(original, strict=False)
        known = read_knowledge(pieces)
        if known.certificates or known.crls or known.responses:
            DocumentSecurityStore.supply_dss_in_writer(
                writer, None, certs=known.certificates, ocsps=known.responses, crls=known.crls
            )
        steps = PdfCMSEmbedder(new_field_spec=SigFieldSpec(sig_field_name=field)).write_cms(field, writer)
        next(steps)
        steps.send(SigObjSetup(sig_placeholder=DocumentTimestamp(bytes_reserved=ROOM)))
        prepared, _output = steps.send(SigIOSetup(md_algorithm=DIGEST, output=output))
        return {
            "digest": prepared.document_digest.hex(),
            "start": prepared.reserved_region_start,
            "end": prepared.reserved_region_end,
        }


def fill(target: Path, start: int, end: int, token: bytes) -> None:
    """Put the token (DER) into the room between `start` and `end`. Raises ValueError where it does not fit."""
    content = binascii.hexlify(token).upper()
    if len(content) > end - start - 2:
        raise ValueError(f"a token of {len(token)} bytes is larger than the room for it")
    with target.open("r+b") as file:
        file.seek(start + 1)
        file.write(content)


def begins_with(target: Path, source: Path) -> bool:
    """Whether the file holds the other one unchanged, from its first byte to its last, and more after it."""
    with target.open("rb") as longer, source.open("rb") as shorter:
        while part := shorter.read(1 << 20):
            if longer.read(len(part)) != part:
                return False
        return bool(longer.read(1))


def digest_of_range(target: Path, start: int, end: int) -> bytes:
    """SHA-512 of the file without the room for the token: what the token has to stand for."""
    data = target.read_bytes()
    return hashlib.sha512(data[:start] + data[end:]).digest()
