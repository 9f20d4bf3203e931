"""An empty working archive in REPOSITORY_DATA: migrations, secrets, one agency with a file plan, an administrator, a chief and an archivist.

The chief is there from the beginning because some acts take two people whose accounts nobody else had in hand (docs/trust.md).
"""

from __future__ import annotations

import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.db import transaction

from repository.actions.agencies import found_agency
from repository.actors import SYSTEM
from repository.clock import today
from repository.codes import Maintenance, Role
from repository.events import record
from repository.management.command import Command as Base
from repository.models import Agency, FilePlan, FilePlanEntry, Fonds, Membership, RecordClass, User


class Command(Base):
    help = __doc__
    acts_as_somebody = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--agency", default="Cơ quan lưu trữ", help="the agency's name")
        parser.add_argument("--code", default="H99", help="the agency's code")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        if Agency.objects.exists():
            self.say(options, "The archive is there already; nothing was changed.", made=False)
            return
        people = make_archive(options["agency"], options["code"])
        self.say(
            options,
            "The archive is ready.\n" + "\n".join(f"  {name}: {password}" for name, password in people.items()),
            made=True,
            accounts=[{"username": name, "password": password} for name, password in people.items()],
        )


@transaction.atomic
def make_archive(name: str, code: str) -> dict[str, str]:
    """The smallest archive that works; returns the accounts with their passwords, which are told this once."""
    agency = found_agency(code, name, actor=SYSTEM)
    Fonds.objects.create(code=code, name=name, agency=agency, custodian=agency)
    record_class = RecordClass.objects.create(
        schedule="TT 10/2022/TT-BNV", code="01", title="Hồ sơ công việc chung", maintenance=Maintenance.YEARS_20
    )
    plan = FilePlan.objects.create(agency=agency, year=today().year)
    FilePlanEntry.objects.create(plan=plan, notation="01.TH", title="Tổng hợp", record_class=record_class)
    people = {
        "admin": (Role.ADMINISTRATOR, "Quản trị viên"),
        "chief": (Role.CHIEF, "Trưởng lưu trữ"),
        "archivist": (Role.ARCHIVIST, "Lưu trữ viên"),
    }
    accounts = {}
    for username, (role, full_name) in people.items():
        accounts[username] = secrets.token_urlsafe(12)
        user = User.objects.create_user(
            username,
            password=accounts[username],
            full_name=full_name,
            prefers={"default_actor": role == Role.ARCHIVIST},
        )
        Membership.objects.create(user=user, agency=agency, role=role, valid_from=today())
        record("person.added", SYSTEM, user, agency=agency, role=role)
    return accounts
