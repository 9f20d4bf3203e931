import django.db.models.deletion
import repository.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("repository", "0003_lists"),
        ("signing", "0004_audits"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SigningRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(default=repository.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("sha256", models.CharField(max_length=64)),
                (
                    "level",
                    models.CharField(
                        choices=[("B-B", "B-B"), ("B-T", "B-T"), ("B-LT", "B-LT"), ("B-LTA", "B-LTA")],
                        default="B-T",
                        max_length=6,
                        verbose_name="level",
                    ),
                ),
                ("deadline", models.DateField(blank=True, null=True, verbose_name="deadline")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Being signed"),
                            ("signed", "Signed"),
                            ("refused", "Refused"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="asked")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signing_requests",
                        to="repository.document",
                    ),
                ),
            ],
            options={
                "verbose_name": "signing request",
                "verbose_name_plural": "signing requests",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="SigningStep",
            fields=[
                (
                    "id",
                    models.UUIDField(default=repository.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "look",
                    models.CharField(
                        choices=[
                            ("person", "Handwritten signature between title and name"),
                            ("seal", "Seal over the signature"),
                            ("annex", "Text of an annex, top right of the first page"),
                            ("copy", "Text of a copy, top right of the first page"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "copy_form",
                    models.CharField(
                        blank=True,
                        choices=[("SAO Y", "SAO Y"), ("SAO LỤC", "SAO LỤC"), ("TRÍCH SAO", "TRÍCH SAO")],
                        max_length=10,
                    ),
                ),
                ("before", models.CharField(blank=True, max_length=64)),
                ("after", models.CharField(blank=True, max_length=64)),
                ("certificate_sha256", models.CharField(blank=True, max_length=64)),
                ("signed_at", models.DateTimeField(blank=True, null=True)),
                ("claim", models.UUIDField(blank=True, null=True)),
                ("claimed_until", models.DateTimeField(blank=True, null=True)),
                (
                    "agency",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="repository.agency",
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="signing.signingrequest"
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signing_steps",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["request", "number"],
            },
        ),
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                (
                    "id",
                    models.UUIDField(default=repository.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("pkcs12", "File on the server"),
                            ("pkcs11", "Token"),
                            ("csc", "Remote signing service"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="file, token or credential")),
                ("key", models.CharField(blank=True, max_length=200, verbose_name="label of the key")),
                (
                    "certificate_sha256",
                    models.CharField(blank=True, max_length=64, verbose_name="fingerprint of the certificate"),
                ),
                ("picture", models.BinaryField(blank=True, null=True)),
                (
                    "width_mm",
                    models.DecimalField(
                        decimal_places=1, default=36, max_digits=4, verbose_name="width of the picture in mm"
                    ),
                ),
                ("unattended", models.BooleanField(default=False, verbose_name="works unattended")),
                ("added_at", models.DateTimeField(verbose_name="added")),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="withdrawn")),
                (
                    "added_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "agency",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seals",
                        to="repository.agency",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signing_keys",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "signing key",
                "verbose_name_plural": "signing keys",
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agency__isnull", True), ("user__isnull", False)),
                            models.Q(("agency__isnull", False), ("user__isnull", True)),
                            _connector="OR",
                        ),
                        name="key_is_a_persons_or_an_agencys",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "pkcs12"), _negated=True), ("agency__isnull", False), _connector="OR"
                        ),
                        name="key_file_is_for_seals",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("user__isnull", False), ("withdrawn_at__isnull", True)),
                        fields=("user",),
                        name="one_key_a_person",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("agency__isnull", False), ("withdrawn_at__isnull", True)),
                        fields=("agency",),
                        name="one_seal_an_agency",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="signingrequest",
            index=models.Index(fields=["state", "deadline"], name="signing_sig_state_b5a3c7_idx"),
        ),
        migrations.AddConstraint(
            model_name="signingrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("document",), name="one_open_signing_request_a_document"
            ),
        ),
        migrations.AddConstraint(
            model_name="signingstep",
            constraint=models.UniqueConstraint(fields=("request", "number"), name="step_number_once"),
        ),
        migrations.AddConstraint(
            model_name="signingstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("agency__isnull", True), ("user__isnull", False)),
                    models.Q(("agency__isnull", False), ("user__isnull", True)),
                    _connector="OR",
                ),
                name="step_is_a_persons_or_an_agencys",
            ),
        ),
    ]
