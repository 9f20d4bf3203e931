"""Why the last verification of a file came out as it did: beside the verdict, so that the desk counts by reason without reading it."""

from django.db import models

from repository.models import File, Verification


class Judged(models.Model):
    """Derived: the last run of a file in two words. Made again from the runs by the nightly job `reasons`."""

    file = models.OneToOneField(File, on_delete=models.PROTECT, primary_key=True, related_name="judged")
    verification = models.ForeignKey(Verification, on_delete=models.PROTECT, related_name="+")
    # The code of the deciding sentence (signing/validation/wording.py), and the standard's sub-indication beside it.
    reason = models.CharField(max_length=60)
    sub = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = [models.Index(fields=["reason", "sub"], name="judged_by_reason")]

    def __str__(self) -> str:
        return f"{self.file_id} {self.reason} {self.sub}".strip()
