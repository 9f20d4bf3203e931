"""What is kept for saved searches that tell of new documents, and of what was searched for."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from repository.ids import new_id
from repository.models import User


class Alert(models.Model):
    """A saved search that tells its owner of new documents. `looked_at` is empty until what is there already was noted."""

    search = models.OneToOneField(
        "search.SavedSearch", on_delete=models.CASCADE, primary_key=True, related_name="alert"
    )
    since = models.DateTimeField()
    looked_at = models.DateTimeField(null=True)
    # It found more than can be kept in mind at the last look, and therefore tells nothing.
    too_many = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["search"]
        indexes = [models.Index(fields=["looked_at", "search"], name="alert_next")]

    def __str__(self) -> str:
        return str(self.search_id)


class AlertKnown(models.Model):
    """What the owner could find at the last look: identities of 16 bytes each, in a table of its own so that no list reads them."""

    alert = models.OneToOneField(Alert, on_delete=models.CASCADE, primary_key=True, related_name="known")
    ids = models.BinaryField(default=b"")

    def __str__(self) -> str:
        return str(self.alert_id)


class AlertNotice(models.Model):
    """Documents that came since the look before, newest first, 16 bytes each. What comes while it is unread is added to it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="notices")
    found_at = models.DateTimeField()
    count = models.PositiveIntegerField()
    ids = models.BinaryField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["alert"], condition=Q(read_at__isnull=True), name="one_unread_notice")
        ]

    def __str__(self) -> str:
        return f"{self.alert_id} {self.count}"

    def get_absolute_url(self) -> str:
        return reverse("alert_notice", args=[self.pk])


class AskedSearch(models.Model):
    """A search that somebody asked, for her own history, for auditors and for the report of what is not found. Not evidence: it goes after some time.

    `words` are as typed, `same` is what writes the same search the same, `query` is the address's. `agency_path` and `clearance` are
    those of who asked, at that time: they decide which auditors may read the row.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    asked_at = models.DateTimeField()
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="asked_searches")
    agency_path = models.CharField(max_length=200, blank=True)
    clearance = models.PositiveSmallIntegerField(default=0)
    query = models.CharField(max_length=2000)
    words = models.CharField(max_length=300, blank=True)
    same = models.CharField(max_length=300, blank=True)
    total = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("search asked")
        verbose_name_plural = _("searches asked")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["person", "-id"], name="asked_by_person"),
            models.Index(fields=["asked_at"], name="asked_when"),
            models.Index(fields=["asked_at"], condition=Q(total=0), name="asked_in_vain"),
        ]

    def __str__(self) -> str:
        return self.words or self.query
