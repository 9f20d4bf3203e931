"""The report in the standard's XML: it keeps to the schema, and says the archive's verdict, not a milder one."""

from __future__ import annotations

import dataclasses
from typing import Any
from xml.etree import ElementTree

import pytest
from django.urls import reverse
from pyhanko.generated.etsi import ts_11910202 as vr
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.config import ParserConfig

from tests.signing.judged import basic, judged, painted_over, sound, tampered
from tests.signing.test_reports import run_of

pytestmark = pytest.mark.django_db
NS = {"vr": "http://uri.etsi.org/19102/v1.2.1#"}
URN = "urn:etsi:019102:"


def missing(value: Any, path: str = "") -> list[str]:
    """What the schema asks for and is not there: by pyHanko's classes, which were generated from it."""
    found = []
    for part in dataclasses.fields(value):
        held, here = getattr(value, part.name), f"{path}/{part.name}"
        if part.metadata.get("required") and held is None:
            found.append(here)
        for one in held if isinstance(held, (tuple, list)) else (held,):
            if dataclasses.is_dataclass(one) and not isinstance(one, type):
                found += missing(one, here)
    return found


def xml_of(client, document) -> bytes:
    answer = client.get(reverse("run_xml", args=[run_of(document).pk]))
    assert answer.status_code == 200, answer.content.decode()
    return answer.content


@pytest.mark.parametrize("make", [sound, basic, tampered, painted_over])
def test_the_xml_keeps_to_the_schema_of_the_standard(make, records, cast, client_of):
    written = xml_of(client_of(cast.auditor), judged(records, make()))
    strict = ParserConfig(fail_on_unknown_properties=True, fail_on_unknown_attributes=True)
    report = XmlParser(config=strict).from_bytes(written, vr.ValidationReport)
    assert missing(report) == []
    tree = ElementTree.fromstring(written)
    ids = {one.get("id") for one in tree.iter(f"{{{NS['vr']}}}ValidationObject")}
    for one in tree.iter():
        assert set((one.get("VOReference") or "").split()) <= ids, "a reference that leads nowhere"


@pytest.mark.parametrize(
    ("make", "main", "sub"),
    [
        (sound, "total-passed", None),
        (basic, "indeterminate", "CERTIFICATE_CHAIN_GENERAL_FAILURE"),
        (tampered, "total-failed", "HASH_FAILURE"),
        # pyHanko's own report would call this one passed or indeterminate: its bytes are intact.
        (painted_over, "total-failed", "FORMAT_FAILURE"),
    ],
)
def test_the_xml_says_the_verdict_that_was_kept(make, main, sub, records, cast, client_of):
    document = judged(records, make())
    tree = ElementTree.fromstring(xml_of(client_of(cast.auditor), document))
    statuses = tree.findall("vr:SignatureValidationReport/vr:SignatureValidationStatus", NS)
    assert len(statuses) == len(run_of(document).verdict["signatures"])
    assert statuses[0].findtext("vr:MainIndication", None, NS) == f"{URN}mainindication:{main}"
    assert statuses[0].findtext("vr:SubIndication", None, NS) == (f"{URN}subindication:{sub}" if sub else None)


def test_the_xml_carries_the_evidence_by_its_bytes(records, cast, client_of):
    tree = ElementTree.fromstring(xml_of(client_of(cast.auditor), judged(records, sound())))
    kinds = {one.findtext("vr:ObjectType", "", NS).rsplit(":", 1)[1] for one in tree.iter() if one.get("id")}
    assert {"certificate", "CRL", "timestamp"} <= kinds
    assert all(
        one.find("vr:ValidationObjectRepresentation/vr:base64", NS) is not None for one in tree.iter() if one.get("id")
    )


def test_where_there_is_no_signature_in_a_pdf_the_xml_is_refused_with_the_reason(records, cast, client_of):
    run = run_of(judged(records, b"%PDF-1.7 broken"))
    answer = client_of(cast.auditor).get(reverse("run_xml", args=[run.pk]))
    assert answer.status_code == 409
    assert "Không có chữ ký nào để báo cáo" in answer.content.decode()
