from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("signing", "0003_provable")]

    operations: list = []
