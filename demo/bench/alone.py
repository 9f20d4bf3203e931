"""The libraries under the intake, alone over the same files: `python -m demo.bench.alone tika|parts FILE…`."""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

import iscc_tika
import pygfried
from pyhanko.pdf_utils.reader import PdfFileReader


def tika(paths: list[Path]) -> int:
    """Characters of text that Tika reads."""
    extractor = iscc_tika.Extractor().set_xml_output(True).set_extract_string_max_length(20_000_000)
    return sum(len(extractor.extract_file_to_string(str(path))[0]) for path in paths)


def parts(paths: list[Path]) -> int:
    """Tika, pyHanko's reading of the signatures and PRONOM's name of the format, file by file."""
    total = tika(paths)
    for path in paths:
        pygfried.identify(str(path), detailed=True)
        total += len(PdfFileReader(BytesIO(path.read_bytes()), strict=False).embedded_signatures)
    return total


if __name__ == "__main__":
    which = {"tika": tika, "parts": parts}[sys.argv[1]]
    sys.stdout.write(f"{which([Path(name) for name in sys.argv[2:]])}\n")
