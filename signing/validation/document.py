"""A PDF as its signatures see it: revisions, signature fields of every revision, bytes that no revision explains."""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.crypt import AuthStatus
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import extract_contents

HEADER_WITHIN = 1024  # bytes, ISO 32000-1 annex H, note 13
END = re.compile(rb"startxref[\x00\t\n\f\r ]*(\d+)[\x00\t\n\f\r ]*%%EOF[\x00\t\n\f\r ]*")
OBJECT = re.compile(rb"(?:\A|(?<=[\x00\t\n\f\r ]))(\d{1,10})[\x00\t\n\f\r ]+(\d{1,5})[\x00\t\n\f\r ]+obj\b")
BYTE_RANGE = re.compile(rb"/ByteRange[\x00\t\n\f\r ]*\[")
BLANKS = b"\x00\t\n\f\r "


class NotReadable(Exception):
    """The file cannot be read as a PDF; `code` is a message code of `wording`."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class Revision(HistoricalResolver):
    """One revision. A reference to an object that is defined nowhere is null (ISO 32000-1, 7.3.10), not an error.

    Objects that a later revision wrote anew are searched too for what they newly refer to; pyHanko stops at them, as
    it compares with the signed revision only.
    """

    _reached: frozenset[int] | None = None

    def _collect_indirect_references(self, obj, seen, since_revision=None):  # type: ignore[no-untyped-def]
        waiting, passed = [obj], set()
        while waiting:
            obj = waiting.pop()
            if isinstance(obj, generic.IndirectObject):
                reference = obj.reference
                if reference in seen:
                    continue
                try:
                    introduced = self.reader.xrefs.get_introducing_revision(reference)
                    changed = self.reader.xrefs.get_last_change(reference)
                except KeyError:
                    continue
                if since_revision is None or introduced >= since_revision:
                    seen.add(reference)
                elif changed < since_revision or reference in passed:
                    continue
                passed.add(reference)
                obj = self(reference)
            if isinstance(obj, generic.DictionaryObject):
                waiting.extend(obj.values())
            elif isinstance(obj, generic.ArrayObject):
                waiting.extend(obj)

    def reaches(self, number: int) -> bool:
        """Whether an object of this number, of any generation, can be reached from the trailer of this revision.

        Many readers go by the number alone.
        """
        if self._reached is None:
            self._load_reverse_xref_cache()
            self._reached = frozenset(reference.idnum for reference in self._indirect_object_access_cache or ())
        return number in self._reached

    def frees(self, number: int) -> bool:
        """Whether this revision marks the object as free, whatever generation it says."""
        return number in self.reader.xrefs.get_xref_data(self.revision).freed


class SignedPdf(PdfFileReader):
    """pyHanko's reader, lenient in what it reads, with `Revision` for its revisions."""

    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data), strict=False)
        self.data = data
        # Both walk all revisions at each question, and each object is asked for in each revision.
        for question in ("get_last_change", "get_introducing_revision"):
            setattr(self.xrefs, question, _remembered(getattr(self.xrefs, question)))

    def get_historical_resolver(self, revision: int) -> Revision:
        if revision not in self._historical_resolver_cache:
            self._historical_resolver_cache[revision] = Revision(self, revision)
        return self._historical_resolver_cache[revision]  # type: ignore[return-value]


def _remembered(question: Callable[[generic.Reference], int]) -> Callable[[generic.Reference], int]:
    answers: dict[tuple[int, int], int | None] = {}

    def answer(reference: generic.Reference) -> int:
        key = reference.idnum, reference.generation
        if key not in answers:
            try:
                answers[key] = question(reference)
            except KeyError:
                answers[key] = None
        revision = answers[key]
        if revision is None:
            raise KeyError(reference)
        return revision

    return answer


@dataclass(frozen=True)
class FilledField:
    """A signature field with a value. `value` is the signature dictionary, or what stands in its place."""

    name: str
    field: generic.DictionaryObject
    value: generic.PdfObject


def open_pdf(data: bytes, password: str | None) -> SignedPdf:
    """Open, and unlock where encrypted. Raises NotReadable."""
    if b"%PDF-" not in data[:HEADER_WITHIN]:
        raise NotReadable("not_a_pdf")
    try:
        pdf = SignedPdf(data)
        encrypted = pdf.encrypted
    except (RecursionError, MemoryError):
        raise NotReadable("too_deep") from None
    except Exception as error:
        raise NotReadable("damaged", str(error)) from None
    if encrypted:
        unlock(pdf, password)
    return pdf


def unlock(pdf: SignedPdf, password: str | None) -> None:
    """Try the password, or the empty one with which many files open. Raises NotReadable."""
    try:
        opened = pdf.decrypt(password or "").status is not AuthStatus.FAILED
    except (misc.PdfError, ValueError, TypeError, NotImplementedError) as error:
        raise NotReadable("encrypted_otherwise", str(error)) from None
    if not opened:
        raise NotReadable("password_wrong" if password else "password_needed")


def filled_fields(handler: SignedPdf | Revision) -> list[FilledField]:
    """The signature fields that hold something, as a revision's form lists them. Raises pyHanko's PdfReadError."""
    found = []
    for name, value, field in enumerate_sig_fields(handler, filled_status=True):
        value = value.get_object()
        if not isinstance(value, generic.NullObject):
            found.append(FilledField(name, field.get_object(), value))
    return found


def contents_of(field: FilledField) -> bytes | None:
    """The bytes of the signature in the field; None where there are none."""
    if not isinstance(field.value, generic.DictionaryObject):
        return None
    try:
        return extract_contents(field.value)
    except misc.PdfError:
        return None


def once_filled(pdf: SignedPdf) -> Iterator[FilledField]:
    """The signature fields filled in each revision before the last, oldest first."""
    for number in range(pdf.xrefs.total_revisions - 1):
        try:
            yield from filled_fields(pdf.get_historical_resolver(number))
        except Exception:  # noqa: S112 - an unreadable old form says nothing; the last one is what counts
            continue


def revision_ends(data: bytes) -> list[int]:
    """Offsets just after each end-of-file mark, oldest first."""
    return [match.end() for match in END.finditer(data)]


def unexplained_tail(pdf: SignedPdf) -> int:
    """Bytes after the end of the last revision that was read, blanks not counted.

    A file whose last bytes are not `startxref N %%EOF`, or whose N is not where the newest cross-references were read,
    has a damaged or a hidden tail: another reader may repair it to something else.
    """
    data = pdf.data
    newest = pdf.xrefs.get_startxref_for_revision(pdf.xrefs.total_revisions - 1)
    for match in reversed(list(END.finditer(data))):
        if int(match[1]) == newest:
            return len(data[match.end() :].strip(BLANKS))
    return len(data.rstrip(BLANKS)) - newest


def unlisted_objects(pdf: SignedPdf, start: int) -> list[int]:
    """Where objects after byte `start` begin that stand in no cross-reference section.

    Readers that rebuild a file's cross-references by searching it would see them.
    """
    listed: set[int] = set()
    for number in range(pdf.xrefs.total_revisions):
        section = pdf.xrefs.get_xref_data(number)
        for part in (section, section.hybrid.xref_data if section.hybrid else None):
            if part is not None:
                listed.update(place for _, place in part.standard_xrefs.values())
        place = pdf.xrefs.get_xref_container_info(number)
        listed.update((place.start_location, place.declared_startxref))
    found = []
    for match in OBJECT.finditer(pdf.data, start):
        begin = match.start()
        blanks = len(pdf.data[max(0, begin - 4) : begin]) - len(pdf.data[max(0, begin - 4) : begin].rstrip(BLANKS))
        if not any(begin - back in listed for back in range(blanks + 1)):
            found.append(begin)
    return found


def usage_rights_only(pdf: SignedPdf) -> bool:
    """Whether the only signature dictionaries are usage rights (`/Perms` `/UR3`), which sign nothing for a reader."""
    try:
        rights = pdf.root["/Perms"]
        return any(key in rights for key in ("/UR3", "/UR"))
    except (KeyError, TypeError, misc.PdfError):
        return False
