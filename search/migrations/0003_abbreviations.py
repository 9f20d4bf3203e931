from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import repository.ids
from search.text.abbreviations import defaults


def begin(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    model = apps.get_model("search", "Abbreviation")
    model.objects.bulk_create([model(short=short, long=long) for short, long in defaults()])


class Migration(migrations.Migration):
    dependencies = [("search", "0002_saved_searches")]

    operations = [
        migrations.CreateModel(
            name="Abbreviation",
            fields=[
                (
                    "id",
                    models.UUIDField(default=repository.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("short", models.CharField(max_length=20, verbose_name="short form")),
                ("long", models.CharField(max_length=200, verbose_name="stands for")),
            ],
            options={
                "verbose_name": "abbreviation",
                "verbose_name_plural": "abbreviations",
                "ordering": ["short", "long"],
                "constraints": [models.UniqueConstraint(fields=("short", "long"), name="abbreviation_once")],
            },
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
