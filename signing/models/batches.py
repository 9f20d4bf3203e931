"""A verification of many files at once: what was chosen, and for each file the verdict before and after."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from repository.codes import Indication
from repository.ids import new_id
from repository.models import File, Job, User, Verification


class Outcome(models.IntegerChoices):
    """What became of a row, in the order in which the result shows them."""

    WORSE = 0, pgettext_lazy("a verdict", "changed, now failed")
    CHANGED = 1, pgettext_lazy("a verdict", "changed")
    MISSING = 2, _("not read")
    SAME = 3, pgettext_lazy("a verdict", "as before")
    LEFT_OUT = 4, _("left out")
    WAITING = 5, pgettext_lazy("a row", "waiting")


class Batch(models.Model):
    """`scope` says what was chosen (kind, query); `cursor` how far it has been gathered, `gathered_at` when that was whole."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    scope = models.JSONField(default=dict)
    cursor = models.CharField(max_length=200, blank=True)
    gathered_at = models.DateTimeField(null=True, blank=True)
    # The job that works on it now, or did last: one that was stopped is followed by another.
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("verification of many")
        verbose_name_plural = _("verifications of many")
        ordering = ["-id"]
        indexes = [models.Index(fields=["asked_by", "-id"], name="batches_of_a_person")]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("batch", args=[self.pk])


class BatchRow(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="rows")
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    before = models.CharField(max_length=20, choices=Indication.choices)
    after = models.CharField(max_length=20, choices=Indication.choices, blank=True)
    outcome = models.PositiveSmallIntegerField(choices=Outcome.choices, default=Outcome.WAITING)
    verification = models.ForeignKey(Verification, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["outcome", "id"]
        constraints = [models.UniqueConstraint(fields=["batch", "file"], name="file_once_a_batch")]
        indexes = [models.Index(fields=["batch", "outcome", "id"], name="batch_rows_by_outcome")]

    def __str__(self) -> str:
        return f"{self.file_id} {self.before} → {self.after or '…'}"
