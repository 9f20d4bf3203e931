"""A certificate authority in memory, and papers signed under it."""

import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from asn1crypto import crl as asn1_crl
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from fpdf import FPDF
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers, timestamps
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
BEGIN, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2045, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Holder:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def asn1_certificate(self) -> asn1_x509.Certificate:
        return asn1_x509.Certificate.load(self.der)

    @property
    def asn1_key(self) -> asn1_keys.PrivateKeyInfo:
        return asn1_keys.PrivateKeyInfo.load(
            self.key.private_bytes(
                serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )


def issue(
    name: str,
    issuer: Holder | None,
    *,
    organisation: str = "Sở Nội vụ",
    begin: datetime = BEGIN,
    end: datetime = END,
    time_stamping: bool = False,
    key: Key | None = None,
    authority: bool = False,
    addresses: str | None = None,
) -> Holder:
    """A certificate under `issuer`, or a root where that is None."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    usage = dict.fromkeys(
        (
            *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
            *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
        ),
        False,
    )
    usage |= (
        {"key_cert_sign": True, "crl_sign": True}
        if issuer is None or authority
        else {"digital_signature": True, "content_commitment": True}
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=issuer is None or authority, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if time_stamping:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    if addresses is not None:
        builder = builder.add_extension(access_description(f"{addresses}/ocsp"), critical=False)
        builder = builder.add_extension(distribution_point(f"{addresses}/list.crl"), critical=False)
    return Holder(builder.sign(key if issuer is None else issuer.key, hashes.SHA256()), key)


def access_description(url: str) -> x509.AuthorityInformationAccess:
    """Where the OCSP responder is said to be."""
    place = x509.UniformResourceIdentifier(url)
    return x509.AuthorityInformationAccess([x509.AccessDescription(AuthorityInformationAccessOID.OCSP, place)])


def distribution_point(url: str) -> x509.CRLDistributionPoints:
    """Where the revocation list is said to be."""
    place = x509.UniformResourceIdentifier(url)
    return x509.CRLDistributionPoints([x509.DistributionPoint([place], None, None, None)])


@dataclass(frozen=True)
class Bench:
    """A root, a person, a seal and a time-stamp authority."""

    root: Holder
    person: Holder
    seal: Holder
    clerk_of_2021: Holder
    stamps: Holder
    soon_ended: Holder

    def revocations(self, *revoked: Holder, at: datetime) -> bytes:
        """A revocation list of the root, in DER."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.root.certificate.subject)
            .last_update(at)
            .next_update(at + timedelta(days=3650))
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.root.key.public_key()), critical=False
            )
            .add_extension(x509.CRLNumber(1), critical=False)
        )
        for holder in revoked:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder()
                .serial_number(holder.certificate.serial_number)
                .revocation_date(at)
                .build()
            )
        return builder.sign(self.root.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def time_stamper(self, at: datetime | None = None) -> timestamps.DummyTimeStamper:
        return timestamps.DummyTimeStamper(
            self.stamps.asn1_certificate, self.stamps.asn1_key, fixed_dt=at or datetime.now(UTC)
        )


@cache
def bench() -> Bench:
    """One for the whole run: keys cost time."""
    root = issue("Cơ quan chứng thực thử nghiệm", None)
    return Bench(
        root=root,
        person=issue("Nguyễn Văn An", root),
        seal=issue("Sở Nội vụ tỉnh Bình Sơn", root),
        clerk_of_2021=issue("Trần Thị Bình", root, begin=BEGIN, end=BEGIN + timedelta(days=365)),
        soon_ended=issue("Lê Văn Cường", root, end=datetime.now(UTC) + timedelta(days=200)),
        stamps=issue("Dịch vụ dấu thời gian", root, time_stamping=True, key=rsa.generate_private_key(65537, 2048)),
    )


def paper(text: str = "Quyet dinh so 15/QD-UBND", pages: int = 1) -> bytes:
    """An unsigned PDF."""
    pdf = FPDF()
    pdf.set_compression(False)
    pdf.set_font("helvetica", size=14)
    for number in range(pages):
        pdf.add_page()
        pdf.cell(text=f"{text} trang {number + 1}")
    return bytes(pdf.output())


def signed(
    data: bytes,
    holder: Holder,
    field: str = "ChuKy1",
    *,
    stamped: bool = False,
    stamped_at: datetime | None = None,
    stamper: timestamps.TimeStamper | None = None,
    revocations: bytes | None = None,
    long_term: bool = False,
    pades: bool = True,
    password: str | None = None,
    enclose_root: bool = True,
    **metadata: Any,
) -> bytes:
    """The PDF with one more signature."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data), strict=False)
    if password is not None:
        writer.encrypt(password)
    store = SimpleCertificateStore()
    if enclose_root:
        store.register(bench().root.asn1_certificate)
    if revocations is not None:
        metadata |= {
            "embed_validation_info": True,
            "use_pades_lta": long_term,
            "validation_context": ValidationContext(
                trust_roots=[bench().root.asn1_certificate],
                crls=[asn1_crl.CertificateList.load(revocations)],
                allow_fetching=False,
                revocation_mode="soft-fail",
            ),
        }
    out = signers.sign_pdf(
        writer,
        signers.PdfSignatureMetadata(
            field_name=field,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES if pades else SigSeedSubFilter.ADOBE_PKCS7_DETACHED,
            **metadata,
        ),
        signer=signers.SimpleSigner(holder.asn1_certificate, holder.asn1_key, store),
        timestamper=stamper or (bench().time_stamper(stamped_at) if stamped or stamped_at else None),
    )
    return bytes(out.getvalue())


def byte_range(data: bytes, place: int = 0) -> list[int]:
    """The /ByteRange of the signature at this place, oldest first."""
    signature = PdfFileReader(io.BytesIO(data)).embedded_signatures[place]
    return [int(number) for number in signature.byte_range]
