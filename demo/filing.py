"""Files the planned documents through the real intake, confirms them, and brings each dossier into the state it is to show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

from asn1crypto import pem

from demo.office import WRITERS, xlsx
from demo.papers import pdf
from demo.pki import DemoPki
from demo.plot import PlannedDocument, PlannedDossier
from demo.scans import scan
from demo.settle import demo_folder
from demo.signed import variants
from demo.texts import Paper
from demo.world import World
from repository import blobs
from repository.actions.accept_dossier import accept_dossier
from repository.actions.close_dossier import close_dossier
from repository.actions.confirm_document import confirm_document
from repository.actions.findings import close_finding
from repository.actions.grants import give_grant
from repository.actions.holds import place_hold
from repository.actions.open_dossier import open_dossier
from repository.actions.place_document import place_document
from repository.actions.receive_file import open_intake, take_in
from repository.actions.return_dossier import return_dossier
from repository.actions.submit_dossier import submit_dossier
from repository.actors import Actor, actor_of
from repository.clock import now
from repository.codes import WORKING_STATES, Direction, DossierState, FileRole, ItemState, Urgency
from repository.jobs.engine import UNFINISHED
from repository.jobs.run import run_to_end
from repository.models import (
    Agency,
    Document,
    Dossier,
    FilePlanEntry,
    Finding,
    Grant,
    Hold,
    Job,
    JobItem,
    Placement,
    User,
)
from signing.anchor_proposals import approve_anchor, propose_anchor
from signing.models import AnchorProposal, ProposalState, RevocationItem, TrustAnchor
from signing.revocation.importing import import_file
from signing.runs import FAILED

Told = Callable[[int], None]
URGENCIES = {"": Urgency.NORMAL, "Khẩn": Urgency.URGENT, "Thượng khẩn": Urgency.VERY_URGENT, "Hỏa tốc": Urgency.EXPRESS}
# The way to a state: each is reached from the one before it.
_WAY = (DossierState.OPEN, DossierState.CLOSED, DossierState.SUBMITTED, DossierState.SEALING, DossierState.ARCHIVED)


@dataclass
class Filing:
    """One run over the plan. Run again, it goes on where it stopped: what is in is skipped."""

    world: World
    agencies: dict[str, Agency]
    threads: int = 2
    failures: list[tuple[str, str]] = field(default_factory=list)

    @cached_property
    def pki(self) -> DemoPki:
        return DemoPki(demo_folder(), self.world)

    def actor(self, username: str) -> Actor:
        return actor_of(User.objects.get(username=username))

    def file(self, plan: PlannedDossier, documents: list[PlannedDocument], told: Told) -> Dossier:
        """The dossier with its documents, in its state. `told` hears of each document that is in."""
        dossier = self._dossier(plan)
        if dossier.state in WORKING_STATES and not dossier.returned_reason:
            if dossier.placements.count() < len(documents):
                self._take_in(dossier, documents, told)
            self._confirm(dossier, plan, documents)
        told(len(documents))
        self._bring_to_state(dossier, plan)
        return dossier

    def _dossier(self, plan: PlannedDossier) -> Dossier:
        agency = self.agencies[plan.agency]
        found = Dossier.objects.filter(agency=agency, catalog_year=plan.year, title=plan.title).first()
        if found is not None:
            return found
        entry = FilePlanEntry.objects.get(
            plan__agency=agency, plan__year=plan.year, notation__endswith=f".{plan.heading}"
        )
        return open_dossier(plan.title, actor=self.actor("clerk"), entry_id=entry.pk)

    def _take_in(self, dossier: Dossier, documents: list[PlannedDocument], told: Told) -> None:
        actor = self.actor("clerk")
        job = open_intake(dossier, actor=actor)
        for document in documents:
            received = blobs.receive([self.bytes_of(document, documents)])
            job = take_in(dossier, document.name, received, actor=actor, wake=False).job or job
        run_to_end(job.pk, threads=self.threads, watch=lambda row: told(row.done))
        failed = JobItem.objects.filter(job=job, state__in=[ItemState.FAILED, ItemState.REFUSED])
        self.failures += [(item.label, item.message) for item in failed]

    def bytes_of(self, document: PlannedDocument, others: list[PlannedDocument]) -> bytes:
        if document.kind == "scan":
            return scan(pdf(document.paper), seed=document.name)
        if document.kind == "xlsx":
            return xlsx([other.paper for other in others])
        if document.kind in WRITERS:
            return WRITERS[document.kind](document.paper)
        return variants()[document.kind].make(document.paper, self.pki)

    def _confirm(self, dossier: Dossier, plan: PlannedDossier, documents: list[PlannedDocument]) -> None:
        """A person confirms what stands in the papers, in the order of their dates, as far as the plan says."""
        actor = self.actor("archivist")
        by_name = {document.name: document for document in documents}
        waiting = Document.objects.filter(dossiers=dossier, versions__files__role=FileRole.MAIN)
        found = waiting.values_list("pk", "confirmed_at", "versions__files__name")
        # One row a document: what was signed here since has a second version.
        each = {row[0]: row for row in found.order_by("-versions__number") if row[2] in by_name}
        rows = sorted(each.values(), key=lambda row: by_name[row[2]].paper.date)
        for identity, confirmed_at, name in rows[: round(len(rows) * plan.confirmed)]:
            if confirmed_at is None:
                confirm_document(identity, values_of(by_name[name], plan), actor=actor)

    def _bring_to_state(self, dossier: Dossier, plan: PlannedDossier) -> None:
        target = DossierState(plan.state)
        clerk, archivist = self.actor("clerk"), self.actor("archivist")
        goal = _WAY.index(DossierState.SUBMITTED if target == DossierState.RETURNED else target)
        if target == DossierState.RETURNED and dossier.state == DossierState.RETURNED:
            return
        if goal:
            self._explain_failed_signatures(dossier, archivist)
        while _WAY.index(DossierState(dossier.state)) < goal:
            if dossier.state == DossierState.OPEN:
                close_dossier(dossier.pk, actor=clerk)
            elif dossier.state == DossierState.CLOSED:
                submit_dossier(dossier.pk, actor=clerk)
            else:
                self._seal(dossier, archivist)
            dossier.refresh_from_db()
        if target == DossierState.RETURNED:
            return_dossier(dossier.pk, plan.returned, actor=archivist)
        if plan.hold and not Hold.objects.filter(dossier=dossier).exists():
            place_hold(dossier.pk, plan.hold, actor=self.actor("chief"), order_number="12/QĐ-TTr")

    def trust_demo_root(self) -> None:
        """The demonstration's verdicts say what they would for a real authority that is trusted."""
        source = "Tự tạo cho kho minh họa; không dùng cho văn bản thật."
        root = self.pki.root
        if TrustAnchor.objects.filter(sha256=root.sha256.hex(), withdrawn_at__isnull=True).exists():
            return
        waiting = AnchorProposal.objects.filter(sha256=root.sha256.hex(), state=ProposalState.WAITING).first()
        proposal = waiting or propose_anchor(pem.armor("CERTIFICATE", root.dump()), source, actor=self.actor("chief"))
        approve_anchor(proposal.pk, actor=self.actor("admin"))

    def bring_lists(self) -> None:
        """The authorities' certificates and today's revocation lists, as an administrator without a network brings them. Done once."""
        if RevocationItem.objects.exists():
            return
        certificates = [self.pki.certificate(label).dump() for label in ("ca", "tsa")]
        for data in (*certificates, *(one.dump() for one in self.pki.crls(now()))):
            import_file(data, actor=self.actor("admin"))

    def _explain_failed_signatures(self, dossier: Dossier, archivist: Actor) -> None:
        """A document whose signature failed may be kept, when a person has said why."""
        reason = "Đã hỏi lại nơi gửi; giữ nguyên tệp nhận được làm chứng cứ, bản đúng đã nhận bằng giấy."
        for finding in Finding.objects.filter(
            kind=FAILED, closed_at__isnull=True, document__placements__dossier=dossier
        ):
            close_finding(finding.pk, reason, actor=archivist)

    def _seal(self, dossier: Dossier, archivist: Actor) -> None:
        if dossier.state == DossierState.SUBMITTED:
            _, job = accept_dossier(dossier.pk, actor=archivist, wake=False)
        else:
            job = Job.objects.filter(kind="seal", dossier=dossier, state__in=UNFINISHED).latest("created_at")
        ended = run_to_end(job.pk)
        dossier.refresh_from_db()
        if dossier.state != DossierState.ARCHIVED:
            raise RuntimeError(f"Dossier {dossier.code} could not be sealed: {ended.message or ended.state}")

    def share_and_grant(self) -> None:
        """Two documents stand in a second dossier without a copy; a commune's clerk may read one dossier she inherited."""
        clerk, chief = self.actor("clerk"), self.actor("chief")
        traffic = Dossier.objects.filter(agency=self.agencies["tinh"], state=DossierState.OPEN).order_by("pk").first()
        upkeep = Dossier.objects.filter(agency=self.agencies["sxd"], state=DossierState.OPEN).order_by("pk").first()
        if traffic and upkeep:
            shared = Placement.objects.filter(dossier=upkeep, document__in=traffic.placements.values("document"))
            confirmed = traffic.documents.filter(confirmed_at__isnull=False).order_by("pk")
            for identity in [] if shared.exists() else list(confirmed.values_list("pk", flat=True)[:2]):
                place_document(identity, upkeep.pk, actor=clerk)
        held = Dossier.objects.filter(agency=self.agencies["thachkhe"], holds__isnull=False).first()
        person = User.objects.get(username="vansa")
        if held and not Grant.objects.filter(user=person).exists():
            reason = "Giải quyết kiến nghị của công dân về bồi thường đất do huyện bàn giao."
            give_grant(held, person.pk, reason, now() + timedelta(days=60), actor=chief)


def values_of(document: PlannedDocument, plan: PlannedDossier) -> dict[str, Any]:
    """What a person confirms: the paper's own words."""
    paper = document.paper
    if document.kind == "xlsx":
        return {"subject": f"Mục lục văn bản, tài liệu của hồ sơ: {plan.title}"[:500], "issued_date": paper.date}
    return {
        "type_name": paper.type,
        "number": paper.number,
        "notation": paper.notation,
        "code": paper.code,
        "issued_date": paper.date,
        "place": paper.place,
        "organ_name": paper.agency_name,
        "subject": paper.subject or f"{paper.type} ngày {paper.date:%d/%m/%Y}",
        "signer_name": paper.signer,
        "signer_position": paper.position,
        "authority": authority_of(paper),
        "to_places": "; ".join(paper.recipients)[:1000],
        "urgency": URGENCIES[paper.urgency],
        "direction": Direction.OUTGOING if paper.agency == plan.agency else Direction.INCOMING,
    }


def authority_of(paper: Paper) -> str:
    """`TM.`, `KT.`, `TL.` or `TUQ.`: the nearest authority above the position; empty where the head signs."""
    return paper.authority[-1].split()[0] if paper.authority else ""
