"""What the tests of intake share: files made on the spot, sent through the page, worked to the end, and what is left then."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
from django.conf import settings
from django.test import Client
from django.urls import reverse

from demo.papers import pdf
from demo.texts import Paper, paper_of
from repository.events import body_of
from repository.jobs.run import run_to_end
from repository.models import Document, Dossier, Event, Job, JobItem


def paper(seed: object = "a", **changes: Any) -> Paper:
    return replace(paper_of(str(seed)), **changes)


def paper_pdf(seed: object = "a", **changes: Any) -> bytes:
    return pdf(paper(seed, **changes))


def locked_pdf(password: str = "mo-khoa") -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(paper_pdf("locked"))) as document:
        document.save(out, encryption=pikepdf.Encryption(owner=password, user=password))
    return out.getvalue()


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


class Door:
    """One person's browser at one dossier."""

    def __init__(self, client: Client, dossier: Dossier) -> None:
        self.client, self.dossier = client, dossier
        self.url = reverse("dossier_files", args=[dossier.pk])

    def post(self, name: str, content: bytes, **headers: Any) -> Any:
        """The upload as the page's script does it: the bytes are the body."""
        return self.client.post(
            self.url, content, content_type="application/octet-stream", query_params={"name": name}, **headers
        )

    def send(self, name: str, content: bytes) -> JobItem:
        """Send a file that is received, work on all that waits, and return the item."""
        response = self.post(name, content)
        assert response.json()["status"] == "received", response.content
        self.work()
        return JobItem.objects.get(pk=response.json()["item"])

    def work(self) -> None:
        for job in Job.objects.filter(dossier=self.dossier, kind__in=["intake", "version"], finished_at=None):
            run_to_end(job.pk)

    def documents(self) -> list[Document]:
        return list(Document.objects.filter(dossiers=self.dossier).order_by("pk"))

    def failed_on_the_page(self) -> str:
        return self.client.get(reverse("dossier", args=[self.dossier.pk])).content.decode()


def bytes_on_disk() -> dict[str, bytes]:
    """Every file below the folder of bytes by its name, drafts included."""
    return {path.name: path.read_bytes() for path in Path(settings.BLOBS).rglob("*") if path.is_file()}


def events(kind: str) -> list[dict[str, Any]]:
    return [body_of(event) for event in Event.objects.filter(kind=kind).order_by("id")]


def all_that_is_kept_in_words() -> str:
    """Every word of the rows that intake writes, to look for what must not be there."""
    rows: list[Any] = [*Job.objects.values(), *JobItem.objects.values(), *Document.objects.values()]
    return repr(rows) + "".join(bytes(event.body).decode() for event in Event.objects.all())


def counts_are_right() -> bool:
    return all(job.done + job.failed == job.total for job in Job.objects.exclude(finished_at=None))
