"""Audits: a frozen population, a sample that anyone can draw again, a sheet for each sampled document, and the signed close."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from repository.access.querysets import under
from repository.codes import Indication, Role
from repository.ids import new_id
from repository.models import Agency, Job, User

if TYPE_CHECKING:
    from repository.actors import Actor

# Who keeps an audit, and who besides reads one that is closed.
KEEPERS = (Role.AUDITOR,)
READERS = (Role.ARCHIVIST, Role.CHIEF)


class AuditState(models.TextChoices):
    FREEZING = "freezing", pgettext_lazy("an audit", "Population being frozen")
    FROZEN = "frozen", pgettext_lazy("an audit", "Population frozen")
    DRAWN = "drawn", pgettext_lazy("an audit", "Sample drawn")
    CLOSED = "closed", pgettext_lazy("an audit", "Closed")


class Answer(models.TextChoices):
    """What the auditor saw herself, to one question."""

    OPEN = "", pgettext_lazy("an auditor's answer", "Not answered")
    YES = "yes", pgettext_lazy("an auditor's answer", "Yes")
    NO = "no", pgettext_lazy("an auditor's answer", "No")
    UNKNOWN = "unknown", pgettext_lazy("an auditor's answer", "Cannot be told")


class Conclusion(models.TextChoices):
    OPEN = "", pgettext_lazy("an auditor's conclusion", "Still open")
    IN_ORDER = "in-order", pgettext_lazy("an auditor's conclusion", "In order")
    FINDING = "finding", pgettext_lazy("an auditor's conclusion", "Finding")
    NOT_JUDGED = "not-judged", pgettext_lazy("an auditor's conclusion", "Could not be judged")


class FindingKind(models.TextChoices):
    SIGNATURE = "signature", pgettext_lazy("an audit's finding", "The signature does not hold")
    MISSING = "missing", pgettext_lazy("an audit's finding", "A signature is missing")
    SIGNER = "signer", pgettext_lazy("an audit's finding", "Signed by somebody else")
    AUTHORITY = "authority", pgettext_lazy("an audit's finding", "Signed without authority")
    DATE = "date", pgettext_lazy("an audit's finding", "The date does not fit")
    INCOMPLETE = "incomplete", pgettext_lazy("an audit's finding", "Not whole")
    OTHER = "other", pgettext_lazy("an audit's finding", "Something else")


class Severity(models.TextChoices):
    MINOR = "minor", pgettext_lazy("severity", "Slight")
    MAJOR = "major", pgettext_lazy("severity", "Serious")
    CRITICAL = "critical", pgettext_lazy("severity", "Grave")


class AuditQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> AuditQuerySet:
        """An auditor's, of her agencies; archivists and chiefs see those of theirs once closed. Nobody above her clearance."""
        if actor.is_system:
            return self.all()
        kept = under("agency__path", actor.paths(*KEEPERS))
        read = under("agency__path", actor.paths(*READERS)) & Q(state=AuditState.CLOSED)
        return self.filter((kept | read) & Q(secrecy__lte=actor.clearance))


class Audit(models.Model):
    """`secrecy` is the highest of what was in the population. Sizes are documents, `tolerable` and `confidence` shares from 0 to 1."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("agency"))
    title = models.CharField(_("title"), max_length=200)
    purpose = models.CharField(_("what is to be found out"), max_length=1000, blank=True)
    state = models.CharField(max_length=10, choices=AuditState.choices, default=AuditState.FREEZING)
    secrecy = models.PositiveSmallIntegerField(default=0)
    scope = models.JSONField(default=dict)
    refers_to = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="followed_by")
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(_("opened"))
    # The job that works for it now, or did last.
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="+")

    population = models.PositiveIntegerField(_("population"), default=0)
    population_sha256 = models.CharField(max_length=64, blank=True)
    frozen_at = models.DateTimeField(_("frozen"), null=True, blank=True)

    seed = models.CharField(_("seed"), max_length=120, blank=True)
    size = models.PositiveIntegerField(_("size of the sample"), default=0)
    stratified = models.BooleanField(_("drawn by agency"), default=False)
    confidence = models.FloatField(_("confidence"), default=0.95)
    tolerable = models.FloatField(_("tolerable rate"), default=0.05)
    drawn_at = models.DateTimeField(_("drawn"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit")
        verbose_name_plural = _("audits")
        ordering = ["-id"]
        indexes = [models.Index(fields=["agency", "-id"], name="audits_of_an_agency")]

    def __str__(self) -> str:
        return self.title

    @property
    def label(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("audit", args=[self.pk])


class PopulationPart(models.Model):
    """A stretch of the frozen population: lines "identity agency-code", in the order of identities, compressed (zlib).

    All parts one after the other are the text whose SHA-256 the audit carries.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="parts")
    number = models.PositiveIntegerField()
    lines = models.PositiveIntegerField()
    text = models.BinaryField()

    class Meta:
        ordering = ["audit", "number"]
        constraints = [models.UniqueConstraint(fields=["audit", "number"], name="population_part_once")]

    def __str__(self) -> str:
        return f"{self.audit_id} {self.number}"


class AuditRow(models.Model):
    """One sampled document with its sheet. Identities and labels are copied: the row still reads when the record is gone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="rows")
    number = models.PositiveIntegerField()
    stratum = models.CharField(max_length=60, blank=True)
    document_id = models.UUIDField()
    label = models.CharField(max_length=200)
    subject = models.CharField(max_length=500, blank=True)
    issued_date = models.DateField(null=True)
    file_id = models.UUIDField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)

    # What the machine says, verified again when the sample was drawn; empty until then.
    indication = models.CharField(max_length=20, choices=Indication.choices, blank=True)
    reason = models.CharField(max_length=60, blank=True)
    sub = models.CharField(max_length=60, blank=True)
    verification_id = models.UUIDField(null=True)
    verified_at = models.DateTimeField(null=True)

    # What the auditor says.
    as_expected = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    signer = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    authority = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    dated = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    whole = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    note = models.TextField(blank=True)
    conclusion = models.CharField(max_length=12, choices=Conclusion.choices, blank=True)
    kind = models.CharField(max_length=12, choices=FindingKind.choices, blank=True)
    severity = models.CharField(max_length=10, choices=Severity.choices, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("sheet of an audit")
        verbose_name_plural = _("sheets of an audit")
        ordering = ["audit", "number"]
        constraints = [models.UniqueConstraint(fields=["audit", "number"], name="audit_row_once")]
        indexes = [models.Index(fields=["audit", "conclusion", "number"], name="audit_rows_by_conclusion")]

    def __str__(self) -> str:
        return f"{self.number} {self.label}"


class AuditSheet(models.Model):
    """What a closed audit says, as bytes: canonical JSON (RFC 8785), the same as PDF/A, a list of both digests, and what signs it.

    `signature` is a detached CMS over `manifest`, time-stamped inside where a time-stamp server is set up; None without a key.
    """

    audit = models.OneToOneField(Audit, on_delete=models.PROTECT, primary_key=True, related_name="sheet")
    json = models.BinaryField()
    pdf = models.BinaryField()
    manifest = models.BinaryField()
    signature = models.BinaryField(null=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.audit_id)
