"""What stops being provable and when, what was done about it, and the time-stamps over everything at once."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from repository.ids import new_id
from repository.models import Document, File, Verification


class Ending(models.TextChoices):
    """What ends first, so that a signature could no longer be proven from what is in its file."""

    CERTIFICATE = "certificate", _("The signer's certificate")
    AUTHORITY = "authority", _("The time-stamp authority")
    REVOCATION = "revocation", _("The revocation data")
    ALGORITHM = "algorithm", _("An algorithm")
    NEVER = "never", _("Not provable now")


class Provable(models.Model):
    """Until when one signature or time-stamp of a file can be proven, by the file's last run. Derived: made again from the kept runs.

    A file that was renewed has no rows: its renewal has. `place` counts the signatures of the file from 0. `provable_until`
    is None where nothing can be concluded even now.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    file = models.ForeignKey(File, on_delete=models.CASCADE, related_name="provable")
    # A file's document never changes; the column saves a join over every version.
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="+")
    verification = models.ForeignKey(Verification, on_delete=models.CASCADE, related_name="+")
    place = models.PositiveSmallIntegerField()
    field = models.CharField(max_length=200)
    stamp = models.BooleanField(default=False)
    signer = models.CharField(_("signer"), max_length=300, blank=True)
    level = models.CharField(_("level"), max_length=10, blank=True)
    indication = models.CharField(max_length=20)
    provable_until = models.DateTimeField(_("provable until"), null=True)
    ending = models.CharField(_("what ends"), max_length=12, choices=Ending.choices)
    because = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("signature and how long it is provable")
        verbose_name_plural = _("signatures and how long they are provable")
        ordering = ["provable_until", "id"]
        constraints = [models.UniqueConstraint(fields=["file", "place"], name="provable_once")]
        indexes = [
            models.Index(fields=["provable_until", "id"]),
            models.Index(fields=["ending", "provable_until", "id"]),
            models.Index(fields=["document", "provable_until"]),
            models.Index(fields=["verification"]),
        ]

    def __str__(self) -> str:
        return f"{self.file_id} {self.field}"


class Renewal(models.Model):
    """A file with a further archive time-stamp, beside the one that it renews. Each file is renewed once; the next renewal renews this one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    of = models.OneToOneField(File, on_delete=models.PROTECT, related_name="renewal")
    file = models.OneToOneField(File, on_delete=models.PROTECT, related_name="renews")
    made_at = models.DateTimeField(_("made"))
    stamped_at = models.DateTimeField(_("time-stamp"))
    authority = models.CharField(_("time-stamp authority"), max_length=300)
    until_before = models.DateTimeField(null=True)
    until_after = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("renewal")
        verbose_name_plural = _("renewals")
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=~Q(of=models.F("file")), name="renewal_of_another_file")]

    def __str__(self) -> str:
        return f"{self.of_id} → {self.file_id}"


class EvidenceStamp(models.Model):
    """A time-stamp over the root of a hash tree (RFC 4998, 4.2): files, the events' latest checkpoint, earlier time-stamps.

    `root` is the tree's SHA-512, hex; `token` the RFC 3161 token, DER; `ends_at` when the first certificate of its
    authority's enclosed chain ends.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    made_at = models.DateTimeField(_("made"))
    size = models.PositiveIntegerField(_("leaves"))
    root = models.CharField(max_length=128)
    token = models.BinaryField()
    token_sha512 = models.CharField(max_length=128, unique=True)
    stamped_at = models.DateTimeField(_("time-stamp"))
    authority = models.CharField(_("time-stamp authority"), max_length=300)
    ends_at = models.DateTimeField(_("certificate until"))

    class Meta:
        verbose_name = _("time-stamp over the archive")
        verbose_name_plural = _("time-stamps over the archive")
        ordering = ["-id"]
        indexes = [models.Index(fields=["ends_at"])]

    def __str__(self) -> str:
        return f"{self.stamped_at:%Y-%m-%d} {self.root[:16]}"


class EvidenceLeaf(models.Model):
    """One thing that a time-stamp stands for, in its `place` in the tree (from 0). Exactly one of the three is named.

    `digest`, SHA-512, hex: of a file's bytes, of the checkpoint's signed statement, of the earlier token's DER bytes.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    stamp = models.ForeignKey(EvidenceStamp, on_delete=models.PROTECT, related_name="leaves")
    place = models.PositiveIntegerField()
    digest = models.CharField(max_length=128)
    file = models.OneToOneField(File, on_delete=models.PROTECT, null=True, related_name="evidence_leaf")
    checkpoint = models.BigIntegerField(null=True, unique=True)
    earlier = models.OneToOneField(EvidenceStamp, on_delete=models.PROTECT, null=True, related_name="renewed_in")

    class Meta:
        ordering = ["stamp", "place"]
        constraints = [
            models.UniqueConstraint(fields=["stamp", "place"], name="evidence_place_once"),
            models.CheckConstraint(
                condition=Q(file__isnull=False, checkpoint__isnull=True, earlier__isnull=True)
                | Q(file__isnull=True, checkpoint__isnull=False, earlier__isnull=True)
                | Q(file__isnull=True, checkpoint__isnull=True, earlier__isnull=False),
                name="evidence_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stamp_id} {self.place}"
