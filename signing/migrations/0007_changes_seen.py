import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def since(apps, schema_editor):
    """What was marked by an identity is marked by that change's moment."""
    changes = apps.get_model("signing", "VerdictChange").objects
    for mark in apps.get_model("signing", "ChangesSeen").objects.all():
        until = changes.filter(pk=mark.until).values_list("changed_at", flat=True).first()
        mark.since = until or mark.seen_at
        mark.save(update_fields=["since"])


class Migration(migrations.Migration):
    dependencies = [
        ("signing", "0006_notices"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("changesseen", "since", models.DateTimeField(null=True)),
        migrations.RunPython(since, migrations.RunPython.noop),
        migrations.RemoveField("changesseen", "until"),
        migrations.AlterField("changesseen", "since", models.DateTimeField()),
        migrations.AddIndex(
            model_name="verdictchange",
            index=models.Index(fields=["changed_at"], name="verdict_changes_by_moment"),
        ),
        migrations.CreateModel(
            name="ChangeSeen",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "change",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="signing.verdictchange"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("user", "change"), name="change_seen_once")],
            },
        ),
    ]
