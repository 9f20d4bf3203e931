"""Agencies and their changes, the fonds they leave, the classes and plans their dossiers follow."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from repository.codes import MAINTENANCE_YEARS, Maintenance
from repository.ids import new_id

# QĐ 28/2018 (000.00.00.H41) and QĐ 20/2020 (H05.02.02, level 1 first): both are accepted, to 35 characters.
organ_id_is_right = RegexValidator(
    r"^[A-Z0-9]{1,4}(\.[A-Z0-9]{1,4}){0,8}$",
    _("An agency's code has groups of letters and digits joined by dots, such as H05.02.02."),
)


class Agency(models.Model):
    """An organisation or unit, in a tree. `path` holds the serials from the root, so that a subtree is one prefix."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    serial = models.PositiveIntegerField(unique=True, editable=False)
    path = models.CharField(max_length=200, unique=True, editable=False)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("above it")
    )
    code = models.CharField(_("code"), max_length=35, unique=True, validators=[organ_id_is_right])
    name = models.CharField(_("name"), max_length=200)
    short_name = models.CharField(
        _("short name"), max_length=40, blank=True, help_text=_("As in a notation: UBND, SNV.")
    )
    founded_on = models.DateField(_("founded"), null=True, blank=True)
    ended_on = models.DateField(_("ended"), null=True, blank=True)
    successors = models.ManyToManyField(
        "self", symmetrical=False, related_name="predecessors", blank=True, verbose_name=_("successors")
    )

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(founded_on__isnull=True) | Q(ended_on__gt=F("founded_on")),
                name="agency_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def serials(self) -> tuple[int, ...]:
        """Serials of the agencies from the root down to this one."""
        return tuple(int(part) for part in self.path.strip("/").split("/"))


class AgencyName(models.Model):
    """A name and code an agency had from one day until the day before another. Records keep the codes they were issued with."""

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="names")
    name = models.CharField(_("name"), max_length=200)
    code = models.CharField(_("code"), max_length=35, validators=[organ_id_is_right])
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_until = models.DateField(_("until (not included)"), null=True, blank=True)

    class Meta:
        verbose_name = _("agency's name")
        verbose_name_plural = _("agency's names")
        ordering = ["agency", "valid_from"]

    def __str__(self) -> str:
        return self.name


class Fonds(models.Model):
    """Phông lưu trữ: all records of one creator. It closes the day its agency ends (Thông tư 02/2019, annex)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(_("identifier"), max_length=35, unique=True)
    name = models.CharField(_("name"), max_length=200)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="fonds", verbose_name=_("creator"))
    custodian = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="fonds_kept", verbose_name=_("custodian")
    )
    history = models.TextField(_("history"), blank=True)
    archives_time = models.CharField(_("years covered"), max_length=30, blank=True)
    key_groups = models.CharField(_("main groups of records"), max_length=300, blank=True)
    other_types = models.CharField(_("other kinds of records"), max_length=300, blank=True)
    language = models.CharField(_("language"), max_length=100, blank=True)
    lookup_tools = models.CharField(_("finding aids"), max_length=50, blank=True)
    description = models.CharField(_("description"), max_length=1000, blank=True)
    closed_on = models.DateField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("fonds")
        verbose_name_plural = _("fonds (plural)")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class RecordClass(models.Model):
    """A class of records with its retention period. Schedules are versioned: a new one adds rows, it changes none."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    schedule = models.CharField(
        _("schedule"), max_length=60, help_text=_("The rule it stands in, such as TT 10/2022/TT-BNV.")
    )
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    code = models.CharField(_("code"), max_length=20)
    title = models.CharField(_("title"), max_length=500)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("above it")
    )
    maintenance = models.CharField(_("retention"), max_length=2, choices=Maintenance.choices)
    years = models.PositiveSmallIntegerField(
        _("years"), null=True, blank=True, help_text=_("Only where the period is none of the listed ones.")
    )
    source = models.CharField(_("source"), max_length=200, blank=True, help_text=_("The item of the schedule."))
    valid_from = models.DateField(_("in force from"), null=True, blank=True)
    valid_until = models.DateField(_("in force until"), null=True, blank=True)

    class Meta:
        verbose_name = _("record class")
        verbose_name_plural = _("record classes")
        ordering = ["schedule", "version", "code"]
        constraints = [
            models.UniqueConstraint(fields=["schedule", "version", "code"], name="record_class_once"),
            models.CheckConstraint(
                condition=~Q(maintenance=Maintenance.OTHER) | Q(years__isnull=False),
                name="record_class_other_says_years",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def period(self) -> int | None:
        """Years to keep, None for ever."""
        return self.years if self.maintenance == Maintenance.OTHER else MAINTENANCE_YEARS[self.maintenance]


class FilePlan(models.Model):
    """Danh mục hồ sơ: the dossiers an agency expects in a year, issued by its head."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="file_plans", verbose_name=_("agency"))
    year = models.PositiveSmallIntegerField(_("year"))
    issued_number = models.CharField(
        pgettext_lazy("file plan", "issued by"),
        max_length=60,
        blank=True,
        help_text=_("Number and notation of the decision."),
    )
    issued_on = models.DateField(_("issued on"), null=True, blank=True)

    class Meta:
        verbose_name = _("file plan")
        verbose_name_plural = _("file plans")
        ordering = ["-year", "agency"]
        constraints = [models.UniqueConstraint(fields=["agency", "year"], name="file_plan_once_a_year")]

    def __str__(self) -> str:
        return f"{self.agency} {self.year}"


class FilePlanEntry(models.Model):
    """A heading of the plan: the notation its dossiers carry, who makes them and how long they are kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    plan = models.ForeignKey(FilePlan, on_delete=models.PROTECT, related_name="entries", verbose_name=_("file plan"))
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("above it")
    )
    notation = models.CharField(_("notation"), max_length=20)
    title = models.CharField(_("heading"), max_length=500)
    record_class = models.ForeignKey(
        RecordClass,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="entries",
        verbose_name=_("record class"),
    )
    unit = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="plan_entries", verbose_name=_("unit")
    )
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("heading of the file plan")
        verbose_name_plural = _("headings of the file plan")
        ordering = ["plan", "notation"]
        constraints = [models.UniqueConstraint(fields=["plan", "notation"], name="plan_entry_once")]

    def __str__(self) -> str:
        return f"{self.notation} {self.title}"
