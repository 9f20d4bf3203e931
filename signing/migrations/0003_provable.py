from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("signing", "0002_trust")]

    operations: list = []
