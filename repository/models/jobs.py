"""Jobs are rows (design, rule 6): a message only wakes a worker, the row says who works on it, until when, and how far it is."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from repository.codes import ItemState, JobState
from repository.ids import new_id
from repository.models.dossiers import Dossier
from repository.models.people import User


class Lease(models.Model):
    """Who works on a row. A claim raises `attempt`; the last write of the work checks it, so that a paused worker cannot write late."""

    owner = models.CharField(max_length=120, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempt = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    # Why it failed: a code for machines, a sentence for people that says what to do.
    reason = models.CharField(max_length=60, blank=True)
    message = models.TextField(blank=True)

    class Meta:
        abstract = True


class Job(Lease):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    params = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="jobs")
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, null=True, blank=True, related_name="jobs")
    created_at = models.DateTimeField()
    # Kept up by the work itself, so that a page shows a figure without counting items.
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state", "lease_until"]),
            models.Index(fields=["actor", "-id"]),
            models.Index(fields=["kind", "-id"]),
        ]
        constraints = [
            # A dossier is being sealed once at a time, and a person has one intake open into it.
            models.UniqueConstraint(
                fields=["dossier"],
                condition=Q(kind="seal", state__in=["queued", "running"]),
                name="one_sealing_a_dossier",
            ),
            models.UniqueConstraint(
                fields=["dossier", "actor"],
                condition=Q(kind="intake", state__in=["queued", "running"]),
                name="one_intake_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state} {self.done}/{self.total}"


class JobItem(Lease):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="items")
    state = models.CharField(max_length=10, choices=ItemState.choices, default=ItemState.QUEUED)
    label = models.CharField(max_length=500)
    # Intake: the received bytes. They are kept as long as the item may be retried.
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    payload = models.JSONField(default=dict)
    result = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("job item")
        verbose_name_plural = _("job items")
        ordering = ["id"]
        indexes = [models.Index(fields=["job", "state", "id"])]
        constraints = [
            models.UniqueConstraint(fields=["job", "sha256"], condition=~Q(sha256=""), name="bytes_once_in_a_job")
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.state}"


class Finding(models.Model):
    """Something a job found that a person must look at: a changed verdict, a file that is not what it was. Closed with a reason, never deleted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=40)
    severe = models.BooleanField(default=False)
    found_at = models.DateTimeField()
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="findings")
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, null=True, related_name="findings")
    document = models.ForeignKey("repository.Document", on_delete=models.PROTECT, null=True, related_name="findings")
    body = models.JSONField(default=dict)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["-id"]
        indexes = [models.Index(fields=["closed_at", "-id"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.found_at:%Y-%m-%d}"
