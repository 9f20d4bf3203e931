"""What pyhanko-certvalidator takes for the same object has to be the same in every byte. Always on, wherever it is used.

It knows a revocation list whose signature it verified, and a certificate whose path it validated, again by the bytes of
their signature alone, and takes a responder's certificate for the issuer's by serial number and signature bytes. Whoever
copies the signature of a genuine object onto a forged one is believed without any key. Here:

- a list's signature is verified under the key of each certificate that could have issued it, each time the list is asked
  (remembered for that list and key), before anything else about the certificate is looked at;
- who issued a list is held to RFC 5280, 6.3.3 (b)(1): the certificate's own issuer, or who its distribution point names
  as cRLIssuer where the list calls itself indirect. The library lets every certificate with the same issuer answer for
  its siblings, and one that names no key usage;
- validated certificates are known by the SHA-256 of their DER, and compared by it;
- two certificates with one issuer and serial number are two, so that a forged one, met first, hides nothing;
- of the certificates that an OCSP responder's name or key fits, the one counts that verifies the answer and was issued
  by the authority asked about (RFC 6960, 4.2.2.2), wherever others stand.
"""

from typing import Any

from asn1crypto import cms, crl, keys, x509
from pyhanko_certvalidator.authority import Authority, AuthorityWithCert
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.registry import CertificateCollection, LayeredCertificateStore, SimpleCertificateStore
from pyhanko_certvalidator.revinfo import validate_crl, validate_ocsp
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer
from pyhanko_certvalidator.revinfo.manager import RevinfoManager
from pyhanko_certvalidator.util import get_ac_extension_value, get_issuer_dn

from signing.validation.integrity import LenientValidator

VERIFIER = LenientValidator()
POINTS = "crl_distribution_points"

_verify_list = validate_crl._verify_crl_signature
_candidates = validate_crl._find_candidate_crl_issuer_certs
_scope = validate_crl._get_crl_scope_assuming_authority
_precheck = validate_ocsp._precheck_ocsp_responder_auth
_identify = validate_ocsp._identify_responder_cert
_register = SimpleCertificateStore.register


# ── revocation lists ──


def record_crl_issuer(self: RevinfoManager, certificate_list: crl.CertificateList, cert: x509.Certificate) -> None:
    """Note whose key verified a list, for `issuer_of`."""
    self._crl_issuer_map[certificate_list.sha256] = cert


def check_crl_issuer(self: RevinfoManager, certificate_list: crl.CertificateList) -> None:
    """Nobody: under which authority a list was verified for one certificate says nothing of another."""


def issuer_of(manager: RevinfoManager, certificate_list: crl.CertificateList) -> x509.Certificate | None:
    """Whose key verified the list when it was last asked."""
    found: x509.Certificate | None = manager._crl_issuer_map.get(certificate_list.sha256)
    return found


def verify_list(certificate_list: crl.CertificateList, public_key: keys.PublicKeyInfo, validator: Any) -> None:
    """The signature of a list under this key, worked out once. Raises CRLValidationError."""
    held: set[bytes] = certificate_list.__dict__.setdefault("_held_under", set())
    if public_key.sha256 not in held:
        _verify_list(certificate_list, public_key, validator)
        held.add(public_key.sha256)


async def candidates(
    certificate_list: crl.CertificateList, *, cert_issuer_auth: Authority, cert_registry: Any
) -> list[x509.Certificate]:
    """Certificates of the list's issuer whose key verifies it, and that may sign lists.

    The library skips the signature of a list whose issuer it is about to validate.
    """
    found = await _candidates(certificate_list, cert_issuer_auth=cert_issuer_auth, cert_registry=cert_registry)
    return [
        each
        for each in found
        if (each.key_usage_value is not None or each.public_key.sha256 == cert_issuer_auth.public_key.sha256)
        and _verifies(certificate_list, each)
    ]


def _verifies(certificate_list: crl.CertificateList, certificate: x509.Certificate) -> bool:
    try:
        verify_list(certificate_list, certificate.public_key, VERIFIER)
    except Exception:  # a hostile list or key may raise anything: it does not hold
        return False
    return True


def scope(
    crl_issuer: x509.Certificate,
    cert: x509.Certificate | cms.AttributeCertificateV2,
    certificate_list_cont: CRLContainer,
    is_indirect: bool,
    errs: Any,
) -> set[str] | None:
    """The reasons that a list by this issuer speaks of; None where it does not speak of the certificate."""
    if crl_issuer.subject != get_issuer_dn(cert) and not (is_indirect and _named(crl_issuer, cert)):
        errs.issuer_failures += 1
        return None
    return _scope(crl_issuer, cert, certificate_list_cont, is_indirect, errs)


def _named(crl_issuer: x509.Certificate, cert: x509.Certificate | cms.AttributeCertificateV2) -> bool:
    is_attribute = not isinstance(cert, x509.Certificate)
    points = get_ac_extension_value(cert, POINTS) if is_attribute else cert.crl_distribution_points_value
    name = x509.GeneralName(name="directory_name", value=crl_issuer.subject)
    return any(name in point["crl_issuer"] for point in points or () if point["crl_issuer"])


# ── certificates ──


def record_validation(self: ValidationContext, cert: x509.Certificate, path: ValidationPath) -> None:
    """Note a certificate as validated."""
    self._validate_map[cert.sha256] = path


def check_validation(self: ValidationContext, cert: x509.Certificate) -> ValidationPath | None:
    """The path of a validated certificate, or of an anchor; else None."""
    anchor = self.path_builder.trust_manager.as_trust_anchor(AuthorityWithCert(cert))
    if anchor is not None and cert.sha256 not in self._validate_map:
        self._validate_map[cert.sha256] = ValidationPath(trust_anchor=anchor, interm=[], leaf=None)
    return self._validate_map.get(cert.sha256)


def clear_validation(self: ValidationContext, cert: x509.Certificate) -> None:
    """Forget that a certificate was validated."""
    self._validate_map.pop(cert.sha256, None)


def register(self: SimpleCertificateStore, cert: x509.Certificate) -> bool:
    """Take a certificate; False where the same, byte for byte, is there. By issuer and serial number the first is found."""
    first = self.certs.get(cert.issuer_serial)
    if first is None:
        return _register(self, cert)
    if first.sha256 == cert.sha256 or cert.sha256 in self.certs:
        return False
    del self.certs[cert.issuer_serial]
    try:
        return _register(self, cert)
    finally:
        self.certs[cert.issuer_serial] = first
        self.certs[cert.sha256] = cert


# ── OCSP ──


def precheck(responder_cert: x509.Certificate, issuer: Authority, is_pkc: bool) -> bool | None:
    """Whether the issuer itself answered; None where it may have delegated that, which its path has to show."""
    if isinstance(issuer, AuthorityWithCert) and issuer.certificate.issuer_serial == responder_cert.issuer_serial:
        return issuer.certificate.sha256 == responder_cert.sha256
    return _precheck(responder_cert, issuer, is_pkc)


def responder_of(
    cert: x509.Certificate | cms.AttributeCertificateV2,
    issuer: Authority,
    ocsp_response: OCSPContainer,
    cert_store: CertificateCollection,
    errs: Any,
) -> x509.Certificate | None:
    """Who answered about a certificate; None where the answer is about another one, or the responder is not at hand."""
    if not validate_ocsp._match_ocsp_certid(cert, issuer=issuer, ocsp_response=ocsp_response, errs=errs):
        return None
    for each in _fitting(ocsp_response, cert_store):
        if _issued_by(each, issuer) and _answered_by(ocsp_response, each):
            return each
    return _identify(ocsp_response, cert_store=cert_store, errs=errs)


def _fitting(ocsp_response: OCSPContainer, cert_store: CertificateCollection) -> list[x509.Certificate]:
    basic = ocsp_response.extract_basic_ocsp_response()
    if basic is None:
        return []
    enclosed = SimpleCertificateStore.from_certs(basic["certs"] or ())
    store = LayeredCertificateStore([enclosed, cert_store])
    responder = basic["tbs_response_data"]["responder_id"]
    if responder.name == "by_key":
        found = [
            *store.retrieve_many_by_key_hash(responder.native),
            *store.retrieve_many_by_key_identifier(responder.native),
        ]
    else:
        found = store.retrieve_by_name(responder.chosen)
    return list({each.sha256: each for each in found}.values())


def _issued_by(certificate: x509.Certificate, issuer: Authority) -> bool:
    if isinstance(issuer, AuthorityWithCert) and issuer.certificate.sha256 == certificate.sha256:
        return True
    return certificate.issuer == issuer.name and _holds(
        certificate["signature_value"].native,
        certificate["tbs_certificate"].dump(),
        issuer.public_key,
        certificate["signature_algorithm"],
    )


def _answered_by(ocsp_response: OCSPContainer, certificate: x509.Certificate) -> bool:
    basic = ocsp_response.extract_basic_ocsp_response()
    return basic is not None and _holds(
        basic["signature"].native,
        basic["tbs_response_data"].dump(),
        certificate.public_key,
        basic["signature_algorithm"],
    )


def _holds(signature: bytes, data: bytes, key: keys.PublicKeyInfo, algorithm: Any) -> bool:
    try:
        VERIFIER.validate_signature(signature, data, key, algorithm)
    except Exception:  # a hostile key may raise anything: it does not hold
        return False
    return True


def _put_in_place() -> None:
    """In place of the library's own, for every use in this process."""
    for owner, replaced in (
        (RevinfoManager, {"record_crl_issuer": record_crl_issuer, "check_crl_issuer": check_crl_issuer}),
        (
            ValidationContext,
            {
                "record_validation": record_validation,
                "check_validation": check_validation,
                "clear_validation": clear_validation,
            },
        ),
        (SimpleCertificateStore, {"register": register}),
        (
            validate_crl,
            {
                "_verify_crl_signature": verify_list,
                "_find_candidate_crl_issuer_certs": candidates,
                "_get_crl_scope_assuming_authority": scope,
            },
        ),
        (
            validate_ocsp,
            {"_precheck_ocsp_responder_auth": precheck, "_assess_ocsp_relevance": responder_of},
        ),
    ):
        for name, instead in replaced.items():
            if not hasattr(owner, name):
                raise ImportError(f"pyhanko-certvalidator has no {name}: look again at what it takes for the same")
            setattr(owner, name, instead)


_put_in_place()
