"""The PAdES baseline level of a signature, by what the file holds for it (ETSI EN 319 142-1, clause 6).

The level names what is there, not whether it is enough: B-LT means that validation data for the signature was added
after it, not that a chain could be built from it.
"""

import hashlib
from collections.abc import Sequence

from pyhanko.pdf_utils import generic
from pyhanko.sign.validation import generic_cms
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from signing.validation.document import SignedPdf
from signing.validation.verdicts import TimestampFacts, TimestampKind

NONE = "-"


def level_of(
    signature: EmbeddedPdfSignature,
    pdf: SignedPdf,
    tokens: Sequence[TimestampFacts],
    document_timestamps: Sequence[int],
) -> str:
    """B-B, B-T, B-LT or B-LTA; "-" where the signature is not a PAdES one.

    `tokens` are those inside the signature; `document_timestamps` the revisions signed by intact document time-stamps.
    """
    if signature.sig_object.get("/SubFilter") != "/ETSI.CAdES.detached":
        return NONE
    try:
        if generic_cms.get_signing_cert_attr(signature.signer_info["signed_attrs"]) is None:
            return NONE
    except Exception:
        return NONE
    later = sorted(revision for revision in document_timestamps if revision > signature.signed_revision)
    stamped = any(token.kind is TimestampKind.SIGNATURE and token.intact for token in tokens)
    if not stamped and not later:
        return "B-B"
    if not stamped:
        later = later[1:]  # the first is the proof of time itself, only further ones keep the archive
    stored = _revision_with_data(signature, pdf)
    if stored is None:
        return "B-T"
    # What names the signature is archived by a time-stamp of the same revision too; what was added without a name, only
    # by a later one: there it may just as well have been collected for the time-stamp itself.
    revision, named = stored
    archived = any(later_one > revision or (named and later_one == revision) for later_one in later)
    return "B-LTA" if archived else "B-LT"


def _revision_with_data(signature: EmbeddedPdfSignature, pdf: SignedPdf) -> tuple[int, bool] | None:
    """The first revision whose security store holds data for the signature: named by its VRI key, or added after it."""
    keys = {
        "/" + hashlib.sha1(contents, usedforsecurity=False).hexdigest().upper()
        for contents in (signature.pkcs7_content, signature.pkcs7_content.rstrip(b"\x00"))
    }
    before = _store(pdf, signature.signed_revision)
    for revision in range(signature.signed_revision, pdf.xrefs.total_revisions):
        store = _store(pdf, revision)
        if store is None:
            continue
        index = _entry(store, "/VRI")
        if isinstance(index, generic.DictionaryObject) and keys & index.keys():
            return revision, True
        grown = before is None or _revocation(store) > _revocation(before)
        if revision > signature.signed_revision and grown and _revocation(store):
            return revision, False
    return None


def _store(pdf: SignedPdf, revision: int) -> generic.DictionaryObject | None:
    try:
        store = pdf.get_historical_resolver(revision).root["/DSS"]
    except Exception:
        return None
    return store if isinstance(store, generic.DictionaryObject) else None


def _revocation(store: generic.DictionaryObject) -> int:
    lists = [_entry(store, key) for key in ("/CRLs", "/OCSPs")]
    return sum(len(part) for part in lists if isinstance(part, generic.ArrayObject))


def _entry(store: generic.DictionaryObject, key: str) -> generic.PdfObject | None:
    try:
        return store[key]
    except Exception:
        return None
