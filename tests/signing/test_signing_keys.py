"""Keys on a token (SoftHSM) and at a remote service (a real HTTP server of ours): what they sign holds, no PIN is ever quoted."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pkcs11
import pytest
from pkcs11.util.ec import decode_ec_private_key, encode_named_curve_parameters

from repository.clock import now
from scripts import debian
from signing.codes import KeyKind, Level
from signing.sealing.errors import KeyRefused, KeyUnavailable, SigningFailed
from signing.sealing.keys import Place, Secret, opened
from signing.sealing.pdf import Look, Signed, sign_pdf
from signing.sealing.seal import sign_bytes
from tests.pki import authority
from tests.signing.bench_pki import paper as plain_paper
from tests.signing.servers import SigningService

PIN = "246810"
LIBRARY = Path("/usr/lib/softhsm/libsofthsm2.so")


def sign(tmp_path: Path, place: Place, secret: Secret, **more: Any) -> Signed:
    path = tmp_path / "paper.pdf"
    path.write_bytes(plain_paper())
    arguments = {"field": "ChuKy1", "level": Level.B, "look": Look(), "moment": now(), "trust": [], **more}
    return sign_pdf(path, opened(place, secret), **arguments)


@pytest.fixture(scope="session")
def softhsm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A token named "nguoi-ky" with a person's key and certificate on it."""
    if not LIBRARY.exists():
        try:
            debian.install("softhsm2")
        except debian.NotInstalled as reason:
            if os.environ.get("CI"):
                pytest.fail(f"SoftHSM is needed: {reason}")
            pytest.skip(f"SoftHSM is not installed; {reason}")
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    config = folder / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(config)
    tool = shutil.which("softhsm2-util")
    assert tool
    subprocess.run(
        [tool, "--init-token", "--free", "--label", "nguoi-ky", "--so-pin", "13579135", "--pin", PIN],
        check=True,
        capture_output=True,
    )
    signer = authority().signer("snv-0", datetime.now(UTC))
    token = pkcs11.lib(str(LIBRARY)).get_token(token_label="nguoi-ky")  # noqa: S106
    key = signer.signing_key["private_key"].parsed
    key["parameters"] = signer.signing_key["private_key_algorithm"]["parameters"]
    with token.open(user_pin=PIN, rw=True) as session:
        private = decode_ec_private_key(key.dump())
        private.update({pkcs11.Attribute.LABEL: "khoa", pkcs11.Attribute.TOKEN: True, pkcs11.Attribute.ID: b"\1"})
        private[pkcs11.Attribute.EC_PARAMS] = encode_named_curve_parameters("secp256r1")
        session.create_object(private)
        session.create_object(
            {
                pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                pkcs11.Attribute.TOKEN: True,
                pkcs11.Attribute.LABEL: "khoa",
                pkcs11.Attribute.ID: b"\1",
                pkcs11.Attribute.SUBJECT: signer.signing_cert.subject.dump(),
                pkcs11.Attribute.VALUE: signer.signing_cert.dump(),
            }
        )
    return LIBRARY


@pytest.fixture
def token(softhsm: Path, settings: Any) -> Place:
    settings.TOKEN_LIBRARY = str(softhsm)
    return Place(KeyKind.TOKEN, "nguoi-ky", "khoa")


@pytest.fixture
def service(settings: Any) -> Iterator[SigningService]:
    with SigningService(authority(), {"cred-snv-0": "snv-0"}, pin=PIN).running() as one:
        settings.CSC_SERVICE, settings.CSC_SECONDS = one.url, 5
        settings.CSC_CLIENT_ID, settings.CSC_CLIENT_SECRET = one.client
        yield one


REMOTE = Place(KeyKind.REMOTE, "cred-snv-0")


def test_a_token_signs_and_our_validator_finds_it_whole(token, tmp_path):
    signed = sign(tmp_path, token, Secret(PIN))

    assert signed.signature.intact and signed.signature.level == "B-B"
    assert signed.signature.certificate.sha256 == authority().certificate("snv-0").sha256.hex()


def test_a_token_with_a_time_stamp_reaches_its_level(token, tmp_path, stamp_server):
    assert sign(tmp_path, token, Secret(PIN), level=Level.T).signature.level == "B-T"


@pytest.mark.parametrize("pin", ["999999", "", "1"])
def test_a_wrong_pin_is_refused_and_the_right_one_works_after_it(token, tmp_path, pin):
    with pytest.raises(KeyRefused):
        sign(tmp_path, token, Secret(pin))

    assert sign(tmp_path, token, Secret(PIN)).signature.intact


@pytest.mark.parametrize(("name", "key"), [("khong-co", "khoa"), ("nguoi-ky", "khong-co")])
def test_a_token_or_key_that_is_not_there_is_said_to_be_missing(token, tmp_path, name, key):
    with pytest.raises(KeyUnavailable):
        sign(tmp_path, Place(KeyKind.TOKEN, name, key), Secret(PIN))


def test_the_archives_seal_may_lie_on_a_token(token, settings):
    settings.SEAL_TOKEN, settings.SEAL_TOKEN_KEY, settings.SEAL_KEY_PASSPHRASE = "nguoi-ky", "khoa", PIN

    assert sign_bytes(b"data", "evidence bundle")


def test_a_remote_service_signs_the_one_digest_it_was_asked_for(service, tmp_path):
    signed = sign(tmp_path, REMOTE, Secret(PIN, "123456"))

    assert signed.signature.intact
    asked = dict(service.calls)
    assert asked["credentials/authorize"]["hash"] == asked["signatures/signHash"]["hash"]
    assert asked["credentials/authorize"]["OTP"] == "123456"
    assert "PIN" not in asked["signatures/signHash"]
    assert [name for name, _ in service.calls] == [
        "oauth2/token",
        "credentials/info",
        "credentials/authorize",
        "signatures/signHash",
    ]


def test_a_remote_service_refuses_a_wrong_pin(service, tmp_path):
    with pytest.raises(KeyRefused):
        sign(tmp_path, REMOTE, Secret("000000"))


def test_a_remote_service_that_does_not_know_the_archive_gives_no_key(service, tmp_path, settings):
    settings.CSC_CLIENT_SECRET = "falsch"

    with pytest.raises(KeyUnavailable, match="401"):
        sign(tmp_path, REMOTE, Secret(PIN))
    assert [name for name, _ in service.calls] == ["oauth2/token"]


@pytest.mark.parametrize(
    "endpoint", ["oauth2/token", "credentials/info", "credentials/authorize", "signatures/signHash"]
)
@pytest.mark.parametrize("fault", [500, 307, {}, ["x"]])
def test_whatever_else_a_remote_service_answers_signs_nothing(service, tmp_path, endpoint, fault):
    service.faults[endpoint] = fault

    with pytest.raises(SigningFailed):
        sign(tmp_path, REMOTE, Secret(PIN))
    assert "elsewhere" not in str(service.calls), "a redirect is not followed"


@pytest.mark.parametrize("endpoint", ["credentials/info", "credentials/authorize", "signatures/signHash"])
def test_a_remote_service_that_does_not_answer_in_time_signs_nothing(service, tmp_path, endpoint, settings):
    settings.CSC_SECONDS = 0.3
    service.faults[endpoint] = "hang"

    with pytest.raises(KeyUnavailable):
        sign(tmp_path, REMOTE, Secret(PIN))


def test_a_remote_signature_that_does_not_hold_is_not_kept(service, tmp_path):
    service.faults["signatures/signHash"] = {"signatures": ["MEUCIQ=="]}

    with pytest.raises(SigningFailed):
        sign(tmp_path, REMOTE, Secret(PIN))


def test_another_certificate_than_the_one_named_may_not_sign(service, tmp_path):
    with pytest.raises(KeyRefused):
        sign(tmp_path, REMOTE, Secret(PIN), certificate_sha256="0" * 64)
    assert "signatures/signHash" not in dict(service.calls)


def test_no_pin_shows_in_errors_or_the_log(service, token, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    secret = Secret("31415926", "8675309")
    told = [repr(secret), str(secret)]
    service.faults["credentials/authorize"] = 500
    for place in (token, REMOTE):
        with pytest.raises(SigningFailed) as failed:
            sign(tmp_path, place, secret)
        told += [repr(failed.value), str(failed.value), failed.value.detail, str(failed.value.said)]

    everything = "\n".join([*told, caplog.text])
    assert "31415926" not in everything
    assert "8675309" not in everything
