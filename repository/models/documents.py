"""Văn bản: one record in one or more dossiers, with versions; a file is replaced only by a new version, the old ones stay."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from repository.access.querysets import DocumentQuerySet, FileQuerySet
from repository.codes import (
    AccessMode,
    Condition,
    Confidence,
    Direction,
    DocumentType,
    FileRole,
    Indication,
    Language,
    Ocr,
    Secrecy,
    Urgency,
)
from repository.ids import new_id
from repository.models.agencies import Agency
from repository.models.people import User


class Document(models.Model):
    """Field names and lengths after Nghị định 30/2020 annex VI and Thông tư 05/2025 (EAD_doc.xml)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="documents", verbose_name=_("kept by"))
    direction = models.CharField(_("direction"), max_length=8, choices=Direction.choices, default=Direction.INTERNAL)

    type_code = models.CharField(_("type"), max_length=2, choices=DocumentType.choices, default=DocumentType.OTHER)
    type_name = models.CharField(_("name of the type"), max_length=100, blank=True)
    number = models.CharField(_("number"), max_length=11, blank=True)
    notation = models.CharField(_("notation"), max_length=30, blank=True)
    code = models.CharField(
        _("number and notation"), max_length=60, blank=True, help_text=_("As printed, such as 06/2022/QĐ-UBND.")
    )
    issued_date = models.DateField(_("date"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=100, blank=True)
    organ_name = models.CharField(_("issued by"), max_length=200, blank=True)
    subject = models.CharField(_("subject"), max_length=500, blank=True)
    signer_name = models.CharField(_("signer"), max_length=50, blank=True)
    signer_position = models.CharField(_("signer's position"), max_length=100, blank=True)
    authority = models.CharField(_("authority to sign"), max_length=10, blank=True)
    to_places = models.CharField(_("recipients"), max_length=1000, blank=True)
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Urgency.choices, default=Urgency.NORMAL)
    secrecy = models.PositiveSmallIntegerField(_("secrecy"), choices=Secrecy.choices, default=Secrecy.NORMAL)
    mode = models.CharField(_("use"), max_length=2, choices=AccessMode.choices, default=AccessMode.CONDITIONAL)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, default=Language.VIETNAMESE)
    page_amount = models.PositiveIntegerField(_("pages"), null=True, blank=True)
    keyword = models.CharField(_("keywords"), max_length=100, blank=True)
    infor_sign = models.CharField(_("information mark"), max_length=30, blank=True)
    confidence_level = models.CharField(
        _("origin"), max_length=2, choices=Confidence.choices, default=Confidence.BORN_DIGITAL
    )
    condition = models.CharField(_("condition"), max_length=2, choices=Condition.choices, default=Condition.GOOD)
    autograph = models.CharField(_("handwritten notes"), max_length=2000, blank=True)
    description = models.CharField(_("note"), max_length=500, blank=True)
    arrival_date = models.DateField(_("arrived"), null=True, blank=True)
    arrival_number = models.CharField(_("arrival number"), max_length=10, blank=True)
    issued_amount = models.PositiveIntegerField(_("copies"), null=True, blank=True)
    due_date = models.DateField(_("to be done by"), null=True, blank=True)
    trace_headers = models.JSONField(_("routing and handling"), default=list, blank=True)

    # What intake read out of the text: {field: {"value", "text", "start", "end", "sure"}}. A person confirms.
    proposals = models.JSONField(default=dict, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    received_at = models.DateTimeField(_("received"))
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(_("changed"))
    sealed_at = models.DateTimeField(_("sealed"), null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["code", "organ_name"]),
            models.Index(fields=["agency", "-id"]),
            models.Index(fields=["code", "id"]),
            models.Index(fields=["issued_date", "id"]),
            models.Index(
                fields=["received_by", "-id"], condition=Q(confirmed_at__isnull=True), name="documents_to_confirm"
            ),
        ]

    def __str__(self) -> str:
        return " ".join(part for part in (self.code, self.subject) if part) or str(_("Untitled document"))

    @property
    def label(self) -> str:
        return self.code or self.subject or str(self.pk)

    def get_absolute_url(self) -> str:
        return reverse("document", args=[self.pk])


class Version(models.Model):
    """One state of a document's files. Number 1 is what was received; a later one stands beside it, never in its place."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    made_by = models.CharField(_("made by"), max_length=200, blank=True)
    made_at = models.DateTimeField(_("made"))
    current = models.BooleanField(default=True)

    class Meta:
        ordering = ["document", "number"]
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="version_number_once"),
            models.UniqueConstraint(fields=["document"], condition=Q(current=True), name="one_current_version"),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} v{self.number}"


class File(models.Model):
    """Immutable bytes of a version, known by their SHA-256 (SHA-512 beside it)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="files")
    role = models.CharField(_("role"), max_length=10, choices=FileRole.choices, default=FileRole.MAIN)
    name = models.CharField(_("file name"), max_length=255)
    sha256 = models.CharField(max_length=64, db_index=True)
    sha512 = models.CharField(max_length=128)
    size = models.PositiveBigIntegerField(_("size"))
    mime = models.CharField(max_length=127)
    pronom = models.CharField(max_length=30, blank=True)
    format_name = models.CharField(_("format"), max_length=200, blank=True)
    format_warning = models.CharField(max_length=300, blank=True)
    page_count = models.PositiveIntegerField(null=True, blank=True)
    received_at = models.DateTimeField(_("received"))

    objects = FileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ["version", "role", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["version"], condition=Q(role=FileRole.MAIN), name="one_main_file_a_version"
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="file_is_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name


class Extraction(models.Model):
    """Text read out of a file, NFC, with the offset at which each page begins. A later one stands beside an earlier one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="extractions")
    text = models.TextField()
    pages = models.JSONField(default=list)
    engine = models.CharField(max_length=60)
    engine_version = models.CharField(max_length=60, blank=True)
    ocr = models.CharField(max_length=10, choices=Ocr.choices, default=Ocr.NONE)
    warnings = models.JSONField(default=list)
    made_at = models.DateTimeField()
    current = models.BooleanField(default=True)

    class Meta:
        ordering = ["file", "id"]
        constraints = [
            models.UniqueConstraint(fields=["file"], condition=Q(current=True), name="one_current_extraction")
        ]

    def __str__(self) -> str:
        return f"{self.file_id} {self.engine}"


class Verification(models.Model):
    """One run of signature verification over a file: every run is kept, none is changed (design, rule 7)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="verifications")
    run_at = models.DateTimeField(_("run at"))
    reason = models.CharField(max_length=20)
    sha256 = models.CharField(max_length=64)
    indication = models.CharField(_("indication"), max_length=20, choices=Indication.choices)
    outcome = models.CharField(max_length=20)
    signatures = models.PositiveSmallIntegerField(_("signatures"))
    policy = models.CharField(max_length=120)
    verdict = models.JSONField()

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        ordering = ["file", "run_at", "id"]
        indexes = [models.Index(fields=["file", "-run_at"])]

    def __str__(self) -> str:
        return f"{self.file_id} {self.indication}"


class FileStatus(models.Model):
    """What was last found about a file; beside it, because the file's own row never changes."""

    file = models.OneToOneField(File, on_delete=models.PROTECT, primary_key=True, related_name="status")
    verification = models.ForeignKey(Verification, on_delete=models.PROTECT, null=True, related_name="+")
    indication = models.CharField(max_length=20, choices=Indication.choices, default=Indication.WAITING)
    verified_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["indication"]), models.Index(fields=["verified_at"])]

    def __str__(self) -> str:
        return f"{self.file_id} {self.indication}"
