"""What keeping signatures provable registers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from repository.models import Finding
from repository.registry import JobKind, Keeps, Panel, registry
from repository.sentences import say


def broken_title(finding: Finding) -> object:
    return _("A time-stamp over the archive no longer stands for what it stood for.")


def register() -> None:
    from repository.guards.rules import Guard, protect
    from repository.lists.acts import ACTS
    from repository.lists.catalogue import LISTS
    from signing.models import EvidenceLeaf, EvidenceStamp, Renewal
    from signing.provable import jobs, rows, stamping, store
    from signing.provable.listing import RENEW, ProvableList
    from signing.provable.pages import panel
    from signing.runs import KEPT

    KEPT.append(rows.refresh)
    LISTS[ProvableList.name] = ProvableList
    ACTS[RENEW.name] = RENEW
    registry.work(JobKind(name=jobs.KIND, title=_("Renewal"), work_item=jobs.work_renew, stops=True, lease_seconds=180))
    nights = (
        (rows.KIND, _("How long signatures can be proven"), 12, rows.work_catch_up),
        (jobs.NIGHTLY, _("Renewal of what ends soon"), 14, jobs.work_nightly),
        (stamping.KIND, _("Time-stamp over the archive"), 95, stamping.work_stamp),
    )
    for name, title, order, work in nights:
        registry.nightly_work(JobKind(name=name, title=title, work_job=work, lease_seconds=180), order=order)
    registry.document_panels.append(Panel("provable", 12, "signing/provable_panel.html", panel))
    registry.keeps += [
        Keeps("renewal", 10, store.renewals, store.parts_of_renewal),
        Keeps("evidence-stamp", 20, store.stamps, store.parts_of_stamp),
    ]
    registry.finding_titles[stamping.BROKEN] = broken_title
    protect(
        Guard(Renewal, append_only=True), Guard(EvidenceStamp, append_only=True), Guard(EvidenceLeaf, append_only=True)
    )
    say("file.renewed", _("%(who)s had %(what)s renewed: a further time-stamp, in version %(version)s"), "key")
    say("renewal.asked", _("%(who)s had %(files)s files renewed"))
    say("evidence.stamped", _("The archive was time-stamped by %(authority)s"), "key")
    say("evidence.asked", _("%(who)s had the archive time-stamped"))
    say("proof.downloaded", _("%(who)s fetched the proof that %(what)s existed"))
