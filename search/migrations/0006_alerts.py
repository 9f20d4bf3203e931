from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import repository.ids


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0005_suggestions"),
        ("repository", "0003_lists"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # A person's own history is asked for by her; the events' table is the repository's, which has no index for it.
        migrations.RunSQL(
            'CREATE INDEX "event_by_actor" ON "repository_event" ("actor_id", "id")', 'DROP INDEX "event_by_actor"'
        ),
        migrations.CreateModel(
            name="Alert",
            fields=[
                (
                    "search",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="alert",
                        serialize=False,
                        to="search.savedsearch",
                    ),
                ),
                ("since", models.DateTimeField()),
                ("looked_at", models.DateTimeField(null=True)),
                ("too_many", models.BooleanField(default=False)),
            ],
            options={"verbose_name": "alert", "verbose_name_plural": "alerts", "ordering": ["search"]},
        ),
        migrations.CreateModel(
            name="AlertKnown",
            fields=[
                (
                    "alert",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="known",
                        serialize=False,
                        to="search.alert",
                    ),
                ),
                ("ids", models.BinaryField(default=b"")),
            ],
        ),
        migrations.CreateModel(
            name="AlertNotice",
            fields=[
                (
                    "id",
                    models.UUIDField(default=repository.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("found_at", models.DateTimeField()),
                ("count", models.PositiveIntegerField()),
                ("ids", models.BinaryField()),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "alert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notices", to="search.alert"
                    ),
                ),
            ],
            options={"verbose_name": "notice", "verbose_name_plural": "notices", "ordering": ["-id"]},
        ),
        migrations.CreateModel(
            name="AskedSearch",
            fields=[
                (
                    "id",
                    models.UUIDField(default=repository.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("asked_at", models.DateTimeField()),
                ("agency_path", models.CharField(blank=True, max_length=200)),
                ("clearance", models.PositiveSmallIntegerField(default=0)),
                ("query", models.CharField(max_length=2000)),
                ("words", models.CharField(blank=True, max_length=300)),
                ("same", models.CharField(blank=True, max_length=300)),
                ("total", models.PositiveIntegerField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="asked_searches",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"verbose_name": "search asked", "verbose_name_plural": "searches asked", "ordering": ["-id"]},
        ),
        migrations.AddIndex("alert", models.Index(fields=["looked_at", "search"], name="alert_next")),
        migrations.AddConstraint(
            "alertnotice",
            models.UniqueConstraint(
                condition=models.Q(("read_at__isnull", True)), fields=("alert",), name="one_unread_notice"
            ),
        ),
        migrations.AddIndex("askedsearch", models.Index(fields=["person", "-id"], name="asked_by_person")),
        migrations.AddIndex("askedsearch", models.Index(fields=["asked_at"], name="asked_when")),
        migrations.AddIndex(
            "askedsearch",
            models.Index(condition=models.Q(("total", 0)), fields=["asked_at"], name="asked_in_vain"),
        ),
    ]
