"""The report in XML by ETSI TS 119 102-2 (version 1.2.1 of its schema), for PDF signatures. Runs in a worker: it reads the file.

pyHanko's classes of the schema are used, not its ready-made report: that one states pyHanko's own verdict, which may be milder than the one
kept here, knows one signature, and leaves out the time that the schema asks for where there is no time-stamp. What is written is the
verdict of the run; the file only lends signature values, attributes and digests.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

from pyhanko.generated.etsi import ts_11910202 as vr
from pyhanko.generated.etsi import xades
from pyhanko.generated.w3c import xmldsig_core as ds
from pyhanko.sign.general import find_unique_cms_attribute
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.report.tools import DIGEST_ALGO_URIS, NAMESPACES
from xsdata.formats.dataclass.serializers import XmlSerializer
from xsdata.formats.dataclass.serializers.config import SerializerConfig
from xsdata.models.datatype import XmlDateTime

from signing.validation.document import open_pdf
from signing.validation.verdicts import SignatureKind, TimestampKind

URN = "urn:etsi:019102:"
OBJECTS = {"certificate": "certificate", "crl": "CRL", "ocsp": "OCSPResponse", "timestamp": "timestamp"}


def report_xml(path: str, report: dict[str, Any], pieces: dict[str, str]) -> dict[str, Any]:
    """The XML, and of each signature in the file field, byte range (offsets and lengths in bytes) and CMS (base64).

    `report` is `report.report_of`, `pieces` the DER bytes in base64 by SHA-256 of the report's evidence, as far as they are kept.
    Raises document.NotReadable, and whatever pyHanko raises on a file it cannot read.
    """
    data = Path(path).read_bytes()
    if hashlib.sha256(data).hexdigest() != report["run"]["sha256"]:
        raise ValueError("these are not the bytes of the run")
    found: dict[str, list[EmbeddedPdfSignature]] = {}
    for one in open_pdf(data, None).embedded_signatures:
        found.setdefault(one.field_name, []).append(one)
    held = {item["sha256"] for item in report["evidence"]}
    reports, told = [], []
    for signature in report["signatures"]:
        embedded = found[signature["field"]].pop(0) if found.get(signature["field"]) else None
        reports.append(_signature(signature, report, embedded, held))
        if embedded is not None:
            told.append(
                {
                    "field": signature["field"],
                    "range": [int(number) for number in embedded.byte_range],
                    "cms": base64.b64encode(embedded.pkcs7_content).decode(),
                }
            )
    objects = tuple(_object(item, pieces.get(item["sha256"], "")) for item in report["evidence"])
    whole = vr.ValidationReport(
        signature_validation_report=tuple(reports),
        signature_validation_objects=vr.ValidationObjectListType(objects) if objects else None,
    )
    written = XmlSerializer(config=SerializerConfig(indent="  ")).render(whole, ns_map=dict(NAMESPACES))
    return {"xml": written, "signatures": told}


def _signature(
    one: dict[str, Any], report: dict[str, Any], embedded: EmbeddedPdfSignature | None, held: set[str]
) -> vr.SignatureValidationReportType:
    own = one["certificate"]
    signer = _reference([own["sha256"]], held) if own else None
    sub = (f"{URN}subindication:{one['sub_indication']}",) if one["sub_indication"] else ()
    judged, best = report["run"]["judged_for"], one["time"]["proven"]
    return vr.SignatureValidationReportType(
        signature_identifier=_identifier(embedded),
        validation_time_info=vr.ValidationTimeInfoType(
            validation_time=_time(judged),
            best_signature_time=vr.POEType(
                poetime=_time(best or judged),
                # Without a time-stamp all that is proven is that it existed when it was validated (clause 4.2.6).
                type_of_proof=f"{URN}poetype:validation",
            ),
        ),
        signers_document=_signers_document(embedded),
        signature_attributes=_attributes(one, embedded),
        signer_information=vr.SignerInformationType(signer_certificate=signer, signer=one["signer"])
        if signer
        else None,
        signature_validation_process=vr.SignatureValidationProcessType(
            signature_validation_process_id=f"{URN}validationprocess:{_process(one)}"
        ),
        signature_validation_status=vr.ValidationStatusType(
            main_indication=f"{URN}mainindication:{one['indication'].lower()}",
            sub_indication=sub,
            associated_validation_report_data=(_data(one, held),),
        ),
    )


def _process(one: dict[str, Any]) -> str:
    if one["level"] == "B-LTA":
        return "LTA"
    return "LTVM" if one["time"]["stamped"] else "Basic"


def _data(one: dict[str, Any], held: set[str]) -> vr.ValidationReportDataType:
    """Chain and anchor by reference, and the sentence of the verdict as additional data."""
    path = [link["sha256"] for link in one["path"]]
    links = [_reference([sha256], held) for sha256 in path]
    anchored = bool(path) and one["path"][-1]["anchor"]
    anchor = links[-1] if anchored else None
    chain = None
    if links and links[0] is not None:
        middle = links[1:-1] if anchored else links[1:]
        chain = vr.CertificateChainType(
            signing_certificate=links[0],
            intermediate_certificate=tuple(link for link in middle if link is not None),
            trust_anchor=anchor if len(links) > 1 else None,
        )
    said = vr.TypedDataType(
        type_value=f"{URN}validationReportData:{one['message']['code']}", value=one["message"]["en"]
    )
    return vr.ValidationReportDataType(
        trust_anchor=anchor,
        certificate_chain=chain,
        additional_validation_report_data=vr.AdditionalValidationReportDataType((said,)),
    )


def _identifier(embedded: EmbeddedPdfSignature | None) -> vr.SignatureIdentifierType | None:
    """Signature value, and digest of the data to be signed: the signed attributes as a SET (RFC 5652, 5.4)."""
    if embedded is None:
        return None
    try:
        value = embedded.signer_info["signature"].native
        attributes = embedded.signer_info["signed_attrs"].dump()
        digest = _digest(embedded.md_algorithm, hashlib.new(embedded.md_algorithm, b"\x31" + attributes[1:]).digest())
    except Exception:
        return None
    return vr.SignatureIdentifierType(
        digest_alg_and_value=digest, signature_value=ds.SignatureValue(value), hash_only=False, doc_hash_only=False
    )


def _signers_document(embedded: EmbeddedPdfSignature | None) -> vr.SignersDocumentType | None:
    if embedded is None:
        return None
    try:
        digest = _digest(embedded.md_algorithm, embedded.compute_digest())
    except Exception:
        return None
    return vr.SignersDocumentType(digest_alg_and_value=digest) if digest else None


def _digest(algorithm: str, value: bytes) -> xades.DigestAlgAndValueType | None:
    uri = DIGEST_ALGO_URIS.get(algorithm)
    if uri is None:
        return None
    return xades.DigestAlgAndValueType(digest_method=ds.DigestMethod(uri), digest_value=ds.DigestValue(value))


def _attributes(one: dict[str, Any], embedded: EmbeddedPdfSignature | None) -> vr.SignatureAttributesType | None:
    """What the signature says of itself."""
    claimed = one["time"]["claimed"]
    kwargs: dict[str, Any] = {}
    if claimed:
        kwargs["signing_time"] = (vr.SASigningTimeType(signed=True, time=_time(claimed)),)
    stamps = {TimestampKind.SIGNATURE: "signature_time_stamp", TimestampKind.CONTENT: "all_data_objects_time_stamp"}
    for kind, name in stamps.items():
        times = [stamp["time"] for stamp in one["timestamps"] if stamp["kind"] == kind and stamp["time"]]
        signed = kind is TimestampKind.CONTENT
        kwargs[name] = tuple(vr.SATimestampType(signed=signed, time_stamp_value=_time(time)) for time in times)
    if one["kind"] == SignatureKind.DOCUMENT_TIMESTAMP:
        times = [stamp["time"] for stamp in one["timestamps"] if stamp["time"]]
        kwargs["doc_time_stamp"] = tuple(vr.SATimestampType(time_stamp_value=_time(time)) for time in times[:1])
    if one["reason"]:
        kwargs["reason"] = (vr.SAReasonType(signed=True, reason_element=one["reason"]),)
    if one["sub_filter"]:
        kwargs["sub_filter"] = (vr.SASubFilterType(signed=True, sub_filter_element=one["sub_filter"].lstrip("/")),)
    if embedded is not None:
        kwargs["byte_range"] = (tuple(int(number) for number in embedded.byte_range),)
        try:
            value = find_unique_cms_attribute(embedded.signer_info["signed_attrs"], "message_digest")
            kwargs["message_digest"] = (vr.SAMessageDigestType(signed=True, digest=value.native),)
        except Exception:
            kwargs.pop("message_digest", None)
    return vr.SignatureAttributesType(**kwargs) if any(kwargs.values()) else None


def _object(item: dict[str, Any], der: str) -> vr.ValidationObjectType:
    """A piece of evidence: its bytes, or its digest where they are not kept."""
    if der:
        representation = vr.ValidationObjectRepresentationType(base64=base64.b64decode(der))
    else:
        digest = _digest("sha256", bytes.fromhex(item["sha256"]))
        representation = vr.ValidationObjectRepresentationType(digest_alg_and_value=digest)
    return vr.ValidationObjectType(
        id=_identity(item["sha256"]),
        object_type=f"{URN}validationObject:{OBJECTS[item['kind']]}",
        validation_object_representation=representation,
    )


def _reference(digests: list[str], held: set[str]) -> vr.VOReferenceType | None:
    """A reference to objects of the list; an xs:IDREF must not lead nowhere."""
    known = tuple(_identity(sha256) for sha256 in digests if sha256 in held)
    return vr.VOReferenceType(voreference=known) if known else None


def _identity(sha256: str) -> str:
    return f"vo-{sha256}"


def _time(text: str) -> XmlDateTime:
    return XmlDateTime.from_datetime(datetime.fromisoformat(text))
