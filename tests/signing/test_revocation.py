"""Revocation data beyond the file: a cache, allowed addresses and no other, and answers that are none."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command

from repository.models import Event
from repository.refusals import Forbidden, Refused
from signing.judging import Judge
from signing.models import Evidence, RevocationItem
from signing.revocation.addresses import NotAllowed, target
from signing.revocation.fetch import NotFetched, fetch
from signing.revocation.importing import import_file
from signing.revocation.reading import ocsp_request
from signing.validation.verdicts import EvidenceSource, Indication, Revocation, SubIndication
from tests.signing.revocation_pki import REVOKED, Authority, drip, give, running
from tests.trusting import trust

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def shared(tmp_path_factory) -> Iterator[Authority]:
    with running(tmp_path_factory.mktemp("authority")) as one:
        yield one


@pytest.fixture
def authority(shared, settings) -> Authority:
    """Its place is allowed, and the network of this machine."""
    shared.instead.clear()
    shared.asked.clear()
    parts = urlsplit(shared.url)
    settings.REVOCATION_ALLOWED = [(parts.hostname, parts.port, "/")]
    settings.REVOCATION_PRIVATE = [ipaddress.ip_network("127.0.0.0/8")]
    return shared


@pytest.fixture
def judged(authority, cast, tmp_path):
    """The verdict on signed bytes, by a job that may ask or by one that may not."""
    trust(authority.pem("root"), cast)

    def judged(data: bytes, *, online: bool = True, at: datetime | None = None):
        path = tmp_path / "paper.pdf"
        path.write_bytes(data)
        return Judge(online=online).judge(path, at=at)

    return judged


# ── what is fetched, and what it settles ────────────────────────────────────


def test_without_revocation_data_the_chain_stays_open_and_says_what_is_wanted(judged, authority):
    verdict = judged(authority.signed(), online=False)
    assert verdict.indication is Indication.INDETERMINATE
    assert {wanted.kind for wanted in verdict.wanted} >= {"ocsp", "crl"}
    assert authority.asked == []


def test_allowed_addresses_settle_it_and_what_came_is_kept_as_evidence(judged, authority):
    verdict = judged(authority.signed())
    assert verdict.indication is Indication.TOTAL_PASSED
    assert any("ocsp" in path for path in authority.asked)
    used = {item.kind for item in verdict.evidence if item.source is EvidenceSource.GIVEN}
    assert used >= {"ocsp", "crl"}
    kept = RevocationItem.objects.exclude(url="")
    assert set(kept.values_list("kind", flat=True)) >= {"ocsp", "crl"}
    assert set(verdict.knowledge) <= set(Evidence.objects.values_list("pk", flat=True))


def test_the_second_file_is_served_from_the_cache_without_asking(judged, authority):
    data = authority.signed()
    judged(data)
    authority.asked.clear()
    assert judged(data, online=False).indication is Indication.TOTAL_PASSED
    assert judged(data).indication is Indication.TOTAL_PASSED
    assert authority.asked == []


def test_a_missing_issuer_is_fetched_from_where_the_certificate_says(judged, authority):
    data = authority.signed(with_ca=False)
    assert judged(data, online=False).indication is Indication.INDETERMINATE
    verdict = judged(data)
    assert verdict.indication is Indication.TOTAL_PASSED
    assert any("certs" in path for path in authority.asked)


def test_a_revoked_certificate_is_found_revoked(judged, authority):
    verdict = judged(authority.signed("gone"))
    [signature] = verdict.signatures
    assert verdict.indication is Indication.INDETERMINATE
    assert signature.sub_indication is SubIndication.REVOKED_NO_POE, "the time-stamp is younger than the revocation"
    assert signature.identity.revocation is Revocation.REVOKED
    assert signature.path[0].revocation is Revocation.REVOKED
    assert signature.identity.revoked_at == REVOKED


# ── answers that are none ───────────────────────────────────────────────────


def wrong_crl(authority: Authority):
    return lambda to: give(to, authority.crl("stranger"))


def old_crl(authority: Authority):
    return lambda to: give(to, authority.crl(to.path.strip("/").split("/")[-2], datetime.now(UTC) - timedelta(days=9)))


def other_place(to):
    give(to, b"", status=302, Location="http://127.0.0.2:9/x.crl")


def other_scheme(to):
    give(to, b"", status=301, Location="https://127.0.0.1/x.crl")


@pytest.mark.parametrize(
    "instead",
    [
        pytest.param(wrong_crl, id="another authority's list"),
        pytest.param(old_crl, id="a list whose next one was due"),
        pytest.param(lambda a: lambda to: give(to, b"<html>"), id="a page"),
        pytest.param(lambda a: lambda to: give(to, b""), id="nothing"),
        pytest.param(lambda a: lambda to: give(to, b"x", status=500), id="a failure"),
        pytest.param(lambda a: other_place, id="redirected elsewhere"),
        pytest.param(lambda a: other_scheme, id="redirected to another scheme"),
        pytest.param(lambda a: lambda to: give(to, b"", **{"Content-Length": "999999999"}), id="said to be too large"),
        pytest.param(lambda a: lambda to: give(to, a.crl("ca"), **{"Content-Encoding": "gzip"}), id="encoded"),
    ],
)
def test_such_an_answer_settles_nothing_and_is_not_kept(instead, judged, authority):
    authority.instead = {"crls": instead(authority), "ocsp": instead(authority)}
    verdict = judged(authority.signed())
    assert authority.asked, "it was asked"
    assert verdict.indication is Indication.INDETERMINATE
    assert not RevocationItem.objects.filter(kind__in=("crl", "ocsp")).exists()


def test_an_ocsp_response_for_another_certificate_is_not_kept(judged, authority):
    from cryptography import x509

    other, ca = (x509.load_der_x509_certificate(authority.certificate(name).dump()) for name in ("gone", "ca"))
    response = authority.ocsp_answer(ocsp_request(other, ca))
    authority.instead = {"ocsp": lambda to: give(to, response), "crls/ca": lambda to: give(to, b"")}
    verdict = judged(authority.signed())
    assert verdict.indication is Indication.INDETERMINATE
    assert not RevocationItem.objects.filter(kind="ocsp").exists()


def test_a_responder_that_does_not_know_the_certificate_settles_nothing(judged, authority):
    from asn1crypto import ocsp as asn1

    authority.instead = {
        "ocsp": lambda to: give(to, asn1.OCSPResponse({"response_status": "unauthorized"}).dump()),
        "crls/ca": lambda to: give(to, b""),
    }
    assert judged(authority.signed()).indication is Indication.INDETERMINATE
    assert not RevocationItem.objects.filter(kind="ocsp").exists()


def test_a_signed_answer_that_the_certificate_is_unknown_settles_nothing(judged, authority):
    from asn1crypto import ocsp as asn1

    def unknown(to):
        response = asn1.OCSPResponse.load(authority.unknown_answer())
        [answer] = response.response_data["responses"]
        assert answer["cert_status"].name == "unknown"
        give(to, response.dump())

    authority.instead = {"ocsp": unknown, "crls/ca": lambda to: give(to, b"")}
    verdict = judged(authority.signed())
    assert any("ocsp" in path for path in authority.asked)
    assert verdict.indication is Indication.INDETERMINATE
    assert verdict.signatures[0].identity.revocation is Revocation.UNKNOWN


def test_an_address_that_failed_is_not_asked_again_at_once(judged, authority):
    authority.instead = {"": lambda to: give(to, b"", status=503)}
    data = authority.signed()
    judged(data)
    asked = len(authority.asked)
    judged(data)
    assert len(authority.asked) == asked > 0


def test_nothing_is_asked_unless_the_operator_allows_it(judged, authority, settings):
    settings.REVOCATION_ALLOWED = []
    assert judged(authority.signed()).indication is Indication.INDETERMINATE
    assert authority.asked == []


def test_an_allowed_name_that_leads_into_a_private_network_is_not_asked(judged, authority, settings):
    settings.REVOCATION_PRIVATE = []
    assert judged(authority.signed()).indication is Indication.INDETERMINATE
    assert authority.asked == []


# ── the question itself ─────────────────────────────────────────────────────


def test_too_much_is_cut_off(authority):
    def endless(to):
        to.send_response(200)
        to.end_headers()
        try:
            while True:
                to.wfile.write(b"0" * 65536)
        except OSError:
            return

    authority.instead = {"big": endless}
    with pytest.raises(NotFetched) as refused:
        fetch(f"{authority.url}/big", largest=100_000)
    assert refused.value.code == "too-large"


def test_who_sends_a_byte_at_a_time_is_cut_off(authority):
    authority.instead = {"slow": drip}
    with pytest.raises(NotFetched) as refused:
        fetch(f"{authority.url}/slow", seconds=0.4)
    assert refused.value.code == "too-slow"


def test_who_never_finishes_its_headers_is_cut_off(authority):
    def headers(to):
        import time

        try:
            to.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while True:
                to.wfile.write(b"X: y\r\n"[:1])
                time.sleep(0.05)
        except OSError:
            return

    authority.instead = {"heads": headers}
    with pytest.raises(NotFetched):
        fetch(f"{authority.url}/heads", seconds=0.4)


def test_a_redirect_within_the_same_place_is_followed_and_a_ring_is_not(authority):
    authority.instead = {
        "old": lambda to: give(to, b"", status=301, Location="/new.crl"),
        "new": lambda to: give(to, b"found"),
        "ring": lambda to: give(to, b"", status=302, Location="/ring"),
    }
    assert fetch(f"{authority.url}/old") == b"found"
    with pytest.raises(NotFetched):
        fetch(f"{authority.url}/ring")


def test_proxies_of_the_environment_are_not_used(authority, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    authority.instead = {"x": lambda to: give(to, b"direct")}
    assert fetch(f"{authority.url}/x") == b"direct"


PUBLIC, OTHER = "1.1.1.1", "9.9.9.9"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://ca.example/crl/a.crl", ""),
        ("http://CA.example./crl/a.crl", ""),
        ("http://ca.example:80/crl/a.crl?x=1", ""),
        ("http://ca.example/other/a.crl", "not-allowed"),
        ("http://ca.example/crl/../other", "not-an-address"),
        ("http://ca.example/crl/%2e%2e/other", "not-an-address"),
        ("http://ca.example/crl/..%2Fother", "not-an-address"),
        ("http://ca.example:8080/crl/a.crl", "not-allowed"),
        ("http://ca.example.evil.example/crl/", "not-allowed"),
        ("http://ca.example@evil.example/crl/", "not-an-address"),
        ("http://evil.example\\@ca.example/crl/", "not-an-address"),
        ("http://ca.example/crl/a b", "not-an-address"),
        ("http://ca.example/crl/\r\nX: y", "not-an-address"),
        ("http://ca.example:99999/crl/", "not-an-address"),
        ("https://ca.example/crl/a.crl", "not-http"),
        ("ldap://ca.example/crl/", "not-http"),
        ("file:///etc/passwd", "not-http"),
        ("http:///crl/", "not-an-address"),
        ("http://ca.example/crl/" + "a" * 2000, "not-an-address"),
    ],
)
def test_an_address_is_held_against_the_list(url, code, settings):
    settings.REVOCATION_ALLOWED = [("ca.example", 80, "/crl/")]
    settings.REVOCATION_PRIVATE = []
    if not code:
        assert target(url, lambda host, port: [PUBLIC]).address == PUBLIC
    else:
        with pytest.raises(NotAllowed) as refused:
            target(url, lambda host, port: [PUBLIC])
        assert refused.value.code == code


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "10.0.0.1",
            "192.168.1.1",
            "172.16.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
        ),
        *(
            "::1",
            "fe80::1",
            "fd00::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "ff02::1",
        ),
    ],
)
def test_a_name_that_leads_to_a_private_address_is_refused_even_beside_a_public_one(address, settings):
    settings.REVOCATION_ALLOWED = [("ca.example", 80, "/")]
    settings.REVOCATION_PRIVATE = []
    for found in ([address], [PUBLIC, address]):
        with pytest.raises(NotAllowed) as refused:
            target("http://ca.example/", lambda host, port, found=found: found)
        assert refused.value.code == "private-address"


def test_a_private_network_that_is_listed_may_be_reached(settings):
    settings.REVOCATION_ALLOWED = [("ca.example", 80, "/")]
    settings.REVOCATION_PRIVATE = [ipaddress.ip_network("10.20.0.0/16")]
    assert target("http://ca.example/", lambda host, port: ["10.20.3.4"]).address == "10.20.3.4"
    with pytest.raises(NotAllowed):
        target("http://ca.example/", lambda host, port: ["10.21.3.4"])


def test_the_name_is_looked_up_once_and_the_connection_goes_to_what_was_looked_at(authority, settings):
    parts = urlsplit(authority.url)
    settings.REVOCATION_ALLOWED = [("ca.example", parts.port, "/")]
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    authority.instead = {"x": lambda to: give(to, to.headers["Host"].encode())}
    found = fetch(f"http://ca.example:{parts.port}/x", resolve=lambda host, port: next(answers))
    assert found == f"ca.example:{parts.port}".encode()
    assert next(answers) == ["10.0.0.1"], "the second answer was never asked for"


# ── brought by a person ─────────────────────────────────────────────────────


def test_what_a_person_brings_settles_a_chain_without_a_network(judged, authority, cast, settings, tmp_path):
    settings.REVOCATION_ALLOWED = []
    data = authority.signed(with_ca=False)
    assert judged(data).indication is Indication.INDETERMINATE
    for content in (authority.pem("ca"), authority.crl("root")):
        import_file(content, actor=cast.chief)
    (tmp_path / "ca.crl").write_bytes(authority.crl("ca"))
    call_command("import_revocation", str(tmp_path / "ca.crl"))
    assert judged(data).indication is Indication.TOTAL_PASSED
    assert authority.asked == []
    assert Event.objects.filter(kind="revocation.imported").count() == 3


def test_an_ocsp_response_is_taken_from_a_known_issuer_only(authority, cast):
    from cryptography import x509

    signer, ca = (x509.load_der_x509_certificate(authority.certificate(name).dump()) for name in ("signer", "ca"))
    response = authority.ocsp_answer(ocsp_request(signer, ca))
    with pytest.raises(Refused):
        import_file(response, actor=cast.chief)
    import_file(authority.certificate("ca").dump(), actor=cast.chief)
    items, new = import_file(response, actor=cast.chief)
    assert ([item.kind for item in items], new) == (["ocsp"], 1)
    assert import_file(response, actor=cast.chief)[1] == 0


def test_a_list_that_a_known_issuer_did_not_sign_is_refused(authority, cast):
    trust(authority.pem("root"), cast)
    data = bytearray(authority.crl("root"))
    data[-1] ^= 1
    with pytest.raises(Refused):
        import_file(bytes(data), actor=cast.chief)
    assert not RevocationItem.objects.exists()


@pytest.mark.parametrize("data", [b"", b"nothing", b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"])
def test_what_is_none_of_these_is_refused(data, cast):
    with pytest.raises(Refused):
        import_file(data, actor=cast.chief)


def test_only_who_manages_trust_brings_any(authority, cast):
    with pytest.raises(Forbidden):
        import_file(authority.crl("root"), actor=cast.archivist)
