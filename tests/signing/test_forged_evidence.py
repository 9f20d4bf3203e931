"""Forged revocation data: each forgery beside the genuine thing that it imitates, and a control that differs in one point.

The signer stands under an authority; what is genuine about that authority and the time-stamps is always at hand, what is said about the
signer is what each test is about.
"""

import asyncio
import hashlib
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from asn1crypto import crl, keys, ocsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import ocsp as made
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator.registry import SimpleCertificateStore

import signing
from signing.provable.record import Link, check
from signing.validation.verdicts import Fact, FileVerdict, Indication, Revocation, SignatureVerdict, SubIndication
from tests.signing.bench_pki import BEGIN, END, Holder, Key, bench, issue, paper, signed
from tests.signing.test_verdicts_at_proven_time import DAY, NOW, authority, list_of, of_the_root

VerdictOn = Callable[..., FileVerdict]
DER = serialization.Encoding.DER
BY_KEY, BY_NAME = made.OCSPResponderEncoding.HASH, made.OCSPResponderEncoding.NAME


@cache
def signer() -> Holder:
    return issue("Phạm Thị Dung", authority(), addresses="http://ca.test")


@cache
def stranger_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def signed_paper() -> bytes:
    return signed(paper(), signer(), stamped=True)


def judged(
    verdict_on: VerdictOn,
    *,
    certificates: Sequence[bytes] = (),
    lists: Iterable[bytes] = (),
    answers: Iterable[bytes] = (),
    knowledge: Iterable[bytes] = (),
    data: bytes | None = None,
) -> SignatureVerdict:
    """The verdict on the paper with these in its security store, after what is genuine of the root."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data or signed_paper()), strict=False)
    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        None,
        certs=[asn1_x509.Certificate.load(one) for one in certificates or [authority().der]],
        crls=[crl.CertificateList.load(one) for one in (of_the_root(), *lists)],
        ocsps=[ocsp.OCSPResponse.load(one) for one in answers],
    )
    out = io.BytesIO()
    writer.write(out)
    trust = [bench().root.pem]
    return verdict_on(out.getvalue(), trust=trust, knowledge=[authority().der, *knowledge]).signatures[0]


def fresh(issuer: Holder, *revoked: tuple[Holder, datetime]) -> bytes:
    return list_of(issuer, NOW - timedelta(minutes=1), *revoked, days=300)


def with_signature_of(forged: bytes, genuine: bytes, kind: type, name: str) -> bytes:
    """What `forged` says, with the signature bytes of `genuine`."""
    one, other = kind.load(forged), kind.load(genuine)
    first, algorithm, value = list(kind._fields)[0][0], "signature_algorithm", name
    return bytes(kind({first: one[first], algorithm: other[algorithm], value: other[value]}).dump())


def with_one_bit_changed(forged: bytes) -> bytes:
    return forged[:-1] + bytes([forged[-1] ^ 1])


def certificate_with_key(genuine: Holder, key: Key) -> bytes:
    """A certificate in everything like the genuine one, also by its signature bytes, but for the key."""
    certificate = asn1_x509.Certificate.load(genuine.der)
    inner = certificate["tbs_certificate"].copy()
    public = key.public_key().public_bytes(DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    inner["subject_public_key_info"] = keys.PublicKeyInfo.load(public)
    rest = {name: certificate[name] for name in ("signature_algorithm", "signature_value")}
    return bytes(asn1_x509.Certificate({"tbs_certificate": inner, **rest}).dump())


def answer(
    responder: bytes,
    key: ec.EllipticCurvePrivateKey,
    how: made.OCSPResponderEncoding = BY_NAME,
    *enclosed: bytes,
    revoked: datetime | None = None,
) -> bytes:
    """An OCSP answer about the signer, in the name of `responder`."""
    status = made.OCSPCertStatus.GOOD if revoked is None else made.OCSPCertStatus.REVOKED
    builder = (
        made.OCSPResponseBuilder()
        .add_response(
            signer().certificate,
            authority().certificate,
            hashes.SHA1(),  # noqa: S303 - an identifier, as responders have it
            status,
            NOW - timedelta(minutes=1),
            NOW + 300 * DAY,
            revoked,
            None,
        )
        .responder_id(how, x509.load_der_x509_certificate(responder))
    )
    if enclosed:
        builder = builder.certificates([x509.load_der_x509_certificate(one) for one in enclosed])
    return builder.sign(key, hashes.SHA256()).public_bytes(DER)


def certificate_for(
    name: str, issuer: Holder, *extensions: x509.ExtensionType, key: ec.EllipticCurvePrivateKey | None = None
) -> Holder:
    """A certificate with just these extensions; its name in the manner of `issue`."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    parts = ((NameOID.COUNTRY_NAME, "VN"), (NameOID.ORGANIZATION_NAME, "Sở Nội vụ"), (NameOID.COMMON_NAME, name))
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(kind, value) for kind, value in parts]))
        .issuer_name(issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGIN)
        .not_valid_after(END)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return Holder(builder.sign(issuer.key, hashes.SHA256()), key)


def responder(name: str = "Người trả lời OCSP", issuer: Holder | None = None) -> Holder:
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
    return certificate_for(name, issuer or authority(), usage, x509.OCSPNoCheck())


def open_still(verdict: SignatureVerdict) -> bool:
    return verdict.indication is Indication.INDETERMINATE and verdict.identity.revocation is Revocation.UNKNOWN


# ── what is genuine passes ──────────────────────────────────────────────────


def test_a_genuine_list_settles_it_and_without_one_it_stays_open(verdict_on):
    assert judged(verdict_on, lists=[fresh(authority())]).indication is Indication.TOTAL_PASSED
    assert open_still(judged(verdict_on))


@pytest.mark.parametrize("how", [BY_KEY, BY_NAME])
def test_the_authoritys_own_answer_and_that_of_its_responder_settle_it(how, verdict_on):
    own = answer(authority().der, authority().key, how)
    assert judged(verdict_on, answers=[own]).indication is Indication.TOTAL_PASSED
    delegate = responder()
    told = answer(delegate.der, delegate.key, how, delegate.der)
    assert judged(verdict_on, answers=[told]).indication is Indication.TOTAL_PASSED


# ── the signature of something genuine on something forged ──────────────────


@pytest.mark.parametrize("first", ["genuine", "forged"])
def test_a_list_with_the_signature_of_an_older_one_says_nothing(first, verdict_on):
    old = list_of(authority(), NOW - 1000 * DAY, days=10)
    # Older than the genuine one by what it says: the library reads the newest first.
    current = list_of(authority(), NOW - 1001 * DAY, days=1300)
    forged = with_signature_of(current, old, crl.CertificateList, "signature")
    lists = [old, forged] if first == "genuine" else [forged, old]
    assert open_still(judged(verdict_on, lists=lists))
    assert open_still(judged(verdict_on, lists=[old, with_one_bit_changed(forged)]))


def test_a_list_under_a_key_in_a_copy_of_the_authoritys_certificate_says_nothing(verdict_on):
    other = Holder(authority().certificate, stranger_key())
    forged = certificate_with_key(authority(), stranger_key())
    fake = issue("Cơ quan chứng thực cấp dưới", bench().root, authority=True, key=stranger_key())
    fake_of_other_serial = with_signature_of(fake.der, authority().der, asn1_x509.Certificate, "signature_value")
    for certificate in (forged, fake_of_other_serial, with_one_bit_changed(fake_of_other_serial)):
        assert open_still(judged(verdict_on, certificates=[certificate], lists=[fresh(other)]))


@pytest.mark.parametrize("how", [BY_KEY, BY_NAME])
def test_an_answer_under_a_key_in_a_copy_of_the_authoritys_certificate_says_nothing(how, verdict_on):
    forged = certificate_with_key(authority(), stranger_key())
    for certificate in (forged, with_one_bit_changed(forged)):
        assert open_still(judged(verdict_on, answers=[answer(certificate, stranger_key(), how, certificate)]))


def test_an_answer_under_a_key_in_a_copy_of_the_responders_certificate_says_nothing(verdict_on):
    delegate = responder()
    forged = certificate_with_key(delegate, stranger_key())
    mixed = answer(forged, stranger_key(), BY_NAME, forged, delegate.der)
    assert open_still(judged(verdict_on, answers=[mixed]))


# ── two certificates that call themselves the same ──────────────────────────


def signed_with(enclosed: bytes, certificate: bytes, key: ec.EllipticCurvePrivateKey) -> bytes:
    """A time-stamped paper; its signature names `certificate` and encloses another beside it."""
    store = SimpleCertificateStore.from_certs([asn1_x509.Certificate.load(enclosed)])
    holder = Holder(signer().certificate, key)
    out = signers.sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(paper("Gia mao")), strict=False),
        signers.PdfSignatureMetadata(field_name="ChuKy1", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES),
        signer=signers.SimpleSigner(asn1_x509.Certificate.load(certificate), holder.asn1_key, store),
        timestamper=bench().time_stamper(),
    )
    return bytes(out.getvalue())


@pytest.mark.parametrize("genuine_first", [True, False])
def test_nobody_signs_in_the_name_of_a_certificate_that_is_only_enclosed(genuine_first, verdict_on):
    """The forger's own key in a copy of the signer's certificate, and the genuine one beside it to be judged in its place."""
    while True:  # enclosed certificates are sorted by their bytes (DER, X.690, 11.6)
        key = ec.generate_private_key(ec.SECP256R1())
        forged = certificate_with_key(signer(), key)
        if (signer().der < forged) is genuine_first:
            break
    verdict = judged(verdict_on, lists=[fresh(authority())], data=signed_with(signer().der, forged, key))
    assert verdict.indication is Indication.INDETERMINATE
    assert verdict.identity.status is not Fact.HOLDS


@pytest.mark.parametrize("name", ["A", "Chủ tịch " * 20], ids=["first", "last"])
def test_a_certificate_that_is_only_enclosed_lends_no_name(name, verdict_on):
    certificate = asn1_x509.Certificate.load(signer().der)
    inner = certificate["tbs_certificate"].copy()
    inner["subject"] = asn1_x509.Name.build({"common_name": name})
    rest = {part: certificate[part] for part in ("signature_algorithm", "signature_value")}
    other = asn1_x509.Certificate({"tbs_certificate": inner, **rest}).dump()
    data = signed_with(other, signer().der, signer().key)
    verdict = judged(verdict_on, lists=[fresh(authority())], data=data)
    passed = verdict.indication is Indication.TOTAL_PASSED
    assert passed is (name == "A")  # of two, pyHanko takes the last, and holds it against what the signature names
    assert not passed or verdict.signer == "Phạm Thị Dung"


def test_a_proof_is_not_stamped_in_the_name_of_a_certificate_that_is_only_enclosed():
    """An evidence record whose token the forger's key made, with the authority's certificate enclosed to be trusted."""
    genuine, content = bench().stamps, hashlib.sha512(b"van ban")
    while True:
        key = rsa.generate_private_key(65537, 2048)
        forged = certificate_with_key(genuine, key)
        if genuine.der < forged:
            break
    for certificate, made_with, trusted in ((genuine.der, genuine.key, True), (forged, key, False)):
        holder = Holder(genuine.certificate, made_with)
        store = SimpleCertificateStore.from_certs([genuine.asn1_certificate])
        stamper = DummyTimeStamper(
            asn1_x509.Certificate.load(certificate), holder.asn1_key, certs_to_embed=store, fixed_dt=NOW - DAY
        )
        token = asyncio.run(stamper.async_timestamp(content.digest(), "sha512")).dump()
        proof = check(content.hexdigest(), [Link((), token)], now=NOW, anchors=[bench().root.pem])
        assert proof.trusted is trusted


# ── who may answer ──────────────────────────────────────────────────────────


def test_an_authority_says_nothing_of_what_another_issued(verdict_on):
    """RFC 5280, 6.3.3 (b)(1): the list of a sibling below the same authority is not about its certificates."""
    sibling = issue("Cơ quan chứng thực cùng cấp", authority(), authority=True)
    assert open_still(judged(verdict_on, certificates=[sibling.der], lists=[fresh(sibling)]))


def test_a_colleague_whose_certificate_names_no_usage_signs_no_lists(verdict_on):
    colleague = certificate_for("Cơ quan chứng thực cấp dưới", authority())
    assert open_still(judged(verdict_on, certificates=[colleague.der], lists=[fresh(colleague)]))


def indirect(by: Holder) -> bytes:
    """A list by another issuer, which says of itself that it is indirect."""
    scope = x509.IssuingDistributionPoint(None, None, False, False, None, True, False)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(by.certificate.subject)
        .last_update(NOW - timedelta(minutes=1))
        .next_update(NOW + 300 * DAY)
        .add_extension(scope, critical=True)
    )
    return builder.sign(by.key, hashes.SHA256()).public_bytes(DER)


def usage_of_lists() -> x509.KeyUsage:
    return x509.KeyUsage(False, False, False, False, False, False, True, False, False)


def test_an_indirect_list_counts_only_by_the_issuer_that_the_certificate_names(verdict_on):
    named = certificate_for("Nơi phát hành danh sách thu hồi", authority(), usage_of_lists())
    point = x509.DistributionPoint(None, None, None, [x509.DirectoryName(named.certificate.subject)])
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    holder = certificate_for("Vũ Thị Giang", authority(), x509.CRLDistributionPoints([point]), usage)
    data = signed(paper(), holder, stamped=True)
    other = certificate_for("Nơi khác", authority(), usage_of_lists())
    known = fresh(authority())  # about the issuer of the list, not about the signer: it is no list of hers
    verdict = judged(verdict_on, certificates=[named.der], lists=[indirect(named), known], data=data)
    assert verdict.indication is Indication.TOTAL_PASSED
    assert open_still(judged(verdict_on, certificates=[other.der], lists=[indirect(other), known], data=data))
    assert open_still(judged(verdict_on, certificates=[other.der, named.der], lists=[indirect(other)]))


def test_a_list_whose_scope_was_changed_after_signing_says_nothing(verdict_on):
    """A list only of authorities' certificates, made to look like one of all."""
    scope = x509.IssuingDistributionPoint(None, None, False, True, None, False, False)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority().certificate.subject)
        .last_update(NOW - timedelta(minutes=1))
        .next_update(NOW + 300 * DAY)
        .add_extension(scope, critical=True)
    )
    narrow = builder.sign(authority().key, hashes.SHA256()).public_bytes(DER)
    assert open_still(judged(verdict_on, lists=[narrow]))
    forged = with_signature_of(fresh(authority()), narrow, crl.CertificateList, "signature")
    assert open_still(judged(verdict_on, lists=[narrow, forged]))


def test_a_part_of_a_list_clears_nobody(verdict_on):
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority().certificate.subject)
        .last_update(NOW - timedelta(minutes=1))
        .next_update(NOW + 300 * DAY)
        .add_extension(x509.CRLNumber(5), critical=False)
        .add_extension(x509.DeltaCRLIndicator(4), critical=True)
    )
    delta = builder.sign(authority().key, hashes.SHA256()).public_bytes(DER)
    assert open_still(judged(verdict_on, lists=[delta]))


# ── a forgery hides nothing genuine ─────────────────────────────────────────


def decoys() -> list[bytes]:
    """Certificates that an answer of the authority, or its own certificate, could be taken for."""
    fake = issue("Cơ quan chứng thực cấp dưới", None, key=stranger_key())
    return [certificate_with_key(authority(), stranger_key()), fake.der]


def test_certificates_like_the_authoritys_do_not_hide_that_the_signer_was_revoked(verdict_on):
    before = NOW - 3 * DAY
    told = answer(authority().der, authority().key, BY_NAME, revoked=before)
    for knowledge in ([told], [fresh(authority(), (signer(), before))]):
        verdict = judged(verdict_on, certificates=decoys(), knowledge=knowledge)
        assert verdict.sub_indication is SubIndication.REVOKED_NO_POE, knowledge
    good = judged(verdict_on, certificates=decoys(), lists=[fresh(authority())])
    assert good.indication is Indication.TOTAL_PASSED


def test_wherever_paths_are_judged_the_library_is_mended():
    sources = {path: path.read_text(encoding="utf8") for path in Path(signing.__file__).parent.rglob("*.py")}
    judging = [text for text in sources.values() if "ValidationContext(" in text or "CertificateValidator(" in text]
    assert judging
    assert all("from signing.validation" in text for text in judging)


@pytest.mark.parametrize("good", ["list", "answer"])
@pytest.mark.parametrize("revoked", ["list", "answer"])
def test_an_answer_that_is_still_of_use_does_not_hide_that_the_signer_was_revoked_since(good, revoked, verdict_on):
    """The answer of an hour before the revocation, put into the paper by whoever signed after it."""
    moment, own = NOW - 3 * DAY, (authority().der, authority().key, BY_NAME)
    told = fresh(authority(), (signer(), moment)) if revoked == "list" else answer(*own, revoked=moment)
    inside = {"lists": [fresh(authority())]} if good == "list" else {"answers": [answer(*own)]}
    verdict = judged(verdict_on, **inside, knowledge=[told])
    assert verdict.sub_indication is SubIndication.REVOKED_NO_POE
    assert verdict.identity.revoked_at == moment
    later = fresh(authority(), (signer(), NOW + DAY)) if revoked == "list" else answer(*own, revoked=NOW + DAY)
    assert judged(verdict_on, **inside, knowledge=[later]).indication is Indication.TOTAL_PASSED
