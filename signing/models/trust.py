"""What signatures are trusted by: anchors that two people agreed on, and the proposals that led there."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from repository.ids import new_id
from repository.models import User


class Purpose(models.TextChoices):
    """What an anchor may vouch for. The path of a signer and the path of a time-stamp are judged apart (EN 319 102-1, 5.2.6)."""

    BOTH = "both", _("signatures and time-stamps")
    SIGNATURES = "signatures", _("signatures only")
    TIMESTAMPS = "timestamps", _("time-stamps only")


class TrustAnchor(models.Model):
    """A root certificate that two people vouch for. None is trusted by default; one is withdrawn, never deleted.

    `withdrawn_from`: the moment from which it vouches for nothing any more; what is proven to be older still stands.
    `withdrawn_at`: when that was said. One that is trusted anew is a new row.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=300)
    pem = models.TextField(_("certificate (PEM)"))
    sha256 = models.CharField(_("fingerprint"), max_length=64, db_index=True)
    source = models.CharField(
        _("source"), max_length=300, help_text=_("Where it was taken from and how it was checked.")
    )
    purpose = models.CharField(_("trusted for"), max_length=12, choices=Purpose.choices, default=Purpose.BOTH)
    not_before = models.DateTimeField(_("valid from"))
    not_after = models.DateTimeField(_("valid until"))
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    # Empty only where it was added before two people were asked for.
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(_("added"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_from = models.DateTimeField(_("withdrawn from"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("trust anchor")
        verbose_name_plural = _("trust anchors")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["sha256"], condition=Q(withdrawn_at__isnull=True), name="anchor_once"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | Q(added_by__isnull=True) | ~Q(approved_by=F("added_by")),
                name="anchor_needs_two_people",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("anchor", args=[self.pk])


class ProposalState(models.TextChoices):
    """What became of a proposal."""

    WAITING = "waiting", pgettext_lazy("a proposal", "waits for a second person")
    APPROVED = "approved", pgettext_lazy("a proposal", "approved")
    REFUSED = "refused", pgettext_lazy("a proposal", "refused")


class AnchorProposal(models.Model):
    """A certificate that one person wants to be trusted. Another compares its fingerprint with the source, and decides."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=300)
    pem = models.TextField(_("certificate (PEM)"))
    sha256 = models.CharField(_("fingerprint"), max_length=64)
    source = models.CharField(_("source"), max_length=300)
    purpose = models.CharField(_("trusted for"), max_length=12, choices=Purpose.choices, default=Purpose.BOTH)
    not_before = models.DateTimeField(_("valid from"))
    not_after = models.DateTimeField(_("valid until"))
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("proposed"))
    state = models.CharField(max_length=10, choices=ProposalState.choices, default=ProposalState.WAITING)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    anchor = models.OneToOneField(TrustAnchor, on_delete=models.PROTECT, null=True, related_name="proposal")

    class Meta:
        verbose_name = _("proposed trust anchor")
        verbose_name_plural = _("proposed trust anchors")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["sha256"], condition=Q(state="waiting"), name="proposal_once"),
            models.CheckConstraint(
                condition=~Q(state="approved") | (Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                name="proposal_needs_two_people",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("anchor_proposal", args=[self.pk])
