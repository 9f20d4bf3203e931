"""Which bytes a signature covers, by its /ByteRange (ISO 32000-2, 12.8.1)."""

import re

from pyhanko.pdf_utils import misc
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from signing.validation.document import BLANKS, END
from signing.validation.verdicts import Covered

HEXADECIMAL = re.compile(rb"<[0-9A-Fa-f\x00\t\n\f\r ]*>")
END_WITHIN = 2048  # bytes before the end of the covered part in which its end-of-file mark must begin


def covered_end(signature: EmbeddedPdfSignature, data: bytes) -> int | None:
    """Offset after the last covered byte, None unless the range is `[0 a b c]` around exactly the /Contents string."""
    numbers = [int(number) for number in signature.byte_range if isinstance(number, int)]
    if len(numbers) != 4 or len(signature.byte_range) != 4 or min(numbers) < 0:
        return None
    start, first, second, length = numbers
    end = second + length
    if start != 0 or second < first or end > len(data):
        return None
    gap = data[first:second]
    if not HEXADECIMAL.fullmatch(gap) or bytes_of(gap) != signature.pkcs7_content:
        return None
    return end


def bytes_of(text: bytes) -> bytes:
    """The bytes of a hexadecimal string with its angle brackets; a missing last digit is 0 (ISO 32000-2, 7.3.4.3)."""
    digits = text[1:-1].translate(None, BLANKS)
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))


def coverage_of(signature: EmbeddedPdfSignature, data: bytes) -> Covered:
    """How the bytes that the signature covers lie in the file."""
    end = covered_end(signature, data)
    if end is None:
        return Covered.NOT_ACCEPTABLE
    if end == len(data):
        return Covered.WHOLE_FILE
    marks = list(END.finditer(data[max(0, end - END_WITHIN) : end]))
    if not marks or marks[-1].end() != min(end, END_WITHIN):
        return Covered.NOT_ACCEPTABLE
    if not data[end:].strip(BLANKS):
        return Covered.WHOLE_FILE
    try:
        level = signature.evaluate_signature_coverage()
    except (misc.PdfError, ValueError, TypeError, IndexError):
        return Covered.REWRITTEN
    return Covered.REVISION if level >= SignatureCoverageLevel.ENTIRE_REVISION else Covered.REWRITTEN
