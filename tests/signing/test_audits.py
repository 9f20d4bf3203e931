"""An audit through the auditor's door: frozen, drawn, checked anew, answered, closed under the seal; and what nobody else may do or see."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from repository import clock, formats
from repository.codes import Indication
from repository.events import body_of
from repository.jobs.run import run_to_end
from repository.models import Document, Event, File, FileStatus, Membership, Verification
from repository.refusals import Refused
from repository.registry import documents_changed, settled
from signing.audits import actions, verify, work
from signing.audits.actions import open_audit
from signing.audits.population import sha256_of, texts_of
from signing.models import Audit, AuditRow, AuditSheet
from tests.signing.judged import basic, judged, tampered

pytestmark = pytest.mark.django_db


def shown_as(records: Any, indication: str, dossier: Any, **fields: Any) -> Document:
    """A document that counts as signed, without an engine having run: what is tested here is the audit."""
    document = records.document(dossier, **fields)
    FileStatus.objects.filter(file__version__document=document).update(indication=indication, verified_at=clock.now())
    return document


@pytest.fixture
def papers(records, cast) -> list[Document]:
    dossier = records.dossier()
    kinds = [Indication.PASSED] * 6 + [Indication.INDETERMINATE, Indication.FAILED]
    signed = [shown_as(records, one, dossier) for one in kinds]
    records.document(dossier)
    commune = records.dossier(by=cast.outsider, entry=cast.world.commune_entry)
    shown_as(records, Indication.PASSED, commune, by=cast.outsider, subject="Việc riêng của xã")
    return signed


@pytest.fixture
def opened(papers, cast, client_of) -> Audit:
    answer = client_of(cast.auditor).post(
        reverse("audit_new"),
        {"title": "Chữ ký năm 2025", "agency": str(cast.world.province.pk), "signed": "1", "year": ""},
    )
    assert answer.status_code == 302, answer.content.decode()
    audit = Audit.objects.get()
    assert answer.url == reverse("audit", args=[audit.pk])
    return audit


def worked(audit: Audit) -> Audit:
    audit.refresh_from_db()
    assert run_to_end(audit.job_id).state == "done"
    audit.refresh_from_db()
    return audit


@pytest.fixture
def drawn(opened, cast, client_of) -> Audit:
    worked(opened)
    plan = {"size": "5", "seed": "xổ số 58 21", "confidence": "95", "tolerable": "5"}
    client_of(cast.auditor).post(reverse("audit_draw", args=[opened.pk]), plan)
    return worked(opened)


def answers(**given: str) -> dict[str, str]:
    yes = dict.fromkeys(("as_expected", "signer", "authority", "dated", "whole"), "yes")
    return {**yes, "note": "Đã xem bản gốc", "conclusion": "in-order", "revision": "0", **given}


@pytest.fixture
def answered(drawn, cast, client_of) -> Audit:
    client = client_of(cast.auditor)
    for row in AuditRow.objects.filter(audit=drawn):
        given = answers()
        if row.number == 2:
            given |= {
                "conclusion": "finding",
                "kind": "signer",
                "severity": "major",
                "note": "Ký thay, không có ủy quyền",
            }
        answer = client.post(reverse("audit_row", args=[drawn.pk, row.number]), {**given, "next": "1"})
        assert answer.status_code == 302, answer.content.decode()
    return drawn


@pytest.fixture
def closed(answered, archive_seal, cast, client_of) -> Audit:
    answer = client_of(cast.auditor).post(reverse("audit_close", args=[answered.pk]))
    assert answer.status_code == 302, answer.content.decode()
    answered.refresh_from_db()
    return answered


def test_the_population_is_what_the_auditor_sees_with_a_signature_and_is_bound_by_its_hash(opened, papers):
    worked(opened)
    lines = "".join(texts_of(opened)).splitlines()
    assert lines == sorted(lines)
    assert [line.split(" ")[0] for line in lines] == sorted(str(one.pk) for one in papers)
    assert (opened.population, opened.population_sha256) == (8, sha256_of(opened))
    frozen = body_of(Event.objects.get(kind="audit.frozen"))["details"]
    assert frozen["population_sha256"] == opened.population_sha256


def test_a_scope_without_documents_freezes_nothing_and_says_so(cast, client_of):
    audit = open_audit(cast.world.office, "Trống", {"kind": "documents", "query": {}}, actor=cast.auditor)
    assert run_to_end(audit.job_id).reason == "empty"
    body = client_of(cast.auditor).get(reverse("audit", args=[audit.pk])).content.decode()
    assert reverse("audit_go_on", args=[audit.pk]) in body


def test_the_page_works_the_size_out_and_draws_once(opened, cast, client_of):
    worked(opened)
    client, url = client_of(cast.auditor), reverse("audit", args=[opened.pk])
    assert client.get(url, {"confidence": "90", "tolerable": "30"}).context["plan"]["asked"] == 4
    refused = client.post(reverse("audit_draw", args=[opened.pk]), {"size": "9", "seed": "x"})
    assert refused.status_code == 409
    assert not AuditRow.objects.exists()
    client.post(reverse("audit_draw", args=[opened.pk]), {"size": "3"})
    first = list(AuditRow.objects.values_list("document_id", flat=True))
    opened.refresh_from_db()
    assert len(opened.seed) == 32
    assert client.post(reverse("audit_draw", args=[opened.pk]), {"size": "3", "seed": "other"}).status_code == 409
    assert list(AuditRow.objects.values_list("document_id", flat=True)) == first


def test_the_population_is_walked_before_the_transaction_and_drawn_once_all_the_same(opened, cast, monkeypatch):
    worked(opened)
    outside = len(connection.savepoint_ids)
    walked: list[int] = []
    drawn_of = actions.drawn_of

    def meanwhile(*given: Any, **more: Any) -> Any:
        walked.append(len(connection.savepoint_ids))
        found = drawn_of(*given, **more)
        if len(walked) == 1:
            actions.draw_sample(opened.pk, actions.Plan(2, "của người khác"), actor=cast.auditor)
        return found

    monkeypatch.setattr(actions, "drawn_of", meanwhile)
    with pytest.raises(Refused) as refused:
        actions.draw_sample(opened.pk, actions.Plan(3, "của mình"), actor=cast.auditor)
    assert [one.code for one in refused.value.blockers] == ["not-frozen"]
    assert walked == [outside, outside]
    opened.refresh_from_db()
    assert (opened.seed, AuditRow.objects.filter(audit=opened).count()) == ("của người khác", 2)


def test_drawn_by_agency_the_sample_has_each_in_proportion(records, papers, cast):
    dossier = records.dossier()
    for one in papers[:4]:
        Document.objects.filter(pk=one.pk).update(agency=cast.world.department)
    assert dossier
    audit = worked(
        open_audit(cast.world.province, "Theo đơn vị", {"kind": "documents", "query": {}}, actor=cast.auditor)
    )
    from signing.audits.actions import Plan, draw_sample

    draw_sample(audit.pk, Plan(size=4, seed="1", stratified=True), actor=cast.auditor)
    strata = list(AuditRow.objects.order_by("stratum").values_list("stratum", flat=True))
    assert strata == ["H99.01", "H99.01", "H99.02", "H99.02"]


def test_until_the_close_events_name_neither_seed_nor_sampled_documents(answered):
    said = " ".join(
        bytes(event.body).decode() for event in Event.objects.filter(kind__in=("audit.drawn", "audit.answered"))
    )
    assert answered.seed not in said
    assert not any(str(row.document_id) in said or row.label in said for row in AuditRow.objects.all())


@pytest.mark.timeout(120)
def test_the_sampled_files_are_verified_anew_when_the_sample_is_drawn(records, cast, client_of):
    dossier = records.dossier()
    good, bad = judged(records, basic(), dossier), judged(records, tampered(), dossier, name="sua.pdf")
    before = Verification.objects.count()
    audit = worked(open_audit(cast.world.province, "Hai tệp", {"kind": "documents", "query": {}}, actor=cast.auditor))
    client_of(cast.auditor).post(reverse("audit_draw", args=[audit.pk]), {"size": "2", "seed": "1"})
    worked(audit)
    rows = {row.document_id: row for row in AuditRow.objects.filter(audit=audit)}
    assert (rows[good.pk].indication, rows[bad.pk].indication) == (Indication.INDETERMINATE, Indication.FAILED)
    assert rows[bad.pk].reason == "digest_mismatch"
    assert Verification.objects.count() == before + 2
    assert Verification.objects.filter(reason="audit", pk=rows[bad.pk].verification_id).exists()
    body = client_of(cast.auditor).get(reverse("audit_row", args=[audit.pk, rows[bad.pk].number])).content.decode()
    assert "HASH_FAILURE" in body


def test_what_she_may_not_have_checked_any_more_waits_for_an_auditor_who_may(opened, cast, client_of, monkeypatch):
    """Her role ends while the job runs: the stretch at hand is gone through, the rest waits."""
    monkeypatch.setattr(work, "STEP", 2)
    worked(opened)
    client_of(cast.auditor).post(reverse("audit_draw", args=[opened.pk]), {"size": "5", "seed": "x"})
    opened.refresh_from_db()
    role = cast.user("auditor").memberships.get()
    check = work._check

    def ends_her_role(*given: Any) -> None:
        check(*given)
        Membership.objects.filter(pk=role.pk).update(valid_until=clock.today())

    monkeypatch.setattr(work, "_check", ends_her_role)
    job = run_to_end(opened.job_id)
    assert (job.state, job.reason) == ("failed", "not-allowed")
    waiting = AuditRow.objects.filter(audit=opened, verified_at__isnull=True)
    assert list(waiting.values_list("number", flat=True)) == [3, 4, 5]

    monkeypatch.setattr(work, "_check", check)
    Membership.objects.filter(pk=role.pk).update(valid_until=None)
    client_of(cast.auditor).post(reverse("audit_go_on", args=[opened.pk]))
    worked(opened)
    assert not waiting.exists()


def test_saving_leads_to_the_next_open_sheet_and_after_the_last_to_the_audit(drawn, cast, client_of):
    client = client_of(cast.auditor)
    for number in range(1, 6):
        answer = client.post(reverse("audit_row", args=[drawn.pk, number]), answers(next="1"))
        expected = (
            reverse("audit_row", args=[drawn.pk, number + 1]) if number < 5 else reverse("audit", args=[drawn.pk])
        )
        assert answer.url == expected


@pytest.mark.parametrize(
    "given",
    [
        {"conclusion": "finding", "kind": "", "severity": "major"},
        {"conclusion": "finding", "kind": "signer", "severity": "major", "note": " "},
        {"conclusion": "not-judged", "note": ""},
        {"conclusion": "in-order", "signer": "no", "note": ""},
    ],
)
def test_answers_that_do_not_go_together_are_not_kept_and_stay_in_the_form(given, drawn, cast, client_of):
    answer = client_of(cast.auditor).post(reverse("audit_row", args=[drawn.pk, 1]), answers(**given))
    assert answer.status_code == 409
    assert 'value="yes" checked' in answer.content.decode()
    assert not AuditRow.objects.exclude(conclusion="").exists()


def test_two_auditors_on_one_sheet_are_told_of_each_other_and_nothing_is_overwritten_unseen(drawn, cast, client_of):
    client, url = client_of(cast.auditor), reverse("audit_row", args=[drawn.pk, 1])
    client.post(url, answers(note="Lời của người thứ nhất"))
    answer = client.post(url, answers(note="Lời của người thứ hai"))
    body = answer.content.decode()
    assert answer.status_code == 409
    assert "Lời của người thứ nhất" in body
    assert "Lời của người thứ hai" in body
    assert AuditRow.objects.get(audit=drawn, number=1).note == "Lời của người thứ nhất"
    assert client.post(url, answers(note="Lời của người thứ hai", revision="1")).status_code == 302
    assert AuditRow.objects.get(audit=drawn, number=1).note == "Lời của người thứ hai"


def test_an_audit_with_open_sheets_is_not_closed_and_says_nothing_of_the_population(
    drawn, archive_seal, cast, client_of
):
    client = client_of(cast.auditor)
    page = client.get(reverse("audit", args=[drawn.pk]))
    assert len(page.context["said"]) == 2
    assert "Clopper" not in page.content.decode()
    answer = client.post(reverse("audit_close", args=[drawn.pk]))
    assert answer.status_code == 409
    assert [one.code for one in answer.context["refused"].blockers] == ["open"]
    assert not AuditSheet.objects.exists()


def test_a_closed_audit_is_sealed_says_its_result_and_holds(closed, cast, client_of, monkeypatch):
    client, url = client_of(cast.auditor), reverse("audit", args=[closed.pk])
    looked: list[Audit] = []
    checked = verify.checks_of
    monkeypatch.setattr(verify, "checks_of", lambda *given: looked.append(given[0]) or checked(*given))
    assert client.get(url).context["checks"] == []
    assert client.get(reverse("audit_check", args=[closed.pk])).status_code == 405
    client.post(reverse("audit_check", args=[closed.pk]))
    assert looked == [closed]
    answer = client.get(url)
    assert looked == [closed], "who only looks at the page has nothing proven anew"
    assert formats.day(clock.now()) in answer.context["checked"]
    for day in range(500):
        cache.set(f"question-{day}", "what others keep for a while")
    assert client.get(url).context["checks"], "what was checked is not forgotten by lot when others keep much"
    checks = {one.name: one.holds for one in answer.context["checks"]}
    # The demonstration's root is no anchor here: the seal is intact, and whose it is stays open.
    assert list(checks.values()) == [True, None, True, True, True]
    assert answer.context["result"].findings == 1
    assert len(answer.context["rows"]) == 5
    sheet = json.loads(bytes(closed.sheet.json))
    assert sheet["result"]["findings"] == 1
    assert sheet["rows"][1]["finding"] == {"kind": "signer", "severity": "major"}
    assert body_of(Event.objects.get(kind="audit.closed"))["details"]["seed"] == "xổ số 58 21"


def test_after_the_close_nothing_changes_whoever_asks(closed, cast, client_of):
    client = client_of(cast.auditor)
    assert client.post(reverse("audit_row", args=[closed.pk, 1]), answers(revision="1")).status_code == 409
    row = AuditRow.objects.filter(audit=closed).first()
    attacks = [
        (f"UPDATE {AuditRow._meta.db_table} SET conclusion = 'in-order' WHERE id = %s", row),
        (f"DELETE FROM {AuditRow._meta.db_table} WHERE id = %s", row),
        (f"UPDATE {Audit._meta.db_table} SET state = 'drawn', closed_at = NULL WHERE id = %s", closed),
        (f"DELETE FROM {Audit._meta.db_table} WHERE id = %s", closed),
        (f"UPDATE {AuditSheet._meta.db_table} SET signature = NULL WHERE audit_id = %s", closed),
    ]
    for statement, thing in attacks:
        pk = thing.pk.hex if connection.vendor == "sqlite" else thing.pk
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [pk])


def test_without_a_key_it_is_closed_not_signed_and_says_so(answered, cast, client_of, settings):
    settings.SEAL_KEY_FILE = settings.SEAL_TOKEN = None
    client, url = client_of(cast.auditor), reverse("audit_close", args=[answered.pk])
    assert client.post(url).status_code == 409
    assert not AuditSheet.objects.exists()
    assert 'name="unsigned"' in client.get(url).content.decode()
    client.post(url, {"unsigned": "1"})
    assert AuditSheet.objects.get().signature is None
    assert Event.objects.filter(kind="audit.closed_unsigned").exists()
    client.post(reverse("audit_check", args=[answered.pk]))
    checks = client.get(reverse("audit", args=[answered.pk])).context["checks"]
    assert [one.holds for one in checks] == [True, None, True, True, True]


def test_a_server_of_time_that_fails_closes_nothing(answered, archive_seal, stamp_server, cast, client_of):
    stamp_server.alter = lambda data: b"nothing of the kind"
    answer = client_of(cast.auditor).post(reverse("audit_close", args=[answered.pk]))
    assert answer.status_code == 409
    answered.refresh_from_db()
    assert answered.state == "drawn"
    assert not AuditSheet.objects.exists()


@pytest.fixture
def package(closed, cast, client_of) -> Callable[..., Any]:
    data = client_of(cast.auditor).get(reverse("audit_file", args=[closed.pk, "all"])).getvalue()

    def package(tmp_path: Any, **changed: bytes) -> Any:
        path = tmp_path / "audit.zip"
        with zipfile.ZipFile(io.BytesIO(data)) as found, zipfile.ZipFile(path, "w") as made:
            for name in found.namelist():
                made.writestr(name, changed.get(name.replace(".", "_"), found.read(name)))
        return path

    return package


def test_a_package_that_was_handed_out_verifies_by_itself(package, tmp_path, capsys):
    call_command("verify_audit", str(package(tmp_path)))
    said = capsys.readouterr().out
    assert "FAILS" not in said
    assert said.count("holds") == 3


@pytest.mark.parametrize("name", ["sheet_json", "sheet_pdf", "manifest_json", "population_txt"])
def test_a_package_with_other_bytes_fails(name, package, closed, tmp_path, capsys):
    kept = {"sheet_json": closed.sheet.json, "sheet_pdf": closed.sheet.pdf, "manifest_json": closed.sheet.manifest}
    data = bytes(kept[name]) if name in kept else "".join(texts_of(closed)).encode()
    changed = data.replace(b"H99.01", b"H99.02", 1) if name == "population_txt" else data.replace(b"1", b"2", 1)
    assert changed != data
    with pytest.raises(SystemExit):
        call_command("verify_audit", str(package(tmp_path, **{name: changed})))
    assert "FAILS" in capsys.readouterr().out


def test_rows_changed_past_the_program_are_seen_beside_the_signed_sheet(closed, capsys):
    from repository.guards import install, remove

    with transaction.atomic():
        remove(connection)
        AuditRow.objects.filter(audit=closed, number=2).update(conclusion="in-order", kind="", severity="")
        install(connection)
    with pytest.raises(SystemExit):
        call_command("verify_audit", str(closed.pk))


def test_the_sheets_go_out_as_a_table_without_formulas(answered, cast, client_of):
    AuditRow.objects.filter(audit=answered, number=1).update(note="=1+1")
    answer = client_of(cast.auditor).get(reverse("audit_file", args=[answered.pk, "table"]))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active
    assert sheet.max_row == 6
    assert [cell.value for row in sheet.iter_rows(min_row=2, max_row=2) for cell in row if cell.value == "=1+1"]
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


@pytest.mark.parametrize("who", ["archivist", "chief"])
def test_archivists_and_chiefs_read_an_audit_once_it_is_closed_and_not_before(
    who, answered, archive_seal, cast, client_of
):
    client, url = client_of(getattr(cast, who)), reverse("audit", args=[answered.pk])
    assert client.get(url).status_code == 404
    assert answered.title not in client.get(reverse("audits")).content.decode()
    client_of(cast.auditor).post(reverse("audit_close", args=[answered.pk]))
    assert client.get(url).status_code == 200
    assert client.post(reverse("audit_row", args=[answered.pk, 1]), answers(revision="1")).status_code == 403


@pytest.mark.parametrize("who", ["outsider", "reader", "clerk", "administrator", "stranger", "superuser"])
def test_nobody_else_knows_of_an_audit(who, closed, cast, client_of):
    client = client_of(getattr(cast, who))
    for name, more in (("audit", []), ("audit_row", [1]), ("audit_close", []), ("audit_file", ["sheet"])):
        assert client.get(reverse(name, args=[closed.pk, *more])).status_code == 404, name
    listed = client.get(reverse("audits"))
    assert listed.status_code == 404 or closed.title not in listed.content.decode()


def test_what_was_closed_to_the_reader_since_is_neither_named_nor_handed_out(closed, cast, client_of):
    row = AuditRow.objects.filter(audit=closed).first()
    Document.objects.filter(pk=row.document_id).update(secrecy=2)
    client = client_of(cast.auditor)
    body = client.get(reverse("audit", args=[closed.pk])).content.decode()
    assert row.label not in body
    assert row.subject not in body
    assert client.get(reverse("audit_row", args=[closed.pk, row.number])).status_code == 404
    assert client.get(reverse("audit_file", args=[closed.pk, "pdf"])).status_code == 409


def test_an_audit_of_what_is_secret_is_not_seen_below_that_clearance(opened, papers, cast, client_of):
    File.objects.first()
    Document.objects.filter(pk=papers[0].pk).update(secrecy=1)
    user = cast.user("auditor")
    type(user).objects.filter(pk=user.pk).update(clearance=1)
    worked(opened)
    assert (opened.population, opened.secrecy) == (8, 1)
    type(user).objects.filter(pk=user.pk).update(clearance=0)
    user.refresh_from_db()
    assert client_of(cast.auditor).get(reverse("audit", args=[opened.pk])).status_code == 404


def test_a_new_audit_refers_to_the_closed_one(closed, cast, client_of):
    given = {"title": "Xem lại", "agency": str(cast.world.province.pk), "signed": "1", "of": str(closed.pk)}
    client_of(cast.auditor).post(reverse("audit_new"), given)
    assert Audit.objects.get(title="Xem lại").refers_to == closed
    assert "Xem lại" in client_of(cast.auditor).get(reverse("audit", args=[closed.pk])).content.decode()


def test_the_page_asks_as_little_for_many_sheets_as_for_few(answered, cast, client_of, django_assert_max_num_queries):
    client = client_of(cast.auditor)
    with django_assert_max_num_queries(30):
        client.get(reverse("audit", args=[answered.pk]))
    with django_assert_max_num_queries(30):
        client.get(reverse("audit_row", args=[answered.pk, 1]))


def test_each_figure_of_an_audit_is_the_length_of_the_list_behind_it(answered, cast, client_of):
    client, url = client_of(cast.auditor), reverse("audit", args=[answered.pk])
    for query, count in (
        ("", 5),
        ("?show=in-order", 4),
        ("?show=finding", 1),
        ("?show=not-judged", 0),
        ("?show=open", 0),
    ):
        assert client.get(url + query).content.decode().count("data-row-link") == count, query


def test_all_that_a_search_finds_is_a_population_too(papers, cast, client_of):
    Document.objects.filter(pk__in=[one.pk for one in papers[:3]]).update(subject="Bảo đảm trật tự đô thị")
    documents_changed([one.pk for one in papers])
    settled()
    client = client_of(cast.auditor)
    page = client.get(reverse("search"), {"q": "trat tu do thi"})
    url = next(act["url"] for act in page.context["acts"] if "audits" in act["url"])
    form = client.get(url).context
    assert "trat tu do thi" in form["scope"]
    given = {"title": "Đô thị", "agency": str(cast.world.province.pk), "signed": "1", "search": form["given"]["search"]}
    client.post(reverse("audit_new"), given)
    audit = worked(Audit.objects.get())
    lines = "".join(texts_of(audit)).splitlines()
    assert [line.split(" ")[0] for line in lines] == sorted(str(one.pk) for one in papers[:3])
