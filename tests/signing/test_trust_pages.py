"""The pages of trust: proposed with a file, compared and approved by another; a run with its evidence; revocation data brought in."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.html import strip_tags

from repository.clock import now
from repository.jobs.run import run_to_end
from repository.models import File, Job
from signing.anchors import anchors
from signing.models import AnchorProposal, Evidence, RevocationItem, RunBasis, TrustAnchor
from signing.runs import BESIDE, keep, look_again
from tests.signing.bench_pki import bench, issue, paper, signed
from tests.trusting import trust

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(120)]


def upload(data: bytes, name: str = "root.pem") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def test_from_the_file_to_a_trusted_anchor_by_two_people(client_of, cast):
    chief, administrator = client_of(cast.chief), client_of(cast.administrator)
    answer = chief.post(
        reverse("anchor_propose"), {"file": upload(bench().root.pem), "source": "Thư 12", "purpose": "both"}
    )
    proposal = AnchorProposal.objects.get()
    assert answer.headers["Location"] == reverse("anchor_proposal", args=[proposal.pk])
    fingerprint = bench().root.asn1_certificate.sha256.hex(":").upper()
    page = chief.get(proposal.get_absolute_url()).content.decode()
    assert fingerprint in strip_tags(page)
    assert reverse("anchor_approve", args=[proposal.pk]) not in page, "who proposed it is offered no approval"
    assert chief.post(reverse("anchor_approve", args=[proposal.pk]), {"compared": "1"}).status_code == 409
    other = administrator.get(proposal.get_absolute_url()).content.decode()
    assert fingerprint in strip_tags(other)
    assert administrator.post(reverse("anchor_approve", args=[proposal.pk])).status_code == 409
    assert anchors() == ()
    approved = administrator.post(reverse("anchor_approve", args=[proposal.pk]), {"compared": "1"})
    anchor = TrustAnchor.objects.get()
    assert approved.headers["Location"] == anchor.get_absolute_url()
    assert anchors() == (bench().root.pem,)
    assert client_of(cast.auditor).get(reverse("anchor_pem", args=[anchor.pk])).content == bench().root.pem
    withdrawn = chief.post(
        reverse("anchor_withdraw", args=[anchor.pk]), {"reason": "Thay khóa.", "since": "01/02/2024"}
    )
    assert withdrawn.status_code == 302
    anchor.refresh_from_db()
    assert anchor.withdrawn_from.isoformat() == "2024-01-31T17:00:00+00:00"


def test_a_form_without_reason_comes_back_with_what_is_missing(client_of, cast):
    anchor = trust(bench().root.pem, cast)
    answer = client_of(cast.chief).post(reverse("anchor_withdraw", args=[anchor.pk]), {"reason": ""})
    assert answer.status_code == 409
    refused = client_of(cast.chief).post(
        reverse("anchor_propose"), {"file": upload(b"x"), "source": "Thư", "purpose": "both"}
    )
    assert refused.status_code == 409
    assert "PEM" in refused.content.decode()


def test_an_end_that_comes_soon_is_warned_of(client_of, cast):
    from datetime import timedelta

    trust(issue("Sắp hết", None, end=now() + timedelta(days=90)).pem, cast)
    page = client_of(cast.auditor).get(reverse("trust"), headers={"Accept-Language": "en"}).content.decode()
    assert "Sắp hết" in page
    assert "vk-unsure" in page


@pytest.mark.parametrize("who", ["clerk", "reader", "stranger", "superuser"])
def test_who_neither_manages_trust_nor_audits_sees_no_anchor(who, client_of, cast):
    anchor = trust(bench().root.pem, cast)
    for url in (reverse("trust"), anchor.get_absolute_url(), reverse("revocation"), reverse("anchor_propose")):
        assert client_of(getattr(cast, who)).get(url).status_code in (403, 404)


def test_an_auditor_reads_and_changes_nothing(client_of, cast):
    anchor = trust(bench().root.pem, cast)
    client = client_of(cast.auditor)
    assert client.get(anchor.get_absolute_url()).status_code == 200
    assert client.post(reverse("anchor_withdraw", args=[anchor.pk]), {"reason": "x"}).status_code == 403
    assert client.post(reverse("revocation"), {"file": upload(b"x")}).status_code == 403
    assert client.get(reverse("anchor_propose")).status_code == 403


def test_a_list_is_brought_in_by_its_page(client_of, cast):
    trust(bench().root.pem, cast)
    data = bench().revocations(at=now())
    assert client_of(cast.chief).post(reverse("revocation"), {"file": upload(data)}).status_code == 302
    item = RevocationItem.objects.get()
    assert (item.kind, item.got_by) == ("crl", cast.user("chief"))
    assert client_of(cast.chief).post(reverse("revocation"), {"file": upload(b"no")}).status_code == 409
    assert item.issuer in client_of(cast.auditor).get(reverse("revocation")).content.decode()


@pytest.fixture
def run(records, cast):
    trust(bench().root.pem, cast)
    data = signed(paper(), bench().person, stamped=True, revocations=bench().revocations(at=now()))
    document = records.document(records.dossier(), content=data, name="a.pdf", mime="application/pdf")
    file = File.objects.select_related(*BESIDE).get(version__document=document)
    return keep(file, look_again(file), "asked", actor=cast.auditor)


def test_a_run_shows_what_it_rested_on_and_is_repeated_from_its_page(run, client_of, cast):
    client = client_of(cast.auditor)
    url = reverse("verification", args=[run.pk])
    page = client.get(url).content.decode()
    assert run.sha256 in page
    assert "Nguyễn Văn An" in page
    assert client.post(reverse("verification_repeat", args=[run.pk])).headers["Location"] == url
    run_to_end(Job.objects.get(kind="repeat").pk)
    assert run.repeats.get().same
    assert "vk-pass" in client.get(url).content.decode()


def test_each_piece_of_a_runs_evidence_can_be_taken_out_and_no_other(run, client_of, cast):
    client = client_of(cast.auditor)
    basis = RunBasis.objects.get(pk=run.pk)
    for digest in (*basis.evidence, *(one["sha256"] for one in basis.anchors)):
        answer = client.get(reverse("verification_evidence", args=[run.pk, digest]))
        assert answer.content == bytes(Evidence.objects.get(pk=digest).der)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get(reverse("verification_evidence", args=[run.pk, "0" * 64])).status_code == 404


@pytest.mark.parametrize("who", ["outsider", "stranger", "superuser", "administrator"])
def test_who_may_not_see_the_file_finds_neither_its_run_nor_its_evidence(who, run, client_of, cast):
    client = client_of(getattr(cast, who))
    digest = RunBasis.objects.get(pk=run.pk).evidence[0]
    assert client.get(reverse("verification", args=[run.pk])).status_code == 404
    assert client.get(reverse("verification_evidence", args=[run.pk, digest])).status_code == 404
    assert client.post(reverse("verification_repeat", args=[run.pk])).status_code == 404


def test_pages_take_few_queries_however_long_their_lists(client_of, cast, django_assert_max_num_queries, run):
    for number in range(8):
        trust(issue(f"Gốc {number}", None).pem, cast)
    client = client_of(cast.auditor)
    for url in (reverse("trust"), reverse("verification", args=[run.pk]), reverse("revocation")):
        client.get(url)
        with django_assert_max_num_queries(30):
            assert client.get(url).status_code == 200
