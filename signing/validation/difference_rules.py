"""Rules on what a later revision may change, where they differ from pyHanko's: some stricter, some kinder.

Stricter: a filled-in field that shows something else while its value stays the same (the "replace" shadow attack,
Mainka et al., NDSS 2021, section IV-B), or that is hidden or shown by its flags, or that readers are told to draw anew.
Kinder: entries of the security store that a renewal writes anew (ETSI EN 319 142-1, 5.4.2.2 lets them grow), and
objects that are put in use only by LibreOffice's private `/AdditionalStreams`.
"""

from collections.abc import Callable, Generator, Iterable
from typing import Any

from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.reader import HistoricalResolver, RawPdfPath
from pyhanko.sign.diff_analysis import (
    FieldComparisonContext,
    FieldComparisonSpec,
    FormUpdate,
    GenericFieldModificationRule,
    ModificationLevel,
    ReferenceUpdate,
    SuspiciousModification,
    WhitelistRule,
)
from pyhanko.sign.diff_analysis.commons import assert_not_stream, compare_key_refs
from pyhanko.sign.diff_analysis.constants import VRI_KEY_PATTERN
from pyhanko.sign.diff_analysis.rules.form_field_rules import _validate_dss_substructure
from pyhanko.sign.diff_analysis.rules_api import Context

STORE_STREAMS = {"/Certs", "/CRLs", "/OCSPs"}
STORE_KEYS = STORE_STREAMS | {"/Type", "/VRI"}
VRI_STREAMS = {"/Cert", "/CRL", "/OCSP"}
VRI_KEYS = VRI_STREAMS | {"/Type", "/TU", "/TS"}
SHOWN_OR_NOT = 1 | 2 | 32  # annotation flags Invisible, Hidden, NoView: ISO 32000-1 table 165
DEEPEST = 40
ENTRY_DEPTH = 3  # entry, its lists, their streams
STRINGS = (generic.TextStringObject, generic.ByteStringObject)


def same(old: Any, new: Any) -> bool:
    """Whether two objects show the same: references followed, streams compared by their encoded bytes."""
    seen: set[tuple[int, int]] = set()

    def equal(one: Any, other: Any, depth: int) -> bool:
        if isinstance(one, generic.IndirectObject) and isinstance(other, generic.IndirectObject):
            pair = (one.idnum, other.idnum)
            if pair in seen:
                return True
            seen.add(pair)
        return depth < DEEPEST and _alike(_resolved(one), _resolved(other), lambda a, b: equal(a, b, depth + 1))

    return equal(old, new, 0)


def identical(old: Any, new: Any) -> bool:
    """Whether two objects are written the same; references are equal by their numbers only."""
    if isinstance(old, generic.IndirectObject) or isinstance(new, generic.IndirectObject):
        return type(old) is type(new) and (old.idnum, old.generation) == (new.idnum, new.generation)
    return _alike(old, new, identical)


def _alike(old: Any, new: Any, equal: Callable[[Any, Any], bool]) -> bool:
    if isinstance(old, generic.StreamObject) != isinstance(new, generic.StreamObject):
        return False
    if isinstance(old, generic.StreamObject) and old.encoded_data != new.encoded_data:
        return False
    if isinstance(old, generic.DictionaryObject):
        return (
            isinstance(new, generic.DictionaryObject)
            and old.keys() == new.keys()
            and all(key == "/Parent" or equal(old.raw_get(key), new.raw_get(key)) for key in old)
        )
    if isinstance(old, generic.ArrayObject):
        return (
            isinstance(new, generic.ArrayObject)
            and len(old) == len(new)
            and all(equal(old.raw_get(place), new.raw_get(place)) for place in range(len(old)))
        )
    if isinstance(old, STRINGS):
        return isinstance(new, STRINGS) and old.original_bytes == new.original_bytes
    if isinstance(old, generic.NullObject):
        return isinstance(new, generic.NullObject)
    return type(old) is type(new) and bool(old == new)


def _resolved(value: Any) -> Any:
    return value.get_object() if isinstance(value, generic.IndirectObject) else value


def _entry(field: generic.DictionaryObject, key: str) -> Any:
    try:
        return field.raw_get(key)
    except KeyError:
        return generic.NullObject()


class FieldRule(GenericFieldModificationRule):
    """A field shows what it holds: without a new value nothing of what is shown may change."""

    def check_form_field(
        self, fq_name: str, spec: FieldComparisonSpec, context: FieldComparisonContext
    ) -> Iterable[tuple[ModificationLevel, FormUpdate]]:
        old, new = spec.old_field, spec.new_field
        if spec.field_type != "/Sig" and old is not None and new is not None:
            value_stayed = same(_entry(old, "/V"), _entry(new, "/V"))
            if value_stayed:
                if not isinstance(_entry(old, "/V"), generic.NullObject) and _drawn_anew(context):
                    raise SuspiciousModification(
                        f"Field {fq_name} is to be drawn anew by its reader while its value stayed."
                    )
                for key in ("/AP", "/AS"):
                    if not same(_entry(old, key), _entry(new, key)):
                        raise SuspiciousModification(f"Field {fq_name} shows something else while its value stayed.")
            if (_flags(old) ^ _flags(new)) & SHOWN_OR_NOT:
                raise SuspiciousModification(f"Field {fq_name} was hidden or shown.")
        yield from super().check_form_field(fq_name, spec, context)


def _drawn_anew(context: FieldComparisonContext) -> bool:
    """Whether readers are told to draw the fields themselves (/NeedAppearances, ISO 32000-2, table 224), and were not before.

    A field that was signed with one value and the look of another then shows the one that nobody saw.
    """
    return _asked_to_draw(context.new) and not _asked_to_draw(context.old)


def _asked_to_draw(revision: HistoricalResolver) -> bool:
    try:
        return bool(revision.root["/AcroForm"]["/NeedAppearances"])
    except (KeyError, TypeError):
        return False


def _flags(field: generic.DictionaryObject) -> int:
    flags = _resolved(_entry(field, "/F"))
    return int(flags) if isinstance(flags, (int, float)) else 0


class SecurityStoreRule(WhitelistRule):
    """The document security store (ISO 32000-2, 12.8.4.3): its structure is held to strictly, its entries may change.

    Entries may be added, written anew or, in the VRI index, taken out; no part of the store may. The values are
    evidence about certificates only: what they say is judged with the chain, not here.
    """

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Generator[ReferenceUpdate, None, None]:
        path = RawPdfPath("/Root", "/DSS")
        old_store, new_store = yield from _compared("/DSS", old, old.root, new.root, path)
        if new_store is None:
            return
        store = _dictionary(new_store, "/DSS", STORE_KEYS)
        old_store = old_store if isinstance(old_store, generic.DictionaryObject) else generic.DictionaryObject()
        yield from _validate_dss_substructure(
            old, new, old_store, store, STORE_STREAMS, is_vri=False, context=Context.from_absolute(old, path)
        )
        old_index, new_index = yield from _compared("/VRI", old, old_store, store, path + "/VRI")
        if new_index is None:
            return
        index = _dictionary(new_index, "/VRI", None)
        old_index = old_index if isinstance(old_index, generic.DictionaryObject) else generic.DictionaryObject()
        written = {(reference.idnum, reference.generation) for reference in new.explicit_refs_in_revision()}
        for key in index:
            # An index of many entries, most of them as they were: only those that this revision touched are looked into.
            if key not in old_index or _touched(old_index.raw_get(key), index.raw_get(key), written):
                yield from self._check_entry(key, old, new, old_index, index, path + "/VRI")

    def _check_entry(
        self,
        key: str,
        old: HistoricalResolver,
        new: HistoricalResolver,
        old_index: generic.DictionaryObject,
        index: generic.DictionaryObject,
        path: RawPdfPath,
    ) -> Generator[ReferenceUpdate, None, None]:
        if key not in old_index and not VRI_KEY_PATTERN.match(key):
            raise SuspiciousModification(f"VRI key {key} is not formatted correctly.")
        old_entry, new_entry = yield from _compared(key, old, old_index, index, path + key)
        entry = _dictionary(new_entry, "VRI entry", VRI_KEYS)
        old_entry = old_entry if isinstance(old_entry, generic.DictionaryObject) else generic.DictionaryObject()
        context = Context.from_absolute(old, path + key)
        yield from _validate_dss_substructure(old, new, old_entry, entry, VRI_STREAMS, is_vri=True, context=context)
        stamp = _entry(entry, "/TS")
        if isinstance(stamp, generic.IndirectObject) and old.is_ref_unassignable(stamp.reference):
            yield ReferenceUpdate(stamp.reference)


def _touched(old: Any, new: Any, written: set[tuple[int, int]]) -> bool:
    """Whether an entry is another one, or any object of it down to its streams was written."""
    if not identical(old, new):
        return True
    waiting, depth = [new], 0
    while waiting and depth < ENTRY_DEPTH:
        following: list[Any] = []
        for value in waiting:
            if isinstance(value, generic.IndirectObject):
                if (value.idnum, value.generation) in written:
                    return True
                if depth < ENTRY_DEPTH - 1:
                    value = value.get_object()
            if isinstance(value, generic.DictionaryObject):
                following += [value.raw_get(key) for key in value]
            elif isinstance(value, generic.ArrayObject):
                following += [value.raw_get(place) for place in range(len(value))]
        waiting, depth = following, depth + 1
    return False


def _compared(
    key: str,
    old: HistoricalResolver,
    before: generic.DictionaryObject,
    after: generic.DictionaryObject,
    path: RawPdfPath,
) -> Generator[ReferenceUpdate, None, tuple[Any, Any]]:
    context = Context.from_absolute(old, path)
    return (
        yield from misc.map_with_return(
            compare_key_refs(key, old, before, after), ReferenceUpdate.curry_ref(context_checked=context)
        )
    )


def _dictionary(value: Any, name: str, keys: set[str] | None) -> generic.DictionaryObject:
    if not isinstance(value, generic.DictionaryObject):
        raise SuspiciousModification(f"{name} is not a dictionary")
    assert_not_stream(value)
    if keys is not None and not value.keys() <= keys:
        raise SuspiciousModification(f"Unexpected keys in {name}: {value.keys() - keys}.")
    return value
