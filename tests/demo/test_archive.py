"""The demonstration archive, made through the command as a person makes it."""

import json
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from demo.plot import DOCUMENTS, DOSSIERS, plan
from demo.settle import PEOPLE
from demo.world import World
from repository.actors import SYSTEM, actor_of
from repository.clock import today
from repository.codes import DossierState, RetentionState
from repository.models import Document, Dossier, Extraction, File, Placement, Retention, User
from signing.models import Audit, AuditRow, AuditSheet, Batch, EvidenceStamp, SigningKey, SigningRequest
from signing.models.batches import Outcome

TINY = 20


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA = tmp_path
    settings.SEAL_KEYS = tmp_path / "secrets" / "seals"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return tmp_path


def counted() -> dict[str, int]:
    """How many rows each table has."""
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


def make_demo(*words: str) -> dict:
    out = StringIO()
    call_command("make_demo", "--json", "--threads", "1", *words, stdout=out)
    return json.loads(out.getvalue().splitlines()[-1])


def test_the_plan_is_the_same_each_time_and_holds_every_kind_of_document():
    first, again = list(plan(DOCUMENTS)), list(plan(DOCUMENTS))
    kinds = Counter(document.kind for _, documents in first for document in documents)

    assert first == again
    assert sum(kinds.values()) == DOCUMENTS
    assert kinds["scan"] == 10
    assert sum(kinds[ending] for ending in ("docx", "odt", "rtf", "html", "txt", "eml", "xlsx")) == 15
    assert all(kinds[name] == 1 for name in ("tampered", "expired", "revoked", "changed-after-signing"))
    assert {dossier.state for dossier in DOSSIERS} == {"open", "closed", "submitted", "returned", "archived"}


def test_every_planned_dossier_stands_under_a_heading_of_its_agencys_plan():
    world = World()
    for dossier in DOSSIERS:
        suffixes = {heading.notation.partition(".")[2] for heading in world.file_plan(dossier.agency, dossier.year)}
        assert dossier.heading in suffixes


def test_no_number_is_given_twice_and_no_two_files_of_a_dossier_have_one_name():
    for _, documents in plan(DOCUMENTS):
        papers = [document.paper for document in documents]
        assert len({(one.code, one.agency, one.date.year) for one in papers}) == len(papers)
        assert len({document.name for document in documents}) == len(documents)


def test_a_larger_plan_begins_with_the_same_dossiers():
    larger = list(plan(DOCUMENTS + 60))

    assert larger[: len(DOSSIERS)] == list(plan(DOCUMENTS))
    assert sum(len(documents) for _, documents in larger) == DOCUMENTS + 60


@pytest.mark.django_db
@pytest.mark.timeout(300)
def test_the_command_fills_an_empty_archive_and_run_again_adds_nothing(settings):
    report = make_demo("--documents", str(TINY))

    assert report["failed"] == 0
    assert report["documents"] == Document.objects.count() == TINY
    assert {account["username"] for account in report["accounts"]} == {name for name, *_ in PEOPLE}
    states = Counter(Dossier.objects.values_list("state", flat=True))
    assert states == Counter(dossier.state for dossier in DOSSIERS)
    assert Retention.objects.filter(state=RetentionState.ENDED).count() == 2
    assert Dossier.objects.filter(holds__isnull=False, state=DossierState.ARCHIVED).count() == 1
    requests = Counter(SigningRequest.objects.values_list("state", flat=True))
    assert requests == {"open": 3, "signed": 1, "refused": 1}
    assert sum(one.overdue(today()) for one in SigningRequest.objects.all()) == 1
    signed = File.objects.get(version__document__signing_requests__state="signed", version__current=True)
    assert [one["level"] for one in signed.status.verification.verdict["signatures"]][-1:] == ["B-B"]
    assert Counter(Audit.objects.values_list("state", flat=True)) == {"frozen": 1, "drawn": 1, "closed": 1}
    assert AuditSheet.objects.get().signature, "the close is signed"
    assert AuditRow.objects.filter(audit__state="closed", conclusion="").count() == 0
    assert Batch.objects.get().rows.exclude(outcome=Outcome.WAITING).count() >= 1
    assert EvidenceStamp.objects.count() == 1
    seals = sorted(Path(settings.SEAL_KEYS).iterdir())
    assert {path.stat().st_mode & 0o777 for path in seals} == {0o600}
    assert str(SigningKey.objects.get(kind="pkcs12").agency) == "Ủy ban nhân dân tỉnh Lam Giang"

    rows = counted()
    again = make_demo("--documents", str(TINY))

    assert again == report
    assert counted() == rows, "made again, it adds no event and no row"


@pytest.mark.django_db
def test_an_archive_with_agencies_of_its_own_is_left_alone():
    from repository.actions.agencies import found_agency

    found_agency("H41", "Một cơ quan khác", actor=SYSTEM)

    with pytest.raises(CommandError, match="empty"):
        make_demo("--documents", "1")
    assert not Dossier.objects.exists()


@pytest.mark.django_db
def test_rows_are_written_without_bytes_and_a_second_run_goes_on_where_the_first_stopped():
    make_demo("--rows-only", "--no-index", "--documents", "300")
    first = list(Document.objects.order_by("pk").values_list("code", "issued_date"))
    make_demo("--rows-only", "--no-index", "--documents", "450")

    assert len(first) == 300
    assert Document.objects.count() == Extraction.objects.count() == File.objects.count() == 450
    assert list(Document.objects.order_by("pk").values_list("code", "issued_date"))[:300] == first
    assert Placement.objects.values("dossier", "number").distinct().count() == 450
    assert all(
        one.code in Extraction.objects.get(file__version__document=one).text for one in Document.objects.all()[:20]
    )


@pytest.mark.django_db
def test_the_clerk_of_a_commune_sees_only_her_own_of_the_rows():
    make_demo("--rows-only", "--no-index", "--documents", "400")
    clerk = actor_of(User.objects.get(username="vansa"))
    seen = Document.objects.visible_to(clerk)

    assert 0 < seen.count() < 400
    assert {one.organ_name for one in seen} == {"Ủy ban nhân dân xã Vân Sa"}
    assert not Retention.objects.filter(state=RetentionState.ENDED).exists()
