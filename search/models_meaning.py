"""Vectors of documents, where a model is set: one row a document, derived like the index and made again from the texts."""

from django.db import models
from django.db.models import F, Q


class Meaning(models.Model):
    """`revision` grows with every change of the document, `done` is the one its vector was made of; no foreign key, because it is derived.

    `model` names model and settings that made the vector, `digest` the text it was made of, `vector` is half precision, `key`
    is its number in the index of vectors, `made` counts the vectors in the order they were made.
    """

    key = models.BigAutoField(primary_key=True)
    document_id = models.UUIDField(unique=True)
    revision = models.BigIntegerField(default=1)
    done = models.BigIntegerField(default=0)
    model = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    vector = models.BinaryField(null=True)
    made = models.BigIntegerField(null=True, db_index=True)

    class Meta:
        indexes = [models.Index(fields=["key"], condition=Q(done__lt=F("revision")), name="meaning_waiting")]

    def __str__(self) -> str:
        return f"{self.document_id} {self.done}/{self.revision}"
