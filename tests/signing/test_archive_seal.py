"""What the archive's own key seals, and time-stamps by a real server: each answer is examined before anything rests on it."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms, tsp
from django.core.exceptions import ImproperlyConfigured
from pyhanko.sign.validation.generic_cms import async_validate_detached_cms
from pyhanko_certvalidator import ValidationContext

from settings.environment import hidden
from signing.sealing.errors import KeyRefused, KeyUnavailable, NoSealKey, NoTimestampServer, TimestampFailed
from signing.sealing.seal import purpose_of, sign_bytes
from signing.sealing.stamps import Answer, timestamp_token
from tests.pki import authority as pki
from tests.signing.servers import StampServer, write_key

DATA = b"what the archive says"
DIGEST = hashlib.sha256(DATA).digest()


def status_of(signature: bytes, data: bytes = DATA) -> Any:
    context = ValidationContext(trust_roots=[pki().root], crls=pki().crls(datetime.now(UTC)), allow_fetching=False)
    signed = cms.ContentInfo.load(signature)["content"]
    return asyncio.run(
        async_validate_detached_cms(data, signed, signer_validation_context=context, ts_validation_context=context)
    )


@pytest.mark.usefixtures("archive_seal")
def test_the_archives_seal_holds_over_the_data_and_says_what_it_is_for():
    signature = sign_bytes(DATA, "evidence bundle")

    status = status_of(signature)
    assert status.intact and status.valid and status.trusted
    assert status.signing_cert.subject.native["common_name"].startswith("Ủy ban nhân dân tỉnh")
    assert status.timestamp_validity is None, "no server is set up"
    assert purpose_of(signature) == "evidence bundle"
    assert not status_of(signature, DATA + b"!").intact


@pytest.mark.usefixtures("archive_seal")
def test_with_a_time_stamp_server_the_seal_carries_its_time_stamp(stamp_server: StampServer):
    status = status_of(sign_bytes(DATA, "audit"))

    assert status.timestamp_validity is not None
    assert status.timestamp_validity.valid and status.timestamp_validity.trusted


@pytest.mark.usefixtures("archive_seal")
def test_no_seal_is_given_without_the_time_stamp_that_is_set_up(stamp_server: StampServer):
    stamp_server.status = 503

    with pytest.raises(TimestampFailed, match="HTTP 503"):
        sign_bytes(DATA, "audit")


def test_without_a_key_nothing_is_sealed():
    with pytest.raises(NoSealKey):
        sign_bytes(DATA, "audit")


def test_a_wrong_passphrase_is_refused_and_stands_in_no_message(settings, archive_seal):
    settings.SEAL_KEY_PASSPHRASE = "khong-phai-mat-khau"

    with pytest.raises(KeyRefused) as refused:
        sign_bytes(DATA, "audit")

    assert "khong-phai" not in f"{refused.value} {refused.value.detail} {refused.value.said}"


def test_a_key_that_others_can_read_is_not_used(settings, archive_seal):
    Path(settings.SEAL_KEY_FILE).chmod(0o640)

    with pytest.raises(KeyUnavailable, match="chmod 600"):
        sign_bytes(DATA, "audit")


def test_a_missing_key_says_which_file(settings, tmp_path):
    settings.SEAL_KEY_FILE = str(tmp_path / "mat.p12")

    with pytest.raises(KeyUnavailable, match="mat.p12"):
        sign_bytes(DATA, "audit")


def test_a_password_in_a_file_that_others_can_read_stops_the_start(tmp_path, monkeypatch):
    path = tmp_path / "secret"
    path.write_text("bi-mat\n")
    monkeypatch.setenv("SEAL_KEY_PASSPHRASE_FILE", str(path))
    path.chmod(0o600)
    assert hidden("SEAL_KEY_PASSPHRASE") == "bi-mat"

    path.chmod(0o644)
    with pytest.raises(ImproperlyConfigured, match="SEAL_KEY_PASSPHRASE_FILE"):
        hidden("SEAL_KEY_PASSPHRASE")


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_a_time_stamp_is_about_the_digest_that_was_sent(stamp_server, algorithm):
    digest = hashlib.new(algorithm, DATA).digest()

    info = cms.ContentInfo.load(timestamp_token(digest))["content"]["encap_content_info"]["content"].parsed

    assert info["message_imprint"]["hashed_message"].native == digest
    assert abs(info["gen_time"].native - datetime.now(UTC)) < timedelta(minutes=1)


def test_the_server_is_told_the_user_and_the_password(stamp_server, settings):
    settings.TIMESTAMP_USER, settings.TIMESTAMP_PASSWORD = "kho", "mat khau"

    timestamp_token(DIGEST)

    assert stamp_server.headers[-1]["Authorization"].startswith("Basic ")


def test_without_a_server_there_is_no_time_stamp():
    with pytest.raises(NoTimestampServer):
        timestamp_token(DIGEST)


def test_only_a_digest_is_stamped():
    with pytest.raises(ValueError, match="20 bytes"):
        timestamp_token(b"x" * 20)


def _refusal(_answer: bytes) -> bytes:
    refusal: bytes = Answer({"status": tsp.PKIStatusInfo({"status": "rejection"})}).dump()
    return refusal


def _other_signature(answer: bytes) -> bytes:
    response = tsp.TimeStampResp.load(answer)
    signer = response["time_stamp_token"]["content"]["signer_infos"][0]
    value = bytearray(signer["signature"].native)
    value[-1] ^= 1
    signer["signature"] = bytes(value)
    altered: bytes = response.dump(force=True)
    return altered


def _stranger(answer: bytes) -> bytes:
    response = tsp.TimeStampResp.load(answer)
    response["time_stamp_token"]["content"]["certificates"].append(
        cms.CertificateChoices("certificate", pki().certificate("tinh"))
    )
    altered: bytes = response.dump(force=True)
    return altered


@pytest.mark.parametrize(
    ("alter", "said"),
    [
        (_refusal, "rejection"),
        (lambda answer: b"<html>busy</html>", "unreadable"),
        (lambda answer: b"", "unreadable"),
        (lambda answer: answer[:200], "unreadable"),
        (lambda answer: answer + bytes(300_000), "too long"),
        (_other_signature, "signature"),
        (_stranger, "do not belong"),
    ],
)
def test_an_answer_that_does_not_hold_is_no_time_stamp(stamp_server, alter, said):
    stamp_server.alter = alter

    with pytest.raises(TimestampFailed, match=said):
        timestamp_token(DIGEST)


def test_an_earlier_answer_played_again_is_no_time_stamp(stamp_server):
    kept: list[bytes] = []
    stamp_server.alter = lambda answer: kept.append(answer) or kept[0]
    timestamp_token(DIGEST)

    with pytest.raises(TimestampFailed, match="another request"):
        timestamp_token(DIGEST)
    with pytest.raises(TimestampFailed, match="other bytes"):
        timestamp_token(hashlib.sha256(b"other").digest())


def test_a_server_whose_clock_is_an_hour_off_gives_no_time_stamp(stamp_server):
    stamp_server.at = datetime.now(UTC) - timedelta(hours=1)

    with pytest.raises(TimestampFailed, match="clock"):
        timestamp_token(DIGEST)


def test_a_certificate_that_is_not_for_time_stamps_gives_none(stamp_server, monkeypatch):
    service = pki().architecture.service_registry
    summoned = service.summon_timestamper

    def summon(label: Any, at: Any) -> Any:
        found = summoned(label, at)
        seal = pki().signer("tinh", at)
        found.tsa_cert, found.tsa_key = seal.signing_cert, seal.signing_key
        return found

    monkeypatch.setattr(service, "summon_timestamper", summon)

    with pytest.raises(TimestampFailed, match="not one for time-stamps"):
        timestamp_token(DIGEST)


@pytest.mark.parametrize(("status", "content_type"), [(302, "application/timestamp-reply"), (200, "text/html")])
def test_a_server_that_answers_something_else_gives_none(stamp_server, status, content_type):
    stamp_server.status, stamp_server.content_type = status, content_type

    with pytest.raises(TimestampFailed):
        timestamp_token(DIGEST)
    assert stamp_server.asked == 1


def test_a_server_that_is_not_there_gives_none(settings):
    settings.TIMESTAMP_SERVER = "http://127.0.0.1:9"

    with pytest.raises(TimestampFailed, match="no answer"):
        timestamp_token(DIGEST)


def test_the_folder_of_seals_is_not_left(settings, tmp_path):
    from signing.sealing.keys import seal_file

    settings.SEAL_KEYS = tmp_path / "seals"
    write_key(pki(), tmp_path, "tinh", "beside.p12", "x")
    for name in ("../beside.p12", "/etc/passwd", "a/b"):
        with pytest.raises(KeyUnavailable):
            seal_file(name)
