"""The pages of both faces, each with the people who see it and an example in whatever archive is at hand.

The screenshots, the test of accessibility and the walks all go by this list: a page that is missing here is looked at by nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef
from django.urls import reverse
from django.utils.http import urlencode

from repository.actors import Actor
from repository.codes import DossierState
from repository.guide import TOPICS
from repository.models import Document, Dossier, File, FilePlan, FilePlanEntry, FileStatus, Hold, Job, Verification
from repository.pages.homes.waiting import QUEUES
from search.models import AlertNotice
from signing.models import AnchorProposal, Audit, Batch, SigningRequest, TrustAnchor

# The people of the demonstration archive, by role; the tests' cast goes by the names of the roles themselves.
ROLES = {
    "clerk": "clerk",
    "archivist": "archivist",
    "chief": "chief",
    "reader": "reader",
    "auditor": "auditor",
    "administrator": "admin",
    "outsider": "vansa",
}
EVERYBODY = tuple(ROLES)
READERS = ("clerk", "archivist", "chief", "reader", "auditor")
FILERS = ("clerk", "archivist", "chief")
WORDS = "an toan giao thong"

# Where a page is for this person; None where the archive has no example of it that she may see.
Address = Callable[[Actor], str | None]


@dataclass(frozen=True)
class Page:
    """A page, who sees it, and what is done on it before it is looked at. `settle` is given Playwright's page."""

    name: str
    roles: tuple[str, ...]
    address: Address
    settle: Callable[[Any], None] | None = None


def at(name: str, *args: Any, **query: str) -> Address:
    """An address that is the same for everybody."""
    return lambda actor: reverse(name, args=args) + (f"?{urlencode(query)}" if query else "")


def fullest(actor: Actor, **which: Any) -> Dossier | None:
    """The dossier with the most documents among those she may see."""
    dossiers = Dossier.objects.visible_to(actor).filter(**which)
    return dossiers.annotate(documents_in=Count("placements")).order_by("-documents_in", "pk").first()


def dossier(view: str = "dossier", **which: Any) -> Address:
    def address(actor: Actor) -> str | None:
        found = fullest(actor, **which)
        return reverse(view, args=[found.pk]) if found else None

    return address


def of_document(view: str = "document", *, query: str = "", **which: Any) -> Address:
    """A document that was signed or scanned rather than typed, where there is one."""

    def address(actor: Actor) -> str | None:
        documents = Document.objects.visible_to(actor).filter(**which)
        signed = documents.filter(versions__files__mime="application/pdf", versions__files__status__isnull=False)
        found = signed.order_by("-versions__files__size", "pk").first() or documents.order_by("pk").first()
        return reverse(view, args=[found.pk]) + query if found else None

    return address


def report(actor: Actor) -> str | None:
    """The report on the signatures of a document that has some."""
    seen = Document.objects.visible_to(actor).filter(pk=OuterRef("file__version__document"))
    rows = FileStatus.objects.filter(Exists(seen), verification__signatures__gt=0, file__version__current=True)
    found = rows.order_by("-verification__signatures", "pk").first()
    return reverse("file_signatures", args=[found.pk]) if found else None


def signed_and_now(actor: Actor) -> str | None:
    """Pages as they were signed beside what they show now, of a file with several signatures."""
    address = report(actor)
    return None if address is None else address.replace("/signatures/", "/compare/")


def of_heading(view: str) -> Address:
    def address(actor: Actor) -> str | None:
        found = FilePlanEntry.objects.filter(dossiers__in=Dossier.objects.visible_to(actor)).order_by("pk").first()
        return reverse(view, args=[found.pk]) if found else None

    return address


def of_plan(view: str) -> Address:
    def address(actor: Actor) -> str | None:
        found = FilePlan.objects.filter(entries__dossiers__in=Dossier.objects.visible_to(actor)).order_by("-year", "pk")
        plan = found.first()
        return reverse(view, args=[plan.pk]) if plan else None

    return address


def held(actor: Actor) -> str | None:
    hold = Hold.objects.filter(dossier__in=Dossier.objects.visible_to(actor), lifted_at__isnull=True).first()
    return reverse("dossier", args=[hold.dossier_id]) if hold else None


def a_job(actor: Actor) -> str | None:
    job = Job.objects.filter(actor=actor.user).order_by("-total", "pk").first()
    return reverse("job", args=[job.pk]) if job else None


def an_audit(view: str = "audit", *more: int, **which: Any) -> Address:
    def address(actor: Actor) -> str | None:
        found = Audit.objects.visible_to(actor).filter(**which).order_by("-size", "pk").first()
        return reverse(view, args=[found.pk, *more]) if found else None

    return address


def a_batch(actor: Actor) -> str | None:
    batch = Batch.objects.filter(asked_by=actor.user).order_by("pk").first()
    return reverse("batch", args=[batch.pk]) if batch else None


def a_notice(actor: Actor) -> str | None:
    """What an alert told her."""
    found = AlertNotice.objects.filter(alert__search__owner=actor.user).order_by("pk").first()
    return found.get_absolute_url() if found else None


def a_request(**which: Any) -> Address:
    """A request to sign, the earliest of its kind: in the demonstration the one that waits for the seal is the first that is open."""

    def address(actor: Actor) -> str | None:
        found = SigningRequest.objects.visible_to(actor).filter(**which).order_by("pk").first()
        return found.get_absolute_url() if found else None

    return address


def an_anchor(actor: Actor) -> str | None:
    anchor = TrustAnchor.objects.order_by("pk").first()
    return anchor.get_absolute_url() if anchor else None


def a_proposal(actor: Actor) -> str | None:
    waiting = AnchorProposal.objects.order_by("-state", "pk").first()
    return waiting.get_absolute_url() if waiting else None


def a_run(actor: Actor) -> str | None:
    """One that rested on something, where there is one."""
    files = File.objects.visible_to(actor)
    run = Verification.objects.filter(file__in=files, basis__isnull=False).order_by("-signatures", "pk").first()
    return reverse("verification", args=[run.pk]) if run else None


def show_keys(page: Any) -> None:
    page.keyboard.press("?")
    page.locator("#vk-keys[open]").wait_for()


def show_where_it_was_read(page: Any) -> None:
    """The slip of the first row's date in the intake table."""
    cell = page.locator("tr[data-id] td[data-f=issued_date]").first
    page.evaluate("document.getElementById('grid').scrollIntoView()")
    cell.click()
    page.keyboard.press("Space")
    page.locator("#grid-slip a").first.wait_for()


def ask_to_close(page: Any) -> None:
    page.locator("form[action$='/close/'] button").first.click()
    page.locator(".vk-refusal").first.wait_for()


def of_intake(view: str) -> Address:
    """The dossier of hers in which most was dropped."""
    return dossier(view, state=DossierState.OPEN, documents__confirmed_at__isnull=True)


PAGES: tuple[Page, ...] = (
    Page("home", EVERYBODY, at("home")),
    Page("keys", ("reader",), at("home"), show_keys),
    *(Page(f"queue-{name}", ("archivist",), at("queue", name)) for name in QUEUES),
    Page("search", READERS, at("search", q=WORDS, view="list")),
    Page("search-table", ("reader",), at("search", q=WORDS, view="table")),
    Page("search-empty", ("reader",), at("search", q="xyzzy qwerty")),
    Page("search-blank", ("reader",), at("search")),
    Page("search-problem", ("reader",), at("search", q="đất loai:abc ngay:2026..2025")),
    Page("abbreviations", ("reader", "archivist"), at("abbreviations")),
    Page("saved-searches", ("reader",), at("saved_searches")),
    Page("alert-notice", ("reader",), a_notice),
    Page("export-found", ("reader",), at("export_found", search="q=an+toan")),
    Page("own-readings", ("reader",), at("own_readings")),
    Page("own-searches", ("reader",), at("own_searches")),
    Page("readings", ("auditor",), at("readings")),
    Page("searches-asked", ("auditor",), at("searches")),
    Page("search-report", ("archivist", "administrator"), at("search_report")),
    Page("similar", ("reader",), of_document("similar")),
    Page("readers", ("auditor",), of_document("readers")),
    Page("dossiers", (*READERS, "outsider"), at("dossiers")),
    Page("documents", READERS, at("documents")),
    Page("dossier-open", FILERS, dossier(state=DossierState.OPEN)),
    Page("dossier-refused", ("clerk",), dossier(state=DossierState.OPEN), ask_to_close),
    Page("dossier-closed", ("clerk",), dossier(state=DossierState.CLOSED)),
    Page("dossier-submitted", ("archivist",), dossier(state=DossierState.SUBMITTED)),
    Page("dossier-returned", ("clerk",), dossier(state=DossierState.RETURNED)),
    Page("dossier-archived", READERS, dossier(state=DossierState.ARCHIVED)),
    Page("dossier-held", ("chief",), held),
    Page("dossier-edit", ("clerk",), dossier("dossier_edit", state=DossierState.OPEN)),
    Page("dossier-history", ("auditor",), dossier("dossier_history", state=DossierState.ARCHIVED)),
    Page("receiving", ("clerk",), at("receiving")),
    Page("receive", ("clerk",), of_intake("receive")),
    Page("inventory", ("clerk",), of_intake("inventory")),
    Page("document", READERS, of_document(query=f"?{urlencode({'q': WORDS})}")),
    Page("document-plain", ("archivist",), of_document()),
    Page("confirm", ("clerk",), of_document("confirm", confirmed_at__isnull=True)),
    Page("plan", FILERS, at("plan")),
    Page("plan-of", ("archivist",), of_plan("plan_of")),
    Page("plan-copy", ("archivist",), of_plan("plan_copy")),
    Page("plan-read", ("archivist",), of_plan("plan_read")),
    Page("heading", ("archivist",), of_heading("heading")),
    Page("heading-change", ("archivist",), of_heading("heading_change")),
    Page("open-dossier", ("clerk",), of_heading("open_dossier")),
    Page("jobs", ("clerk", "archivist", "administrator"), at("jobs")),
    Page("job", ("clerk",), a_job),
    Page("signatures", ("auditor", "archivist"), report),
    Page("compare-signed", ("auditor",), signed_and_now),
    Page("dossier-signatures", ("auditor", "archivist"), dossier("dossier_signatures")),
    Page("desk", ("auditor", "archivist"), at("desk")),
    Page("provable", ("auditor", "archivist"), at("provable")),
    Page("desk-changes", ("auditor",), at("desk_changes")),
    Page("signing-requests", ("clerk", "chief"), at("signing_requests")),
    Page("signing-late", ("clerk",), at("signing_requests", overdue="1")),
    Page("signing-request", ("clerk", "chief"), a_request(state="open")),
    Page("signing-request-person", ("chief",), a_request(state="open", steps__number=2)),
    Page("signing-signed", ("clerk",), a_request(state="signed")),
    Page("signing-refused", ("clerk",), a_request(state="refused")),
    Page("signing-ask", ("clerk",), of_document("signing_ask", sealed_at__isnull=True)),
    Page("seal-copies", ("archivist",), dossier("seal_copies", state=DossierState.OPEN)),
    Page("signing-keys", ("administrator",), at("signing_keys")),
    Page("audits", ("auditor", "archivist"), at("audits")),
    Page("audit-new", ("auditor",), at("audit_new")),
    Page("audit-frozen", ("auditor",), an_audit(state="frozen")),
    Page("audit-drawn", ("auditor",), an_audit(state="drawn")),
    Page("audit-closed", ("auditor", "chief"), an_audit(state="closed")),
    Page("audit-sheet", ("auditor",), an_audit("audit_row", 1, state="drawn")),
    Page("audit-close", ("auditor",), an_audit("audit_close", state="drawn")),
    Page("batches", ("auditor",), at("batches")),
    Page("batch", ("auditor",), a_batch),
    Page("verify-found", ("auditor",), at("verify_found", search="q=an+toan")),
    Page("trust", ("auditor", "chief", "administrator"), at("trust")),
    Page("trust-anchor", ("auditor", "chief"), an_anchor),
    Page("trust-propose", ("chief",), at("anchor_propose")),
    Page("trust-proposal", ("auditor", "administrator"), a_proposal),
    Page("trust-revocation", ("auditor", "chief"), at("revocation")),
    Page("verification", ("auditor", "archivist"), a_run),
    Page("watch", ("archivist", "auditor", "administrator"), at("runs")),
    Page("search-index", ("auditor", "administrator"), at("search_index")),
    Page("events", ("chief", "auditor"), at("events")),
    Page("guide", ("reader",), at("guide")),
    *(Page(f"guide-{topic.name}", ("reader",), at("guide_topic", topic.name)) for topic in TOPICS),
    Page("workbench", ("administrator",), at("home")),
    *(
        Page(f"workbench-{name}", ("administrator",), at(f"{name}:index"))
        for name in ("people", "roles", "agencies", "fonds", "classes")
    ),
    *(Page(f"workbench-{name}-add", ("administrator",), at(f"{name}:add")) for name in ("people", "roles", "agencies")),
    *(Page(f"workbench-{name}", ("archivist",), at(f"{name}:index")) for name in ("plans", "headings")),
    Page("workbench-plans-add", ("archivist",), at("plans:add")),
    Page("password", ("reader",), at("account_change_password")),
    Page("two-step", ("reader",), at("mfa_index")),
    Page("nowhere", ("reader",), lambda actor: "/nowhere/"),
)
