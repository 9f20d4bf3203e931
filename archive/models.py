"""The store in rows: what was sealed where, which bytes lie in it, when it was last checked and what was found."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from repository.ids import new_id


class Fixity(models.TextChoices):
    """Whether bytes are what they were. UNREADABLE is the third value: it could not be told."""

    OK = "ok", _("As sealed")
    CHANGED = "changed", _("Changed")
    MISSING = "missing", _("Missing")
    UNREADABLE = "unreadable", _("Could not be read")


class SealedObject(models.Model):
    """One OCFL object: one dossier as it was sealed. `path` is relative to the storage root.

    `inventory_sha512` is the digest of inventory.json; `content_sha256` that of the list of the content, which the event
    `dossier.sealed` names (see docs/sealing.md).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dossier = models.OneToOneField("repository.Dossier", on_delete=models.PROTECT, related_name="sealed_object")
    object_id = models.CharField(max_length=500, unique=True)
    path = models.CharField(max_length=400, unique=True)
    inventory_sha512 = models.CharField(max_length=128)
    content_sha256 = models.CharField(max_length=64)
    bytes = models.PositiveBigIntegerField(_("bytes"))
    files = models.PositiveIntegerField(_("files"))
    sealed_at = models.DateTimeField(_("sealed"))

    class Meta:
        verbose_name = _("sealed object")
        verbose_name_plural = _("sealed objects")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.object_id


class SealedFile(models.Model):
    """Bytes of a record file in an object: `path` is its content path there."""

    object = models.ForeignKey(SealedObject, on_delete=models.PROTECT, related_name="sealed_files")
    sha256 = models.CharField(max_length=64, db_index=True)
    path = models.CharField(max_length=300)

    class Meta:
        ordering = ["object", "path"]
        constraints = [models.UniqueConstraint(fields=["object", "path"], name="sealed_path_once")]

    def __str__(self) -> str:
        return self.path


class ObjectStatus(models.Model):
    """When an object was last checked, and how it was; beside it, because the object's own row never changes."""

    object = models.OneToOneField(SealedObject, on_delete=models.PROTECT, primary_key=True, related_name="status")
    checked_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Fixity.choices, blank=True)

    class Meta:
        indexes = [models.Index(fields=["checked_at"]), models.Index(fields=["outcome"])]

    def __str__(self) -> str:
        return f"{self.object_id} {self.outcome}"


class FixityCheck(models.Model):
    """One check of one object: every run is kept. `problems` lists {"kind", "path", "expected", "found"}."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    object = models.ForeignKey(SealedObject, on_delete=models.PROTECT, related_name="checks")
    job = models.ForeignKey("repository.Job", on_delete=models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(_("checked"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Fixity.choices)
    files = models.PositiveIntegerField(_("files"))
    bytes = models.PositiveBigIntegerField(_("bytes"))
    problems = models.JSONField(default=list)

    class Meta:
        verbose_name = _("fixity check")
        verbose_name_plural = _("fixity checks")
        ordering = ["-id"]
        indexes = [models.Index(fields=["object", "-checked_at"])]

    def __str__(self) -> str:
        return f"{self.object_id} {self.outcome}"


class EvidenceObject(models.Model):
    """One OCFL object with what came about after sealing: renewed files, time-stamps over the archive. `path` as in SealedObject."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    object_id = models.CharField(max_length=500, unique=True)
    path = models.CharField(max_length=400, unique=True)
    inventory_sha512 = models.CharField(max_length=128)
    things = models.PositiveIntegerField()
    bytes = models.PositiveBigIntegerField(_("bytes"))
    kept_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Fixity.choices, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["checked_at"])]

    def __str__(self) -> str:
        return self.object_id


class EvidencePart(models.Model):
    """One thing in an object of evidence: the row it stands for, by its kind and identity. It is kept once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    object = models.ForeignKey(EvidenceObject, on_delete=models.PROTECT, related_name="parts")
    kind = models.CharField(max_length=40)
    key = models.UUIDField(unique=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class EvidenceFile(models.Model):
    """Bytes of a record file in an object of evidence: `path` is its content path there."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    object = models.ForeignKey(EvidenceObject, on_delete=models.PROTECT, related_name="files")
    sha256 = models.CharField(max_length=64, db_index=True)
    path = models.CharField(max_length=300)

    class Meta:
        ordering = ["object", "path"]
        constraints = [models.UniqueConstraint(fields=["object", "path"], name="evidence_path_once")]

    def __str__(self) -> str:
        return self.path


class RestoreStep(models.Model):
    """One object that `rebuild` found in the store: restored in the order of sealing, so that the newest word on a row is the last."""

    path = models.CharField(max_length=400, primary_key=True)
    as_of = models.DateTimeField()
    inventory_sha512 = models.CharField(max_length=128)
    bytes = models.PositiveBigIntegerField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["as_of", "path"]
        indexes = [models.Index(fields=["done_at", "as_of", "path"])]

    def __str__(self) -> str:
        return self.path
