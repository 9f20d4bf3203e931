import django.db.models.deletion
import repository.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("repository", "0003_lists"),
        ("signing", "0005_requests"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChangesSeen",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("until", models.UUIDField()),
                ("seen_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="KnownChain",
            fields=[
                ("of", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("certificates", models.JSONField(default=list)),
                ("asked_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="VerdictChange",
            fields=[
                (
                    "id",
                    models.UUIDField(default=repository.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("changed_at", models.DateTimeField()),
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
                ("reason_before", models.CharField(blank=True, max_length=60)),
                ("reason_after", models.CharField(blank=True, max_length=60)),
                ("sub_after", models.CharField(blank=True, max_length=60)),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="repository.document"
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="repository.verification"
                    ),
                ),
            ],
            options={
                "verbose_name": "changed verdict",
                "verbose_name_plural": "changed verdicts",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["document", "-id"], name="verdict_changes_of_a_document")],
            },
        ),
    ]
