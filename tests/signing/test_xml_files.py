"""What is said of XML signatures: what each signs, what none signs, and what an attacker may not do."""

import asyncio
import base64
import hashlib
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from lxml import etree
from signxml import CanonicalizationMethod, methods

from signing.formats.kinds import Kind
from signing.validation.verdicts import Indication, Outcome, SubIndication
from tests.samples import needs_samples, samples_folder
from tests.signing.bench_pki import Holder, bench, issue
from tests.signing.signed_files import (
    C14N,
    CONTENT,
    DS,
    MESSAGE,
    NOW,
    said,
    signature_over,
    verdict_on,
    xml_detached,
    xml_signed,
)

XADES = "http://uri.etsi.org/01903/v1.3.2#"
ENVELOPED = '<Transforms><Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/></Transforms>'


def put_before_end(document: bytes, piece: bytes, tag: bytes = b"</van-ban>") -> bytes:
    assert tag in document
    return document.replace(tag, piece + tag)


def test_an_enveloped_signature_signs_the_whole_document_and_any_change_breaks_it() -> None:
    data = xml_signed()
    good = verdict_on(Kind.XML, data)
    [signature] = good.signatures
    assert (good.outcome, signature.intact, signature.covers_document) == (Outcome.VALID, True, True)
    assert "signs_document" in said(good)
    changed = verdict_on(Kind.XML, put_before_end(data, b"<them/>"))
    assert (changed.outcome, changed.signatures[0].sub_indication) == (Outcome.TAMPERED, SubIndication.HASH_FAILURE)


def test_an_enveloping_signature_signs_what_it_holds() -> None:
    data = xml_signed(method=methods.enveloping)
    assert verdict_on(Kind.XML, data).signatures[0].covers_document is True
    changed = data.replace("khẩn".encode("ascii", "xmlcharrefreplace"), b"thuong")
    assert changed != data
    assert verdict_on(Kind.XML, changed).outcome is Outcome.TAMPERED


def test_an_object_put_into_a_signature_and_not_signed_is_named() -> None:
    extra = f'<Object xmlns="{DS}"><loi-hua>Chi thêm 10 tỷ</loi-hua></Object>'.encode()
    data = xml_signed(method=methods.enveloping)
    verdict = verdict_on(Kind.XML, data.replace(b"</ds:Signature>", extra + b"</ds:Signature>"))
    assert (verdict.outcome, verdict.signatures[0].covers_document) == (Outcome.INDETERMINATE, False)
    assert "loi-hua" in verdict.signatures[0].message.params["parts"]


def test_a_signature_over_one_element_says_so_and_names_what_it_leaves_out() -> None:
    verdict = verdict_on(Kind.XML, xml_signed(reference="#nd"))
    [signature] = verdict.signatures
    assert (verdict.outcome, signature.intact, signature.covers_document) == (Outcome.INDETERMINATE, True, False)
    assert signature.message.params["parts"] == "/van-ban/ghi-chu"
    [parts] = [finding for finding in signature.findings if finding.code == "signs_parts"]
    assert parts.params["parts"] == "/van-ban/noi-dung (nd)"


@pytest.mark.parametrize("attribute", ['soTien="1000000"', 'xmlns:x="urn:x" x:Id="1"'])
def test_what_an_element_around_the_signed_one_says_by_an_attribute_is_not_signed(attribute: str) -> None:
    text = f'<phieu {attribute}><noi-dung Id="nd">Chi</noi-dung></phieu>'
    verdict = verdict_on(Kind.XML, xml_signed(text, reference="#nd"))
    assert (verdict.outcome, verdict.signatures[0].covers_document) == (Outcome.INDETERMINATE, False)
    assert verdict.signatures[0].message.params["parts"] == "/phieu"


def test_names_namespaces_and_hints_at_schemas_around_the_signed_element_say_nothing() -> None:
    hint = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:x x.xsd"'
    text = f'<phieu xmlns="urn:x" {hint} Id="p" xml:lang="vi"><noi-dung Id="nd">Chi</noi-dung></phieu>'
    exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
    verdict = verdict_on(Kind.XML, xml_signed(text, reference="#nd", c14n_algorithm=exclusive))
    assert (verdict.outcome, verdict.signatures[0].covers_document) == (Outcome.VALID, True)


def test_a_signed_element_moved_aside_for_a_false_one_is_not_taken_for_the_document() -> None:
    """Signature wrapping: the signature goes on to hold over what it signed, wherever that now stands."""
    root = etree.fromstring(xml_signed(reference="#nd"))
    true = root[0]
    false = etree.fromstring("<noi-dung Id='khac'>Chi 10 tỷ đồng</noi-dung>".encode())
    hidden = etree.SubElement(root, "phu")
    root.replace(true, false)
    hidden.append(true)
    verdict = verdict_on(Kind.XML, etree.tostring(root))
    assert verdict.signatures[0].intact is True
    assert verdict.outcome is Outcome.INDETERMINATE
    assert verdict.signatures[0].indication is not Indication.TOTAL_PASSED
    assert "/van-ban/noi-dung (khac)" in verdict.signatures[0].message.params["parts"]


@pytest.mark.parametrize("spelling", ["Id", "ID", "id", "xml:id"])
def test_two_elements_that_call_themselves_the_same_break_the_signature(spelling: str) -> None:
    double = f"<noi-dung {spelling}='nd'>khác</noi-dung>".encode()
    verdict = verdict_on(Kind.XML, put_before_end(xml_signed(reference="#nd"), double))
    assert (verdict.outcome, verdict.signatures[0].intact) == (Outcome.TAMPERED, False)


def test_two_signatures_that_sign_all_of_it_together_leave_nothing_out() -> None:
    text = "<hop-dong><a Id='a'>một</a><b Id='b'>hai</b></hop-dong>"
    root = etree.fromstring(xml_signed(text, reference="#a"))
    second = etree.fromstring(xml_signed(text, bench().seal, reference="#b"))
    root.append(second[-1])
    verdict = verdict_on(Kind.XML, etree.tostring(root))
    assert [signature.intact for signature in verdict.signatures] == [True, True]
    assert verdict.outcome is Outcome.VALID


# ── what lies outside ──


def test_a_detached_signature_signs_the_file_of_its_name_beside_it() -> None:
    data = xml_detached("bao-cao.txt")
    good = verdict_on(Kind.XML, data, CONTENT, name="bao-cao.txt")
    assert (good.outcome, good.signatures[0].intact) == (Outcome.VALID, True)
    assert "signs_elsewhere" in said(good)
    assert verdict_on(Kind.XML, data, CONTENT + b"x", name="bao-cao.txt").outcome is Outcome.TAMPERED
    waiting = verdict_on(Kind.XML, data)
    assert (waiting.outcome, waiting.message.code) == (Outcome.INDETERMINATE, "waits_for_file")


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/x.txt", "file:///etc/hostname", "/etc/hostname", "x.txt"])
def test_nothing_outside_is_ever_fetched(address: str) -> None:
    verdict = verdict_on(Kind.XML, xml_detached(address), CONTENT, name="other.txt")
    [signature] = verdict.signatures
    assert (signature.intact, signature.sub_indication) == (None, SubIndication.SIGNED_DATA_NOT_FOUND)
    assert signature.message.params["detail"] == address


# ── what is refused ──


def test_a_document_type_is_refused_before_anything_of_it_is_read() -> None:
    signed = MESSAGE.replace("</van-ban>", "<SignatureValue/></van-ban>")
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    for prolog in ("<!DOCTYPE van-ban>", f'<!DOCTYPE van-ban [<!ENTITY a0 "ha">{laughs}]>'):
        for encoding in ("utf-8", "utf-16"):
            verdict = verdict_on(Kind.XML, (prolog + signed).encode(encoding))
            assert (verdict.outcome, verdict.message.code) == (Outcome.UNPROCESSABLE, "xml_doctype")


def test_a_page_with_a_document_type_and_no_signature_has_none() -> None:
    page = b'<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "a.dtd"><html><br></html>'
    assert verdict_on(Kind.XML, page).outcome is Outcome.NO_SIGNATURE


@pytest.mark.parametrize("depth", [1000, 3000])
def test_deep_nesting_is_refused(depth: int) -> None:
    verdict = verdict_on(Kind.XML, b"<a>" * depth + b"</a>" * depth)
    assert (verdict.outcome, verdict.message.code) == (Outcome.UNPROCESSABLE, "too_deep")


@pytest.mark.parametrize(
    "transform",
    [
        '<Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>',
        '<Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><XPath>self::ghi-chu</XPath></Transform>',
        '<Transform Algorithm="http://www.w3.org/2002/06/xmldsig-filter2"/>',
        '<Transform Algorithm="urn:unknown"/>',
    ],
)
def test_a_transform_that_is_not_known_is_neither_run_nor_passed_over(transform: str) -> None:
    whole = etree.tostring(etree.fromstring(MESSAGE.encode()), method="c14n")
    made = signature_over(
        [("", whole, ENVELOPED.replace("</Transforms>", transform + "</Transforms>"), "")], bench().person
    )
    verdict = verdict_on(Kind.XML, put_before_end(MESSAGE.encode(), made))
    [signature] = verdict.signatures
    assert (signature.intact, signature.indication) == (None, Indication.INDETERMINATE)
    assert signature.message.code == "xml_not_allowed"
    assert verdict.outcome is Outcome.UNPROCESSABLE


def test_the_filter_that_leaves_signatures_out_is_known_by_its_words() -> None:
    whole = etree.tostring(etree.fromstring(MESSAGE.encode()), method="c14n")
    known = (
        '<Transforms><Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116">'
        f'<XPath xmlns:ds="{DS}">not(ancestor-or-self::ds:Signature)</XPath></Transform></Transforms>'
    )
    data = put_before_end(MESSAGE.encode(), signature_over([("", whole, known, "")], bench().person))
    assert verdict_on(Kind.XML, data).outcome is Outcome.VALID
    other = data.replace(f'xmlns:ds="{DS}"'.encode(), b'xmlns:ds="urn:khac"')
    assert verdict_on(Kind.XML, other).signatures[0].intact is not True


def test_a_forged_certificate_that_bears_the_signature_value_as_its_own_signature_is_not_trusted() -> None:
    """The chain is judged in a CMS whose value was verified before; that value must count for nothing else."""
    forger = issue("Nguyễn Văn Mạo", None)
    forged = issue("Nguyễn Văn An", bench().root, key=forger.key)
    named = x509.CertificateBuilder(
        bench().root.certificate.subject,
        forged.certificate.subject,
        forged.certificate.public_key(),
        x509.random_serial_number(),
        forged.certificate.not_valid_before_utc,
        forged.certificate.not_valid_after_utc,
        list(forged.certificate.extensions),
    )
    holder = Holder(named.sign(forger.key, hashes.SHA256()), forger.key)
    data = xml_signed(holder=holder)
    value = etree.tostring(etree.fromstring(data).find(f".//{{{DS}}}SignatureValue"), method="c14n")
    true = holder.der
    false = asn1_x509.Certificate.load(true).copy()
    false["signature_value"] = core.OctetBitString(value)
    assert _lines(true) in data
    data = data.replace(_lines(true), base64.b64encode(false.dump()))
    [signature] = verdict_on(Kind.XML, data, knowledge=[bench().revocations(at=NOW - timedelta(minutes=1))]).signatures
    assert signature.intact is True
    assert signature.indication is Indication.INDETERMINATE
    assert signature.identity.anchored is not True


def _lines(der: bytes) -> bytes:
    pem = x509.load_der_x509_certificate(der).public_bytes(serialization.Encoding.PEM)
    return pem.split(b"-----\n", 1)[1].split(b"-----END")[0]


# ── XAdES ──


def xades(*, stamped: bool = False, revocations: bytes | None = None, over: bytes | None = None) -> bytes:
    root = etree.fromstring(xml_signed(xades=True))
    properties = root.find(f".//{{{XADES}}}QualifyingProperties")
    value = etree.tostring(
        etree.fromstring(etree.tostring(root.find(f".//{{{DS}}}SignatureValue"), with_tail=False)), method="c14n"
    )
    pieces = ""
    if stamped:
        digest = hashlib.sha256(value if over is None else over).digest()
        token = asyncio.run(bench().time_stamper().async_timestamp(digest, "sha256")).dump()
        encoded = base64.b64encode(token).decode()
        pieces += (
            f"<x:SignatureTimeStamp><x:EncapsulatedTimeStamp>{encoded}</x:EncapsulatedTimeStamp></x:SignatureTimeStamp>"
        )
    if revocations is not None:
        encoded = base64.b64encode(revocations).decode()
        pieces += (
            "<x:RevocationValues><x:CRLValues><x:EncapsulatedCRLValue>"
            f"{encoded}</x:EncapsulatedCRLValue></x:CRLValues></x:RevocationValues>"
        )
    unsigned = (
        f'<x:UnsignedProperties xmlns:x="{XADES}"><x:UnsignedSignatureProperties>{pieces}'
        "</x:UnsignedSignatureProperties></x:UnsignedProperties>"
    )
    properties.append(etree.fromstring(unsigned))
    return etree.tostring(root)


def test_xades_with_time_stamp_and_revocation_data_passes_by_the_same_judgement_as_a_pdf() -> None:
    revocations = bench().revocations(at=NOW - timedelta(minutes=1))
    verdict = verdict_on(Kind.XML, xades(stamped=True, revocations=revocations))
    [signature] = verdict.signatures
    assert (signature.indication, signature.level, signature.sub_filter) == (
        Indication.TOTAL_PASSED,
        "B-LT",
        "XAdES",
    )
    assert signature.claimed_time is not None
    assert signature.best_time is not None
    assert [certificate.anchor for certificate in signature.path] == [False, True]


def test_levels_of_xades_are_what_is_there() -> None:
    levels = [verdict_on(Kind.XML, data).signatures[0].level for data in (xml_signed(), xades(), xades(stamped=True))]
    assert levels == ["-", "B-B", "B-T"]


def test_a_time_stamp_over_something_else_breaks_it() -> None:
    verdict = verdict_on(Kind.XML, xades(stamped=True, over=b"another value"))
    assert verdict.outcome is Outcome.TIMESTAMP_BROKEN
    assert verdict.signatures[0].indication is not Indication.TOTAL_PASSED


def test_a_certificate_put_in_the_place_of_the_signed_one_is_noticed() -> None:
    """The same key under another name: XAdES signs the certificate's digest for that."""
    twin = issue("Trần Văn Tráo", bench().root, key=bench().person.key)
    data = xades().replace(_lines(bench().person.der), base64.b64encode(twin.der))
    [signature] = verdict_on(Kind.XML, data).signatures
    # signxml signs KeyInfo too, which alone would catch it.
    assert signature.intact is not True
    assert signature.indication is not Indication.TOTAL_PASSED


# ── messages of the national exchange ──

EDXML = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<edXML xmlns="http://www.mic.gov.vn/TBT/QCVN_102_2016"><edXMLEnvelope>'
    "<edXMLHeader><MessageHeader><Subject>Về việc kết nối</Subject></MessageHeader></edXMLHeader></edXMLEnvelope>"
    "<AttachmentEncoded><Attachment><ContentTransferEncoded>UEsDBA==</ContentTransferEncoded></Attachment>"
    "</AttachmentEncoded></edXML>"
)


def edxml() -> bytes:
    whole = etree.tostring(etree.fromstring(EDXML.encode()), method="c14n")
    made = signature_over([("", whole, ENVELOPED, "")], bench().seal)
    return put_before_end(EDXML.encode(), made, b"</edXMLHeader>")


def test_a_message_of_the_exchange_signs_its_attachments_too() -> None:
    good = verdict_on(Kind.XML, edxml())
    assert (good.outcome, good.signatures[0].signer) == (Outcome.VALID, "Sở Nội vụ tỉnh Bình Sơn")
    assert good.signatures[0].covers_document is True
    changed = edxml().replace(b"UEsDBA==", b"UEsDBB==")
    assert verdict_on(Kind.XML, changed).outcome is Outcome.TAMPERED


def test_stray_bytes_before_the_prolog_are_passed_over_and_told() -> None:
    verdict = verdict_on(Kind.XML, b"1212" + edxml())
    assert verdict.outcome is Outcome.VALID
    assert "xml_stray" in said(verdict)


def test_a_prefix_that_is_bound_to_nothing_ends_in_a_reason() -> None:
    verdict = verdict_on(Kind.XML, edxml().replace(b"<MessageHeader>", b'<MessageHeader xlink:href="">'))
    assert (verdict.outcome, verdict.message.code) == (Outcome.UNPROCESSABLE, "xml_not_well_formed")
    assert "xlink" in verdict.message.params["detail"]


def test_a_signature_in_no_namespace_of_signatures_proves_nothing_and_is_named() -> None:
    bare = "<Signature><SignedInfo/><SignatureValue>AA==</SignatureValue></Signature>"
    verdict = verdict_on(Kind.XML, put_before_end(EDXML.encode(), bare.encode(), b"</edXMLHeader>"))
    assert verdict.outcome is Outcome.UNPROCESSABLE
    assert verdict.signatures[0].message.code == "not_xml_signature"


@needs_samples
def test_the_samples_of_the_exchange_end_in_a_verdict() -> None:
    samples = samples_folder()
    assert samples is not None
    outcomes = {path.name: verdict_on(Kind.XML, path.read_bytes()).outcome for path in samples.glob("edxml/*.edxml")}
    assert outcomes["edoc.edxml"] is Outcome.UNPROCESSABLE
    assert Outcome.VALID not in outcomes.values()


def test_another_implementation_agrees(tmp_path: Path) -> None:
    """xmlsec1 knows nothing of ours: what it calls good is intact here, and what it refuses is not."""
    if shutil.which("xmlsec1") is None:
        pytest.skip("xmlsec1 is not installed")
    (tmp_path / "cert.pem").write_bytes(bench().person.pem)
    documents = {
        "whole": xml_signed(),
        "part": xml_signed(reference="#nd"),
        "default namespace": xml_signed(
            MESSAGE.replace("<van-ban>", "<van-ban xmlns='urn:vb' xml:lang='vi'>"),
            c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        ),
        "comments": xml_signed(MESSAGE.replace("</ghi-chu>", "<!-- x --></ghi-chu>")),
    }
    documents |= {f"{name}, changed": data.replace(b"Id=", b"x='1' Id=") for name, data in documents.items()}
    for name, data in documents.items():
        (tmp_path / "a.xml").write_bytes(data)
        command = ["xmlsec1", "--verify", "--pubkey-cert-pem", "cert.pem", "--id-attr:Id", "noi-dung", "a.xml"]
        theirs = subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0
        assert (verdict_on(Kind.XML, data).signatures[0].intact is True) == theirs, name
        assert theirs == ("changed" not in name), name


@pytest.mark.parametrize("uri", ["", "#nd"])
@pytest.mark.parametrize("algorithm", [C14N, "http://www.w3.org/2001/10/xml-exc-c14n#"], ids=["inclusive", "exclusive"])
def test_what_another_implementation_signs_is_intact_here(tmp_path: Path, uri: str, algorithm: str) -> None:
    if shutil.which("xmlsec1") is None:
        pytest.skip("xmlsec1 is not installed")
    person = bench().person
    key = person.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "key.pem").write_bytes(key)
    (tmp_path / "cert.pem").write_bytes(person.pem)
    template = (
        f'<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{algorithm}"/>'
        '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"/>'
        f'<ds:Reference URI="{uri}"><ds:Transforms>'
        '<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>'
        f'<ds:Transform Algorithm="{algorithm}"/></ds:Transforms>'
        '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference>'
        "</ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><ds:X509Data/></ds:KeyInfo></ds:Signature>"
    )
    message = MESSAGE.replace("<van-ban>", "<van-ban xmlns='urn:vb' xmlns:k='urn:k' xml:lang='vi' k:so='1'>")
    (tmp_path / "a.xml").write_bytes(put_before_end(f"<?tro giup?>{message}".encode(), template.encode()))
    command = [
        "xmlsec1",
        "--sign",
        "--privkey-pem",
        "key.pem,cert.pem",
        "--id-attr:Id",
        "noi-dung",
        "--output",
        "b.xml",
    ]
    subprocess.run([*command, "a.xml"], cwd=tmp_path, check=True, capture_output=True)
    data = (tmp_path / "b.xml").read_bytes()
    assert verdict_on(Kind.XML, data).signatures[0].intact is True
    assert verdict_on(Kind.XML, data.replace(b"<noi-dung", b"<noi-dung x='1'")).outcome is Outcome.TAMPERED
