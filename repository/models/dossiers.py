"""Hồ sơ: everything on one matter; the unit that is filed, archived, retained and destroyed."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from repository.access.querysets import DossierQuerySet
from repository.codes import (
    MAINTENANCE_YEARS,
    SEALED_STATES,
    AccessMode,
    Condition,
    Confidence,
    DossierState,
    Language,
    Maintenance,
    RetentionState,
    Secrecy,
)
from repository.ids import new_id
from repository.models.agencies import Agency, FilePlanEntry, Fonds, RecordClass
from repository.models.people import User


class Dossier(models.Model):
    """Field names and lengths after Nghị định 30/2020 annex VI and Thông tư 05/2025 (EAD.xml). Sealed rows are read-only in the database."""

    State = DossierState

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="dossiers", verbose_name=_("agency"))
    fonds = models.ForeignKey(
        Fonds, on_delete=models.PROTECT, null=True, blank=True, related_name="dossiers", verbose_name=_("fonds")
    )
    entry = models.ForeignKey(
        FilePlanEntry,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="dossiers",
        verbose_name=_("heading"),
    )
    record_class = models.ForeignKey(
        RecordClass,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="dossiers",
        verbose_name=_("record class"),
    )
    state = models.CharField(_("state"), max_length=12, choices=DossierState.choices, default=DossierState.OPEN)

    code = models.CharField(_("code"), max_length=100, help_text=_("Agency's code, year and notation (FileCode)."))
    catalog_year = models.PositiveSmallIntegerField(_("year"))
    notation = models.CharField(_("notation"), max_length=30)
    title = models.CharField(_("title"), max_length=1000)
    description = models.CharField(_("description"), max_length=2000, blank=True)
    keyword = models.CharField(_("keywords"), max_length=100, blank=True)
    maintenance = models.CharField(_("retention"), max_length=2, choices=Maintenance.choices, blank=True)
    maintenance_years = models.PositiveSmallIntegerField(_("years"), null=True, blank=True)
    mode = models.CharField(_("use"), max_length=2, choices=AccessMode.choices, default=AccessMode.CONDITIONAL)
    secrecy = models.PositiveSmallIntegerField(_("secrecy"), choices=Secrecy.choices, default=Secrecy.NORMAL)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, default=Language.VIETNAMESE)
    confidence_level = models.CharField(
        _("origin"), max_length=2, choices=Confidence.choices, default=Confidence.BORN_DIGITAL
    )
    condition = models.CharField(_("condition"), max_length=2, choices=Condition.choices, default=Condition.GOOD)
    infor_sign = models.CharField(_("information mark"), max_length=30, blank=True)
    creator = models.CharField(_("made by"), max_length=120, blank=True)
    start_date = models.DateField(_("first document"), null=True, blank=True)
    end_date = models.DateField(_("last document"), null=True, blank=True)
    work_ended_on = models.DateField(
        _("work ended"), null=True, blank=True, help_text=_("Retention counts from 1 January after this date.")
    )
    doc_total = models.PositiveIntegerField(_("documents"), default=0)
    page_total = models.PositiveIntegerField(_("pages"), default=0)
    paper_sheets = models.PositiveIntegerField(_("sheets of paper"), default=0)
    paper_file_code = models.CharField(_("paper dossier"), max_length=100, blank=True)
    warehouse = models.CharField(_("warehouse"), max_length=30, blank=True)
    shelf = models.CharField(_("shelf"), max_length=30, blank=True)
    box = models.CharField(_("box"), max_length=30, blank=True)
    order_by_hand = models.BooleanField(_("ordered by hand"), default=False)

    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    opened_at = models.DateTimeField(_("opened"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    returned_reason = models.CharField(_("returned because"), max_length=1000, blank=True)
    sealed_at = models.DateTimeField(_("sealed"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed"))
    revision = models.PositiveIntegerField(default=1)

    documents = models.ManyToManyField("repository.Document", through="repository.Placement", related_name="dossiers")

    objects = DossierQuerySet.as_manager()

    class Meta:
        verbose_name = _("dossier")
        verbose_name_plural = _("dossiers")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "code"], name="dossier_code_once"),
            models.CheckConstraint(
                condition=Q(start_date__isnull=True) | Q(end_date__isnull=True) | Q(end_date__gte=F("start_date")),
                name="dossier_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[str(state) for state in SEALED_STATES]) | Q(sealed_at__isnull=False),
                name="dossier_archived_is_sealed",
            ),
            models.CheckConstraint(
                condition=~Q(maintenance=Maintenance.OTHER) | Q(maintenance_years__isnull=False),
                name="dossier_other_says_years",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "state", "-id"]),
            models.Index(fields=["state", "-id"]),
            models.Index(fields=["code", "id"]),
            # For lists: the sort value and the identity, so that a page begins where the last one ended.
            models.Index(fields=["catalog_year", "id"]),
            models.Index(fields=["work_ended_on", "id"]),
            models.Index(fields=["doc_total", "id"]),
            models.Index(fields=["page_total", "id"]),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def label(self) -> str:
        return self.code

    @property
    def retention_years(self) -> int | None:
        """Years to keep; None for ever or, with `maintenance` empty, not said yet."""
        return (
            self.maintenance_years if self.maintenance == Maintenance.OTHER else MAINTENANCE_YEARS.get(self.maintenance)
        )

    def get_absolute_url(self) -> str:
        return reverse("dossier", args=[self.pk])


class Placement(models.Model):
    """A document's place in one dossier: its number there. The same bytes stand in a dossier once."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="placements")
    document = models.ForeignKey("repository.Document", on_delete=models.PROTECT, related_name="placements")
    number = models.IntegerField(_("number in the dossier"))
    main_sha256 = models.CharField(max_length=64)
    placed_at = models.DateTimeField()

    class Meta:
        ordering = ["dossier", "number"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "document"], name="document_once_in_a_dossier"),
            models.UniqueConstraint(fields=["dossier", "number"], name="number_once_in_a_dossier"),
            models.UniqueConstraint(fields=["dossier", "main_sha256"], name="bytes_once_in_a_dossier"),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.number}"


class Hold(models.Model):
    """An order to keep a dossier as it is (freeze). While one stands, nothing in it may be destroyed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(_("reason"), max_length=500)
    order_number = models.CharField(_("order"), max_length=60, blank=True)
    placed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    placed_at = models.DateTimeField(_("placed"))
    lifted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    lifted_reason = models.CharField(_("lifted because"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        ordering = ["-placed_at"]
        indexes = [models.Index(fields=["dossier"], condition=Q(lifted_at__isnull=True), name="holds_standing")]

    def __str__(self) -> str:
        return f"{self.dossier_id}: {self.reason}"


class Retention(models.Model):
    """When a dossier's retention ends and the sum behind that date; beside the dossier, because the dossier is read-only once sealed."""

    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, primary_key=True, related_name="retention")
    state = models.CharField(_("state"), max_length=10, choices=RetentionState.choices, default=RetentionState.UNKNOWN)
    due_on = models.DateField(_("due"), null=True, blank=True)
    lines = models.JSONField(default=list)
    computed_at = models.DateTimeField(_("computed"))

    class Meta:
        indexes = [models.Index(fields=["state", "due_on"]), models.Index(fields=["due_on", "dossier"])]

    def __str__(self) -> str:
        return f"{self.dossier_id}: {self.state} {self.due_on or ''}"
