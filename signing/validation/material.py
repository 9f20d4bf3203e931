"""Certificates, revocation lists and answers: what the file holds, and what is known here beside it.

Whatever cannot be read is passed over: a broken list says nothing, and does not silence the others.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from asn1crypto import cms, crl, ocsp, x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.sign.general import find_cms_attribute_iter
from pyhanko.sign.validation import generic_cms
from pyhanko.sign.validation.policy_decl import LocalKnowledge
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer

from signing.validation.document import Revision, SignedPdf
from signing.validation.knowledge import Knowledge
from signing.validation.verdicts import EvidenceSource

STORE_LISTS = {"/Certs": "certificates", "/CRLs": "crls", "/OCSPs": "responses"}
INDEX_LISTS = {"/Cert": "certificates", "/CRL": "crls", "/OCSP": "responses"}
# How far a stream of the store may unpack: a certificate of a megabyte is none (pyHanko's limits for untrusted files).
PURPOSES = {
    "certificates": DecodePurpose.CERTIFICATE,
    "crls": DecodePurpose.CRL,
    "responses": DecodePurpose.OCSP_RESPONSE,
}
KINDS = {"certificates": x509.Certificate, "crls": crl.CertificateList, "responses": ocsp.OCSPResponse}
MOST = 20_000  # pieces taken from one file
REVOCATION_ATTRIBUTE = "adobe_revocation_info_archival"


@dataclass
class Material:
    """The pieces by the SHA-256 of their DER bytes, each with where it was found first."""

    certificates: dict[str, x509.Certificate] = field(default_factory=dict)
    crls: dict[str, crl.CertificateList] = field(default_factory=dict)
    responses: dict[str, ocsp.OCSPResponse] = field(default_factory=dict)
    sources: dict[str, EvidenceSource] = field(default_factory=dict)

    def add(
        self, kind: str, piece: x509.Certificate | crl.CertificateList | ocsp.OCSPResponse, source: EvidenceSource
    ) -> None:
        """Take one piece of `kind`: "certificates", "crls" or "responses"."""
        key = sha256_of(piece.dump())
        if key not in self.sources and len(self.sources) < MOST:
            self.sources[key] = source
            getattr(self, kind)[key] = piece

    def local_knowledge(self) -> LocalKnowledge:
        """The pieces as pyHanko takes them."""
        answers: list[OCSPContainer] = []
        for response in self.responses.values():
            try:
                answers.extend(OCSPContainer.load_multi(response))
            except (ValueError, TypeError, KeyError, AttributeError):
                continue
        return LocalKnowledge(
            known_ocsps=answers,
            known_crls=[CRLContainer(each) for each in self.crls.values()],
            known_certs=list(self.certificates.values()),
        )


def sha256_of(der: bytes) -> str:
    """Lower-case hexadecimal SHA-256."""
    return hashlib.sha256(der).hexdigest()


def gathered(pdf: SignedPdf | None, signatures: Iterable[cms.SignedData], known: Knowledge) -> Material:
    """Everything in the file's security store and in its signatures and time-stamps, then what is known here."""
    found = Material()
    for signed_data in signatures:
        for container in (signed_data, *tokens_of(signed_data)):
            _take_container(container, found)
    if pdf is not None:
        for kind, data in store_pieces(pdf.get_historical_resolver(pdf.xrefs.total_revisions - 1)):
            _take(kind, data, found, EvidenceSource.FILE)
    for kind in KINDS:
        for piece in getattr(known, kind):
            found.add(kind, piece, EvidenceSource.GIVEN)
    return found


def tokens_of(signed_data: cms.SignedData) -> list[cms.SignedData]:
    """The time-stamp tokens inside a signature, over its content or over its value."""
    found: list[cms.SignedData] = []
    try:
        [signer] = signed_data["signer_infos"]
        for signed in (True, False):
            found.extend(generic_cms.extract_tst_data_iter(signer, signed=signed))
    except (ValueError, TypeError, KeyError, AttributeError):
        pass
    return found


def revocation_attributes(signed_data: cms.SignedData) -> Iterator[tuple[str, crl.CertificateList | ocsp.OCSPResponse]]:
    """What Adobe's signed attribute holds (adbe-revocationInfoArchival, ISO 32000-2, 12.8.3.3.2)."""
    try:
        [signer] = signed_data["signer_infos"]
        archives = list(find_cms_attribute_iter(signer["signed_attrs"], REVOCATION_ATTRIBUTE))
        for archive in archives:
            for key, kind in (("crl", "crls"), ("ocsp", "responses")):
                for piece in archive[key] or ():
                    yield kind, piece
    except (ValueError, TypeError, KeyError, AttributeError):
        return


def store_pieces(revision: Revision) -> Iterator[tuple[str, bytes]]:
    """Kind and bytes of each stream that the security store of a revision leads to, an object once for each kind."""
    try:
        store = revision.root["/DSS"]
        if not isinstance(store, generic.DictionaryObject):
            return
    except Exception:  # no store, or none that can be read
        return
    read: set[tuple[str, int, int]] = set()
    yield from _listed(store, STORE_LISTS, read)
    index = _entry(store, "/VRI")
    if isinstance(index, generic.DictionaryObject):
        for key in index:
            entry = _entry(index, key)
            if isinstance(entry, generic.DictionaryObject):
                yield from _listed(entry, INDEX_LISTS, read)


def _listed(
    dictionary: generic.DictionaryObject, lists: dict[str, str], read: set[tuple[str, int, int]]
) -> Iterator[tuple[str, bytes]]:
    for key, kind in lists.items():
        streams = _entry(dictionary, key)
        if not isinstance(streams, generic.ArrayObject):
            continue
        for place in range(len(streams)):
            try:
                reference = streams.raw_get(place)
                if isinstance(reference, generic.IndirectObject):
                    # Also one that cannot be read, or a list could name a stream that blows up a thousand times.
                    number = kind, reference.idnum, reference.generation
                    if number in read:
                        continue
                    read.add(number)
                yield kind, reference.get_object().read_data(PURPOSES[kind])
            except Exception:  # noqa: S112 - one stream that cannot be read says nothing
                continue


def _entry(dictionary: generic.DictionaryObject, key: str) -> generic.PdfObject | None:
    try:
        return dictionary[key]
    except Exception:
        return None


def _take_container(container: cms.SignedData, found: Material) -> None:
    for choice in _members(container, "certificates"):
        if choice.name == "certificate":
            _take("certificates", choice.chosen.untag().dump(), found, EvidenceSource.FILE)
    for choice in _members(container, "crls"):
        if choice.name == "crl":
            _take("crls", choice.chosen.untag().dump(), found, EvidenceSource.FILE)
    for kind, piece in revocation_attributes(container):
        _take(kind, piece.untag().dump(), found, EvidenceSource.FILE)


def _members(container: cms.SignedData, name: str) -> Sequence[cms.CertificateChoices]:
    try:
        return list(container[name])
    except (ValueError, TypeError, KeyError, AttributeError):
        return ()


def _take(kind: str, data: bytes, found: Material, source: EvidenceSource) -> None:
    try:
        piece = KINDS[kind].load(data)
        _touch(kind, piece)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return
    found.add(kind, piece, source)


def _touch(kind: str, piece: x509.Certificate | crl.CertificateList | ocsp.OCSPResponse) -> None:
    """Read what every use will read. Raises ValueError and its like where it cannot be."""
    if kind == "certificates":
        _ = piece.subject.hashable, piece.issuer.hashable, piece.not_valid_after, piece.public_key.algorithm
    elif kind == "crls":
        _ = piece.issuer.hashable, piece["tbs_cert_list"]["this_update"].native
    elif piece["response_status"].native != "successful":
        raise ValueError("no answer")
