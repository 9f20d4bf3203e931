"""The people of the tests. One of them, `outsider`, works elsewhere and must see nothing; `stranger` has no role at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from repository.actors import SYSTEM, Actor, actor_of
from repository.codes import Maintenance, Role, Secrecy
from repository.models import Agency, FilePlan, FilePlanEntry, Fonds, Membership, RecordClass, User


@dataclass(frozen=True)
class World:
    """tỉnh Lam Giang, which does not exist: a province, its office and department, and a commune beside them."""

    province: Agency
    office: Agency
    department: Agency
    commune: Agency
    fonds: Fonds
    record_class: RecordClass
    plan: FilePlan
    entry: FilePlanEntry
    commune_entry: FilePlanEntry


def build_world() -> World:
    from repository.actions.agencies import found_agency

    province = found_agency("H99", "Ủy ban nhân dân tỉnh Lam Giang", actor=SYSTEM, short_name="UBND")
    office = found_agency("H99.01", "Văn phòng Ủy ban nhân dân tỉnh", actor=SYSTEM, parent=province, short_name="VP")
    department = found_agency("H99.02", "Sở Nội vụ tỉnh Lam Giang", actor=SYSTEM, parent=province, short_name="SNV")
    commune = found_agency("H98", "Ủy ban nhân dân xã Vân Sa", actor=SYSTEM, short_name="UBND")
    fonds = Fonds.objects.create(
        code="H99.P01", name="Ủy ban nhân dân tỉnh Lam Giang", agency=province, custodian=province
    )
    Fonds.objects.create(code="H98.P01", name="Ủy ban nhân dân xã Vân Sa", agency=commune, custodian=commune)
    record_class = RecordClass.objects.create(
        schedule="TT 10/2022/TT-BNV", code="61", title="Hồ sơ an toàn giao thông", maintenance=Maintenance.YEARS_20
    )
    plan = FilePlan.objects.create(agency=office, year=2025)
    entry = FilePlanEntry.objects.create(
        plan=plan, notation="04.ATGT", title="An toàn giao thông", record_class=record_class
    )
    commune_plan = FilePlan.objects.create(agency=commune, year=2025)
    commune_entry = FilePlanEntry.objects.create(
        plan=commune_plan, notation="01.TH", title="Tổng hợp", record_class=record_class
    )
    return World(province, office, department, commune, fonds, record_class, plan, entry, commune_entry)


class Cast:
    """People by their name in a test: `cast.clerk` is an actor, `cast.user("clerk")` her account."""

    ROLES = {
        "clerk": ("office", Role.CLERK, "Lương Thị Hạ"),
        "other_clerk": ("office", Role.CLERK, "Phạm Văn Lâm"),
        "archivist": ("province", Role.ARCHIVIST, "Ngô Bá Thuần"),
        "other_archivist": ("province", Role.ARCHIVIST, "Trịnh Thu Hà"),
        "chief": ("province", Role.CHIEF, "Đào Minh Khê"),
        "reader": ("office", Role.READER, "Vũ Đình Quý"),
        "department_reader": ("department", Role.READER, "Hồ Thị Nga"),
        "auditor": ("province", Role.AUDITOR, "Kiều Văn Toản"),
        "administrator": ("province", Role.ADMINISTRATOR, "Bùi Quản Trị"),
        "outsider": ("commune", Role.CHIEF, "Mai Ở Ngoài"),
        "stranger": (None, None, "Không Vai Trò"),
        "superuser": (None, None, "Siêu Quản Trị"),
    }
    PASSWORD = "mat-khau-thu-nghiem-42"

    def __init__(self, world: World) -> None:
        self.world = world

    def user(self, name: str) -> User:
        agency, role, full_name = self.ROLES[name]
        found = User.objects.filter(username=name).first()
        if found is not None:
            return found
        user = User(username=name, full_name=full_name, is_superuser=name == "superuser", is_staff=name == "superuser")
        # An unsalted fast hash: signing in is not what these tests are about.
        user.password = "md5$" + "x$" + "0" * 32
        user.clearance = Secrecy.NORMAL
        user.save()
        if agency and role:
            Membership.objects.create(
                user=user, agency=getattr(self.world, agency), role=role, valid_from=date(2020, 1, 1)
            )
        return user

    def __getattr__(self, name: str) -> Actor:
        if name.startswith("_") or name not in self.ROLES:
            raise AttributeError(name)
        return actor_of(self.user(name))

    def everybody(self) -> list[Actor]:
        return [getattr(self, name) for name in self.ROLES]
