"""Signed variants, seen through pyHanko: each is what its name says."""

from datetime import UTC, date, datetime
from io import BytesIO

import pypdfium2
import pytest
from asn1crypto import pem
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from demo.pki import EXPIRED_ON, REVOKED_ON, DemoPki
from demo.signed import ZONE, by_person_and_seal, variants
from demo.texts import paper_of
from signing.validation.run import validate_file
from signing.validation.verdicts import Indication, SignatureKind
from tests.pki import authority

DAY = date(2024, 10, 3)
# Verdicts are those of this day, whenever the tests run.
NAMED_DAY = datetime(2026, 6, 30, tzinfo=UTC)
ROOT = pem.armor("CERTIFICATE", authority().root.dump())


def statuses(data: bytes, **context):
    pki = authority()
    trust = ValidationContext(
        trust_roots=[pki.root],
        other_certs=[pki.certificate("ca")],
        moment=datetime(2024, 10, 5, tzinfo=UTC),
        allow_fetching=False,
        **context,
    )
    reader = PdfFileReader(BytesIO(data))
    return [validate_pdf_signature(signature, trust, trust) for signature in reader.embedded_regular_signatures]


def made(name: str, **given):
    one = paper_of(name, day=DAY, type_name="Quyết định", **given)
    return one, variants()[name].make(one, authority())


@pytest.mark.parametrize(
    "name", sorted(name for name, variant in variants().items() if variant.outcome in ("VALID", "INDETERMINATE"))
)
def test_each_good_variant_is_intact_in_every_signature(name):
    variant = variants()[name]
    _, data = made(name, agency="sxd")
    found = statuses(data)

    assert len(found) == variant.signatures
    assert all(status.intact and status.valid for status in found)
    assert all(status.modification_level <= ModificationLevel.FORM_FILLING for status in found)
    assert all((status.timestamp_validity is not None) == (variant.level != "B-B") for status in found)
    assert all(status.trusted for status in found) == (name != "expired")


def test_the_person_signs_first_and_the_seal_covers_the_whole_file():
    one, data = made("person-and-seal", agency="tinh")
    person, seal = PdfFileReader(BytesIO(data)).embedded_signatures

    assert person.signer_cert.subject.native["common_name"] == one.signer
    assert seal.signer_cert.subject.native["common_name"] == "Ủy ban nhân dân tỉnh Lam Giang"
    assert person.self_reported_timestamp < seal.self_reported_timestamp
    assert person.self_reported_timestamp.astimezone(ZONE).date() == DAY
    assert seal.evaluate_signature_coverage().name == "ENTIRE_FILE"


def test_a_changed_byte_breaks_every_signature_it_lies_in():
    _, data = made("tampered", agency="tinh")

    assert [status.intact for status in statuses(data)] == [False, False]


def test_a_later_revision_that_paints_over_the_page_leaves_the_signature_intact_but_is_seen():
    _, data = made("changed-after-signing", agency="tinh")
    (status,) = statuses(data)

    assert status.intact
    assert status.modification_level == ModificationLevel.OTHER


def test_the_expired_certificate_had_ended_and_the_revoked_one_is_on_the_list():
    pki = authority()

    assert pki.certificate("expired").not_valid_after == EXPIRED_ON
    before, after = (pki.crls(moment)[1] for moment in (REVOKED_ON, datetime(2024, 10, 3, tzinfo=UTC)))
    revoked = [entry["user_certificate"].native for entry in after["tbs_cert_list"]["revoked_certificates"]]
    assert revoked == [pki.certificate("revoked").serial_number]
    assert not before["tbs_cert_list"]["revoked_certificates"].native


@pytest.mark.parametrize("name", sorted(variants()))
def test_the_archives_own_verifier_finds_in_each_variant_what_its_name_says(name, tmp_path):
    _, data = made(name, agency="sxd")
    path = tmp_path / "signed.pdf"
    path.write_bytes(data)

    found = validate_file(path, trust=(ROOT,), at=NAMED_DAY)

    assert found.outcome == variants()[name].outcome
    own = [one for one in found.signatures if one.kind != SignatureKind.DOCUMENT_TIMESTAMP]
    assert [one.level for one in own[-1:] if one.intact] == ([variants()[name].level] if own and own[-1].intact else [])
    passed = name in ("person-and-seal-long-term", "person-and-seal-archival", "renewed", "signed-again")
    assert (found.indication == Indication.TOTAL_PASSED) == passed
    if name == "revoked":
        assert [one.sub_indication for one in own] == ["REVOKED_NO_POE"]
    if name == "renewed":
        assert len(found.signatures) - len(own) == 2, "a further archive time-stamp"


def test_of_papers_kept_for_the_long_term_the_archived_one_passes_years_after_its_certificates_ended(tmp_path):
    one = paper_of("kept", agency="tinh", day=date(2019, 5, 6), type_name="Quyết định")
    found = {}
    for kind in ("person-and-seal-long-term", "person-and-seal-archival"):
        path = tmp_path / f"{kind}.pdf"
        path.write_bytes(variants()[kind].make(one, authority()))
        store = PdfFileReader(BytesIO(path.read_bytes())).root["/DSS"]
        assert (len(store["/CRLs"]), len(store["/Certs"]) >= 4) == (2, True)
        found[kind] = validate_file(path, trust=(ROOT,))

    # Its lists are of the right day, but nothing proves that they were there before the certificates ended.
    assert found["person-and-seal-long-term"].indication == Indication.INDETERMINATE
    told = {one.sub_indication for one in found["person-and-seal-long-term"].signatures}
    assert told == {"REVOCATION_OUT_OF_BOUNDS_NO_POE"}
    assert found["person-and-seal-archival"].indication == Indication.TOTAL_PASSED


def test_a_paper_without_signatures_has_none():
    _, data = made("unsigned")

    assert statuses(data) == []


def test_the_signature_stands_over_the_name_and_the_seal_over_its_left_third():
    one = paper_of("look", agency="tinh", day=DAY, type_name="Báo cáo")
    reader = PdfFileReader(BytesIO(by_person_and_seal(one, authority())))
    person, seal = (signature.sig_field["/Rect"] for signature in reader.embedded_signatures)
    document = pypdfium2.PdfDocument(by_person_and_seal(one, authority()))
    picture = document[len(document) - 1].render(scale=1, may_draw_forms=True)

    assert picture.width > 500
    assert abs(float(seal[2]) - (float(person[0]) + (float(person[2]) - float(person[0])) / 3)) < 2
    assert abs(float(seal[2]) - float(seal[0]) - 36 * 72 / 25.4) < 2


def test_keys_and_certificates_are_made_once_and_differ_between_folders(tmp_path):
    first, again, other = DemoPki(tmp_path / "a"), DemoPki(tmp_path / "a"), DemoPki(tmp_path / "b")

    assert first.root.dump() == again.root.dump()
    assert first.root.dump() != other.root.dump()
    assert "DEMO" in first.root.subject.native["common_name"]
    assert {path.stat().st_mode & 0o777 for path in first.folder.glob("*.pem")} == {0o600}
    assert [path.name for path in (tmp_path / "a").iterdir()] == [first.folder.name]
