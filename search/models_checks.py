"""What comparisons of the index with the database found: kept, so that a drift is seen before a reader meets it."""

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
