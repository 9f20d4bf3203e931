"""What a signature says of itself: names, times, algorithms, permissions. Nothing here is a judgement on trust."""

import hashlib
import unicodedata
from datetime import UTC, datetime

from asn1crypto import cms, x509
from pyhanko.pdf_utils import generic
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm
from pyhanko.sign.validation import generic_cms
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from signing.validation.algorithms import ends_of, key_bits
from signing.validation.integrity import check_token, signer_certificate, unsigned_modulus
from signing.validation.policy import Policy
from signing.validation.verdicts import AlgorithmFacts, CertificateFacts, TimestampFacts, TimestampKind

UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, OverflowError, NameError)
LONGEST = 1000  # letters of a text taken over from a file


def shown(text: object) -> str:
    """Text from a file for display: NFC, no control characters, of bounded length."""
    normal = unicodedata.normalize("NFC", str(text))[:LONGEST]
    return "".join(letter if unicodedata.category(letter)[0] != "C" else " " for letter in normal).strip()


def name_of(name: x509.Name) -> str:
    """The common name, else the whole name in one line."""
    try:
        common = name.native.get("common_name") or name.native.get("organization_name") or name.human_friendly
        return shown(common[-1] if isinstance(common, list) else common)
    except UNREADABLE:
        return ""


def certificate_facts(certificate: x509.Certificate) -> CertificateFacts | None:
    """What the certificate says; None where it cannot be read."""
    try:
        organisation = certificate.subject.native.get("organization_name")
        return CertificateFacts(
            subject=name_of(certificate.subject),
            organisation=shown(organisation[-1] if isinstance(organisation, list) else organisation)
            if organisation
            else None,
            issuer=name_of(certificate.issuer),
            serial=format(certificate.serial_number, "x"),
            sha256=certificate.sha256.hex(),
            not_before=certificate.not_valid_before.astimezone(UTC),
            not_after=certificate.not_valid_after.astimezone(UTC),
        )
    except UNREADABLE:
        return None


def algorithm_facts(
    signer: cms.SignerInfo, certificate: x509.Certificate | None, policy: Policy, moment: datetime
) -> AlgorithmFacts | None:
    """The algorithms named in the signature; weak are those that the policy no longer believes at `moment`."""
    try:
        digest = str(signer["digest_algorithm"]["algorithm"].native)
        mechanism = str(signer["signature_algorithm"]["algorithm"].native)
        key, bits = "", None
        if certificate is not None:
            public_key = unsigned_modulus(certificate.public_key)
            key = str(public_key.algorithm)
            bits = key_bits(public_key)
        ends = ends_of(policy, digest, key, bits)
        return AlgorithmFacts(digest, mechanism, key, bits, weak=any(end.moment < moment for end in ends))
    except UNREADABLE:
        return None


def claimed_time(signature: EmbeddedPdfSignature) -> datetime | None:
    """The time the signer claims, in the CMS or else in the dictionary's /M; UTC."""
    try:
        time = signature.self_reported_timestamp
        return None if time is None else aware(time)
    except Exception:
        return None


def aware(time: datetime) -> datetime:
    """The time in UTC; one without zone is taken as UTC."""
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def token_facts(token: cms.SignedData, kind: TimestampKind, data: "bytes | EmbeddedPdfSignature") -> TimestampFacts:
    """A time-stamp token and whether it stands for `data`."""
    try:
        time = aware(token["encap_content_info"]["content"].parsed["gen_time"].native)
    except UNREADABLE:
        time = None
    authority = signer_certificate(token)
    return TimestampFacts(
        kind,
        time,
        name_of(authority.subject) if authority else None,
        check_token(token, data).intact,
        sha256=hashlib.sha256(token.dump()).hexdigest(),
    )


def attached_timestamps(signature: EmbeddedPdfSignature) -> tuple[TimestampFacts, ...]:
    """The tokens inside a signature: over its value (unsigned attribute) or over its content (signed attribute)."""
    found = []
    for signed, kind in ((False, TimestampKind.SIGNATURE), (True, TimestampKind.CONTENT)):
        data = signature if signed else signature.signer_info["signature"].native
        try:
            tokens = list(generic_cms.extract_tst_data_iter(signature.signer_info, signed=signed))
        except UNREADABLE:
            found.append(TimestampFacts(kind, None, None, False))
            continue
        found.extend(token_facts(token, kind, data) for token in tokens)
    return tuple(found)


def permission_of(signature: EmbeddedPdfSignature) -> MDPPerm | None:
    """What the signature allows to be changed after it (DocMDP, or /P of the field's lock)."""
    return signature.docmdp_level


def lock_of(signature: EmbeddedPdfSignature) -> FieldMDPSpec | None:
    """The fields locked by the signature (FieldMDP, or else the field's /Lock)."""
    if signature.fieldmdp is not None:
        return signature.fieldmdp
    lock = signature.sig_field.get("/Lock")
    lock = lock.get_object() if isinstance(lock, generic.IndirectObject) else lock
    return FieldMDPSpec.from_pdf_object(lock) if isinstance(lock, generic.DictionaryObject) else None


def text_entry(dictionary: generic.DictionaryObject, key: str) -> str | None:
    """A text of the signature dictionary, such as /Reason."""
    try:
        value = dictionary[key]
    except Exception:
        return None
    return shown(value) if isinstance(value, (str, bytes)) and value else None
