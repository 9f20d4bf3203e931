from __future__ import annotations

from typing import Any

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("search", "0005_suggestions")]

    operations: list[Any] = []
