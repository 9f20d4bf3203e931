"""Signatures that the present does not settle: answers on revocation of the day of signing, certificates that ended or were revoked since.

The signer stands under an authority whose lists hold for a day; the time-stamp authority under the root, whose list still holds.
"""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from asn1crypto import cms, tsp
from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers import PdfTimeStamper
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore

from signing.validation.policy import ARCHIVE, TODAY, Policy
from signing.validation.verdicts import FileVerdict, Indication, SignatureVerdict, SubIndication
from tests.signing.bench_pki import Holder, bench, issue, paper, signed

VerdictOn = Callable[..., FileVerdict]
DAY = timedelta(days=1)
NOW = datetime.now(UTC).replace(microsecond=0)
SIGNED = NOW - 60 * DAY


@cache
def authority() -> Holder:
    return issue("Cơ quan chứng thực cấp dưới", bench().root, authority=True)


@cache
def person() -> Holder:
    return issue("Phạm Thị Dung", authority())


@cache
def ended() -> Holder:
    """Whose certificate ended between the signature and today."""
    return issue("Đỗ Văn Em", authority(), end=NOW - 30 * DAY)


def list_of(issuer: Holder, made: datetime, *revoked: tuple[Holder, datetime], days: float = 1) -> bytes:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(made)
        .next_update(made + timedelta(days=days))
    )
    for holder, moment in revoked:
        one = x509.RevokedCertificateBuilder().serial_number(holder.certificate.serial_number).revocation_date(moment)
        builder = builder.add_revoked_certificate(one.build())
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def of_the_root(*revoked: tuple[Holder, datetime]) -> bytes:
    return list_of(bench().root, NOW - DAY, *revoked, days=400)


def with_store(data: bytes, *lists: bytes) -> bytes:
    """B-LT: the lists and the authority's certificate in the security store."""
    reader = PdfFileReader(io.BytesIO(data))
    writer = IncrementalPdfFileWriter(io.BytesIO(data), strict=False)
    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        reader.embedded_signatures[0].pkcs7_content,
        certs=[authority().asn1_certificate],
        crls=[asn1_crl.CertificateList.load(one) for one in lists],
    )
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def archived(data: bytes, at: datetime) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(data), strict=False)
    return bytes(PdfTimeStamper(bench().time_stamper(at)).timestamp_pdf(writer, "sha256").getvalue())


def long_term(*lists: bytes, holder: Holder | None = None) -> bytes:
    return with_store(signed(paper(), holder or person(), stamped_at=SIGNED), of_the_root(), *lists)


def judged(verdict_on: VerdictOn, data: bytes, *knowledge: bytes, policy: Policy = ARCHIVE) -> SignatureVerdict:
    given = [authority().der, *knowledge]
    return verdict_on(data, trust=[bench().root.pem], knowledge=given, policy=policy).signatures[0]


def test_answers_of_the_day_of_signing_suffice_while_the_certificate_runs(verdict_on: VerdictOn) -> None:
    found = judged(verdict_on, long_term(list_of(authority(), SIGNED + DAY)))
    assert (found.indication, found.sub_indication, found.level) == (Indication.TOTAL_PASSED, None, "B-LT")
    assert found.best_time == SIGNED


def test_the_newest_list_of_the_moment_of_signing_suffices_too(verdict_on: VerdictOn) -> None:
    found = judged(verdict_on, long_term(list_of(authority(), SIGNED - DAY / 2)))
    assert found.indication is Indication.TOTAL_PASSED


def test_a_policy_that_asks_for_answers_of_today_says_what_it_said(verdict_on: VerdictOn) -> None:
    before = replace(ARCHIVE, version="2", revocation_speaks_of=TODAY)
    assert before.hash == Policy(name="archive", version="2").hash
    found = judged(verdict_on, long_term(list_of(authority(), SIGNED + DAY)), policy=before)
    assert (found.indication, found.sub_indication) == (Indication.INDETERMINATE, SubIndication.TRY_LATER)


@pytest.mark.parametrize("days", [3, 30])
def test_answers_that_had_run_out_before_the_signature_settle_nothing(verdict_on: VerdictOn, days: int) -> None:
    found = judged(verdict_on, long_term(list_of(authority(), SIGNED - days * DAY)))
    assert (found.indication, found.sub_indication) == (Indication.INDETERMINATE, SubIndication.TRY_LATER)


def test_without_a_time_stamp_answers_of_the_past_settle_nothing(verdict_on: VerdictOn) -> None:
    bare = with_store(signed(paper(), person()), of_the_root(), list_of(authority(), SIGNED + DAY))
    assert judged(verdict_on, bare).indication is Indication.INDETERMINATE


def test_a_later_list_that_speaks_of_a_revocation_before_the_proven_time_wins(verdict_on: VerdictOn) -> None:
    """Also against an answer inside the archived file that calls the certificate good."""
    data = archived(long_term(list_of(authority(), SIGNED + DAY)), SIGNED + 2 * DAY)
    newer = list_of(authority(), NOW - 10 * DAY, (person(), SIGNED - DAY))
    found = judged(verdict_on, data, newer)
    assert (found.indication, found.sub_indication) == (Indication.INDETERMINATE, SubIndication.REVOKED_NO_POE)
    assert found.message.code == "intact_revoked"
    assert judged(verdict_on, data).indication is Indication.TOTAL_PASSED


@pytest.mark.parametrize("made", [NOW - 10 * DAY, NOW - DAY / 2], ids=["no longer of use", "of today"])
def test_a_revocation_after_the_proven_time_takes_nothing_away(verdict_on: VerdictOn, made: datetime) -> None:
    newer = list_of(authority(), made, (person(), SIGNED + 20 * DAY))
    found = judged(verdict_on, long_term(list_of(authority(), SIGNED + DAY)), newer)
    assert (found.indication, found.sub_indication) == (Indication.TOTAL_PASSED, None)


def test_an_ended_certificate_needs_answers_proven_to_be_older_than_its_end(verdict_on: VerdictOn) -> None:
    data = long_term(list_of(authority(), SIGNED + DAY), holder=ended())
    unproven = judged(verdict_on, data)
    assert unproven.sub_indication is SubIndication.REVOCATION_OUT_OF_BOUNDS_NO_POE
    assert unproven.provable_until == ended().asn1_certificate.not_valid_after
    assert judged(verdict_on, archived(data, SIGNED + 2 * DAY)).indication is Indication.TOTAL_PASSED


def test_an_ended_certificate_does_not_pass_by_its_time_stamp_alone(verdict_on: VerdictOn) -> None:
    """pyHanko 0.38 lets it pass, whether it was revoked or not: nobody asks."""
    bare = signed(paper(), ended(), stamped_at=SIGNED)
    found = judged(verdict_on, bare, of_the_root())
    assert (found.indication, found.sub_indication) == (Indication.INDETERMINATE, SubIndication.OUT_OF_BOUNDS_NO_POE)
    revoked = list_of(authority(), SIGNED - DAY / 2, (ended(), SIGNED - DAY))
    assert judged(verdict_on, bare, of_the_root(), revoked).sub_indication is SubIndication.REVOKED_NO_POE


def test_a_revoked_authority_takes_its_signers_along_unless_all_is_proven_to_be_older(verdict_on: VerdictOn) -> None:
    """REVOKED_CA_NO_POE: who holds its key could have made certificate and list afterwards."""
    fine, gone = list_of(authority(), SIGNED + DAY), of_the_root((authority(), NOW - 20 * DAY))
    bare = with_store(signed(paper(), person(), stamped_at=SIGNED), fine)
    found = judged(verdict_on, bare, gone)
    assert (found.indication, found.sub_indication) == (
        Indication.INDETERMINATE,
        SubIndication.REVOKED_CA_NO_POE,
    )
    assert found.message.code == "intact_revoked"
    assert judged(verdict_on, archived(bare, SIGNED + 2 * DAY), gone).indication is Indication.TOTAL_PASSED
    earlier = of_the_root((authority(), SIGNED - DAY))
    late = judged(verdict_on, archived(bare, SIGNED + 2 * DAY), earlier)
    assert late.sub_indication is SubIndication.REVOKED_CA_NO_POE


# ── what is older than it can be ────────────────────────────────────────────


def current() -> bytes:
    return bench().revocations(at=NOW - timedelta(minutes=5))


@pytest.mark.parametrize("ago", [timedelta(days=900), timedelta(days=2, hours=1)])
def test_a_certificate_younger_than_the_proven_time_never_made_that_signature(
    ago: timedelta, verdict_on: VerdictOn
) -> None:
    """EN 319 102-1, 5.6.2.4: also where the present passes. Who has a stamped value of old may have a certificate made for it."""
    young = issue("Cấp sau khi ký", bench().root, begin=NOW - 2 * DAY)
    found = judged(verdict_on, signed(paper(), young, stamped_at=NOW - ago, revocations=current(), pades=False))
    assert (found.indication, found.sub_indication) == (Indication.TOTAL_FAILED, SubIndication.NOT_YET_VALID)
    assert found.message.code == "intact_not_yet_valid"
    fine = signed(paper(), young, stamped_at=NOW - 2 * DAY, revocations=current(), pades=False)
    assert judged(verdict_on, fine).indication is Indication.TOTAL_PASSED


def test_a_token_older_than_its_authoritys_certificate_proves_nothing(verdict_on: VerdictOn) -> None:
    begin, key = NOW - 10 * DAY, bench().stamps.key
    stamps = issue("Dấu thời gian mới", bench().root, begin=begin, time_stamping=True, key=key)
    late = replace(bench(), stamps=stamps)
    for at, passes in ((NOW - 20 * DAY, False), (NOW - 5 * DAY, True)):
        data = signed(paper(), bench().person, revocations=current(), stamper=late.time_stamper(at))
        found = judged(verdict_on, data)
        assert (found.indication is Indication.TOTAL_PASSED) is passes
        assert found.timestamps[0].trusted is passes


class _Stamper(DummyTimeStamper):
    """Gives the token it gave last once more, when told to."""

    last: cms.ContentInfo | None = None
    again = False

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        if not self.again or self.last is None:
            self.last = await super().async_timestamp(message_digest, md_algorithm)
        return self.last


def test_a_token_taken_from_another_signature_is_not_believed_for_being_known(verdict_on: VerdictOn) -> None:
    stamper = _Stamper(bench().stamps.asn1_certificate, bench().stamps.asn1_key, fixed_dt=NOW - DAY)
    data = signed(paper(), bench().person, revocations=current(), stamper=stamper)
    stamper.again = True
    data = signed(data, bench().seal, "ConDau", stamper=stamper)
    first, second = verdict_on(data, trust=[bench().root.pem]).signatures
    assert (first.indication, first.timestamps[0].trusted) == (Indication.TOTAL_PASSED, True)
    assert (second.indication, second.timestamps[0].trusted) == (Indication.INDETERMINATE, False)
    assert second.time.proven is None


class _OtherName(DummyTimeStamper):
    """Names another certificate of the same key than the token's ESS attribute does (RFC 5816)."""

    other: bytes

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        answer = self.request_tsa_response(req)
        token, other = answer["time_stamp_token"]["content"], asn1_x509.Certificate.load(self.other)
        named = cms.IssuerAndSerialNumber({"issuer": other.issuer, "serial_number": other.serial_number})
        token["signer_infos"][0]["sid"] = cms.SignerIdentifier("issuer_and_serial_number", named)
        token["certificates"] = [other, bench().root.asn1_certificate]
        content = cms.ContentInfo({"content_type": "signed_data", "content": token})
        return tsp.TimeStampResp({"status": answer["status"], "time_stamp_token": content})


@pytest.mark.parametrize("same", [True, False])
def test_a_token_that_names_another_certificate_than_it_signs_proves_nothing(same: bool, verdict_on: VerdictOn) -> None:
    stamps = bench().stamps
    stamper = _OtherName(stamps.asn1_certificate, stamps.asn1_key, fixed_dt=NOW - DAY)
    stamper.other = (
        stamps if same else issue("Dấu thời gian khác", bench().root, time_stamping=True, key=stamps.key)
    ).der
    found = judged(verdict_on, signed(paper(), bench().person, revocations=current(), stamper=stamper))
    assert (found.indication is Indication.TOTAL_PASSED) is same
    assert (found.time.proven is not None) is same
