"""One time-stamp over everything: each sealed file has a proof of its own, which holds without the archive and tells when it does not."""

import base64
import hashlib
import random
from datetime import timedelta

import pytest
from asn1crypto import pem
from django.core.management import call_command

from repository.clock import clock_at, now
from repository.jobs.engine import enqueue
from repository.jobs.run import run_to_end
from repository.models import Checkpoint, Document, Event, File, Finding
from repository.sequencer import sequence
from signing.models import EvidenceLeaf, EvidenceStamp
from signing.provable import stamping
from signing.provable.proof import broken_stamps, chain_of, check_checkpoint, existence_of, proof_for
from signing.provable.record import Link, check, read_record, write_record
from signing.provable.tree import digest_of, reduced, root_from, root_of
from tests.pki import authority
from tests.signing.bench_pki import issue
from tests.signing.servers import StampServer
from tests.trusting import trust

pytestmark = [pytest.mark.timeout(120)]


@pytest.fixture
def server(settings):
    """certomancer's time-stamp authority over HTTP, set up as the archive's."""
    with StampServer(authority()).running() as running:
        settings.TIMESTAMP_SERVER = running.url
        yield running


def stamped(**params):
    return run_to_end(enqueue(stamping.KIND, None, params=params).pk)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 13, 100])
def test_every_leaf_of_a_tree_is_led_to_its_root_and_no_other_leaf_is(count):
    leaves = [digest_of(bytes([place])) for place in range(count)]
    for place, leaf in enumerate(leaves):
        parts = reduced(leaves, place)
        assert root_from(leaf, parts) == root_of(leaves)
        assert root_from(digest_of(b"another"), parts) != root_of(leaves)


@pytest.mark.django_db(transaction=True)
def test_without_a_time_stamp_server_nothing_is_stamped(records):
    records.sealed_row()
    job = stamped()
    assert (job.state, job.result) == ("done", {"configured": False})
    assert not EvidenceStamp.objects.exists()
    assert proof_for(File.objects.first()) is None


@pytest.mark.django_db(transaction=True)
def test_every_sealed_file_and_the_order_of_events_get_one_time_stamp(records, server, cast):
    trust(authority().root.dump(), cast)
    records.sealed_row()
    records.dossier()
    sequence()
    job = stamped()
    assert (job.state, job.result["stamps"], job.result["broken"], server.asked) == ("done", 1, 0, 1)
    stamp = EvidenceStamp.objects.get()
    assert EvidenceLeaf.objects.filter(stamp=stamp, file__isnull=False).count() == 2
    for file in File.objects.all():
        proof = proof_for(file)
        assert proof["file"]["sha512"] == file.sha512
        assert (proof["problem"], proof["authority"]) == ("", stamp.authority)
        assert (proof["trusted"], proof["existed_at"]) == (True, stamp.stamped_at.isoformat())
        assert existence_of(file) == stamp.stamped_at
    checkpoint = Checkpoint.objects.get(size=EvidenceLeaf.objects.get(checkpoint__isnull=False).checkpoint)
    assert check_checkpoint(checkpoint).proven == stamp.stamped_at


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("other", [False, True], ids=["nobody is trusted", "another authority is trusted"])
def test_a_time_stamp_by_an_authority_that_is_not_trusted_here_proves_nothing(records, server, cast, client_of, other):
    document = Document.objects.filter(dossiers=records.sealed_row()).first()
    stamped()
    if other:
        trust(issue("Gốc khác", None).pem, cast)
    file, stamp = File.objects.get(version__document=document), EvidenceStamp.objects.get()
    assert existence_of(file) is None
    proof = proof_for(file)
    assert (proof["trusted"], proof["existed_at"], proof["stamped_at"]) == (False, None, stamp.stamped_at.isoformat())

    def shown() -> tuple[bool, bool]:
        text = client_of(cast.archivist).get(document.get_absolute_url()).content.decode()
        return "Đã tồn tại ngày" in text, "tổ chức mà kho chưa biết" in text

    assert shown() == (False, True)
    trust(authority().root.dump(), cast)
    assert shown() == (True, False)


@pytest.mark.django_db(transaction=True)
def test_files_that_are_not_sealed_are_not_stamped(records, server):
    records.document(records.dossier())
    stamped()
    assert not EvidenceLeaf.objects.filter(file__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
def test_a_second_night_stamps_only_what_is_new(records, server):
    records.sealed_row()
    stamped()
    first = set(EvidenceLeaf.objects.filter(file__isnull=False).values_list("file", flat=True))
    stamped(again=True)
    records.sealed_row()
    stamped(third=True)
    assert first < set(EvidenceLeaf.objects.filter(file__isnull=False).values_list("file", flat=True))
    assert EvidenceLeaf.objects.filter(file__isnull=False).count() == 4


@pytest.mark.django_db(transaction=True)
def test_a_proof_holds_for_its_file_alone_and_survives_the_way_through_der(records, server):
    records.sealed_row()
    stamped()
    one = File.objects.order_by("pk").first()
    der = base64.b64decode(proof_for(one)["evidence_record"])
    links = read_record(der)
    assert write_record(links) == der
    assert check(one.sha512, links, now=now()).proven is not None
    assert check(hashlib.sha512(b"other").hexdigest(), links, now=now()).problem == "not-in-tree"
    stranger = authority().certificate("ocsp").dump()
    wrong = check(one.sha512, links, now=now(), anchors=[pem.armor("CERTIFICATE", stranger)])
    assert (wrong.proven is not None, wrong.trusted) == (True, False)


@pytest.mark.django_db(transaction=True)
def test_a_token_with_a_changed_byte_proves_nothing(records, server):
    records.sealed_row()
    stamped()
    file = File.objects.first()
    [link] = chain_of(file)
    for place in random.Random(5).sample(range(len(link.token)), 60):
        token = link.token[:place] + bytes([link.token[place] ^ 1]) + link.token[place + 1 :]
        checked = check(file.sha512, [Link(link.parts, token)], now=now())
        if checked.proven is not None:
            # Bytes that the signature does not cover: those of the certificates' own signatures, held by the anchor.
            anchors = [pem.armor("CERTIFICATE", authority().root.dump())]
            again = check(file.sha512, [Link(link.parts, token)], now=now(), anchors=anchors)
            assert again.trusted is False or again.proven == checked.proven


@pytest.mark.django_db(transaction=True)
def test_a_time_stamp_is_renewed_before_its_authority_ends_and_the_chain_still_proves_the_first_time(
    records, server, monkeypatch
):
    records.sealed_row()
    stamped()
    first = EvidenceStamp.objects.get()
    monkeypatch.setattr(stamping, "BEFORE_END", first.ends_at - now() + timedelta(days=1))
    stamped(again=True)
    renewal = EvidenceLeaf.objects.get(earlier=first)
    file = File.objects.first()
    links = chain_of(file)
    assert [link.token for link in links[:2]] == [bytes(first.token), bytes(renewal.stamp.token)]
    assert check(file.sha512, links, now=now()).proven == first.stamped_at
    assert check(file.sha512, list(reversed(links)), now=now()).proven is None
    assert check(file.sha512, links[1:], now=now()).problem == "not-in-tree"


@pytest.mark.django_db(transaction=True)
def test_a_proof_whose_last_authority_has_ended_says_so(records, server):
    records.sealed_row()
    stamped()
    file, stamp = File.objects.first(), EvidenceStamp.objects.get()
    with clock_at(stamp.ends_at + timedelta(days=1)):
        assert proof_for(file)["problem"] == "ended"
        assert existence_of(file) is None


@pytest.mark.django_db(transaction=True)
def test_a_server_that_gives_nonsense_leaves_nothing_behind_and_is_asked_again(records, server):
    records.sealed_row()
    server.alter = lambda answer: answer[:-20]
    job = enqueue(stamping.KIND, None)
    from repository.jobs.engine import work

    work(job.pk)
    job.refresh_from_db()
    assert (job.state, job.reason, EvidenceStamp.objects.count()) == ("queued", "timestamp-server", 0)


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_the_same_leaves_keep_one_tree(records, server):
    from signing.sealing.stamps import timestamp_token

    records.sealed_row()
    leaves = stamping.waiting()
    assert stamping.stamp_once(leaves, timestamp_token) is not None
    assert stamping.stamp_once(leaves, timestamp_token) is None
    assert (EvidenceStamp.objects.count(), EvidenceLeaf.objects.count()) == (1, len(leaves))


@pytest.mark.django_db(transaction=True)
def test_a_killed_night_goes_on_where_it_was(records, server, monkeypatch):
    records.sealed_row()
    monkeypatch.setattr(stamping, "LEAVES", 1)
    job = enqueue(stamping.KIND, None)
    calls = []

    def dies(leaves, stamp, real=stamping.stamp_once):
        calls.append(leaves)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(leaves, stamp)

    from repository.jobs.engine import work
    from repository.models import Job

    monkeypatch.setattr(stamping, "stamp_once", dies)
    with pytest.raises(KeyboardInterrupt):
        work(job.pk)
    Job.objects.filter(pk=job.pk).update(state="queued", lease_until=None)
    work(job.pk)
    held = list(EvidenceLeaf.objects.filter(file__isnull=False).values_list("file", flat=True))
    assert len(held) == len(set(held)) == File.objects.count()


@pytest.mark.django_db(transaction=True)
def test_a_tree_that_was_changed_in_the_database_is_told_of(records, server):
    from django.db import connection

    from repository.guards.install import install, remove

    records.sealed_row()
    stamped()
    assert list(broken_stamps()) == []
    remove(connection)
    try:
        EvidenceLeaf.objects.filter(place=0).update(digest=hashlib.sha512(b"other").hexdigest())
    finally:
        install(connection)
    assert stamped(again=True).result["broken"] == 1
    assert Finding.objects.filter(kind=stamping.BROKEN).count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_command_checks_a_proof_without_the_archive(records, server, tmp_path, capsys):
    records.sealed_row(documents=1)
    stamped()
    file = File.objects.get()
    from repository.bytes import path_for

    proof, root = tmp_path / "proof.ers", tmp_path / "root.pem"
    proof.write_bytes(base64.b64decode(proof_for(file)["evidence_record"]))
    root.write_bytes(pem.armor("CERTIFICATE", authority().root.dump()))
    call_command("check_proof", str(path_for(file)), str(proof), trust=[str(root)])
    assert "existed" in capsys.readouterr().out
    other = tmp_path / "other.txt"
    other.write_bytes(b"something else")
    with pytest.raises(SystemExit):
        call_command("check_proof", str(other), str(proof), trust=[str(root)])
    assert "not-in-tree" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_who_may_download_a_file_fetches_its_proof_and_nobody_else(records, server, cast, client_of):
    records.sealed_row(documents=1)
    stamped()
    file = File.objects.get()
    address = f"/files/{file.pk}/proof/"
    answer = client_of(cast.auditor).get(address)
    assert answer.status_code == 200
    assert check(file.sha512, read_record(answer.content), now=now()).proven is not None
    assert Event.objects.filter(kind="proof.downloaded").count() == 1
    assert client_of(cast.outsider).get(address).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_only_who_keeps_the_trust_has_the_archive_stamped_by_hand(records, server, cast, client_of):
    records.sealed_row()
    address = "/audit/provable/stamp/"
    assert client_of(cast.auditor).post(address).status_code == 403
    assert client_of(cast.chief).post(address).status_code == 302
    assert client_of(cast.chief).post(address).status_code == 302
    from repository.models import Job

    assert Job.objects.filter(kind=stamping.KIND).count() == 1
