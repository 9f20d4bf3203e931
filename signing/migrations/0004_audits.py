import django.db.models.deletion
import repository.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("repository", "0003_lists"),
        ("signing", "0003_provable"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Audit",
            fields=[
                (
                    "id",
                    models.UUIDField(default=repository.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("purpose", models.CharField(blank=True, max_length=1000, verbose_name="what is to be found out")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("freezing", "Population being frozen"),
                            ("frozen", "Population frozen"),
                            ("drawn", "Sample drawn"),
                            ("closed", "Closed"),
                        ],
                        default="freezing",
                        max_length=10,
                    ),
                ),
                ("secrecy", models.PositiveSmallIntegerField(default=0)),
                ("scope", models.JSONField(default=dict)),
                ("opened_at", models.DateTimeField(verbose_name="opened")),
                ("population", models.PositiveIntegerField(default=0, verbose_name="population")),
                ("population_sha256", models.CharField(blank=True, max_length=64)),
                ("frozen_at", models.DateTimeField(blank=True, null=True, verbose_name="frozen")),
                ("seed", models.CharField(blank=True, max_length=120, verbose_name="seed")),
                ("size", models.PositiveIntegerField(default=0, verbose_name="size of the sample")),
                ("stratified", models.BooleanField(default=False, verbose_name="drawn by agency")),
                ("confidence", models.FloatField(default=0.95, verbose_name="confidence")),
                ("tolerable", models.FloatField(default=0.05, verbose_name="tolerable rate")),
                ("drawn_at", models.DateTimeField(blank=True, null=True, verbose_name="drawn")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="repository.agency",
                        verbose_name="agency",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="repository.job"
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "refers_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="followed_by",
                        to="signing.audit",
                    ),
                ),
            ],
            options={
                "verbose_name": "audit",
                "verbose_name_plural": "audits",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="AuditSheet",
            fields=[
                (
                    "audit",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="sheet",
                        serialize=False,
                        to="signing.audit",
                    ),
                ),
                ("json", models.BinaryField()),
                ("pdf", models.BinaryField()),
                ("manifest", models.BinaryField()),
                ("signature", models.BinaryField(null=True)),
                ("made_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="AuditRow",
            fields=[
                (
                    "id",
                    models.UUIDField(default=repository.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.PositiveIntegerField()),
                ("stratum", models.CharField(blank=True, max_length=60)),
                ("document_id", models.UUIDField()),
                ("label", models.CharField(max_length=200)),
                ("subject", models.CharField(blank=True, max_length=500)),
                ("issued_date", models.DateField(null=True)),
                ("file_id", models.UUIDField(null=True)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                (
                    "indication",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("TOTAL-PASSED", "Passed"),
                            ("INDETERMINATE", "Not determined"),
                            ("TOTAL-FAILED", "Failed"),
                            ("NONE", "No signature"),
                            ("WAITING", "Not checked yet"),
                        ],
                        max_length=20,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=60)),
                ("sub", models.CharField(blank=True, max_length=60)),
                ("verification_id", models.UUIDField(null=True)),
                ("verified_at", models.DateTimeField(null=True)),
                (
                    "as_expected",
                    models.CharField(
                        blank=True,
                        choices=[("", "Not answered"), ("yes", "Yes"), ("no", "No"), ("unknown", "Cannot be told")],
                        max_length=10,
                    ),
                ),
                (
                    "signer",
                    models.CharField(
                        blank=True,
                        choices=[("", "Not answered"), ("yes", "Yes"), ("no", "No"), ("unknown", "Cannot be told")],
                        max_length=10,
                    ),
                ),
                (
                    "authority",
                    models.CharField(
                        blank=True,
                        choices=[("", "Not answered"), ("yes", "Yes"), ("no", "No"), ("unknown", "Cannot be told")],
                        max_length=10,
                    ),
                ),
                (
                    "dated",
                    models.CharField(
                        blank=True,
                        choices=[("", "Not answered"), ("yes", "Yes"), ("no", "No"), ("unknown", "Cannot be told")],
                        max_length=10,
                    ),
                ),
                (
                    "whole",
                    models.CharField(
                        blank=True,
                        choices=[("", "Not answered"), ("yes", "Yes"), ("no", "No"), ("unknown", "Cannot be told")],
                        max_length=10,
                    ),
                ),
                ("note", models.TextField(blank=True)),
                (
                    "conclusion",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Still open"),
                            ("in-order", "In order"),
                            ("finding", "Finding"),
                            ("not-judged", "Could not be judged"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("signature", "The signature does not hold"),
                            ("missing", "A signature is missing"),
                            ("signer", "Signed by somebody else"),
                            ("authority", "Signed without authority"),
                            ("date", "The date does not fit"),
                            ("incomplete", "Not whole"),
                            ("other", "Something else"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "severity",
                    models.CharField(
                        blank=True,
                        choices=[("minor", "Slight"), ("major", "Serious"), ("critical", "Grave")],
                        max_length=10,
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True)),
                ("revision", models.PositiveIntegerField(default=0)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "audit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rows", to="signing.audit"
                    ),
                ),
            ],
            options={
                "verbose_name": "sheet of an audit",
                "verbose_name_plural": "sheets of an audit",
                "ordering": ["audit", "number"],
            },
        ),
        migrations.CreateModel(
            name="Batch",
            fields=[
                (
                    "id",
                    models.UUIDField(default=repository.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("asked_at", models.DateTimeField()),
                ("scope", models.JSONField(default=dict)),
                ("cursor", models.CharField(blank=True, max_length=200)),
                ("gathered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="repository.job"
                    ),
                ),
            ],
            options={
                "verbose_name": "verification of many",
                "verbose_name_plural": "verifications of many",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="BatchRow",
            fields=[
                (
                    "id",
                    models.UUIDField(default=repository.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "before",
                    models.CharField(
                        choices=[
                            ("TOTAL-PASSED", "Passed"),
                            ("INDETERMINATE", "Not determined"),
                            ("TOTAL-FAILED", "Failed"),
                            ("NONE", "No signature"),
                            ("WAITING", "Not checked yet"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "after",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("TOTAL-PASSED", "Passed"),
                            ("INDETERMINATE", "Not determined"),
                            ("TOTAL-FAILED", "Failed"),
                            ("NONE", "No signature"),
                            ("WAITING", "Not checked yet"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "outcome",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "changed, now failed"),
                            (1, "changed"),
                            (2, "not read"),
                            (3, "as before"),
                            (4, "left out"),
                            (5, "waiting"),
                        ],
                        default=5,
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rows", to="signing.batch"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="repository.file"
                    ),
                ),
                (
                    "verification",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="repository.verification",
                    ),
                ),
            ],
            options={
                "ordering": ["outcome", "id"],
            },
        ),
        migrations.CreateModel(
            name="Judged",
            fields=[
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="judged",
                        serialize=False,
                        to="repository.file",
                    ),
                ),
                ("reason", models.CharField(max_length=60)),
                ("sub", models.CharField(blank=True, max_length=60)),
                (
                    "verification",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="repository.verification"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PopulationPart",
            fields=[
                (
                    "id",
                    models.UUIDField(default=repository.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.PositiveIntegerField()),
                ("lines", models.PositiveIntegerField()),
                ("text", models.BinaryField()),
                (
                    "audit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="parts", to="signing.audit"
                    ),
                ),
            ],
            options={
                "ordering": ["audit", "number"],
            },
        ),
        migrations.AddIndex(
            model_name="audit",
            index=models.Index(fields=["agency", "-id"], name="audits_of_an_agency"),
        ),
        migrations.AddIndex(
            model_name="auditrow",
            index=models.Index(fields=["audit", "conclusion", "number"], name="audit_rows_by_conclusion"),
        ),
        migrations.AddConstraint(
            model_name="auditrow",
            constraint=models.UniqueConstraint(fields=("audit", "number"), name="audit_row_once"),
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(fields=["asked_by", "-id"], name="batches_of_a_person"),
        ),
        migrations.AddIndex(
            model_name="batchrow",
            index=models.Index(fields=["batch", "outcome", "id"], name="batch_rows_by_outcome"),
        ),
        migrations.AddConstraint(
            model_name="batchrow",
            constraint=models.UniqueConstraint(fields=("batch", "file"), name="file_once_a_batch"),
        ),
        migrations.AddIndex(
            model_name="judged",
            index=models.Index(fields=["reason", "sub"], name="judged_by_reason"),
        ),
        migrations.AddConstraint(
            model_name="populationpart",
            constraint=models.UniqueConstraint(fields=("audit", "number"), name="population_part_once"),
        ),
    ]
