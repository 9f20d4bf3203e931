"""The page of what stops being provable, the proof of one file, and the acts on them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from repository.access import fetch_for, may
from repository.actors import Actor
from repository.clock import now
from repository.events import record
from repository.lists.pages import show
from repository.models import Document, File
from repository.pages.base import act, done, page
from repository.refusals import Forbidden
from signing.desk import ROLES
from signing.main_file import main_file
from signing.models import Ending, EvidenceStamp, Provable, Renewal
from signing.provable.chart import PAINT, STACK, chart, counts_for
from signing.provable.listing import ProvableList
from signing.provable.proof import chain_of, check_file
from signing.provable.record import write_record
from signing.provable.stamping import configured, stamp_now
from signing.runs import PDF
from signing.validation.verdicts import Message
from signing.validation.wording import text_of

SOON = 12  # months


@page
def provable(request: HttpRequest) -> HttpResponse:
    """What stops being provable when: figures, a chart, the list."""
    actor = _let_in(request)
    counts = counts_for(actor, fresh="fresh" in request.GET)
    until = request.GET.get("until", "")
    year = int(until[:4]) if until[:4].isdecimal() and until[:4].isascii() and len(until[:4]) == 4 else None
    last = EvidenceStamp.objects.defer("token").order_by("-pk").first()
    return show(
        request,
        ProvableList,
        "signing/provable.html",
        figures=_figures(counts),
        chart=chart(counts, year),
        kinds=[{"label": ending.label, "css": PAINT[ending]} for ending in STACK],
        soon=SOON,
        configured=configured(),
        nightly=settings.RENEW_WITHIN_MONTHS,
        may_renew=actor.holds(*_renewers()),
        may_stamp=may(actor, "manage trust"),
        last=last,
        last_ends_soon=last is not None and last.ends_at < now() + timedelta(days=365),
    )


def _renewers() -> tuple[Any, ...]:
    from repository.access.acts import RECORD_ACTS

    return RECORD_ACTS["renew"]


def _let_in(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not (actor.holds(*ROLES) and may(actor, "see runs")):
        raise Forbidden("audit", None, ROLES)
    return actor


def _figures(counts: dict[str, dict[str, int]]) -> list[dict[str, Any]]:
    """What ends soon, what cannot be proven, what holds longer. Months are counted whole: the list says it by the day."""
    moment = now()
    here = moment.strftime("%Y-%m")
    last = f"{moment.year + 1}-{moment.month:02}"
    soon = sum(sum(by.values()) for month, by in counts.items() if month and month <= last)
    over = sum(sum(by.values()) for month, by in counts.items() if month and month < here)
    never = sum(counts.get("", {}).values())
    rest = sum(sum(by.values()) for month, by in counts.items() if month) - soon
    note = _("%(count)s of them have ended since the last check") % {"count": over} if over else ""
    return [
        {"label": _("end within 12 months"), "count": soon, "url": f"?within={SOON}", "note": note},
        {"label": _("hold longer"), "count": rest, "url": "?sort=-until", "note": ""},
        {"label": _("cannot be proven now"), "count": never, "url": f"?ending={Ending.NEVER}", "note": ""},
    ]


@act
def stamp(request: HttpRequest) -> HttpResponse:
    """Have the archive time-stamped now."""
    stamp_now(actor=request.actor)  # type: ignore[attr-defined]
    return done(request, _("The time-stamp over the archive is being fetched."), "provable")


@page
def proof(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """The evidence record of one file (RFC 4998, DER)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    file = fetch_for(actor, "download", File, file_id, related=("version__document__agency",))
    links = chain_of(file)
    if not links:
        raise Http404
    with transaction.atomic():
        record("proof.downloaded", actor, file.version.document, file={"id": file.pk, "sha256": file.sha256})
    return HttpResponse(
        write_record(links),
        content_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{file.sha256[:16]}.ers"'},
    )


def panel(request: HttpRequest, document: Document) -> dict[str, Any] | None:
    """On a document's page: until when its signatures can be proven, what renewed it, and the proof that its bytes existed."""
    file = main_file(document)
    if file is None:
        return None
    renewals = list(
        Renewal.objects.filter(file__version__document=document).select_related("file__version").order_by("pk")
    )
    last = file.pk
    renewed = {one.of_id: one.file_id for one in renewals}
    while last in renewed:
        last = renewed[last]
    rows = Provable.objects.filter(file=last, stamp=False).order_by("provable_until", "pk")
    ends = [row for row in rows if row.provable_until is not None]
    leaf = getattr(file, "evidence_leaf", None)
    if not (ends or renewals or leaf):
        return None
    first = ends[0] if ends else None
    because = Message(**first.because) if first and first.because else None
    return {
        "until": first.provable_until if first else None,
        "because": text_of(because) if because else "",
        "renewals": renewals,
        "proof": check_file(file) if leaf else None,
        "stamp": leaf.stamp if leaf else None,
        "file": file,
        "offer": bool(file.mime == PDF and not renewals),
    }
