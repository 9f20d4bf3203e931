from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("signing", "0001_initial")]

    operations: list = []
