"""What the libraries work out again at each use, worked out once in a validation: no answer differs, only its price.

A file with ten signatures names the same few certificates hundreds of times. asn1crypto prepares a name for comparison
(RFC 4518) anew in each copy of it, pyHanko copies a certificate whenever it looks into a signature, and reads /Contents,
mostly thousands of zeros, digit by digit. All of these depend on their bytes alone. Outside a validation the libraries
are as they come.
"""

import binascii
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from asn1crypto import x509
from pyhanko.pdf_utils import generic

DIGITS = re.compile(rb"[0-9A-Fa-f]*")
BLANKS = b" \n\r\t\f\x00"  # as pyHanko passes over them
LONGEST_NAME = 1000  # letters; what is longer is worked out each time
MOST = 20_000  # entries of each memory

_prepare = x509.NameTypeAndValue._ldap_string_prep
_untag = x509.Certificate.untag
_equal = x509.Name.__eq__
_hashable = x509.Name.hashable.fget
_read_hexadecimal = generic.read_hex_string_from_stream

_lock = threading.Lock()
_running = 0
_prepared: dict[str, str] = {}
_certificates: dict[bytes, x509.Certificate] = {}
_equals: dict[tuple[bytes, bytes], bool] = {}
_hashables: dict[bytes, str] = {}


@contextmanager
def worked_out_once() -> Iterator[None]:
    """While one validation or several run, they remember; with the last one all is forgotten."""
    global _running
    with _lock:
        _running += 1
        if _running == 1:
            _exchange(prepared, untagged, equal, property(hashable), hexadecimal)
    try:
        yield
    finally:
        with _lock:
            _running -= 1
            if _running == 0:
                _exchange(_prepare, _untag, _equal, property(_hashable), _read_hexadecimal)
                for memory in (_prepared, _certificates, _equals, _hashables):
                    memory.clear()


def _exchange(
    prepare: Callable[..., str],
    untag: Callable[..., x509.Certificate],
    equals: Callable[..., bool],
    hashed: property,
    read: Callable[[Any], Any],
) -> None:
    x509.NameTypeAndValue._ldap_string_prep = prepare
    x509.Certificate.untag = untag
    x509.Name.__eq__ = equals
    x509.Name.hashable = hashed
    generic.read_hex_string_from_stream = read  # type: ignore[assignment]


def prepared(self: x509.NameTypeAndValue, string: str) -> str:
    """A name's value as RFC 4518 compares it. Raises ValueError for letters that no name may hold."""
    found = _prepared.get(string)
    if found is None:
        found = _prepare(self, string)
        if len(string) <= LONGEST_NAME and len(_prepared) < MOST:
            _prepared[string] = found
    return found


def untagged(self: x509.Certificate) -> x509.Certificate:
    """The certificate by itself: one for the same content, so that it is taken apart once."""
    content = self.contents
    if content is None:
        return _untag(self)
    found = _certificates.get(content)
    if found is None:
        found = _untag(self)
        if len(_certificates) < MOST:
            _certificates[content] = found
    return found


def equal(self: x509.Name, other: Any) -> bool:
    """Equality of names (RFC 5280, 7.1)."""
    if not isinstance(other, x509.Name):
        return False
    one, two = self.chosen.contents, other.chosen.contents
    if one is None or two is None:  # made, not read
        return bool(_equal(self, other))
    found = _equals.get((one, two))
    if found is None:
        found = bool(_equal(self, other))
        if len(_equals) < MOST:
            _equals[one, two] = found
    return found


def hashable(self: x509.Name) -> str:
    """A name as a key."""
    content = self.chosen.contents
    found = None if content is None else _hashables.get(content)
    if found is None:
        found = _hashable(self)
        if content is not None and len(_hashables) < MOST:
            _hashables[content] = found
    return found


def hexadecimal(stream: Any) -> Any:
    """A string in hexadecimal digits, which the stream stands before. Raises pyHanko's PdfStreamError."""
    if isinstance(stream, BytesIO):
        data, start = stream.getvalue(), stream.tell() + 1
        end = data.find(b">", start)
        digits = data[start:end].translate(None, BLANKS) if end >= 0 else b"?"
        if DIGITS.fullmatch(digits):
            stream.seek(end + 1)
            return generic.pdf_string(binascii.unhexlify(digits + b"0" * (len(digits) % 2)))
    return _read_hexadecimal(stream)
