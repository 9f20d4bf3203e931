"""What verdicts rest on: certificates, revocation lists, OCSP responses and time-stamps, each kept once, and what each run used."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from repository.ids import new_id
from repository.models import User, Verification


class EvidenceKind(models.TextChoices):
    CERTIFICATE = "certificate", _("certificate")
    CRL = "crl", _("revocation list")
    OCSP = "ocsp", _("OCSP response")
    TIMESTAMP = "timestamp", _("time-stamp")


class Evidence(models.Model):
    """DER bytes known by their SHA-256. Written once, never changed or taken away."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    kind = models.CharField(max_length=12, choices=EvidenceKind.choices)
    der = models.BinaryField()
    kept_at = models.DateTimeField()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")

    def __str__(self) -> str:
        return f"{self.kind} {self.sha256[:16]}"


class RevocationItem(models.Model):
    """One entry of the local cache: when and where from a list, a response or an issuer's certificate came here.

    `name_key` is the SHA-256 of the name under which it is looked for (signing/revocation/names.py): the issuer's of a list or
    response, the subject's of a certificate. `serial` is hexadecimal and only a response's.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="items")
    kind = models.CharField(_("kind"), max_length=12, choices=EvidenceKind.choices)
    issuer = models.CharField(_("issuer"), max_length=500)
    name_key = models.CharField(max_length=64)
    serial = models.CharField(max_length=64, blank=True)
    this_update = models.DateTimeField(_("issued"), null=True)
    next_update = models.DateTimeField(_("next one due"), null=True)
    # Empty where a person brought it.
    url = models.CharField(_("fetched from"), max_length=1000, blank=True)
    got_at = models.DateTimeField(_("received"))
    got_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("revocation data")
        verbose_name_plural = _("revocation data")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["evidence", "name_key", "serial"], name="revocation_item_once"),
        ]
        indexes = [models.Index(fields=["name_key", "kind", "-this_update"], name="revocation_by_name")]

    def __str__(self) -> str:
        return f"{self.kind} {self.issuer}"


class RunBasis(models.Model):
    """All that is needed to repeat a run beside the file's bytes. Written with the run, never changed.

    `policy` is the whole policy; `anchors` are mappings of sha256, purpose and until (ISO 8601 or null); `knowledge` the SHA-256 of
    what was handed to the engine beside the file, in that order; `evidence` those of all that the verdict rests on.
    """

    verification = models.OneToOneField(Verification, on_delete=models.PROTECT, primary_key=True, related_name="basis")
    judged_at = models.DateTimeField()
    at = models.DateTimeField(null=True)
    policy = models.JSONField()
    policy_hash = models.CharField(max_length=64)
    anchors = models.JSONField(default=list)
    knowledge = models.JSONField(default=list)
    evidence = models.JSONField(default=list)
    tools = models.JSONField(default=dict)
    name = models.CharField(max_length=255)
    mime = models.CharField(max_length=127)
    # Of a detached signature: the file that it was judged beside.
    beside_sha256 = models.CharField(max_length=64, blank=True)
    beside_name = models.CharField(max_length=255, blank=True)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("basis of a verification")
        verbose_name_plural = _("bases of verifications")

    def __str__(self) -> str:
        return f"{self.verification_id}"


class RunRepeat(models.Model):
    """A run was repeated by its recorded basis. `differing`: mappings of field, before and now; empty where it is the same."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    verification = models.ForeignKey(Verification, on_delete=models.PROTECT, related_name="repeats")
    repeated_at = models.DateTimeField()
    same = models.BooleanField()
    differing = models.JSONField(default=list)
    tools = models.JSONField(default=dict)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("repeated verification")
        verbose_name_plural = _("repeated verifications")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.verification_id} {self.same}"
