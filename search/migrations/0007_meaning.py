from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("search", "0006_alerts")]

    operations = [
        migrations.CreateModel(
            name="Meaning",
            fields=[
                ("key", models.BigAutoField(primary_key=True, serialize=False)),
                ("document_id", models.UUIDField(unique=True)),
                ("revision", models.BigIntegerField(default=1)),
                ("done", models.BigIntegerField(default=0)),
                ("model", models.CharField(blank=True, max_length=64)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("vector", models.BinaryField(null=True)),
                ("made", models.BigIntegerField(db_index=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(condition=Q(("done__lt", F("revision"))), fields=["key"], name="meaning_waiting")
                ],
            },
        ),
    ]
