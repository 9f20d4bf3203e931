"""Signing at B-LT: what it needs is fetched by a job beforehand, and the request that signs asks the time-stamp server alone."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from certomancer.registry import KeyLabel
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_der_private_key, pkcs12
from cryptography.x509 import load_der_x509_certificate

from repository.jobs.engine import work
from repository.models import Event, Job
from signing.codes import KeyKind, Level, Look
from signing.models import SigningRequest
from signing.sealing import asking
from signing.sealing.ahead import KIND
from signing.sealing.keyring import add_key
from tests.signing.bench_pki import paper
from tests.signing.revocation_pki import Authority, running
from tests.signing.servers import StampServer
from tests.trusting import trust

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(120)]
PASSPHRASE = "mat-khau-con-dau"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: Any) -> Iterator[Authority]:
    with running(tmp_path_factory.mktemp("authority")) as one:
        yield one


@pytest.fixture
def office(shared: Authority, cast: Any, records: Any, settings: Any, tmp_path: Any) -> Iterator[Any]:
    """The province's seal under an authority on this machine, whose addresses the operator allows; a paper asked for at B-LT."""
    shared.asked.clear()
    trust(shared.pem("root"), cast)
    settings.SEAL_KEYS = tmp_path / "seals"
    settings.SEAL_KEYS.mkdir()
    key = shared.architecture.key_set.get_private_key(KeyLabel("signer")).dump()
    certificates = [load_der_x509_certificate(shared.certificate(label).dump()) for label in ("signer", "ca")]
    data = pkcs12.serialize_key_and_certificates(
        b"seal",
        load_der_private_key(key, None),
        certificates[0],
        certificates[1:],
        BestAvailableEncryption(PASSPHRASE.encode()),
    )
    for name, content in (("tinh.p12", data), ("tinh.p12.secret", PASSPHRASE.encode())):
        (settings.SEAL_KEYS / name).write_bytes(content)
        (settings.SEAL_KEYS / name).chmod(0o600)
    add_key(KeyKind.FILE, "tinh.p12", actor=cast.administrator, agency=cast.world.province, unattended=True)
    parts = urlsplit(shared.url)
    settings.REVOCATION_ALLOWED = [(parts.hostname, parts.port, "/")]
    settings.REVOCATION_PRIVATE = [ipaddress.ip_network("127.0.0.0/8")]
    document = records.document(records.dossier(), content=paper(), mime="application/pdf", name="quyet-dinh.pdf")
    with StampServer(shared).running() as stamps:  # type: ignore[arg-type]
        settings.TIMESTAMP_SERVER = stamps.url
        wanted = [asking.Wanted(Look.COPY, agency=cast.world.province, copy_form="SAO Y")]
        request = asking.ask(document.pk, wanted, actor=cast.clerk, level=Level.LT)
        yield SimpleNamespace(authority=shared, stamps=stamps, request=request)


def fetched() -> None:
    for job in Job.objects.filter(kind=KIND, state="queued"):
        work(job.pk)


def test_what_is_asked_for_at_b_lt_is_fetched_by_a_job_and_signed_without_asking_any_address(office, cast, client_of):
    client = client_of(cast.archivist)
    before = client.get(office.request.get_absolute_url())
    assert not before.context["ready"] and b'name="shown"' not in before.content, "no PIN is asked for yet"
    assert office.authority.asked == []

    fetched()

    page = client.get(office.request.get_absolute_url())
    assert page.context["ready"]
    asked, stamps = list(office.authority.asked), office.stamps.asked
    assert asked, "the job asked"
    answer = client.post(f"/signing/{office.request.pk}/sign/", {"shown": page.context["base"]})
    assert answer.status_code == 302, answer.context["problem"]
    assert b'"B-LT"' in bytes(Event.objects.get(kind="signing.signed").body)
    assert office.authority.asked == asked, "the request asked nobody but the time-stamp server"
    assert office.stamps.asked == stamps + 1


def test_what_is_missing_is_named_and_fetched_when_asked_for(office, cast, client_of, settings):
    allowed, settings.REVOCATION_ALLOWED = settings.REVOCATION_ALLOWED, []
    fetched()
    client = client_of(cast.archivist)
    page = client.get(office.request.get_absolute_url())
    assert not page.context["ready"]
    assert "Thử nghiệm signer" in page.content.decode()
    settings.REVOCATION_ALLOWED = allowed

    assert client.post(f"/signing/{office.request.pk}/fetch/").status_code == 302
    assert client.get(office.request.get_absolute_url()).context["fetching"]
    fetched()
    assert client.get(office.request.get_absolute_url()).context["ready"]


def test_only_whose_turn_it_is_has_it_fetched(office, cast, client_of):
    before = Job.objects.filter(kind=KIND).count()
    assert client_of(cast.reader).post(f"/signing/{office.request.pk}/fetch/").status_code == 403
    assert client_of(cast.outsider).post(f"/signing/{office.request.pk}/fetch/").status_code == 404
    assert Job.objects.filter(kind=KIND).count() == before


def test_a_level_without_such_proof_waits_for_nothing(office, cast, client_of):
    SigningRequest.objects.filter(pk=office.request.pk).update(level=Level.T)
    assert client_of(cast.archivist).get(office.request.get_absolute_url()).context["ready"]
