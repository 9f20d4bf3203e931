"""A small archive whose records change at random, each change through its action: what the index has to follow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction

from repository import blobs
from repository.actions.agencies import found_agency
from repository.actions.close_dossier import close_dossier
from repository.actions.confirm_document import confirm_document
from repository.actions.edit_dossier import edit_dossier
from repository.actions.grants import end_grant, give_grant
from repository.actions.open_dossier import open_dossier
from repository.actions.place_document import place_document, withdraw_document
from repository.actions.reopen_dossier import reopen_dossier
from repository.actors import SYSTEM, Actor, actor_of
from repository.clock import now, today
from repository.codes import DossierState, Maintenance, Role, Secrecy
from repository.guards.install import remove
from repository.intake.context import Intake
from repository.intake.pipeline import save
from repository.jobs.outcomes import ItemHeld
from repository.management.commands.init import make_archive
from repository.models import (
    Agency,
    Document,
    Dossier,
    Extraction,
    File,
    FileStatus,
    Grant,
    JobItem,
    Membership,
    Placement,
    User,
    Version,
)
from repository.refusals import Forbidden, NotVisible, Refused
from repository.registry import documents_changed

PHRASES = (
    *("quyết định", "kế hoạch", "thông báo", "phòng chống thiên tai", "đất đai", "an toàn giao thông", "thủy lợi"),
    *("hòa giải", "thu hồi", "bồi thường", "ngân sách", "giáo dục", "y tế", "nông nghiệp", "môi trường", "cán bộ"),
)
PEOPLE = {
    "chief": ("H99", Role.CHIEF),
    "clerk": ("H99", Role.CLERK),
    "first": ("H99.01", Role.READER),
    "second": ("H99.02", Role.READER),
    "elsewhere": ("H98", Role.READER),
    "nobody": (None, None),
}
DOSSIERS = 24


def build_world() -> None:
    """The archive, unless it is there: three units, readers in two of them, one elsewhere, one without a role; two dozen dossiers."""
    call_command("migrate", verbosity=0, interactive=False)
    # No action destroys a record yet: the drill takes rows out itself, in an archive of its own whose guards are down.
    remove(connection)
    if User.objects.filter(username="nobody").exists():
        return
    with transaction.atomic():
        make_archive("Trung tâm Lưu trữ thử nghiệm", "H99")
        root = Agency.objects.get(code="H99")
        units = [root, *(found_agency(f"H99.0{n}", f"Phòng số {n}", actor=SYSTEM, parent=root) for n in (1, 2))]
        found_agency("H98", "Cơ quan khác", actor=SYSTEM)
        for username, (code, role) in PEOPLE.items():
            # The chief may be told of secrets, so that secrecy can be raised and lowered.
            level = Secrecy.SECRET if username == "chief" else Secrecy.NORMAL
            user, new = User.objects.get_or_create(username=username, defaults={"full_name": username})
            User.objects.filter(pk=user.pk).update(clearance=level)
            if new and code and role:
                agency = Agency.objects.get(code=code)
                Membership.objects.create(user=user, agency=agency, role=role, valid_from=today())
        chief = person("chief")
        for n in range(DOSSIERS):
            agency, kept = units[n % 3], Maintenance.YEARS_20
            open_dossier(f"Hồ sơ số {n}", actor=chief, agency_id=agency.pk, maintenance=kept)


def person(username: str) -> Actor:
    return actor_of(User.objects.get(username=username))


def readers() -> list[Actor]:
    return [person(username) for username in PEOPLE]


class Changes:
    """One random change after another; number N of a seed is drawn the same way whenever it is made."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.chief = person("chief")
        self.users = list(User.objects.filter(username__in=PEOPLE).order_by("username"))
        self.kinds: list[tuple[int, Callable[[Random], Any]]] = [
            (30, self.file),
            (25, self.edit),
            (8, self.place),
            (6, self.withdraw),
            (8, self.grant),
            (6, self.revoke),
            (6, self.secrecy),
            (4, self.secrecy_of_dossier),
            (3, self.state_of_dossier),
            (4, self.destroy),
        ]

    def make(self, number: int) -> str:
        """Make the change and return its kind, with a question mark where the archive refused it."""
        rng = Random(f"search:{self.seed}:{number}")
        [(_, change)] = rng.choices(self.kinds, [weight for weight, _ in self.kinds])
        try:
            change(rng)
        except (Refused, NotVisible, Forbidden, ItemHeld):
            return f"{change.__name__}?"
        return change.__name__

    def file(self, rng: Random) -> None:
        """A document, as the intake saves it once its file has been read."""
        dossier = self._dossier(rng, DossierState.OPEN)
        if dossier is None:
            return
        text = words(rng, 60)
        received = blobs.receive([f"{text} {rng.random()}".encode()])
        intake = Intake(
            item=JobItem(sha256=received.sha256, payload={}),
            dossier=dossier,
            path=blobs.path_of(received.sha256),
            name=f"{rng.randrange(10**6)}.txt",
            sha256=received.sha256,
            sha512=received.sha512,
            size=received.size,
            mime="text/plain",
            text=text,
            page_count=1,
        )
        with transaction.atomic():
            made = save(intake, self.chief)
            file = File.objects.get(version__document=made["document"])
            Extraction.objects.create(file=file, text=text, pages=[0], engine="drill", made_at=now())
            documents_changed([file.version.document_id])
        self._confirm(file.version.document, rng)

    def edit(self, rng: Random) -> None:
        document = self._document(rng)
        if document is not None:
            self._confirm(document, rng)

    def place(self, rng: Random) -> None:
        document, dossier = self._document(rng), self._dossier(rng, DossierState.OPEN)
        if document is not None and dossier is not None:
            place_document(document.pk, dossier.pk, actor=self.chief)

    def withdraw(self, rng: Random) -> None:
        document = self._document(rng)
        places = list(Placement.objects.filter(document=document).order_by("pk")) if document else []
        if document is not None and places:
            withdraw_document(document.pk, rng.choice(places).dossier_id, "nhầm chỗ", actor=self.chief)

    def grant(self, rng: Random) -> None:
        thing = self._document(rng) if rng.random() < 0.7 else self._dossier(rng)
        if thing is not None:
            until = now() + timedelta(days=rng.randrange(1, 900))
            give_grant(thing, rng.choice(self.users).pk, "nghiên cứu", until, actor=self.chief)

    def revoke(self, rng: Random) -> None:
        grants = list(Grant.objects.filter(expires_at__gt=now()).order_by("pk").values_list("pk", flat=True))
        if grants:
            end_grant(rng.choice(grants), actor=self.chief)

    def secrecy(self, rng: Random) -> None:
        document = self._document(rng)
        if document is not None:
            confirm_document(document.pk, {"secrecy": self._level(rng)}, actor=self.chief)

    def secrecy_of_dossier(self, rng: Random) -> None:
        dossier = self._dossier(rng)
        if dossier is not None:
            edit_dossier(dossier.pk, {"secrecy": self._level(rng), "title": words(rng, 4)}, actor=self.chief)

    def state_of_dossier(self, rng: Random) -> None:
        dossier = self._dossier(rng)
        if dossier is None:
            return
        if dossier.state == DossierState.OPEN:
            close_dossier(dossier.pk, actor=self.chief)
        else:
            reopen_dossier(dossier.pk, "còn thiếu", actor=self.chief)

    def destroy(self, rng: Random) -> None:
        """The rows of a document go, as destruction will take them: the index is told in the same transaction."""
        document = self._document(rng)
        if document is None:
            return
        with transaction.atomic():
            files = File.objects.filter(version__document=document)
            for rows in (
                Extraction.objects.filter(file__in=files),
                FileStatus.objects.filter(file__in=files),
                files,
                Version.objects.filter(document=document),
                Placement.objects.filter(document=document),
                Grant.objects.filter(document=document),
                Document.objects.filter(pk=document.pk),
            ):
                rows._raw_delete(rows.db)
            documents_changed([document.pk])

    def _confirm(self, document: Document, rng: Random) -> None:
        values = {
            "subject": words(rng, 8),
            "number": str(rng.randrange(1, 400)),
            "notation": rng.choice(("QĐ-UBND", "KH-SNV", "TB-VP")),
            "type_name": rng.choice(("Quyết định", "Kế hoạch", "Thông báo")),
            "organ_name": "Ủy ban nhân dân tỉnh",
            "issued_date": date(2000, 1, 1) + timedelta(days=rng.randrange(9_000)),
            "signer_name": rng.choice(("Nguyễn Văn An", "Trần Thị Bích", "")),
        }
        confirm_document(document.pk, values, actor=self.chief)

    def _level(self, rng: Random) -> int:
        return rng.choice((Secrecy.NORMAL, Secrecy.NORMAL, Secrecy.SECRET))

    def _dossier(self, rng: Random, *states: DossierState) -> Dossier | None:
        rows = Dossier.objects.filter(state__in=states) if states else Dossier.objects.all()
        ids = list(rows.order_by("pk").values_list("pk", flat=True))
        return Dossier.objects.get(pk=rng.choice(ids)) if ids else None

    def _document(self, rng: Random) -> Document | None:
        ids = list(Document.objects.order_by("pk").values_list("pk", flat=True))
        return Document.objects.get(pk=rng.choice(ids)) if ids else None


def words(rng: Random, number: int) -> str:
    return " ".join(rng.choice(PHRASES) for _ in range(number))
