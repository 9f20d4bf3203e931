"""Signatures of office packages, made by hand as ECMA-376 part 2 says, and what happens to them."""

import io
import shutil
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from signing.formats.kinds import Kind
from signing.formats.ooxml import transformed
from signing.validation.verdicts import Outcome, SubIndication
from tests.samples import needs_samples, samples_folder
from tests.signing.bench_pki import bench
from tests.signing.signed_files import (
    OFFICE,
    RELS,
    docx_parts,
    docx_signed,
    picked,
    relations,
    said,
    verdict_on,
    zipped,
)

DOCUMENT = docx_parts()["word/document.xml"]
STYLES = ("rId1", f"{OFFICE}/styles", "styles.xml")


def test_a_signed_document_is_attributed_to_its_signer_and_signs_every_part_that_is_shown() -> None:
    verdict = verdict_on(Kind.PACKAGE, docx_signed(bench().seal))
    [signature] = verdict.signatures
    assert (verdict.outcome, signature.intact, signature.covers_document) == (Outcome.VALID, True, True)
    assert (signature.signer, signature.reason) == ("Sở Nội vụ tỉnh Bình Sơn", "Phê duyệt")
    assert signature.claimed_time == datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    assert "signs_package" in said(verdict)
    [unsigned] = [finding for finding in signature.findings if finding.code == "properties_not_signed"]
    assert unsigned.params["parts"] == "/docProps/core.xml"


@pytest.mark.parametrize("part", ["word/document.xml", "word/styles.xml"])
def test_a_changed_part_is_named(part: str) -> None:
    changed = docx_parts()[part].replace(b"w:", b"W:")
    verdict = verdict_on(Kind.PACKAGE, docx_signed(**{part.replace("/", "__"): changed}))
    [signature] = verdict.signatures
    assert (verdict.outcome, signature.sub_indication) == (Outcome.TAMPERED, SubIndication.HASH_FAILURE)
    assert signature.message.params["detail"] == f"/{part}"


def test_a_part_taken_out_is_missed() -> None:
    package = zipfile.ZipFile(io.BytesIO(docx_signed()))
    rest = [(name, package.read(name)) for name in package.namelist() if name != "word/styles.xml"]
    verdict = verdict_on(Kind.PACKAGE, zipped(rest))
    assert verdict.outcome is not Outcome.VALID
    assert verdict.signatures[0].intact is not True


def test_a_part_put_in_afterwards_is_not_signed_and_named() -> None:
    verdict = verdict_on(Kind.PACKAGE, docx_signed(word__header1=b"<w:hdr/>"))
    assert (verdict.outcome, verdict.signatures[0].covers_document) == (Outcome.INDETERMINATE, False)
    assert verdict.signatures[0].message.params["parts"] == "/word/header1"


def test_a_relationship_put_in_afterwards_is_named_though_the_signed_ones_hold() -> None:
    """An implicit relationship changes what is shown without a word in any signed part."""
    more = relations(STYLES, ("rId9", f"{OFFICE}/numbering", "styles.xml"))
    verdict = verdict_on(Kind.PACKAGE, docx_signed(**{"word___rels__document.xml.rels": more}))
    assert verdict.signatures[0].intact is True
    assert verdict.outcome is Outcome.INDETERMINATE
    assert "/word/document.xml → /word/styles.xml" in verdict.signatures[0].message.params["parts"]


def test_a_relationship_turned_to_another_part_breaks_the_signature() -> None:
    other = relations(("rId1", f"{OFFICE}/styles", "../docProps/core.xml"))
    verdict = verdict_on(Kind.PACKAGE, docx_signed(**{"word___rels__document.xml.rels": other}))
    assert verdict.outcome is Outcome.TAMPERED


def test_relationships_written_in_another_order_are_the_same() -> None:
    again = (
        b"<Relationships xmlns='%s'>\n  <Relationship Target='styles.xml' Type='%s' Id='rId1'/>\n</Relationships>"
        % (
            RELS.encode(),
            f"{OFFICE}/styles".encode(),
        )
    )
    assert verdict_on(Kind.PACKAGE, docx_signed(**{"word___rels__document.xml.rels": again})).outcome is Outcome.VALID


def test_the_relationship_transform_picks_by_id_and_by_type_and_sorts() -> None:
    rows = [("rId2", "urn:b", "b.xml"), ("rId10", "urn:a", "a.xml"), ("rId1", "urn:c", "c.xml")]
    root = etree.fromstring(relations(*rows))
    assert etree.tostring(transformed(root, {"rId2"}, {"urn:a"}), method="c14n") == picked(rows[0], rows[1])


def test_another_content_type_for_a_signed_part_is_noticed() -> None:
    types = docx_parts()["[Content_Types].xml"].replace(b"styles+xml", b"numbering+xml")
    verdict = verdict_on(Kind.PACKAGE, docx_signed(**{"[Content_Types].xml": types}))
    assert (verdict.outcome, verdict.message.code) == (Outcome.TAMPERED, "content_type_differs")


def test_a_signature_to_which_the_package_leads_nowhere_is_said_to_be_one() -> None:
    nowhere = relations(("rId1", f"{OFFICE}/officeDocument", "word/document.xml"))
    verdict = verdict_on(Kind.PACKAGE, docx_signed(**{"_rels__.rels": nowhere}))
    assert "not_linked" in said(verdict)


def test_two_parts_of_one_name_are_refused() -> None:
    package = zipfile.ZipFile(io.BytesIO(docx_signed()))
    parts = [(name, package.read(name)) for name in package.namelist()]
    verdict = verdict_on(Kind.PACKAGE, zipped([*parts, ("Word/Document.xml", DOCUMENT.replace(b"15", b"16"))]))
    assert (verdict.outcome, verdict.message.code) == (Outcome.UNPROCESSABLE, "package_twice")


def test_a_document_without_signature_has_none() -> None:
    unsigned = {name: data for name, data in docx_parts().items() if "_xmlsignatures" not in name}
    assert verdict_on(Kind.PACKAGE, zipped(unsigned.items())).outcome is Outcome.NO_SIGNATURE


def test_a_package_that_unpacks_to_far_more_than_it_is_ends_as_unprocessable() -> None:
    bomb = zipped(
        [*docx_parts().items(), ("word/document.xml.bak", bytes(64 << 20)), ("_xmlsignatures/a.xml", bytes(40 << 20))]
    )
    verdict = verdict_on(Kind.PACKAGE, bomb)
    assert verdict.outcome in (Outcome.UNPROCESSABLE, Outcome.TAMPERED)
    assert verdict.message.code in ("package_too_large", "format")


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"no package", zipped([("a.xml", b"<a/>")])])
def test_what_is_no_package_is_unprocessable_with_a_reason(data: bytes) -> None:
    verdict = verdict_on(Kind.PACKAGE, data)
    assert (verdict.outcome, verdict.message.code) == (Outcome.UNPROCESSABLE, "package_damaged")


@needs_samples
def test_documents_as_agencies_publish_them_are_read() -> None:
    samples = samples_folder()
    assert samples is not None
    files = sorted(samples.glob("office/*.docx"))[:6]
    assert files
    assert {verdict_on(Kind.PACKAGE, path.read_bytes()).outcome for path in files} == {Outcome.NO_SIGNATURE}


def test_another_implementation_of_the_relationship_transform_agrees(tmp_path: Path) -> None:
    """xmlsec1 is given the parts as files, each by the address that the manifest names."""
    if shutil.which("xmlsec1") is None:
        pytest.skip("xmlsec1 is not installed")
    zipfile.ZipFile(io.BytesIO(docx_signed())).extractall(tmp_path)
    (tmp_path / "cert.pem").write_bytes(bench().person.pem)
    signature = tmp_path / "_xmlsignatures" / "sig1.xml"
    namespaces = {"d": "http://www.w3.org/2000/09/xmldsig#"}
    addresses = [
        str(uri) for uri in etree.parse(signature).xpath("//d:Manifest/d:Reference/@URI", namespaces=namespaces)
    ]
    mapped = [
        part for uri in addresses for part in (f"--url-map:{uri}", str(tmp_path / uri.partition("?")[0].lstrip("/")))
    ]
    command = [
        "xmlsec1",
        "--verify",
        "--pubkey-cert-pem",
        str(tmp_path / "cert.pem"),
        "--id-attr:Id",
        "Object",
        *mapped,
    ]
    ran = subprocess.run([*command, str(signature)], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert "Manifests References (ok/all): 4/4" in ran.stdout + ran.stderr
