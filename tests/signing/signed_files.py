"""Signed files that are not PDFs, made on the spot: CMS by pyHanko, XML by signxml, office packages by hand after ECMA-376 part 2."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from asn1crypto import cms, crl
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa, utils
from lxml import etree
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore
from signxml import XMLSigner, methods
from signxml.xades import XAdESSigner

from signing.formats.kinds import Kind
from signing.formats.worker import validate_bytes
from signing.formats.xml_file import Beside
from signing.validation.anchors import read_qualified
from signing.validation.policy import ARCHIVE
from signing.validation.verdicts import FileVerdict
from tests.signing.bench_pki import Holder, bench

NOW = datetime.now(UTC)
CONTENT = "Điều 1. Kiện toàn Ban Chỉ đạo an toàn giao thông.\n".encode()
ECDSA = "ecdsa-sha256"
DS = "http://www.w3.org/2000/09/xmldsig#"


def verdict_on(
    kind: Kind,
    data: bytes,
    beside: bytes | None = None,
    *,
    name: str = "quyet-dinh.docx",
    trusted: bool = True,
    at: datetime | None = None,
    knowledge: Iterable[bytes] = (),
) -> FileVerdict:
    """The engine's word, without the worker process."""
    anchors = read_qualified([bench().root.pem]) if trusted else []
    signed = None if beside is None else Beside(name, beside)
    now = datetime.now(UTC) + timedelta(minutes=1)
    return validate_bytes(data, kind, signed, anchors, now, at, ARCHIVE, list(knowledge))


def said(verdict: FileVerdict, place: int = 0) -> set[str]:
    """The codes of everything found about one signature."""
    return {finding.code for finding in verdict.signatures[place].findings}


# ── CMS ──


def p7s(
    content: bytes = CONTENT,
    holder: Holder | None = None,
    *,
    cades: bool = True,
    stamped: bool = False,
    revocations: bytes | None = None,
    detached: bool = True,
) -> bytes:
    """A CMS over the content, beside it or around it."""
    holder = holder or bench().person
    store = SimpleCertificateStore()
    store.register(bench().root.asn1_certificate)
    signer = signers.SimpleSigner(holder.asn1_certificate, holder.asn1_key, store)
    made = asyncio.run(
        signer.async_sign_general_data(
            content,
            "sha256",
            detached=detached,
            use_cades=cades,
            timestamper=bench().time_stamper() if stamped else None,
        )
    )
    if revocations is not None:
        made["content"]["crls"] = [cms.RevocationInfoChoice("crl", crl.CertificateList.load(revocations))]
        made = cms.ContentInfo({"content_type": "signed_data", "content": made["content"]})
    return bytes(made.dump())


def signers_joined(*parts: bytes) -> bytes:
    """One CMS with the SignerInfos of several."""
    read = [cms.ContentInfo.load(part)["content"] for part in parts]
    first = read[0].copy()
    first["signer_infos"] = cms.SignerInfos([info for one in read for info in one["signer_infos"]])
    first["certificates"] = [choice for one in read for choice in one["certificates"]]
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": first}).dump())


def counter_signed(data: bytes, holder: Holder, over: bytes | None = None) -> bytes:
    """The CMS with a counter-signature (RFC 5652, 11.4) over its first signature's value, or over something else."""
    content = cms.ContentInfo.load(data)["content"].copy()
    [info] = content["signer_infos"]
    value = info["signature"].native if over is None else over
    attributes = cms.CMSAttributes(
        [cms.CMSAttribute({"type": "message_digest", "values": [hashlib.sha256(value).digest()]})]
    )
    counter = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                name="issuer_and_serial_number",
                value=cms.IssuerAndSerialNumber(
                    {
                        "issuer": holder.asn1_certificate.issuer,
                        "serial_number": holder.asn1_certificate.serial_number,
                    }
                ),
            ),
            "digest_algorithm": {"algorithm": "sha256"},
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature": signature_by(holder, attributes.dump()),
        }
    )
    changed = info.copy()
    changed["unsigned_attrs"] = cms.CMSAttributes(
        [cms.CMSAttribute({"type": "counter_signature", "values": [counter]})]
    )
    content["signer_infos"] = cms.SignerInfos([changed])
    content["certificates"] = [
        *content["certificates"],
        cms.CertificateChoices("certificate", holder.asn1_certificate),
    ]
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": content}).dump())


def signature_by(holder: Holder, data: bytes) -> bytes:
    assert isinstance(holder.key, ec.EllipticCurvePrivateKey)
    return holder.key.sign(data, ec.ECDSA(hashes.SHA256()))


# ── XML ──

MESSAGE = "<van-ban><noi-dung Id='nd'>Kính gửi các sở</noi-dung><ghi-chu>khẩn</ghi-chu></van-ban>"


def xml_signed(
    text: str = MESSAGE,
    holder: Holder | None = None,
    *,
    method: Any = methods.enveloped,
    xades: bool = False,
    reference: str | None = None,
    **options: Any,
) -> bytes:
    holder = holder or bench().person
    kind = XAdESSigner if xades else XMLSigner
    signer = kind(method=method, signature_algorithm=ECDSA, **options)
    key_arguments: dict[str, Any] = {"key": holder.key, "cert": [holder.certificate]}
    if reference is not None:
        key_arguments["reference_uri"] = reference
    return bytes(etree.tostring(signer.sign(etree.fromstring(text.encode()), **key_arguments)))


def xml_detached(name: str, content: bytes = CONTENT, holder: Holder | None = None) -> bytes:
    """A signature over a file by its name, with nothing of it inside."""
    return signature_over([(name, content, "", "")], holder or bench().person)


def signature_over(
    references: Iterable[tuple[str, bytes, str, str]], holder: Holder, objects: str = "", more: str = ""
) -> bytes:
    """An XML signature by hand: (address, bytes to digest, transforms, attributes) each, and objects."""
    listed = "".join(
        f'<Reference URI="{uri}"{attributes}>{transforms}'
        '<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        f"<DigestValue>{_base64(hashlib.sha256(data).digest())}</DigestValue></Reference>"
        for uri, data, transforms, attributes in references
    )
    info = (
        f'<SignedInfo xmlns="{DS}"><CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/>'
        f'<SignatureMethod Algorithm="{_method(holder)}"/>{listed}</SignedInfo>'
    )
    over = etree.tostring(etree.fromstring(info), method="c14n")
    inner = etree.tostring(etree.fromstring(info)).decode()
    return (
        f'<Signature xmlns="{DS}" Id="ky">{inner}<SignatureValue>{_base64(raw_signature(holder, over))}</SignatureValue>'
        f"<KeyInfo><X509Data><X509Certificate>{_base64(holder.der)}</X509Certificate>{more}</X509Data></KeyInfo>"
        f"{objects}</Signature>"
    ).encode()


def _method(holder: Holder) -> str:
    kind = "rsa" if isinstance(holder.key, rsa.RSAPrivateKey) else "ecdsa"
    return f"http://www.w3.org/2001/04/xmldsig-more#{kind}-sha256"


def raw_signature(holder: Holder, over: bytes) -> bytes:
    """The two numbers one after the other, as XML signatures want them."""
    first, second = utils.decode_dss_signature(signature_by(holder, over))
    return first.to_bytes(32, "big") + second.to_bytes(32, "big")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


# ── office packages ──

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "application/vnd.openxmlformats-package.relationships+xml"
TRANSFORM = "http://schemas.openxmlformats.org/package/2006/RelationshipTransform"
SIGNATURE = "application/vnd.openxmlformats-package.digital-signature"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"


@cache
def docx_parts() -> dict[str, bytes]:
    """A small document with a style part and one part of properties."""
    return {
        "[Content_Types].xml": (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            f'<Default Extension="rels" ContentType="{RELATIONS}"/>'
            f'<Default Extension="sigs" ContentType="{SIGNATURE}-origin"/>'
            f'<Override PartName="/word/document.xml" ContentType="{WORD}.document.main+xml"/>'
            f'<Override PartName="/word/styles.xml" ContentType="{WORD}.styles+xml"/>'
            '<Override PartName="/docProps/core.xml"'
            ' ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
            f'<Override PartName="/_xmlsignatures/sig1.xml" ContentType="{SIGNATURE}-xmlsignature+xml"/></Types>'
        ).encode(),
        "_rels/.rels": relations(
            ("rId3", f"{RELS}/digital-signature/origin", "_xmlsignatures/origin.sigs"),
            ("rId2", f"{RELS}/metadata/core-properties", "docProps/core.xml"),
            ("rId1", f"{OFFICE}/officeDocument", "word/document.xml"),
        ),
        "word/document.xml": (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
            '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>'
            "<w:t>Quyết định số 15/QĐ-UBND</w:t></w:r></w:p></w:body></w:document>"
        ).encode(),
        "word/styles.xml": (
            b'<?xml version="1.0" encoding="UTF-8"?>'
            b'<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"/>'
        ),
        "word/_rels/document.xml.rels": relations(("rId1", f"{OFFICE}/styles", "styles.xml")),
        "docProps/core.xml": (
            b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>'
        ),
    }


def relations(*rows: tuple[str, str, str]) -> bytes:
    listed = "".join(f'<Relationship Id="{key}" Type="{kind}" Target="{target}"/>' for key, kind, target in rows)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Relationships xmlns="{RELS}">{listed}</Relationships>'.encode()


def picked(*rows: tuple[str, str, str]) -> bytes:
    """What the relationship transform and canonicalisation leave, written out (ECMA-376 part 2, 10.6.5.2.5)."""
    listed = "".join(
        f'<Relationship Id="{key}" Target="{target}" TargetMode="Internal" Type="{kind}"></Relationship>'
        for key, kind, target in sorted(rows)
    )
    return f'<Relationships xmlns="{RELS}">{listed}</Relationships>'.encode()


def manifest_references(parts: dict[str, bytes]) -> list[tuple[str, bytes, str, str]]:
    def pick(key: str) -> str:
        return (
            f'<Transforms><Transform Algorithm="{TRANSFORM}">'
            '<mdssi:RelationshipReference xmlns:mdssi="http://schemas.openxmlformats.org/package/2006/digital-signature"'
            f' SourceId="{key}"/></Transform><Transform Algorithm="{C14N}"/></Transforms>'
        )

    return [
        (
            f"/_rels/.rels?ContentType={RELATIONS}",
            picked(("rId1", f"{OFFICE}/officeDocument", "word/document.xml")),
            pick("rId1"),
            "",
        ),
        (f"/word/document.xml?ContentType={WORD}.document.main+xml", parts["word/document.xml"], "", ""),
        (f"/word/styles.xml?ContentType={WORD}.styles+xml", parts["word/styles.xml"], "", ""),
        (
            f"/word/_rels/document.xml.rels?ContentType={RELATIONS}",
            picked(("rId1", f"{OFFICE}/styles", "styles.xml")),
            pick("rId1"),
            "",
        ),
    ]


def docx_signature(parts: dict[str, bytes], holder: Holder | None = None) -> bytes:
    """The signature part as Office writes it: a manifest of parts and the time, in objects that are signed."""
    rows = "".join(
        f'<Reference URI="{uri}">{transforms}<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        f"<DigestValue>{_base64(hashlib.sha256(data).digest())}</DigestValue></Reference>"
        for uri, data, transforms, _ in manifest_references(parts)
    )
    package = (
        f'<Object xmlns="{DS}" Id="idPackageObject"><Manifest>{rows}</Manifest><SignatureProperties>'
        '<SignatureProperty Id="idSignatureTime" Target="#idPackageSignature">'
        '<mdssi:SignatureTime xmlns:mdssi="http://schemas.openxmlformats.org/package/2006/digital-signature">'
        "<mdssi:Format>YYYY-MM-DDThh:mm:ssTZD</mdssi:Format><mdssi:Value>2026-03-04T05:06:07Z</mdssi:Value>"
        "</mdssi:SignatureTime></SignatureProperty></SignatureProperties></Object>"
    )
    office = (
        f'<Object xmlns="{DS}" Id="idOfficeObject"><SignatureProperties>'
        '<SignatureProperty Id="idOfficeV1Details" Target="#idPackageSignature">'
        '<SignatureInfoV1 xmlns="http://schemas.microsoft.com/office/2006/digsig">'
        "<SignatureComments>Phê duyệt</SignatureComments></SignatureInfoV1>"
        "</SignatureProperty></SignatureProperties></Object>"
    )
    references = [
        (f"#{key}", etree.tostring(etree.fromstring(text), method="c14n"), "", f' Type="{DS}Object"')
        for key, text in (("idPackageObject", package), ("idOfficeObject", office))
    ]
    return signature_over(references, holder or bench().person, package + office)


def docx_signed(holder: Holder | None = None, **changed: bytes) -> bytes:
    """The signed package; `changed`: parts put in afterwards, by their names with "__" for "/"."""
    parts = dict(docx_parts())
    signature = docx_signature(parts, holder)
    parts["_xmlsignatures/origin.sigs"] = b""
    parts["_xmlsignatures/_rels/origin.sigs.rels"] = relations(
        ("rId1", f"{RELS}/digital-signature/signature", "sig1.xml")
    )
    parts["_xmlsignatures/sig1.xml"] = signature
    parts.update({name.replace("__", "/"): data for name, data in changed.items()})
    return zipped(parts.items())


def zipped(parts: Iterable[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts:
            package.writestr(zipfile.ZipInfo(name, (2026, 1, 2, 3, 4, 6)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
