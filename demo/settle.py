"""Puts the province into an empty archive: agencies, fonds, record classes, file plans and the people who work with it."""

from __future__ import annotations

import json
import secrets
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import transaction

from demo.world import FIRST_YEAR, LAST_YEAR, World
from repository.actions.agencies import found_agency
from repository.actors import SYSTEM
from repository.clock import today
from repository.codes import Maintenance, Role
from repository.events import record
from repository.models import Agency, FilePlan, FilePlanEntry, Fonds, Membership, RecordClass, User

SCHEDULE = "TT 10/2022/TT-BNV"
# Account, name, role, agency. One of them works in a commune only, one in a department only.
PEOPLE: tuple[tuple[str, str, Role, str], ...] = (
    ("archivist", "Lương Thị Hạ", Role.ARCHIVIST, "tinh"),
    ("archivist2", "Ngô Bá Thước", Role.ARCHIVIST, "tinh"),
    ("clerk", "Dương Diệu Sương", Role.CLERK, "tinh"),
    ("chief", "Quách Kim Đoan", Role.CHIEF, "tinh"),
    ("reader", "Vũ Đình Lãm", Role.READER, "snv"),
    ("auditor", "Tạ Ngọc Khuê", Role.AUDITOR, "tinh"),
    ("admin", "Bùi Quang Nghị", Role.ADMINISTRATOR, "tinh"),
    ("vansa", "Mai Thị Xoan", Role.CLERK, "vansa"),
)
_PERIODS = {
    None: Maintenance.PERMANENT,
    70: Maintenance.YEARS_70,
    50: Maintenance.YEARS_50,
    30: Maintenance.YEARS_30,
    20: Maintenance.YEARS_20,
    10: Maintenance.YEARS_10,
}


def demo_folder() -> Path:
    folder = Path(settings.DATA) / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def is_foreign(world: World) -> bool:
    """Whether the archive holds agencies that are not the demonstration's."""
    return Agency.objects.exclude(code__in=[agency.code for agency in world.agencies]).exists() or (
        Agency.objects.exists() and not Agency.objects.filter(name=world.agencies[0].name).exists()
    )


@transaction.atomic
def settle_province(world: World) -> dict[str, Agency]:
    """Agencies by key; makes what is not there yet."""
    found = {agency.code: agency for agency in Agency.objects.all()}
    agencies: dict[str, Agency] = {}
    for body in world.agencies:
        agencies[body.key] = found.get(body.code) or found_agency(
            body.code,
            body.name,
            actor=SYSTEM,
            parent=agencies[body.parent] if body.parent else None,
            short_name=body.abbreviation,
            founded_on=body.started,
            ended_on=body.ended,
        )
    for body in world.agencies:
        if body.successor:
            agencies[body.key].successors.add(agencies[body.successor])
    _classes_and_plans(world, agencies)
    return agencies


def _classes_and_plans(world: World, agencies: dict[str, Agency]) -> None:
    if FilePlan.objects.exists():
        return
    archive = agencies["ttlt"]
    for body in world.agencies:
        agency = agencies[body.key]
        custodian = archive if body.ended else agency
        Fonds.objects.create(
            code=f"{body.code}.P", name=f"Phông {body.name}", agency=agency, custodian=custodian, language="Tiếng Việt"
        )
    classes = {}
    for row in world.classes:
        maintenance = _PERIODS.get(row.years, Maintenance.OTHER)
        classes[row.code] = RecordClass.objects.create(
            schedule=SCHEDULE,
            code=row.code,
            title=row.title,
            maintenance=maintenance,
            years=row.years if maintenance == Maintenance.OTHER else None,
            source=row.source,
        )
    entries = []
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        for body in world.agencies:
            headings = world.file_plan(body.key, year)
            if not headings:
                continue
            plan = FilePlan.objects.create(
                agency=agencies[body.key],
                year=year,
                issued_number=f"05/QĐ-{body.abbreviation}",
                issued_on=max(date(year, 1, 10), body.started),
            )
            entries += [
                FilePlanEntry(plan=plan, notation=row.notation, title=row.title, record_class=classes[row.record_class])
                for row in headings
            ]
    FilePlanEntry.objects.bulk_create(entries, batch_size=500)


@transaction.atomic
def settle_people(agencies: dict[str, Agency]) -> dict[str, str]:
    """The accounts with their passwords: drawn once, kept in the archive's folder so that they can be told again."""
    path = demo_folder() / "accounts.json"
    accounts: dict[str, str] = json.loads(path.read_text()) if path.is_file() else {}
    for username, full_name, role, key in PEOPLE:
        user = User.objects.filter(username=username).first()
        if user is not None and username in accounts:
            continue
        accounts[username] = secrets.token_urlsafe(9)
        if user is None:
            user = User(username=username, full_name=full_name, prefers={"default_actor": username == "archivist"})
            user.set_password(accounts[username])
            user.save()
            Membership.objects.create(user=user, agency=agencies[key], role=role, valid_from=today())
            record("person.added", SYSTEM, user, agency=agencies[key], role=role)
        else:
            user.set_password(accounts[username])
            user.save(update_fields=["password"])
    path.touch(mode=0o600)
    path.write_text(json.dumps(accounts, indent=1))
    return accounts


def close_fonds_of_ended_agencies(world: World, agencies: dict[str, Agency]) -> None:
    """The fonds of an agency closes the day it ends (Thông tư 02/2019); last, for its backlog is filed before."""
    for body in world.agencies:
        if body.ended:
            Fonds.objects.filter(agency=agencies[body.key], closed_on__isnull=True).update(closed_on=body.ended)
