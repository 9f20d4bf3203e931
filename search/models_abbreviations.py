"""What the archive's people write short."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from repository.ids import new_id


class Abbreviation(models.Model):
    """A short form and what it stands for; one short form may stand for several things. Put into questions, never into the index."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    short = models.CharField(_("short form"), max_length=20)
    long = models.CharField(_("stands for"), max_length=200)

    class Meta:
        verbose_name = _("abbreviation")
        verbose_name_plural = _("abbreviations")
        ordering = ["short", "long"]
        constraints = [models.UniqueConstraint(fields=["short", "long"], name="abbreviation_once")]

    def __str__(self) -> str:
        return f"{self.short} = {self.long}"
