"""People, what they may do where, and until when."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from repository.codes import Role, Secrecy
from repository.ids import new_id


class User(AbstractUser):
    """A person who signs in. Being staff or superuser gives no right to read a record."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    full_name = models.CharField(_("full name"), max_length=120, blank=True)
    position = models.CharField(_("position"), max_length=100, blank=True)
    clearance = models.PositiveSmallIntegerField(_("clearance"), choices=Secrecy.choices, default=Secrecy.NORMAL)
    prefers = models.JSONField(_("preferences"), default=dict, blank=True)

    class Meta(AbstractUser.Meta):
        verbose_name = _("person")  # type: ignore[assignment]
        verbose_name_plural = _("people")  # type: ignore[assignment]

    def get_full_name(self) -> str:
        return self.full_name or super().get_full_name()

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @property
    def label(self) -> str:
        """How events and pages name this person."""
        return f"{self.get_full_name()} ({self.username})" if self.get_full_name() else self.username


class Membership(models.Model):
    """A role in an agency and everything below it, from one day until the day before another."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("person"))
    agency = models.ForeignKey(
        "repository.Agency", on_delete=models.PROTECT, related_name="memberships", verbose_name=_("agency")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    valid_from = models.DateField(_("from"))
    valid_until = models.DateField(_("until (not included)"), null=True, blank=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="membership_ends_after_it_begins",
            ),
            models.UniqueConstraint(fields=["user", "agency", "role", "valid_from"], name="membership_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.agency}"


class Grant(models.Model):
    """Leave to read one dossier or one document, until a moment. It is ended, never deleted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants", verbose_name=_("person"))
    dossier = models.ForeignKey(
        "repository.Dossier", on_delete=models.PROTECT, null=True, blank=True, related_name="grants"
    )
    document = models.ForeignKey(
        "repository.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="grants"
    )
    reason = models.CharField(_("reason"), max_length=500)
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants_given", null=True)
    given_at = models.DateTimeField(_("given"))
    expires_at = models.DateTimeField(_("expires"))

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        constraints = [
            models.CheckConstraint(
                condition=Q(dossier__isnull=False, document__isnull=True)
                | Q(dossier__isnull=True, document__isnull=False),
                name="grant_on_one_thing",
            ),
            models.CheckConstraint(condition=Q(expires_at__gte=F("given_at")), name="grant_ends_after_it_begins"),
        ]
        indexes = [models.Index(fields=["user", "expires_at"])]

    def __str__(self) -> str:
        return f"{self.user} · {self.dossier or self.document}"
