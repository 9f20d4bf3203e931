from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

import repository.ids


class Migration(migrations.Migration):
    dependencies = [("search", "0003_abbreviations"), ("repository", "0003_lists")]

    operations = [
        migrations.CreateModel(
            name="IndexCheck",
            fields=[
                (
                    "id",
                    models.UUIDField(default=repository.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("engine", models.CharField(max_length=20)),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField()),
                ("documents", models.PositiveBigIntegerField()),
                ("held", models.PositiveBigIntegerField()),
                ("missing", models.PositiveBigIntegerField()),
                ("stale", models.PositiveBigIntegerField()),
                ("extra", models.PositiveBigIntegerField()),
                ("repaired", models.PositiveBigIntegerField()),
                ("named", models.JSONField(default=list)),
                (
                    "job",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="repository.job",
                    ),
                ),
            ],
            options={
                "verbose_name": "comparison of the index",
                "verbose_name_plural": "comparisons of the index",
                "ordering": ["-id"],
            },
        ),
    ]
