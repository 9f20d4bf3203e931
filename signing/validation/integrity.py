"""Whether the signed bytes are what was signed, by the CMS (RFC 5652) alone: no trust, no time."""

import hashlib
from dataclasses import dataclass
from typing import Any

from asn1crypto import cms, core, keys, x509
from cryptography.exceptions import UnsupportedAlgorithm
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.general import CMSExtractionError, extract_certificate_info
from pyhanko.sign.validation import generic_cms
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator.errors import AlgorithmNotSupported
from pyhanko_certvalidator.sig_validate import (
    DEFAULT_VALIDATION_CONTEXT,
    DefaultSignatureValidator,
    SignatureValidationContext,
)
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from signing.validation.verdicts import SubIndication

NOT_SUPPORTED = (AlgorithmNotSupported, UnsupportedAlgorithm, NotImplementedError, AttributeError)


@dataclass(frozen=True)
class Integrity:
    """`intact` None: could not be established. `code` is a message code where it is not True."""

    intact: bool | None
    sub_indication: SubIndication | None = None
    code: str = ""
    detail: str = ""


INTACT = Integrity(True)


class LenientValidator(DefaultSignatureValidator):
    """Reads an RSA modulus that was written without its leading zero, and so seems negative, as what was meant."""

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: keys.PublicKeyInfo,
        signature_algorithm: Any,
        context: SignatureValidationContext = DEFAULT_VALIDATION_CONTEXT,
    ) -> None:
        super().validate_signature(
            signature, signed_data, unsigned_modulus(public_key_info), signature_algorithm, context
        )


def unsigned_modulus(key: keys.PublicKeyInfo) -> keys.PublicKeyInfo:
    """The key, with its modulus as a positive number."""
    if key.algorithm != "rsa":
        return key
    parsed = key["public_key"].parsed
    modulus = parsed["modulus"].native
    if modulus >= 0:
        return key
    modulus += 1 << (8 * len(parsed["modulus"].contents))
    return keys.PublicKeyInfo.wrap(
        keys.RSAPublicKey({"modulus": modulus, "public_exponent": parsed["public_exponent"].native}), "rsa"
    )


def check_signature(signature: EmbeddedPdfSignature, sub_filter: str | None) -> Integrity:
    """The signature of a PDF over its byte range, detached or (adbe.pkcs7.sha1) over the range's SHA-1."""
    try:
        enclosed = signature.signed_data["encap_content_info"]["content"]
        if sub_filter == "/adbe.pkcs7.sha1":
            if enclosed is core.VOID or enclosed.native != signature.compute_digest("sha1"):
                return Integrity(False, SubIndication.HASH_FAILURE, "digest_mismatch")
            digest = hashlib.new(signature.md_algorithm, enclosed.native).digest()
        else:
            if enclosed is not core.VOID and enclosed.native is not None:
                return Integrity(False, SubIndication.FORMAT_FAILURE, "encloses_content")
            digest = signature.compute_digest()
        return check_signer(signature.signed_data, signature.signer_info, digest)
    except NOT_SUPPORTED as error:
        return Integrity(None, SubIndication.GENERIC, "algorithm_unknown", str(error))


def check_signer(signed_data: cms.SignedData, signer: cms.SignerInfo, digest: bytes) -> Integrity:
    """One SignerInfo over content of this digest."""
    try:
        certificate = generic_cms.extract_certs_for_validation(signed_data).signer_cert
    except CMSExtractionError as error:
        return Integrity(None, SubIndication.FORMAT_FAILURE, "several_signers", str(error))
    except SignatureValidationError as error:
        return Integrity(None, SubIndication.NO_SIGNING_CERTIFICATE_FOUND, "no_certificate", str(error))
    try:
        content_type = signed_data["encap_content_info"]["content_type"].native
        matches, verifies = generic_cms.validate_sig_integrity(
            signer, certificate, content_type, digest, sig_validator=LenientValidator()
        )
    except SignatureValidationError as error:
        if error.ades_subindication is AdESIndeterminate.NO_SIGNING_CERTIFICATE_FOUND:
            return Integrity(None, SubIndication.NO_SIGNING_CERTIFICATE_FOUND, "no_certificate", str(error))
        return Integrity(False, SubIndication.FORMAT_FAILURE, "format", str(error))
    except NOT_SUPPORTED as error:
        return Integrity(None, SubIndication.GENERIC, "algorithm_unknown", str(error))
    except (ValueError, TypeError, KeyError, AssertionError, CMSExtractionError) as error:
        return Integrity(False, SubIndication.FORMAT_FAILURE, "format", f"{type(error).__name__}: {error}")
    if not matches:
        return Integrity(False, SubIndication.HASH_FAILURE, "digest_mismatch")
    if not verifies:
        return Integrity(False, SubIndication.SIG_CRYPTO_FAILURE, "signature_wrong")
    return INTACT


def check_token(token: cms.SignedData, data: "bytes | EmbeddedPdfSignature") -> Integrity:
    """A time-stamp token (RFC 3161) over `data`: the bytes themselves, or a document time-stamp's byte range."""
    try:
        content = token["encap_content_info"]["content"]
        imprint = content.parsed["message_imprint"]
        algorithm = imprint["hash_algorithm"]["algorithm"].native
        get_pyca_cryptography_hash(algorithm)
        stamped = hashlib.new(algorithm, data).digest() if isinstance(data, bytes) else data.compute_digest(algorithm)
        if imprint["hashed_message"].native != stamped:
            return Integrity(False, SubIndication.HASH_FAILURE, "digest_mismatch")
        [signer] = token["signer_infos"]
        digest = hashlib.new(signer["digest_algorithm"]["algorithm"].native, bytes(content)).digest()
    except NOT_SUPPORTED as error:
        return Integrity(None, SubIndication.GENERIC, "algorithm_unknown", str(error))
    except (ValueError, TypeError, KeyError) as error:
        return Integrity(False, SubIndication.FORMAT_FAILURE, "format", str(error))
    return check_signer(token, signer, digest)


def signer_certificate(signed_data: cms.SignedData) -> x509.Certificate | None:
    """The certificate under whose key the signature is verified, if it is enclosed; the ESS attribute is not held against it.

    Just the one that pyHanko takes, also where several call themselves the same: another would lend a name, a path or dates
    to a signature that its key did not make. Nobody signs the list of enclosed certificates.
    """
    try:
        return extract_certificate_info(signed_data).signer_cert
    except (CMSExtractionError, ValueError, TypeError, KeyError, AttributeError):
        return None
