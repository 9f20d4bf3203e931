"""The outbox: which documents the index must hear of. Written in the transaction of the change, so that none is forgotten."""

from django.db import models
from django.db.models import F, Q


class Outbox(models.Model):
    """One row per document. `revision` grows with every change, `done` is the one the index holds; no foreign key, because it is derived.

    The indexer asks for rows whose `done` is behind, never for rows after the last one it saw: ids commit out of order.
    """

    document_id = models.UUIDField(primary_key=True)
    revision = models.BigIntegerField(default=0)
    done = models.BigIntegerField(default=0)
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["changed_at"], condition=Q(done__lt=F("revision")), name="outbox_waiting")]

    def __str__(self) -> str:
        return f"{self.document_id} {self.done}/{self.revision}"
