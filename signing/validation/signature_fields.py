"""New fields for signatures: what they may show before anybody signed in them.

An approval signature lets later revisions add signatures, and a signature needs a field. A field that nobody signs and
that shows something is an annotation under another name (Rohlmann et al., S&P 2021, V-B: the "sneaky signature"), and
annotations are not what was allowed. pyHanko refuses it only after a certification.
"""

from collections.abc import Iterable, Iterator

from pyhanko.pdf_utils import generic
from pyhanko.sign.diff_analysis import (
    FieldComparisonContext,
    FieldMDPRule,
    FormUpdate,
    ModificationLevel,
    SuspiciousModification,
)

LOOKS = ("/N", "/R", "/D")  # normal, under the pointer, pressed: ISO 32000-2, table 170
CHARACTERISTICS = ("/BG", "/BC", "/CA", "/RC", "/AC", "/I", "/RI", "/IX")  # from which readers make a look: table 192
SHOWS_NOTHING = {b"q", b"Q", b"n", b"/Tx", b"BMC", b"EMC"}
NO_VIEW = 32  # annotation flag: not on the screen, though perhaps on paper (table 167)
DEEPEST = 4  # kids of kids


class NewSignatureFieldRule(FieldMDPRule):
    """A signature field that a revision adds without signing in it shows nothing; none shows itself on paper only."""

    def apply(self, context: FieldComparisonContext) -> Iterable[tuple[ModificationLevel, FormUpdate]]:
        for name, spec in context.field_specs.items():
            field = spec.new_field
            if spec.field_type != "/Sig" or spec.old_field_ref is not None or field is None:
                continue
            widgets = list(_widgets(field, DEEPEST))
            if not _signed(field) and any(_shows(widget) for widget in widgets):
                raise SuspiciousModification(
                    f"The new signature field {name} shows something, and nobody signed in it."
                )
            if any(_flags(widget) & NO_VIEW and _shows(widget) for widget in widgets):
                raise SuspiciousModification(f"The new signature field {name} shows itself on paper only.")
        return ()


def _signed(field: generic.DictionaryObject) -> bool:
    return isinstance(_entry(field, "/V"), generic.DictionaryObject)


def _widgets(field: generic.DictionaryObject, depth: int) -> Iterator[generic.DictionaryObject]:
    yield field
    kids = _entry(field, "/Kids")
    if depth and isinstance(kids, generic.ArrayObject):
        for place in range(len(kids)):
            kid = kids[place]
            if isinstance(kid, generic.DictionaryObject):
                yield from _widgets(kid, depth - 1)


def _shows(widget: generic.DictionaryObject) -> bool:
    characteristics = _entry(widget, "/MK")
    if isinstance(characteristics, generic.DictionaryObject) and any(
        _entry(characteristics, key) not in (None, generic.ArrayObject()) for key in CHARACTERISTICS
    ):
        return True
    looks = _entry(widget, "/AP")
    return isinstance(looks, generic.DictionaryObject) and any(_draws(_entry(looks, key), DEEPEST) for key in LOOKS)


def _draws(look: generic.PdfObject | None, depth: int) -> bool:
    """Whether an appearance, or one for any state, paints. What cannot be read is not harmless."""
    if look is None or isinstance(look, generic.NullObject):
        return False
    if isinstance(look, generic.StreamObject):
        if not look.encoded_data.strip():
            return False
        try:
            return not set(look.read_data().split()) <= SHOWS_NOTHING
        except Exception:
            return True
    if isinstance(look, generic.DictionaryObject) and depth:
        return any(_draws(_entry(look, key), depth - 1) for key in look)
    return True


def _flags(widget: generic.DictionaryObject) -> int:
    flags = _entry(widget, "/F")
    return int(flags) if isinstance(flags, (int, float)) else 0


def _entry(dictionary: generic.DictionaryObject, key: str) -> generic.PdfObject | None:
    try:
        return dictionary[key]
    except KeyError:
        return None
