"""The auditor's desk: every figure is the length of the list behind it, and nobody reads of what she may not see."""

from __future__ import annotations

import html
import re
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse

from repository import clock
from repository.codes import Indication
from repository.jobs.engine import enqueue
from repository.jobs.run import run_to_end
from repository.models import Document, Event, File, FileStatus, Membership, Verification
from signing.chart import chart
from signing.models import ChangesSeen, Judged, VerdictChange
from signing.reasons import capital, words_of
from tests.signing.judged import basic, tampered
from tests.signing.judged import judged as kept

pytestmark = pytest.mark.django_db


def judged(records, indication: str, *, year: int = 2025, dossier=None, **fields) -> Document:
    document = records.document(dossier or records.dossier(), issued_date=date(year, 3, 2), **fields)
    file = File.objects.get(version__document=document)
    FileStatus.objects.filter(file=file).update(indication=indication, verified_at=clock.now())
    return document


@pytest.fixture
def judged_papers(records, cast):
    dossier = records.dossier()
    for indication, count in ((Indication.PASSED, 4), (Indication.INDETERMINATE, 2), (Indication.FAILED, 1)):
        for n in range(count):
            judged(records, indication, year=2023 + n % 2, dossier=dossier)
    commune = records.dossier(by=cast.outsider, entry=cast.world.commune_entry)
    judged(records, Indication.FAILED, dossier=commune, by=cast.outsider, subject="Việc riêng của xã")


def listed(client, url: str) -> int:
    """How many rows the list behind a figure has."""
    return client.get(url).content.decode().count("data-row-link")


def test_every_figure_is_the_length_of_the_list_behind_it(judged_papers, cast, client_of):
    client = client_of(cast.auditor)
    context = client.get(reverse("desk")).context
    figures = {str(one.get("indication", "all")): one for one in context["figures"]}
    assert {name: one["count"] for name, one in figures.items() if one["count"]} == {
        "all": 7,
        Indication.PASSED: 4,
        Indication.INDETERMINATE: 2,
        Indication.FAILED: 1,
    }
    for one in context["figures"]:
        assert listed(client, one["url"]) == one["count"], one
    for row in context["agencies"]:
        assert listed(client, row["failed_url"]) == row["failed"]
        assert listed(client, row["unsure_url"]) == row["unsure"]
    for row in context["years"]:
        for cell in row["counts"]:
            assert listed(client, cell["url"]) == cell["count"]


def reasoned(records, indication: str, code: str, sub: str = "", **fields) -> Document:
    """A document that was judged with this reason."""
    document = judged(records, indication, **fields)
    file = File.objects.get(version__document=document)
    run = Verification.objects.create(
        file=file,
        run_at=clock.now(),
        reason="nightly",
        sha256=file.sha256,
        indication=indication,
        outcome="VALID",
        signatures=1,
        policy="test",
        verdict={},
    )
    FileStatus.objects.filter(file=file).update(verification=run)
    Judged.objects.create(file=file, verification=run, reason=code, sub=sub)
    return document


def test_every_reason_is_told_in_plain_words_with_the_list_of_just_those_documents(
    judged_papers, records, cast, client_of
):
    for _ in range(2):
        reasoned(records, Indication.INDETERMINATE, "intact_no_revocation_data", "TRY_LATER")
    reasoned(records, Indication.INDETERMINATE, "intact_no_revocation_data", "GENERIC")
    reasoned(records, Indication.FAILED, "pages_differ", "FORMAT_FAILURE")
    client = client_of(cast.auditor)
    rows = client.get(reverse("desk")).context["reasons"]
    assert [(row["indication"], row["sub"], row["count"]) for row in rows] == [
        # One failed and two undetermined of those judged before reasons were kept.
        (Indication.FAILED, "", 1),
        (Indication.FAILED, "FORMAT_FAILURE", 1),
        (Indication.INDETERMINATE, "", 2),
        (Indication.INDETERMINATE, "TRY_LATER", 2),
        (Indication.INDETERMINATE, "GENERIC", 1),
    ]
    assert not any("%(" in row["words"] or "pages_differ" in row["words"] for row in rows)
    for row in rows:
        assert listed(client, row["url"]) == row["count"], row


def test_the_reason_of_each_run_is_kept_with_it(records):
    document = kept(records, basic(), trusted=False)
    judged_ = Judged.objects.get(file__version__document=document)
    assert (judged_.reason, judged_.sub) == ("intact_chain_unknown", "NO_CERTIFICATE_CHAIN_FOUND")
    assert judged_.verification == FileStatus.objects.get(file=judged_.file).verification


def test_the_nightly_job_reads_reasons_that_are_missing_or_of_an_older_run(records):
    document = kept(records, tampered())
    reason = Judged.objects.get(file__version__document=document)
    Judged.objects.all().delete()
    assert run_to_end(enqueue("reasons", None).pk).result == {"reasons": 1}
    assert Judged.objects.get().reason == reason.reason == "digest_mismatch"
    Judged.objects.update(verification=Verification.objects.create(**older_run(reason.verification)), reason="passed")
    run_to_end(enqueue("reasons", None).pk)
    assert Judged.objects.get().reason == "digest_mismatch"
    assert run_to_end(enqueue("reasons", None).pk).result == {"reasons": 0}


def older_run(run: Verification) -> dict:
    names = ("file", "run_at", "reason", "sha256", "indication", "outcome", "signatures", "policy", "verdict")
    return {name: getattr(run, name) for name in names}


def test_documents_without_a_date_have_a_list_too(records, cast, client_of):
    document = judged(records, Indication.FAILED)
    Document.objects.filter(pk=document.pk).update(issued_date=None)
    client = client_of(cast.auditor)
    (row,) = client.get(reverse("desk")).context["years"]
    assert row["year"] is None
    assert [listed(client, cell["url"]) for cell in row["counts"]] == [cell["count"] for cell in row["counts"]]


def test_an_agencys_name_leads_to_as_many_documents_as_are_signed_there(judged_papers, records, cast, client_of):
    records.document(records.dossier())
    client = client_of(cast.auditor)
    for row in client.get(reverse("desk")).context["agencies"]:
        assert listed(client, row["url"]) == row["total"]


def test_the_chart_and_its_table_tell_the_years(judged_papers, cast, client_of):
    answer = client_of(cast.auditor).get(reverse("desk"))
    assert [column.year for column in answer.context["chart"]["columns"]] == [2023, 2024]
    body = answer.content.decode()
    svg = body[body.index('<svg class="vk-chart') : body.index("</svg></div>")]
    assert svg.count('fill="url(#hatch)"') == 2
    # No style, no script: numbers are attributes, with a point whatever the language.
    assert not re.search(r'style=|="[^"]*\d,\d', svg)


def test_a_few_failed_ones_are_seen_beside_thousands():
    from collections import Counter

    drawn = chart({2025: Counter({Indication.PASSED: 20000, Indication.FAILED: 1})}, str)
    column = drawn["columns"][0]
    assert column.failed == 1
    assert float(column.fail_height) >= 2


@pytest.mark.parametrize("who", ["outsider", "auditor"])
def test_nothing_of_another_agency_is_counted_or_told(who, judged_papers, records, cast, client_of):
    client = client_of(getattr(cast, who))
    answer = client.get(reverse("desk"))
    theirs = "Việc riêng của xã" if who == "auditor" else "Văn phòng"
    assert theirs not in answer.content.decode()
    assert answer.context["figures"][0]["count"] == (7 if who == "auditor" else 1)


@pytest.mark.parametrize("who", ["reader", "clerk", "administrator", "stranger", "superuser"])
def test_the_desk_is_closed_to(who, cast, client_of):
    assert client_of(getattr(cast, who)).get(reverse("desk")).status_code == 403


def test_another_agencys_desk_is_not_found(cast, client_of):
    assert client_of(cast.auditor).get(reverse("desk"), {"agency": cast.world.commune.pk}).status_code == 404


def test_what_is_above_ones_clearance_is_not_counted(judged_papers, cast, client_of):
    Document.objects.filter(versions__files__status__indication=Indication.FAILED).update(secrecy=2)
    figures = client_of(cast.auditor).get(reverse("desk")).context["figures"]
    assert [one["count"] for one in figures if one.get("indication") == Indication.FAILED] == [0]


@pytest.fixture
def changed(records: Any) -> VerdictChange:
    """A directive that failed at a later check, as the run that found it kept the change."""
    return VerdictChange.objects.get(document=kept(records, tampered(), subject="Chỉ thị đã đổi"))


def test_a_changed_verdict_is_told_with_its_reason_until_it_is_marked_as_seen(changed, cast, client_of):
    client = client_of(cast.auditor)
    address, here = reverse("desk_changes"), "Chỉ thị đã đổi"
    for page in ("/", reverse("desk"), address):
        text = client.get(page).content.decode()
        assert here in text
        assert capital(words_of(changed.reason_after)) in html.unescape(text), page
        assert re.search(r'class="vk-count">(<[^>]*>)?1<', text), "the menu counts it"

    later = VerdictChange.objects.create(
        **{name: getattr(changed, name) for name in ("document", "file", "verification", "changed_at", "after")},
        before=Indication.INDETERMINATE,
    )
    shown = {"until": str(changed.pk)}
    assert client.post(reverse("desk_changes_seen"), shown).status_code == 302

    assert [one["change"] for one in client.get(address).context["changes"]] == [later], "what came meanwhile stays"
    client.post(reverse("desk_changes_seen"), {"until": str(later.pk)})
    assert client.get(address).context["changes"] == []
    assert len(client.get(address, {"all": ""}).context["changes"]) == 2
    client.post(reverse("desk_changes_seen"), shown)
    assert client.get(address).context["changes"] == [], "there is no way back"
    assert Event.objects.filter(kind="verdicts.seen", actor_id=cast.auditor.id).count() == 2
    assert here in client_of(cast.archivist).get(address).content.decode(), "each person for herself"


def test_a_change_that_was_written_before_and_came_after_is_told_all_the_same(changed, cast, client_of):
    """Identities are given before the commit: another worker's transaction may end after the page was looked at."""
    client, address = client_of(cast.auditor), reverse("desk_changes")
    fields = ("document", "file", "verification", "changed_at", "before", "after")

    def slow(minutes: int) -> VerdictChange:
        identity = UUID(int=changed.pk.int - (minutes * 60_000 << 80))
        return VerdictChange.objects.create(pk=identity, **{name: getattr(changed, name) for name in fields})

    shown = client.get(address).context
    first = slow(1)
    refused = client.post(reverse("desk_changes_seen"), {"until": str(shown["newest"]), "count": shown["count"]})
    assert refused.status_code == 409, "it was not on the page that she marked"
    shown = client.get(address).context
    assert {one["change"] for one in shown["changes"]} == {changed, first}
    client.post(reverse("desk_changes_seen"), {"until": str(shown["newest"]), "count": shown["count"]})

    second = slow(2)
    shown = client.get(address).context
    assert [one["change"] for one in shown["changes"]] == [second]
    client.post(reverse("desk_changes_seen"), {"until": str(shown["newest"]), "count": shown["count"]})
    assert client.get(address).context["changes"] == []


def test_a_change_of_a_document_that_she_may_see_only_later_is_told_then(changed, records, cast, client_of):
    client, address = client_of(cast.auditor), reverse("desk_changes")
    fields = ("file", "verification", "changed_at", "before", "after")
    other = records.document(records.dossier())
    hidden = VerdictChange.objects.create(document=other, **{name: getattr(changed, name) for name in fields})
    Document.objects.filter(pk=other.pk).update(secrecy=2)
    shown = client.get(address).context
    client.post(reverse("desk_changes_seen"), {"until": str(shown["newest"]), "count": shown["count"]})
    assert client.get(address).context["changes"] == []
    Document.objects.filter(pk=other.pk).update(secrecy=0)
    assert [one["change"] for one in client.get(address).context["changes"]] == [hidden]


@pytest.mark.parametrize("who", ["outsider", "reader", "clerk"])
def test_who_does_not_look_after_the_document_hears_of_no_change(who, changed, cast, client_of):
    client = client_of(getattr(cast, who))
    assert client.post(reverse("desk_changes_seen"), {"until": str(changed.pk)}).status_code in (403, 404)
    for address in ("/", reverse("desk_changes"), reverse("desk_changes") + "?all"):
        assert "Chỉ thị đã đổi" not in client.get(address).content.decode()
    assert not ChangesSeen.objects.exists()


def test_a_change_above_ones_clearance_is_not_told(changed, cast, client_of):
    Document.objects.update(secrecy=2)
    client = client_of(cast.auditor)
    assert client.get(reverse("desk_changes")).context["changes"] == []
    assert client.post(reverse("desk_changes_seen"), {"until": str(changed.pk)}).status_code == 404


def test_somebody_who_looks_after_two_agencies_chooses_between_them(judged_papers, cast, client_of):
    Membership.objects.create(
        user=cast.user("auditor"), agency=cast.world.commune, role="auditor", valid_from=date(2020, 1, 1)
    )
    client = client_of(cast.auditor)
    both = client.get(reverse("desk")).context["mine"]
    counts = [client.get(reverse("desk") + one["url"]).context["figures"][0]["count"] for one in both]
    assert sorted(counts) == [1, 7]


def test_the_desk_asks_as_little_for_many_documents_as_for_few(
    judged_papers, records, cast, client_of, django_assert_max_num_queries
):
    for n in range(12):
        judged(records, Indication.FAILED, year=2010 + n)
    client = client_of(cast.auditor)
    with django_assert_max_num_queries(30):
        client.get(reverse("desk"))
