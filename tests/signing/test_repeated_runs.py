"""A kept run, repeated at its recorded time with its recorded policy, anchors and knowledge, gives the recorded verdict."""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from demo.signed import variants
from demo.texts import paper_of
from repository.bytes import path_for
from repository.clock import clock_at, now
from repository.jobs.run import run_to_end
from repository.models import Event, File, Finding, Verification
from repository.refusals import Forbidden, NotVisible
from signing.anchors import withdraw_anchor
from signing.judging import Judge
from signing.models import Evidence, Judged, RevocationItem, RunBasis, RunRepeat, VerdictChange
from signing.repeating import NotRepeatable, ask_to_repeat, compare, repeat
from signing.revocation.importing import import_file
from signing.runs import BESIDE, OtherPolicy, keep, look_again
from signing.validation.policy import Policy
from signing.validation.verdicts import FileVerdict, Indication, SubIndication
from tests.pki import authority as demo_authority
from tests.signing.bench_pki import bench, issue, paper, signed
from tests.signing.judged import latest_verdict
from tests.signing.revocation_pki import running
from tests.signing.test_verdicts_at_proven_time import list_of, of_the_root, with_store
from tests.trusting import trust

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(200)]
PDF = "application/pdf"


@pytest.fixture
def file_of(records):
    """A stored file with these bytes, not judged yet."""
    dossier = records.dossier()

    def file_of(data: bytes, name: str = "van-ban.pdf", mime: str = PDF) -> File:
        document = records.document(dossier, content=data, name=name, mime=mime)
        return File.objects.select_related(*BESIDE).get(version__document=document)

    return file_of


def judged_run(file: File, **more) -> Verification:
    return keep(file, look_again(file), "asked", **more)


@pytest.mark.parametrize("kind", sorted(variants()))
def test_each_kind_of_paper_is_repeated_with_the_same_verdict_after_its_anchor_was_withdrawn(kind, file_of, cast):
    pki = demo_authority()
    anchor = trust(pki.root.dump(), cast)
    run = judged_run(file_of(variants()[kind].make(paper_of("repeat-1"), pki)))
    withdraw_anchor(anchor.pk, "Thử.", actor=cast.chief, since=now() - timedelta(days=9000))
    trust(issue("Gốc khác", None).pem, cast)
    with clock_at(now() + timedelta(days=4000)):
        repeated = repeat(run)
    assert repeated.differing == ()
    assert repeated.same
    assert repeated.verdict.validated_at == FileVerdict.from_dict(run.verdict).validated_at


def test_a_run_that_rested_on_fetched_revocation_data_is_repeated_without_asking(file_of, cast, settings, tmp_path):
    with running(tmp_path) as server:
        parts = urlsplit(server.url)
        settings.REVOCATION_ALLOWED = [(parts.hostname, parts.port, "/")]
        settings.REVOCATION_PRIVATE = [ipaddress.ip_network("127.0.0.0/8")]
        anchor = trust(server.pem("root"), cast)
        file = file_of(server.signed())
        run = keep(file, look_again(file, judge=Judge(online=True)), "asked")
        assert run.indication == "TOTAL-PASSED"
        server.asked.clear()
        withdraw_anchor(anchor.pk, "Thử.", actor=cast.chief, since=now() - timedelta(days=9000))
        settings.REVOCATION_ALLOWED = []
        with clock_at(now() + timedelta(days=4000)):
            assert repeat(run).same
            # By what is trusted and known by then it comes to another verdict: that is a new run, and the old one stays.
            again = keep(file, look_again(file), "asked")
        assert server.asked == []
    assert again.indication != "TOTAL-PASSED"
    assert Verification.objects.get(pk=run.pk).indication == "TOTAL-PASSED"
    basis = RunBasis.objects.get(pk=run.pk)
    assert basis.knowledge
    assert set(basis.knowledge) <= set(Evidence.objects.values_list("pk", flat=True))


def test_what_a_verdict_rests_on_is_kept_once_and_no_longer_inside_it(file_of, cast):
    trust(bench().root.pem, cast)
    data = signed(paper(), bench().person, stamped=True, revocations=bench().revocations(at=now()))
    first = judged_run(file_of(data))
    before = Evidence.objects.count()
    second = judged_run(File.objects.select_related(*BESIDE).get(pk=first.file_id))
    assert Evidence.objects.count() == before > 0
    assert all(not item["der_base64"] for item in second.verdict["evidence"])
    basis = RunBasis.objects.get(pk=first.pk)
    assert {item["sha256"] for item in first.verdict["evidence"]} == set(basis.evidence)
    kinds = set(Evidence.objects.filter(pk__in=basis.evidence).values_list("kind", flat=True))
    assert {"certificate", "crl", "timestamp"} <= kinds
    assert basis.policy["name"] == "archive"
    assert [one["sha256"] for one in basis.anchors] == [bench().root.asn1_certificate.sha256.hex()]
    assert latest_verdict(first.file).signatures


def test_who_asked_and_by_which_tools_stands_with_the_run(file_of, cast):
    run = judged_run(file_of(paper()), actor=cast.auditor)
    basis = RunBasis.objects.get(pk=run.pk)
    assert (basis.actor_id, basis.actor_label) == (cast.auditor.id, cast.auditor.label)
    assert "pyHanko" in basis.tools


def test_a_field_that_differs_is_named(file_of):
    run = judged_run(file_of(signed(paper(), bench().person)))
    verdict = FileVerdict.from_dict(run.verdict)
    changed = FileVerdict.from_dict({**run.verdict, "outcome": "TAMPERED", "tools": {"pyHanko": "0.1"}, "seconds": 9.0})
    repeated = compare(verdict, changed)
    assert [(one.field, one.before, one.now) for one in repeated.differing] == [("outcome", "VALID", "TAMPERED")]
    assert repeated.tools["pyHanko"] == (verdict.tools["pyHanko"], "0.1")


def test_a_run_whose_basis_was_not_kept_cannot_be_repeated(file_of):
    file = file_of(paper())
    verdict = look_again(file)
    old = Verification.objects.create(
        file=file, run_at=now(), reason="asked", sha256=file.sha256, indication="none", outcome="NO_SIGNATURE",
        signatures=0, policy="archive 1", verdict=verdict.to_dict(),
    )  # fmt: skip
    with pytest.raises(NotRepeatable) as refused:
        repeat(old)
    assert refused.value.code == "no-basis"


def test_a_verdict_by_another_policy_is_not_kept_as_if_it_were_this_one(file_of):
    file = file_of(paper())
    other = Policy(name="other", version="1")
    verdict = Judge(policy=other).judge(path_for(file))
    with pytest.raises(OtherPolicy):
        keep(file, verdict, "asked")
    run = keep(file, verdict, "asked", policy=other)
    assert RunBasis.objects.get(pk=run.pk).policy["name"] == "other"


def test_a_job_repeats_it_and_keeps_what_came_out(file_of, cast):
    run = judged_run(file_of(signed(paper(), bench().person)))
    _run, job = ask_to_repeat(run.pk, actor=cast.auditor)
    ended = run_to_end(job.pk)
    assert (ended.state, ended.result["same"]) == ("done", True)
    kept = RunRepeat.objects.get()
    assert (kept.verification_id, kept.same, kept.actor_label) == (run.pk, True, cast.auditor.label)
    assert Event.objects.filter(kind="verification.repeated").exists()


def test_who_may_not_see_the_file_does_not_find_the_run(file_of, cast):
    run = judged_run(file_of(paper()))
    with pytest.raises(NotVisible):
        ask_to_repeat(run.pk, actor=cast.outsider)
    with pytest.raises(NotVisible):
        ask_to_repeat("0197a000-0000-7000-8000-000000000000", actor=cast.auditor)
    with pytest.raises(Forbidden):
        ask_to_repeat(run.pk, actor=cast.reader)


def test_an_anchor_withdrawn_from_a_date_still_holds_what_a_time_stamp_proves_to_be_older(file_of, cast):
    """The time-stamp's own authority stands under another anchor, which is still trusted."""
    root = issue("Gốc của người ký", None)
    signed_at = now().replace(microsecond=0) - timedelta(days=60)
    data = signed(paper(), issue("Vũ Thị Giang", root), stamped_at=signed_at)
    data = with_store(data, of_the_root(), list_of(root, signed_at + timedelta(days=1), days=400))
    trust(bench().root.pem, cast)
    anchor = trust(root.pem, cast)
    file = file_of(data)
    assert judged_run(file).indication == "TOTAL-PASSED"
    withdraw_anchor(anchor.pk, "Hết tin cậy.", actor=cast.chief, since=now() - timedelta(days=30))
    file = File.objects.select_related(*BESIDE).get(pk=file.pk)
    assert judged_run(file).indication == "TOTAL-PASSED"


def test_an_anchor_withdrawn_from_a_date_before_the_time_stamp_vouches_for_it_no_longer(file_of, cast):
    anchor = trust(bench().root.pem, cast)
    revocations = bench().revocations(at=now() - timedelta(days=20))
    file = file_of(signed(paper(), bench().person, stamped=True, revocations=revocations))
    assert judged_run(file).indication == "TOTAL-PASSED"
    withdraw_anchor(anchor.pk, "Hết tin cậy.", actor=cast.chief, since=now() - timedelta(days=3000))
    file = File.objects.select_related(*BESIDE).get(pk=file.pk)
    run = judged_run(file)
    assert run.indication != "TOTAL-PASSED"
    assert Finding.objects.filter(kind="verdict-changed", document=file.version.document).exists()
    change = VerdictChange.objects.filter(document=file.version.document).latest("pk")
    reason = Judged.objects.get(file=file)
    assert (change.before, change.after, change.verification) == ("TOTAL-PASSED", run.indication, run)
    assert (change.reason_after, change.sub_after) == (reason.reason, reason.sub)
    assert change.reason_before not in ("", change.reason_after)


def test_a_revocation_that_came_after_the_signature_wins_over_the_good_answer_in_the_file(file_of, cast):
    """A key stolen on Monday, used on Tuesday with an honest list and a time-stamp, called revoked as of Monday on Wednesday."""
    root = issue("Gốc của khóa bị lấy cắp", None)
    holder, signed_at = issue("Lê Thị Hoa", root), now().replace(microsecond=0) - timedelta(days=2)
    fine = list_of(root, signed_at + timedelta(hours=1), days=400)
    data = with_store(signed(paper(), holder, stamped_at=signed_at), of_the_root(), fine)
    for anchor in (bench().root, root):
        trust(anchor.pem, cast)
    file = file_of(data)
    before = judged_run(file)
    import_file(list_of(root, signed_at + timedelta(hours=2), days=400), actor=cast.chief)
    assert look_again(file).knowledge == (), "a list that names nobody is no reason to judge again"

    import_file(list_of(root, now(), (holder, signed_at - timedelta(days=1)), days=400), actor=cast.chief)
    file = File.objects.select_related(*BESIDE).get(pk=file.pk)
    after = judged_run(file)
    assert (before.indication, after.indication) == ("TOTAL-PASSED", "INDETERMINATE")
    assert FileVerdict.from_dict(after.verdict).signatures[0].sub_indication is SubIndication.REVOKED_NO_POE
    assert after.basis.knowledge, "what was given is kept with the run"
    assert Judge().judge(path_for(file)).indication is Indication.INDETERMINATE, (
        "and at intake, where no run came before"
    )
    assert repeat(before).same
    assert repeat(after).same


def test_an_anchor_for_time_stamps_only_vouches_for_no_signature(file_of, cast):
    trust(bench().root.pem, cast, purpose="timestamps")
    file = file_of(signed(paper(), bench().person, stamped=True, revocations=bench().revocations(at=now())))
    assert judged_run(file).indication == "INDETERMINATE"


def test_verifying_again_takes_a_fixed_number_of_queries_a_file(file_of, cast):
    trust(bench().root.pem, cast)
    data = [signed(paper(f"So {n}"), bench().person, revocations=bench().revocations(at=now())) for n in range(6)]
    files = [file_of(one, name=f"{n}.pdf") for n, one in enumerate(data)]
    for file in files:
        judged_run(file)
    judge = Judge()
    counted = []
    for file in File.objects.select_related(*BESIDE).filter(pk__in=[one.pk for one in files]):
        with CaptureQueriesContext(connection) as queries:
            keep(file, look_again(file, judge=judge), "nightly")
        counted.append(len(queries))
    assert max(counted[1:]) <= 16, counted
    assert len(set(counted[1:])) == 1, counted


def test_the_command_repeats_runs_and_says_whether_they_are_the_same(file_of, capsys):
    run = judged_run(file_of(signed(paper(), bench().person)))
    call_command("verify", repeat=[str(run.pk)])
    assert f"{run.pk}: the same verdict" in capsys.readouterr().out
    assert RevocationItem.objects.count() == 0
