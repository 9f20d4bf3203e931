"""CMS signatures that stand beside a file (.p7s) or around it (.p7m): RFC 5652, with what CAdES adds (EN 319 122-1).

Each SignerInfo is a signature of its own; counter-signatures are reported as such.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from asn1crypto import cms, core, crl, ocsp, parser, pem
from cryptography.exceptions import InvalidSignature
from pyhanko.sign.general import find_unique_cms_attribute
from pyhanko.sign.validation import generic_cms
from pyhanko_certvalidator.sig_validate import SignatureValidationContext

from signing.formats.chain import Enclosed, Judged, carried_digest, carrier
from signing.formats.found import Found
from signing.formats.limits import CMS_BYTES, SIGNATURES, NotReadable
from signing.formats.xml_file import Beside
from signing.validation.facts import algorithm_facts, aware, token_facts
from signing.validation.integrity import (
    NOT_SUPPORTED,
    Integrity,
    LenientValidator,
    check_signer,
    check_token,
    signer_certificate,
)
from signing.validation.past import Stamp
from signing.validation.trust import Trust
from signing.validation.verdicts import (
    Message,
    SignatureKind,
    SubIndication,
    TimestampFacts,
    TimestampKind,
)

UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError)
# Unsigned attributes of EN 319 122-1: 5.5.3 archive-time-stamp-v3, and its older kinds in TS 101 733.
ARCHIVE_STAMPS = {"0.4.0.1733.2.4", "1.2.840.113549.1.9.16.2.48", "1.2.840.113549.1.9.16.2.27"}
REVOCATION_VALUES = "1.2.840.113549.1.9.16.2.24"


@dataclass
class CmsFindings:
    """What was found; `whole`: the signatures sign all of the file (a CMS signs all or nothing)."""

    found: list[Found] = field(default_factory=list)
    whole: bool = True


def look(data: bytes, beside: Beside | None, trust: Trust) -> CmsFindings:
    """Raises NotReadable where the bytes are no CMS SignedData."""
    if len(data) > CMS_BYTES:
        raise NotReadable("too_large")
    signed_data, trailing = read(data)
    try:
        signers = list(signed_data["signer_infos"])
        enclosed = _content(signed_data)
        kind = signed_data["encap_content_info"]["content_type"].native
    except UNREADABLE as error:
        raise NotReadable("not_a_cms", str(error)) from None
    found: list[Found] = []
    for place, signer in enumerate(signers[:SIGNATURES]):
        look_at = partial(_signature, signed_data, signer, place, enclosed, beside, trust, kind)
        one = _safely(str(place + 1), look_at)
        if len(signers) > 1:
            one.findings.append(Message("one_of_several", {"count": str(len(signers))}))
        found.append(one)
        for number, counter in enumerate(_counters(signer)):
            name = f"{place + 1}.{number + 1}"
            found.append(_safely(name, partial(_counter, name, signed_data, counter, signer, place, trust)))
    if trailing:
        for one in found:
            one.findings.append(Message("cms_trailing", {"bytes": str(trailing)}))
    return CmsFindings(found)


def read(data: bytes) -> tuple[cms.SignedData, int]:
    """The SignedData, in DER, BER or PEM, and how many bytes follow it. Raises NotReadable."""
    try:
        if pem.detect(data[:1024]):
            _, _, data = pem.unarmor(data)
        content = cms.ContentInfo.load(data)
        if content["content_type"].native != "signed_data":
            raise NotReadable("cms_other", str(content["content_type"].native))
        signed_data = content["content"]
        signed_data["signer_infos"], signed_data["encap_content_info"]
        length = sum(len(part) for part in parser.parse(data)[3:])
    except (*UNREADABLE, RecursionError) as error:
        raise NotReadable("not_a_cms", f"{error}"[:300]) from None
    return signed_data, len(data[length:].rstrip(b"\x00\r\n"))


def _safely(name: str, look_at: Callable[[], Found]) -> Found:
    try:
        return look_at()
    except Exception as error:  # a hostile file may raise anything: a finding about this signature, and no crash
        reason = f"{type(error).__name__}: {error}"[:300]
        return Found(name, "CMS", Integrity(False, SubIndication.FORMAT_FAILURE, "format", reason))


def _content(signed_data: cms.SignedData) -> bytes | None:
    content = signed_data["encap_content_info"]["content"]
    return None if content is core.VOID or content.native is None else bytes(content)


def _signature(
    whole: cms.SignedData,
    signer: cms.SignerInfo,
    place: int,
    enclosed: bytes | None,
    beside: Beside | None,
    trust: Trust,
    kind: str,
) -> Found:
    signed_data = alone(whole, signer)
    found = Found(str(place + 1), "CAdES" if _names_certificate(signer) else "CMS", covers=True)
    found.certificate = signer_certificate(signed_data)
    found.algorithm = algorithm_facts(signer, found.certificate, trust.policy, trust.timing.validation_time)
    found.claimed_time = _claimed(signer)
    if kind == "tst_info":
        return _stamp(found, signed_data, beside)
    content = enclosed if enclosed is not None else beside.data if beside is not None else None
    if content is None:
        found.integrity = Integrity(None, SubIndication.SIGNED_DATA_NOT_FOUND, "waits_for_file")
        return found
    if enclosed is not None and beside is not None and enclosed != beside.data:
        found.integrity = Integrity(False, SubIndication.HASH_FAILURE, "encloses_other")
        return found
    try:
        digest = hashlib.new(signer["digest_algorithm"]["algorithm"].native, content).digest()
    except ValueError as error:
        found.integrity = Integrity(None, SubIndication.GENERIC, "algorithm_unknown", str(error))
        return found
    found.integrity = check_signer(signed_data, signer, digest)
    if found.integrity.intact is not True:
        return found
    sha256 = hashlib.sha256(content).hexdigest()
    if enclosed is None and beside is not None:
        found.findings.append(Message("signs_file", {"name": beside.name, "sha256": sha256}))
    else:
        found.findings.append(Message("signs_enclosed", {"sha256": sha256}))
    found.tokens = tuple(_stamps(signer, content))
    given = enclosed_in(signed_data, signer)
    archived = _archive_stamps(signer)
    if archived:
        found.findings.append(Message("archive_stamp_not_read"))
    found.level = _level(found, given, archived)
    # pyHanko takes a digest for what is detached only.
    found.judged = Judged(_detached(signed_data) if enclosed is not None else signed_data, digest, given)
    return found


def _stamp(found: Found, token: cms.SignedData, beside: Beside | None) -> Found:
    """A time-stamp token (RFC 3161) that stands beside its file."""
    found.kind, found.form = SignatureKind.DOCUMENT_TIMESTAMP, "RFC 3161"
    if beside is None:
        found.integrity = Integrity(None, SubIndication.SIGNED_DATA_NOT_FOUND, "waits_for_file")
        return found
    data = beside.data
    found.integrity = check_token(token, data)
    facts = token_facts(token, TimestampKind.DOCUMENT, data)
    found.tokens = (facts,)
    if found.integrity.intact is True and facts.time is not None:
        found.findings.append(Message("signs_file", {"name": beside.name, "sha256": hashlib.sha256(data).hexdigest()}))
        stamp = Stamp(0, facts.time, token, lambda name: hashlib.new(name, data).digest(), frozenset())
        found.judged = Judged(token, b"", Enclosed(), stamp=stamp)
    return found


def alone(whole: cms.SignedData, signer: cms.SignerInfo) -> cms.SignedData:
    """The same SignedData with this signer only, as libraries that know one signer want it."""
    single = whole.copy()
    single["signer_infos"] = cms.SignerInfos([signer])
    return single


def _detached(signed_data: cms.SignedData) -> cms.SignedData:
    single = signed_data.copy()
    kind = signed_data["encap_content_info"]["content_type"].native
    single["encap_content_info"] = {"content_type": kind}
    return single


def _claimed(signer: cms.SignerInfo) -> Any:
    try:
        time = generic_cms.extract_self_reported_ts(signer)
        return None if time is None else aware(time)
    except Exception:
        return None


def _names_certificate(signer: cms.SignerInfo) -> bool:
    """Whether a signed attribute names the signer's certificate, as CAdES asks (EN 319 122-1, 5.2.2)."""
    try:
        return generic_cms.get_signing_cert_attr(signer["signed_attrs"]) is not None
    except Exception:
        return False


def _stamps(signer: cms.SignerInfo, content: bytes) -> Iterator[TimestampFacts]:
    """Tokens over the signature's value (unsigned attribute) and over its content (signed attribute)."""
    for signed, kind in ((False, TimestampKind.SIGNATURE), (True, TimestampKind.CONTENT)):
        try:
            tokens = list(generic_cms.extract_tst_data_iter(signer, signed=signed))
        except UNREADABLE:
            yield TimestampFacts(kind, None, None, False)
            continue
        for token in tokens:
            yield token_facts(token, kind, content if signed else signer["signature"].native)


def _attributes(signer: cms.SignerInfo) -> Iterator[tuple[str, Any]]:
    attributes = signer["unsigned_attrs"]
    if attributes is core.VOID:
        return
    for attribute in attributes:
        yield attribute["type"].dotted, attribute["values"]


def _archive_stamps(signer: cms.SignerInfo) -> int:
    return sum(1 for kind, _ in _attributes(signer) if kind in ARCHIVE_STAMPS)


def enclosed_in(signed_data: cms.SignedData, signer: cms.SignerInfo) -> Enclosed:
    """Certificates and revocation data in the signature and in its time-stamps (EN 319 122-1, 5.4.2 and 5.5.2)."""
    given = Enclosed()
    tokens: list[cms.SignedData] = []
    for signed in (True, False):
        try:
            tokens.extend(generic_cms.extract_tst_data_iter(signer, signed=signed))
        except UNREADABLE:
            continue
    seen: set[bytes] = set()
    for part in (signed_data, *tokens):
        for choice in part["certificates"]:
            if choice.name == "certificate" and choice.chosen.dump() not in seen:
                seen.add(choice.chosen.dump())
                given.certificates.append(choice.chosen.untag())
        for choice in part["crls"]:
            _take_revocation(choice, given)
    for kind, values in _attributes(signer):
        if kind == REVOCATION_VALUES:
            for value in values:
                _take_values(value, given)
    return given


def _take_revocation(choice: Any, given: Enclosed) -> None:
    """RevocationInfoChoice (RFC 5652, 10.2.1), with OCSP responses by RFC 5940."""
    try:
        if choice.name in ("crl", "certificate_list"):
            given.crls.append(choice.chosen)
        else:
            given.responses.append(ocsp.OCSPResponse.load(choice.chosen["other_rev_info"].dump()))
    except UNREADABLE:
        return


class _BasicResponses(core.SequenceOf):
    _child_spec = ocsp.BasicOCSPResponse


class _Crls(core.SequenceOf):
    _child_spec = crl.CertificateList


class _RevocationValues(core.Sequence):
    """RevocationValues, EN 319 122-1 annex A.1.2.2."""

    _fields = [
        ("crl_vals", _Crls, {"explicit": 0, "optional": True}),
        ("ocsp_vals", _BasicResponses, {"explicit": 1, "optional": True}),
    ]


def _take_values(value: Any, given: Enclosed) -> None:
    try:
        values = _RevocationValues.load(value.dump())
        if values["crl_vals"] is not core.VOID and values["crl_vals"].native is not None:
            given.crls.extend(values["crl_vals"])
        if values["ocsp_vals"] is not core.VOID and values["ocsp_vals"].native is not None:
            for basic in values["ocsp_vals"]:
                body = ocsp.ResponseBytes({"response_type": "basic_ocsp_response", "response": basic})
                given.responses.append(ocsp.OCSPResponse({"response_status": "successful", "response_bytes": body}))
    except UNREADABLE:
        return


def _level(found: Found, given: Enclosed, archived: int) -> str:
    """CAdES baseline level by what is there (EN 319 122-1, clause 6); "-" for a CMS that is no CAdES."""
    if found.form != "CAdES":
        return "-"
    if not found.stamped:
        return "B-B"
    if not given.revocation:
        return "B-T"
    return "B-LTA" if archived else "B-LT"


def _counters(signer: cms.SignerInfo) -> list[cms.SignerInfo]:
    """Counter-signatures: unsigned attribute (RFC 5652, 11.4)."""
    try:
        return [
            value
            for attribute in (signer["unsigned_attrs"] if signer["unsigned_attrs"] is not core.VOID else [])
            if attribute["type"].native == "counter_signature"
            for value in attribute["values"]
        ][:SIGNATURES]
    except UNREADABLE:
        return []


def _counter(
    name: str, whole: cms.SignedData, counter: cms.SignerInfo, over: cms.SignerInfo, place: int, trust: Trust
) -> Found:
    """Over the signature value of another SignerInfo; it has no content type (RFC 5652, 11.4)."""
    found = Found(name, "CMS", counter=True)
    found.findings.append(Message("counter_signature", {"name": str(place + 1)}))
    signed_data = alone(whole, counter)
    certificate = signer_certificate(signed_data)
    found.certificate = certificate
    found.algorithm = algorithm_facts(counter, certificate, trust.policy, trust.timing.validation_time)
    found.claimed_time = _claimed(counter)
    if certificate is None:
        found.integrity = Integrity(None, SubIndication.NO_SIGNING_CERTIFICATE_FOUND, "no_certificate")
        return found
    value = over["signature"].native
    try:
        algorithm = counter["digest_algorithm"]["algorithm"].native
        digest = hashlib.new(algorithm, value).digest()
        attributes = counter["signed_attrs"]
        prehashed = attributes is core.VOID or attributes.native is None
        if not prehashed and find_unique_cms_attribute(attributes, "message_digest").native != digest:
            found.integrity = Integrity(False, SubIndication.HASH_FAILURE, "digest_mismatch")
            return found
        LenientValidator().validate_signature(
            counter["signature"].native,
            digest if prehashed else attributes.untag().dump(),
            certificate.public_key,
            counter["signature_algorithm"],
            context=SignatureValidationContext(contextual_md_algorithm=algorithm, prehashed=prehashed),
        )
    except InvalidSignature:
        found.integrity = Integrity(False, SubIndication.SIG_CRYPTO_FAILURE, "signature_wrong")
    except NOT_SUPPORTED as error:
        found.integrity = Integrity(None, SubIndication.GENERIC, "algorithm_unknown", str(error))
    if found.integrity.intact is True:
        given = enclosed_in(whole, counter)
        own, mechanism = counter["signature"].native, counter["signature_algorithm"]["algorithm"].native
        carried = carrier(certificate, given.certificates, own, algorithm, mechanism)
        found.judged = Judged(carried, carried_digest(own, algorithm), given, carried=True)
    return found
