"""For the walk over every address: what stands in the URLconf, filled in with the identities of real records full of canary words."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern
from django.utils.regex_helper import normalize

from repository.admin import doors
from repository.clock import now
from repository.codes import JobState
from repository.jobs.engine import enqueue
from repository.models import Document, Dossier, File, Finding, Hold, Job, JobItem, Verification
from search.index_jobs import KINDS
from search.models import Alert, AlertNotice, SavedSearch
from signing.anchor_proposals import propose_anchor
from signing.models import Audit, AuditRow, Batch, BatchRow, SigningKey, SigningRequest, SigningStep
from signing.validation.verdicts import FileFacts, FileVerdict, Message, Outcome
from tests.signing.bench_pki import bench, issue
from tests.trusting import trust

CANARY = "HOANGYEN"
METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS")
RECORD_IDS = {
    "dossier_id",
    "document_id",
    "file_id",
    "hold_id",
    "item_id",
    "job_id",
    "finding_id",
    "run_id",
    "audit_id",
    "batch_id",
    "request_id",
    "notice_id",
}
# Names in Wagtail's closed addresses; one number or word is as good as another before a closed door.
CLOSED_IDS = {
    "action": "delete",
    "action_name": "approve",
    "app_label": "repository",
    "app_name": "repository",
    "collection_id": 1,
    "content_type_app_name": "repository",
    "content_type_model_name": "dossier",
    "destination_id": 1,
    "model_name": "dossier",
    "name": "confirm",
    "page_id": 1,
    "page_pk": 1,
    "page_to_move_id": 1,
    "parent_page_id": 1,
    "revision_id": 1,
    "session_id": 1,
    "task_id": 1,
    "task_state_id": 1,
    "token": "set-password",
    "topic": "find",
    "uidb36": "1",
    "uidb64": "MQ",
    "key": "abc",
    "workflow_pk": 1,
    "_0": 1,
    "_1": "live",
    "_2": "live",
    "workflow_state_id": 1,
}


@dataclass
class Address:
    route: str
    name: str
    names: tuple[str, ...]
    namespaces: tuple[str, ...] = ()
    url: str = ""
    # The same address with identities that nothing has.
    nowhere: str = ""
    of_record: bool = False
    closed: bool = False


def addresses() -> Iterator[Address]:
    yield from _addresses(get_resolver(), "", ())


def _addresses(resolver: URLResolver, before: str, namespaces: tuple[str, ...]) -> Iterator[Address]:
    for pattern in resolver.url_patterns:
        route = before + _route(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from _addresses(pattern, route, inner)
        elif isinstance(pattern, URLPattern):
            names = tuple(re.findall(r"<(?:\w+:)?(\w+)>", route))
            name = ":".join((*namespaces, pattern.name or ""))
            yield Address(route, name, names, namespaces, closed=_view(pattern.callback) is doors.closed)


def _view(callback: Any) -> Any:
    while hasattr(callback, "__wrapped__"):
        callback = callback.__wrapped__
    return callback


def _route(pattern: Any) -> str:
    """Django's own reading of a regular expression, in the form of a path: <name> for each of its groups."""
    if not isinstance(pattern, RegexPattern) or str(pattern) in ("^.*/$", ""):
        return str(pattern)
    written, names = normalize(str(pattern))[0]
    return str(written % {name: f"<{name}>" for name in names})


def fill(address: Address, ids: dict[str, Any]) -> None:
    """Put real identities into the address. Raises KeyError for a name nobody here knows: a new address must be given one."""
    address.of_record = bool(RECORD_IDS & set(address.names))
    known = {**CLOSED_IDS, **ids}
    values = {name: _value(address, name, known) for name in address.names}
    address.url = "/" + _written(address.route, values)
    if address.of_record:
        # Headings and people exist for others too; only the records' identities are taken away.
        strange = {name: uuid.uuid4() if name in RECORD_IDS else value for name, value in values.items()}
        address.nowhere = "/" + _written(address.route, strange)


def _value(address: Address, name: str, known: dict[str, Any]) -> Any:
    if name == "pk":
        whose = known.get(f"pk of {address.namespaces[-1]}") if address.namespaces else None
        if whose is not None:
            return whose
        return known["dossier_id"] if f"<uuid:{name}>" in address.route else 1
    if name == "object_id":
        return known["dossier_id"]
    return known[name]


def _written(route: str, values: dict[str, Any]) -> str:
    route = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found.group(1)]), route)
    return route.replace("^.*/$", "khong-co/")


def shelf(cast: Any, records: Any) -> dict[str, Any]:
    """A dossier, its document, file, hold, job, item and finding, every word of them a canary; the identities by their names in URLs."""
    dossier = records.dossier(f"{CANARY}-tieude")
    Dossier.objects.filter(pk=dossier.pk).update(
        code=f"{CANARY}-mahoso", description=f"{CANARY}-mota", keyword=f"{CANARY}-k"
    )
    dossier.refresh_from_db()
    document = records.document(
        dossier,
        name=f"{CANARY}-tentep.txt",
        content=f"{CANARY}-noidung kế hoạch an toàn giao thông".encode(),
        text=f"{CANARY}-noidung kế hoạch an toàn giao thông",
        subject=f"{CANARY}-trichyeu kế hoạch",
        code=f"{CANARY}-sokyhieu",
        signer_name=f"{CANARY}-nguoiky",
    )
    version = document.versions.get()
    file = version.files.get()
    closed = records.closed(title=f"{CANARY}-dadong")
    moment = now()
    with transaction.atomic():
        job = enqueue(
            "intake",
            cast.clerk.id,
            dossier=dossier,
            items=[(f"{CANARY}-congviec.pdf", {"name": f"{CANARY}-congviec.pdf"})],
            wake=False,
        )
    item = JobItem.objects.get(job=job)
    JobItem.objects.filter(pk=item.pk).update(state="failed", message=f"{CANARY}-loi", finished_at=moment)
    type(job).objects.filter(pk=job.pk).update(state=JobState.RUNNING, lease_until=moment, message=f"{CANARY}-loi")
    hold = Hold.objects.create(
        dossier=closed, reason=f"{CANARY}-lenhgiu", placed_by=cast.user("chief"), placed_at=moment
    )
    finding = Finding.objects.create(
        kind="verdict-changed",
        severe=True,
        found_at=moment,
        document=Document.objects.get(pk=document.pk),
        body={"what": f"{CANARY}-phathien", "file": f"{CANARY}-tentep.txt"},
    )
    saved = SavedSearch.objects.create(
        owner=cast.user("clerk"), name=f"{CANARY}-timkiem", query=f"q={CANARY}", created_at=moment
    )
    alert = Alert.objects.create(search=saved, since=moment)
    notice = AlertNotice.objects.create(alert=alert, found_at=moment, count=1, ids=document.pk.bytes)
    world = cast.world
    audit = Audit.objects.create(
        agency=world.office,
        title=f"{CANARY}-kiemtra",
        opened_by=cast.user("auditor"),
        opened_at=moment,
        state="drawn",
        scope={"kind": "documents", "query": {}},
    )
    AuditRow.objects.create(
        audit=audit, number=1, document_id=document.pk, label=f"{CANARY}-sokyhieu", subject=f"{CANARY}-trichyeu"
    )
    batch = Batch.objects.create(asked_by=cast.user("auditor"), asked_at=moment, scope={"kind": "chosen"})
    BatchRow.objects.create(batch=batch, file=file, before="TOTAL-PASSED")
    return {
        "audit_id": audit.pk,
        "run_id": a_run(file).pk,
        "sha256": "0" * 64,
        **anchors_of(cast),
        "batch_id": batch.pk,
        **signing_of(cast, document, file),
        "what": "table",
        "search_id": saved.pk,
        "notice_id": notice.pk,
        "dossier_id": dossier.pk,
        "document_id": document.pk,
        "file_id": file.pk,
        "hold_id": hold.pk,
        "item_id": item.pk,
        "job_id": job.pk,
        "finding_id": finding.pk,
        "number": 1,
        "width": 800,
        "listed": "dossiers",
        "facet": "type",
        "entry_id": world.entry.pk,
        "plan_id": world.plan.pk,
        "pk of people": cast.user("clerk").pk,
        "pk of roles": cast.user("clerk").memberships.get().pk,
        "pk of agencies": world.office.pk,
        "pk of fonds": world.fonds.pk,
        "pk of plans": world.plan.pk,
        "pk of headings": world.entry.pk,
        "pk of classes": world.record_class.pk,
    }


def signing_of(cast: Any, document: Document, file: File) -> dict[str, Any]:
    """A request to sign the document, and a key."""
    moment = now()
    request = SigningRequest.objects.create(
        document_id=document.pk,
        sha256=file.sha256,
        note=f"{CANARY}-ghichu",
        asked_by=cast.user("clerk"),
        asked_at=moment,
    )
    SigningStep.objects.create(request=request, number=1, look="person", user=cast.user("chief"))
    key = SigningKey.objects.create(
        kind="csc", user=cast.user("chief"), name="credential", added_by=cast.user("administrator"), added_at=moment
    )
    return {"request_id": request.pk, "key_id": key.pk}


def a_run(file: File) -> Verification:
    verdict = FileVerdict(
        sha256=file.sha256,
        outcome=Outcome.NO_SIGNATURE,
        message=Message("no_signature", {"detail": f"{CANARY}-chitiet"}),
        signatures=(),
        file=FileFacts(size=file.size),
        policy="archive",
        policy_version="1",
        policy_hash="",
        tools={},
        anchors=(),
        validated_at=now(),
        at=None,
        seconds=0.0,
    )
    return Verification.objects.create(
        file=file,
        run_at=now(),
        reason="asked",
        sha256=file.sha256,
        indication="NONE",
        outcome=verdict.outcome,
        signatures=0,
        policy="archive",
        verdict=verdict.to_dict(),
    )


def anchors_of(cast: Any) -> dict[str, Any]:
    """An anchor, and another that waits for a second person."""
    anchor = trust(bench().root.pem, cast)
    proposal = propose_anchor(issue("Cơ quan khác", None).pem, "Thư của cơ quan", actor=cast.chief)
    return {"anchor_id": anchor.pk, "proposal_id": proposal.pk}


REFERENCE = {
    *("User", "Membership", "Agency", "AgencyName", "Fonds", "RecordClass", "FilePlan", "FilePlanEntry"),
    *("TrustAnchor", "AnchorProposal", "SigningKey"),
}
# Reading is an event, and events are put in order; searches are noted: these grow by themselves.
EVIDENCE = {"Event", "EventPosition", "Checkpoint", "AskedSearch"}


# What somebody who reads may have made of what she reads, and what an administrator has done to the index; neither changes a record.
MADE_FOR_VISITORS = ("download", "export", "search-export", "sheets", "signature-report", "evidence-bundle", *KINDS)


def rows_of_records(*, visitor: Any = None) -> dict[str, list[dict[str, Any]]]:
    """Every row of every record, job and derived table; without the jobs that `visitor` was free to start."""
    return {
        model.__name__: [
            row
            for row in model._base_manager.order_by("pk").values()
            if not (visitor and model is Job and row["actor_id"] == visitor.pk and row["kind"] in MADE_FOR_VISITORS)
        ]
        for app in ("repository", "search", "signing", "archive")
        for model in apps.get_app_config(app).get_models()
        if model.__name__ not in REFERENCE | EVIDENCE and not model._meta.auto_created
    }
