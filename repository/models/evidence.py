"""Events are evidence: append-only, canonical, without foreign keys, so that they outlive the records they speak of."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from repository.access.querysets import EventQuerySet
from repository.ids import new_id


class Event(models.Model):
    """`body` is canonical JSON (RFC 8785) and says everything; the columns beside it repeat what is searched by."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=60)
    at = models.DateTimeField()
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=200)
    object_kind = models.CharField(max_length=30, blank=True)
    object_id = models.UUIDField(null=True)
    object_label = models.CharField(max_length=200, blank=True)
    dossier_id = models.UUIDField(null=True)
    agency_path = models.CharField(max_length=200, blank=True)
    secrecy = models.PositiveSmallIntegerField(default=0)
    body = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["object_id", "id"]),
            models.Index(fields=["dossier_id", "id"]),
            models.Index(fields=["agency_path", "-id"]),
            models.Index(fields=["kind", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_label}"


class EventPosition(models.Model):
    """An event's place in the order: `chain` is SHA-256 over the chain before and the event's own hash. Written in batches by the sequencer."""

    position = models.BigIntegerField(primary_key=True)
    event_id = models.UUIDField(unique=True)
    event_sha256 = models.CharField(max_length=64)
    chain = models.CharField(max_length=64)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.position} {self.event_id}"


class Checkpoint(models.Model):
    """The Merkle tree over the first `size` events (RFC 9162, 2.1): its root, signed; `frontier` lets the next one go on from here."""

    size = models.BigIntegerField(primary_key=True)
    root = models.CharField(max_length=64)
    chain = models.CharField(max_length=64)
    frontier = models.JSONField()
    made_at = models.DateTimeField()
    key_id = models.CharField(max_length=64)
    signature = models.CharField(max_length=200)
    time_stamp = models.BinaryField(null=True)

    class Meta:
        ordering = ["size"]

    def __str__(self) -> str:
        return f"{self.size} {self.root}"
