"""Digitised files sealed in one go: the agency's seal and the text of a copy on each, as a job that can be stopped and taken up again.

An item is a document with the SHA-256 of the file that was chosen. A file that is no longer that one is passed over, so that a job that was
stopped, killed or started twice seals nothing twice: the version is made in the transaction that ends its item.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from repository import blobs
from repository.access import may, require
from repository.actions.receive_file import may_file
from repository.actors import SYSTEM, Actor, actor_of
from repository.bytes import BytesMissing, path_for
from repository.clock import now
from repository.codes import Confidence, FileRole
from repository.events import record
from repository.intake.pipeline import begin, look
from repository.intake.versions import save_version
from repository.jobs.engine import enqueue
from repository.jobs.outcomes import Again, ItemFailed, ItemHeld, Save
from repository.models import Agency, Document, Dossier, File, Job, JobItem
from repository.refusals import Refused
from signing.codes import CopyForm, Level, Look
from signing.models import SigningKey, SigningRequest
from signing.sealing.asking import PDF, against, current_file
from signing.sealing.errors import NoTimestampServer, SigningFailed, TimestampFailed
from signing.sealing.looking import look_of
from signing.sealing.taking import sign_with

KIND = "seal_copies"
MOST = 1000  # files at once
# The field's name is the archive's mark: what carries it was sealed here.
FIELD = "VanKho-SaoY"


def candidates(dossier: Dossier, actor: Actor) -> QuerySet[File]:
    """The digitised PDFs of a dossier that the person sees, as they are now, without those that were sealed as copies here."""
    sealed = File.objects.filter(version__reason__startswith=mark(), version__current=True).values("version__document")
    return (
        File.objects.filter(
            version__current=True,
            role=FileRole.MAIN,
            mime=PDF,
            version__document__in=Document.objects.visible_to(actor).filter(dossiers=dossier).values("pk"),
            version__document__confidence_level=Confidence.DIGITISED,
            version__document__sealed_at__isnull=True,
        )
        .exclude(version__document__in=sealed)
        .select_related("version__document")
        .order_by("version__document__placements__number", "pk")
        .distinct()
    )


def mark() -> str:
    """How the reason of such a version begins; the same in every language, for it is searched for."""
    return "Sao y:"


def seals_for(actor: Actor, dossier: Dossier) -> list[SigningKey]:
    """Unattended seals that the person keeps: of the dossier's agency or of one above it."""
    keys = SigningKey.objects.filter(agency__isnull=False, unattended=True, withdrawn_at__isnull=True)
    found = keys.select_related("agency").order_by("agency__path")
    return [
        key
        for key in found
        if key.agency is not None
        and dossier.agency.path.startswith(key.agency.path)
        and may(actor, "apply seal", key.agency)
    ]


@transaction.atomic
def seal_copies(
    dossier_id: UUID | str, file_ids: Sequence[str], agency: Agency, form: CopyForm, level: Level, *, actor: Actor
) -> Job:
    """Start the job over the chosen files. Raises NotVisible, Forbidden or Refused."""
    dossier = may_file(dossier_id, actor=actor)
    require(actor, "apply seal", agency)
    if not any(key.agency_id == agency.pk for key in seals_for(actor, dossier)):
        raise Refused.because(
            "apply seal", dossier, "no-key", _("No seal that works unattended is set up."), _("Ask your administrator.")
        )
    files = list(candidates(dossier, actor).filter(pk__in=list(file_ids)[:MOST]))
    if not files:
        raise Refused.because("apply seal", dossier, "none", _("No file was chosen."), _("Choose at least one."))
    items = [
        ("", {"document": str(one.version.document_id), "name": one.name, "original": one.sha256}) for one in files
    ]
    params = {"agency": str(agency.pk), "form": str(form), "level": str(level)}
    job = enqueue(KIND, actor.id, dossier=dossier, params=params, items=items)
    record("copies.asked", actor, dossier, files=len(items), form=form, agency_name=agency.name)
    return job


def work_copy(job: Job, item: JobItem) -> Save:
    """Seal one file; the returned function makes the version."""
    assert job.dossier is not None
    actor = actor_of(job.actor) if job.actor else SYSTEM
    document = Document.objects.select_related("agency").get(pk=item.payload["document"])
    agency = Agency.objects.get(pk=job.params["agency"])
    file = _still(document, item)
    if not (may(actor, "apply seal", agency) and may(actor, "view", document)):
        raise ItemFailed("forbidden", _("The person who started this may not put on the seal any more."))
    key = SigningKey.objects.filter(agency=agency, unattended=True, withdrawn_at__isnull=True).first()
    if key is None:
        raise ItemFailed("no-key", _("The seal is not set up any more. Ask your administrator."))
    received = _sealed(key, file, job)
    payload = {"name": file.name, "sha512": received.sha512, "size": received.size}
    intake = begin(job.dossier, JobItem(job=job, sha256=received.sha256, payload=payload))
    look(intake, actor)

    def save() -> dict[str, Any]:
        _still(document, item)
        made = save_version(intake, str(document.pk), f"{mark()} {agency.name}"[:500], actor)
        record(
            "copy.sealed",
            actor,
            document,
            dossier=job.dossier,
            form=job.params["form"],
            agency_name=agency.name,
            before=file.sha256,
            after=received.sha256,
        )
        return made

    return save


def _still(document: Document, item: JobItem) -> File:
    """The file that was chosen, if it still is the document's. Raises ItemHeld or ItemFailed."""
    file = current_file(document)
    if file is None or file.sha256 != item.payload["original"]:
        raise ItemHeld(_("The file was sealed or replaced meanwhile; it is left as it is."))
    if against(Document.objects.get(pk=document.pk), file):
        raise ItemFailed("not-open", _("The document stands in a dossier that is no longer open."))
    if SigningRequest.objects.filter(document=document, state="open").exists():
        raise ItemFailed("asked", _("A request to sign this document is open. It is sealed after that has ended."))
    return file


def _sealed(key: SigningKey, file: File, job: Job) -> blobs.Received:
    try:
        with tempfile.TemporaryDirectory(prefix="copy-") as folder:
            path, moment = Path(folder) / "paper.pdf", now()
            path.write_bytes(path_for(file).read_bytes())
            where = look_of(Look.COPY, path, key, moment, copy_form=job.params["form"])
            signed = sign_with(
                key, path, f"{FIELD}-{str(job.pk)[-12:]}", Level(job.params["level"]), where, moment, None, online=True
            )
    except BytesMissing as error:
        raise ItemFailed(
            "bytes-missing", _("The file's bytes are nowhere to be found. Tell your administrator.")
        ) from error
    except NoTimestampServer as error:
        raise ItemFailed("no-timestamp-server", str(error.said)) from error
    except TimestampFailed as error:
        raise Again("timestamp", str(error.said), seconds=30) from error
    except SigningFailed as error:
        raise ItemFailed("not-signed", str(error.said)) from error
    return blobs.receive([signed.data])
