"""Records for tests, made through the actions; bytes are small texts, so that no parser is needed unless a test wants one."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import Any

from repository import blobs
from repository.actions.accept_dossier import accept_dossier
from repository.actions.close_dossier import close_dossier
from repository.actions.confirm_document import confirm_document
from repository.actions.open_dossier import open_dossier
from repository.actions.submit_dossier import submit_dossier
from repository.actors import Actor
from repository.clock import now
from repository.intake.context import Intake
from repository.intake.pipeline import save
from repository.models import Document, Dossier, JobItem

_count = itertools.count(1)


class Records:
    def __init__(self, cast: Any) -> None:
        self.cast = cast

    def dossier(
        self, title: str = "Bảo đảm an toàn giao thông", *, by: Actor | None = None, entry: Any = None, **fields: Any
    ) -> Dossier:
        """An open dossier in the office of the province, or under the given heading."""
        return open_dossier(title, actor=by or self.cast.clerk, entry_id=(entry or self.cast.world.entry).pk, **fields)

    def document(
        self,
        dossier: Dossier,
        *,
        by: Actor | None = None,
        confirmed: bool = True,
        content: bytes | None = None,
        **fields: Any,
    ) -> Document:
        """A document of the dossier, without running parsers: its bytes lie in the store all the same."""
        from django.db import transaction

        n = next(_count)
        received = blobs.receive([content if content is not None else f"Văn bản thử số {n}.\n".encode()])
        actor = by or self.cast.clerk
        item = JobItem(sha256=received.sha256, payload={})
        intake = Intake(
            item=item,
            dossier=dossier,
            path=blobs.path_of(received.sha256),
            name=fields.pop("name", f"van-ban-{n}.txt"),
            sha256=received.sha256,
            sha512=received.sha512,
            size=received.size,
            mime=fields.pop("mime", "text/plain"),
            text=fields.pop("text", ""),
            page_count=1,
        )
        with transaction.atomic():
            made = save(intake, actor)
        document = Document.objects.get(pk=made["document"])
        values = {
            "number": f"{n:02}",
            "notation": "KH-UBND",
            "type_name": "Kế hoạch",
            "subject": f"Kế hoạch thử số {n}",
            "issued_date": date(2025, 1, 1) + timedelta(days=n % 365),
            "organ_name": "Ủy ban nhân dân tỉnh Lam Giang",
            **fields,
        }
        if confirmed:
            return confirm_document(document.pk, values, actor=actor)
        return document

    def closed(self, *, documents: int = 2, **fields: Any) -> Dossier:
        dossier = self.dossier(**fields)
        for _ in range(documents):
            self.document(dossier)
        return close_dossier(dossier.pk, actor=self.cast.clerk)

    def submitted(self, **fields: Any) -> Dossier:
        return submit_dossier(self.closed(**fields).pk, actor=self.cast.clerk)

    def sealing(self, **fields: Any) -> tuple[Dossier, Any]:
        return accept_dossier(self.submitted(**fields).pk, actor=self.cast.archivist)

    def sealed_row(self, **fields: Any) -> Dossier:
        """A dossier whose rows say that it is archived, without anything in the store: for tests of the database's guards."""
        from repository.codes import DossierState

        dossier, _ = self.sealing(**fields)
        moment = now()
        Document.objects.filter(dossiers=dossier).update(sealed_at=moment)
        Dossier.objects.filter(pk=dossier.pk).update(state=DossierState.ARCHIVED, sealed_at=moment)
        dossier.refresh_from_db()
        return dossier
