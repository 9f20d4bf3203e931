from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("search", "0007_meaning")]

    operations = [
        migrations.CreateModel(
            name="SetAside",
            fields=[
                ("document_id", models.UUIDField(primary_key=True, serialize=False)),
                ("revision", models.BigIntegerField()),
                ("error", models.CharField(max_length=300)),
                ("attempts", models.PositiveIntegerField(default=1)),
                ("since", models.DateTimeField()),
                ("again_at", models.DateTimeField()),
            ],
        ),
    ]
