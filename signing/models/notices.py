"""Verdicts that a later check changed: from what to what and why, and which of them each person has seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from repository.access import may
from repository.codes import Indication
from repository.ids import new_id
from repository.models import Document, File, User, Verification

if TYPE_CHECKING:
    from repository.actors import Actor


class VerdictChangeQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> VerdictChangeQuerySet:
        """For who may see runs: the changes of documents that she may see."""
        if actor.is_system:
            return self.all()
        if not may(actor, "see runs"):
            return self.none()
        return self.filter(Exists(Document.objects.visible_to(actor).filter(pk=OuterRef("document"))))


class VerdictChange(models.Model):
    """Written with the run that came to another verdict than the one before it. Codes as `signing.reasons` has them, empty where unknown."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    verification = models.ForeignKey(Verification, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    before = models.CharField(max_length=20, choices=Indication.choices)
    after = models.CharField(max_length=20, choices=Indication.choices)
    reason_before = models.CharField(max_length=60, blank=True)
    reason_after = models.CharField(max_length=60, blank=True)
    sub_after = models.CharField(max_length=60, blank=True)

    objects = VerdictChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("changed verdict")
        verbose_name_plural = _("changed verdicts")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["document", "-id"], name="verdict_changes_of_a_document"),
            models.Index(fields=["changed_at"], name="verdict_changes_by_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.file_id} {self.before} → {self.after}"


class ChangesSeen(models.Model):
    """`since`: changes up to this moment are no news to this person; of later ones, those that have no `ChangeSeen` are."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="+")
    since = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user_id} {self.since}"


class ChangeSeen(models.Model):
    """One change of the last month that a person has marked as seen. Each by itself: identities are given before the commit, so one
    with an earlier identity may come later, and a person may be given an older document to look after."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    change = models.ForeignKey(VerdictChange, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "change"], name="change_seen_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.change_id}"
