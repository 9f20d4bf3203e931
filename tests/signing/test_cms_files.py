"""What is said of CMS signatures beside a file and around one."""

import asyncio
import hashlib
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from signing.formats.kinds import Kind
from signing.validation.verdicts import Fact, FileVerdict, Indication, Outcome, SignatureKind, SubIndication
from tests.signing.bench_pki import Holder, bench
from tests.signing.signed_files import CONTENT, NOW, counter_signed, p7s, said, signers_joined, verdict_on

CHANGED = CONTENT.replace("Kiện".encode(), "Giải".encode())


def long_term(holder: Holder | None = None, *revoked: Holder) -> bytes:
    revocations = bench().revocations(*revoked, at=NOW - timedelta(minutes=1))
    return p7s(holder=holder, stamped=True, revocations=revocations)


def test_a_detached_signature_with_time_stamp_and_revocation_data_passes_and_says_which_file_it_signs() -> None:
    verdict = verdict_on(Kind.CMS, long_term(), CONTENT)
    [signature] = verdict.signatures
    assert (verdict.outcome, signature.indication, signature.level) == (
        Outcome.VALID,
        Indication.TOTAL_PASSED,
        "B-LT",
    )
    assert (signature.signer, signature.certificate.organisation) == ("Nguyễn Văn An", "Sở Nội vụ")
    assert (signature.identity.status, signature.time.status, signature.covers_document) == (
        Fact.HOLDS,
        Fact.HOLDS,
        True,
    )
    [signs] = [finding for finding in signature.findings if finding.code == "signs_file"]
    assert signs.params["name"] == "quyet-dinh.docx"
    assert len(signs.params["sha256"]) == 64
    assert signature.provable_until is not None
    assert {item.kind.value for item in verdict.evidence} == {"certificate", "crl", "timestamp"}


def test_the_verdict_survives_the_way_through_json() -> None:
    verdict = verdict_on(Kind.CMS, long_term(), CONTENT)
    assert FileVerdict.from_dict(verdict.to_dict()) == verdict


def test_levels_are_those_of_cades() -> None:
    levels = [
        verdict_on(Kind.CMS, data, CONTENT).signatures[0].level for data in (p7s(), p7s(stamped=True), long_term())
    ]
    assert levels == ["B-B", "B-T", "B-LT"]


def test_a_changed_file_is_told_from_its_signature() -> None:
    verdict = verdict_on(Kind.CMS, long_term(), CHANGED)
    assert (verdict.outcome, verdict.signatures[0].sub_indication) == (Outcome.TAMPERED, SubIndication.HASH_FAILURE)
    assert verdict.signatures[0].intact is False


def test_without_its_file_nothing_is_said_of_it_but_that_it_waits() -> None:
    verdict = verdict_on(Kind.CMS, long_term())
    [signature] = verdict.signatures
    assert (verdict.outcome, signature.intact, signature.message.code) == (
        Outcome.INDETERMINATE,
        None,
        "waits_for_file",
    )
    assert signature.sub_indication is SubIndication.SIGNED_DATA_NOT_FOUND


def test_of_an_unknown_chain_it_is_intact_and_no_more() -> None:
    [signature] = verdict_on(Kind.CMS, long_term(), CONTENT, trusted=False).signatures
    assert (signature.intact, signature.indication, signature.message.code) == (
        True,
        Indication.INDETERMINATE,
        "intact_chain_unknown",
    )


def test_a_revoked_signer_does_not_pass() -> None:
    [signature] = verdict_on(Kind.CMS, long_term(bench().person, bench().person), CONTENT).signatures
    assert signature.indication is not Indication.TOTAL_PASSED


def test_each_of_several_signers_has_a_verdict_of_her_own() -> None:
    verdict = verdict_on(Kind.CMS, signers_joined(p7s(), p7s(holder=bench().seal)), CONTENT)
    assert {signature.signer for signature in verdict.signatures} == {"Nguyễn Văn An", "Sở Nội vụ tỉnh Bình Sơn"}
    assert all(signature.intact for signature in verdict.signatures)
    assert all("one_of_several" in said(verdict, place) for place in (0, 1))


def test_one_broken_signer_among_several_breaks_the_file() -> None:
    verdict = verdict_on(Kind.CMS, signers_joined(p7s(), p7s(CHANGED, bench().seal)), CONTENT)
    assert verdict.outcome is Outcome.TAMPERED
    assert {signature.intact for signature in verdict.signatures} == {True, False}


def test_a_counter_signature_is_reported_as_one_and_holds_over_the_signature_only() -> None:
    good = verdict_on(Kind.CMS, counter_signed(p7s(), bench().seal), CONTENT)
    assert [signature.field for signature in good.signatures] == ["1", "1.1"]
    assert "counter_signature" in said(good, 1)
    assert (good.signatures[1].intact, good.signatures[1].signer) == (True, "Sở Nội vụ tỉnh Bình Sơn")
    elsewhere = verdict_on(Kind.CMS, counter_signed(p7s(), bench().seal, over=b"another signature"), CONTENT)
    assert elsewhere.signatures[1].intact is False


def test_a_signature_around_its_file_needs_none_beside_it_and_refuses_another() -> None:
    around = p7s(detached=False)
    alone = verdict_on(Kind.CMS, around)
    assert (alone.outcome, alone.signatures[0].intact) == (Outcome.VALID, True)
    assert "signs_enclosed" in said(alone)
    other = verdict_on(Kind.CMS, around, CHANGED)
    assert (other.outcome, other.signatures[0].message.code) == (Outcome.TAMPERED, "encloses_other")


def test_a_time_stamp_token_beside_a_file_is_one() -> None:
    digest = hashlib.sha256(CONTENT).digest()
    token = asyncio.run(bench().time_stamper().async_timestamp(digest, "sha256")).dump()
    good, changed = verdict_on(Kind.CMS, token, CONTENT), verdict_on(Kind.CMS, token, CHANGED)
    assert (good.signatures[0].kind, good.signatures[0].intact) == (SignatureKind.DOCUMENT_TIMESTAMP, True)
    assert changed.signatures[0].intact is False


def test_bytes_after_the_signature_are_told() -> None:
    assert "cms_trailing" in said(verdict_on(Kind.CMS, p7s() + b"more", CONTENT))


@pytest.mark.parametrize("data", [b"", b"no signature", b"0\x80", p7s()[:200], b"-----BEGIN CMS-----\nAAAA\n"])
def test_what_is_no_signature_is_unprocessable_with_a_reason(data: bytes) -> None:
    verdict = verdict_on(Kind.CMS, data, CONTENT)
    assert (verdict.outcome, verdict.signatures) == (Outcome.UNPROCESSABLE, ())
    assert verdict.message.code == "not_a_cms"


@pytest.mark.parametrize(
    "options",
    [("-outform", "DER", "-cades"), ("-outform", "PEM"), ("-outform", "DER", "-noattr"), ("-outform", "DER", "-indef")],
    ids=["cades", "pem", "no attributes", "indefinite length"],
)
def test_what_openssl_signs_is_intact_here_and_its_changed_file_is_not(tmp_path: Path, options: tuple[str]) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    person = bench().person
    key = person.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for name, data in (("a.txt", CONTENT), ("a.pem", person.pem), ("a.key", key)):
        (tmp_path / name).write_bytes(data)
    command = ["openssl", "cms", "-sign", "-binary", "-in", "a.txt", "-signer", "a.pem", "-inkey", "a.key"]
    options = tuple(option for option in options if option != "-indef") + (
        ("-stream", "-nodetach") if "-indef" in options else ()
    )
    subprocess.run([*command, "-out", "a.p7s", *options], cwd=tmp_path, check=True, capture_output=True)
    data = (tmp_path / "a.p7s").read_bytes()
    assert verdict_on(Kind.CMS, data, CONTENT).signatures[0].intact is True
    assert verdict_on(Kind.CMS, data, CHANGED).outcome is Outcome.TAMPERED
