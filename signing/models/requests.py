"""Keys and who may use them, and requests to sign. No PIN or passphrase is kept here: identifiers only."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from repository.ids import new_id
from repository.models import Agency, Document, User
from signing.codes import CopyForm, KeyKind, Level, Look


class SigningKey(models.Model):
    """A person's key, or an agency's seal. An administrator says where it lies; the PIN is asked for at each signature.

    `name` and `key` as in `signing.sealing.keys.Place`. `unattended`: a seal whose passphrase lies beside the seals on the server, so that jobs
    may use it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=KeyKind.choices)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="signing_keys")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="seals")
    name = models.CharField(_("file, token or credential"), max_length=200)
    key = models.CharField(_("label of the key"), max_length=200, blank=True)
    certificate_sha256 = models.CharField(_("fingerprint of the certificate"), max_length=64, blank=True)
    picture = models.BinaryField(null=True, blank=True)
    width_mm = models.DecimalField(_("width of the picture in mm"), max_digits=4, decimal_places=1, default=36)
    unattended = models.BooleanField(_("works unattended"), default=False)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(_("added"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, agency__isnull=True) | Q(user__isnull=True, agency__isnull=False),
                name="key_is_a_persons_or_an_agencys",
            ),
            # A key file on the server is for seals only: a person's key stays with the person.
            models.CheckConstraint(
                condition=~Q(kind=KeyKind.FILE) | Q(agency__isnull=False), name="key_file_is_for_seals"
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(withdrawn_at__isnull=True, user__isnull=False), name="one_key_a_person"
            ),
            models.UniqueConstraint(
                fields=["agency"],
                condition=Q(withdrawn_at__isnull=True, agency__isnull=False),
                name="one_seal_an_agency",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user.label if self.user else self.agency)


class KnownChain(models.Model):
    """Which certificates a key, or the time-stamp server, signs with: SHA-256 of evidence, its own first. Empty: asked, and not to be had
    without a PIN. Derived: read anew by the job `signing-ahead`.
    """

    of = models.CharField(max_length=80, primary_key=True)
    certificates = models.JSONField(default=list)
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.of


class RequestState(models.TextChoices):
    OPEN = "open", pgettext_lazy("signing request", "Being signed")
    SIGNED = "signed", pgettext_lazy("signing request", "Signed")
    REFUSED = "refused", pgettext_lazy("signing request", "Refused")
    CANCELLED = "cancelled", pgettext_lazy("signing request", "Cancelled")


class RequestQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Any) -> RequestQuerySet:
        """Who sees the document sees what is asked about it."""
        if actor.is_system:
            return self.all()
        return self.filter(document__in=Document.objects.visible_to(actor).order_by().values("pk"))


class SigningRequest(models.Model):
    """A document to be signed by several in order. `sha256`: the bytes that were shown when it was asked for."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="signing_requests")
    sha256 = models.CharField(max_length=64)
    level = models.CharField(_("level"), max_length=6, choices=Level.choices, default=Level.T)
    deadline = models.DateField(_("deadline"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=RequestState.choices, default=RequestState.OPEN)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("signing request")
        verbose_name_plural = _("signing requests")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["document"], condition=Q(state="open"), name="one_open_signing_request_a_document"
            )
        ]
        indexes = [models.Index(fields=["state", "deadline"])]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return self.document.label

    @property
    def agency(self) -> Agency:
        return self.document.agency

    @property
    def secrecy(self) -> int:
        return self.document.secrecy

    def get_absolute_url(self) -> str:
        return reverse("signing_request", args=[self.pk])

    def overdue(self, today: date) -> bool:
        return self.state == RequestState.OPEN and self.deadline is not None and self.deadline < today


class SigningStep(models.Model):
    """One signature of a request. A person's is hers alone; an agency's seal is put on by whoever keeps the seal.

    `before` and `after` are the SHA-256 of the bytes that were signed and of what came out. `claim`: who is signing at this moment, until
    `claimed_until`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(SigningRequest, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveSmallIntegerField()
    look = models.CharField(max_length=10, choices=Look.choices)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="signing_steps")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    copy_form = models.CharField(max_length=10, choices=CopyForm.choices, blank=True)
    before = models.CharField(max_length=64, blank=True)
    after = models.CharField(max_length=64, blank=True)
    certificate_sha256 = models.CharField(max_length=64, blank=True)
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["request", "number"]
        constraints = [
            models.UniqueConstraint(fields=["request", "number"], name="step_number_once"),
            models.CheckConstraint(
                condition=Q(user__isnull=False, agency__isnull=True) | Q(user__isnull=True, agency__isnull=False),
                name="step_is_a_persons_or_an_agencys",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.number}"

    @property
    def who(self) -> str:
        return str(self.user.label if self.user else self.agency)

    @property
    def field(self) -> str:
        """The signature field's name, the same at every attempt."""
        return f"VanKho-{str(self.request_id)[-12:]}-{self.number}"
