"""What keeps the index true leaves behind: what comparisons found, and which documents the engine refused."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from repository.ids import new_id
from repository.models import Job


class IndexCheck(models.Model):
    """One comparison. `named` are the first hundred differences: identity and what was wrong, never a name of a record."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    job = models.ForeignKey(Job, null=True, on_delete=models.PROTECT, related_name="+")
    engine = models.CharField(max_length=20)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    documents = models.PositiveBigIntegerField()
    held = models.PositiveBigIntegerField()
    missing = models.PositiveBigIntegerField()
    stale = models.PositiveBigIntegerField()
    extra = models.PositiveBigIntegerField()
    repaired = models.PositiveBigIntegerField()
    named = models.JSONField(default=list)

    class Meta:
        verbose_name = _("comparison of the index")
        verbose_name_plural = _("comparisons of the index")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.ended_at:%Y-%m-%d %H:%M} {self.differing}"

    @property
    def differing(self) -> int:
        return self.missing + self.stale + self.extra


class SetAside(models.Model):
    """A document that could not be brought to the index at this revision. `error` says what kind of refusal, never words of it.

    Derived and passing: the row goes when the document is in the index.
    """

    document_id = models.UUIDField(primary_key=True)
    revision = models.BigIntegerField()
    error = models.CharField(max_length=300)
    attempts = models.PositiveIntegerField(default=1)
    since = models.DateTimeField()
    again_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.document_id} {self.error}"
