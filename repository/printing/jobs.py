"""Print the sheets of a dossier: at once where they are few pages, by a job where the list is long."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from repository.access import fetch_for
from repository.actors import Actor, actor_of
from repository.events import record
from repository.file_names import file_name
from repository.jobs.engine import UNFINISHED, enqueue, progress
from repository.jobs.outcomes import ItemFailed, Save
from repository.jobs.products import closed_since, making, told
from repository.models import Dossier, Job
from repository.printing.facts import NAMES, SHEETS, facts, visible_places
from repository.printing.make import pdf_of
from repository.refusals import Forbidden, NotVisible

KIND = "sheets"
RELATED = ("agency__parent", "fonds", "entry")
# Documents in a list that is set while the person waits: about half a second.
AT_ONCE = 300


def sheets_of(what: str) -> tuple[str, ...]:
    """The sheets behind a name of NAMES."""
    return SHEETS if what == "all" else (what,)


def name_of(dossier: Dossier, what: str) -> str:
    return file_name([dossier.code, NAMES[what]], "pdf")


@transaction.atomic
def print_sheets(dossier_id: UUID | str, what: str, *, actor: Actor) -> tuple[Dossier, bytes | Job]:
    """The PDF, or the job that makes it where the list is long; the event is written. Raises NotVisible or Forbidden."""
    dossier: Dossier = fetch_for(actor, "download", Dossier, dossier_id, related=RELATED)
    if what not in ("cover", "ending") and visible_places(actor, dossier)[AT_ONCE : AT_ONCE + 1].exists():
        return dossier, _enqueue(dossier, what, actor)
    record("dossier.printed", actor, dossier, sheet=str(title_of(what)))
    return dossier, pdf_of(facts(dossier, sheets_of(what), actor=actor))


def _enqueue(dossier: Dossier, what: str, actor: Actor) -> Job:
    standing = Job.objects.filter(kind=KIND, dossier=dossier, actor=actor.user, state__in=UNFINISHED, params__what=what)
    return standing.first() or enqueue(KIND, actor.id, dossier=dossier, params={"what": what}, total=1)


def work_sheets(job: Job) -> Save:
    """Set the sheets. Raises ItemFailed where the person may not see the dossier any more."""
    assert job.actor is not None
    actor, what = actor_of(job.actor), job.params["what"]
    try:
        dossier = fetch_for(actor, "download", Dossier, job.dossier_id, related=RELATED)  # type: ignore[arg-type]
    except (NotVisible, Forbidden) as closed:
        raise ItemFailed("closed", _("You may not see this dossier any more.")) from closed
    name = name_of(dossier, what)
    with making(job, name) as stream:
        stream.write(pdf_of(facts(dossier, sheets_of(what), actor=actor)))
    progress(job, done=1)
    made = told(job, name, "application/pdf")
    listed = [str(one) for one in visible_places(actor, dossier).values_list("document_id", flat=True)]
    return lambda: {**made, "documents": listed}


def handed(job: Job, actor: Actor) -> None:
    """The sheets go out: every document on the list must still be hers to see."""
    dossier = fetch_for(actor, "download", Dossier, job.dossier_id, related=RELATED)  # type: ignore[arg-type]
    listed = {UUID(one) for one in job.result["documents"]}
    if listed - set(visible_places(actor, dossier).values_list("document_id", flat=True)):
        raise closed_since(dossier)
    record("dossier.printed", actor, dossier, sheet=str(title_of(job.params["what"])))


def title_of(what: str) -> str:
    return {
        "cover": _("the cover"),
        "list": _("the list of documents"),
        "ending": _("the ending sheet"),
        "all": _("cover, list of documents and ending sheet"),
    }[what]
