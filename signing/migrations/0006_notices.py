from __future__ import annotations

from typing import Any

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("signing", "0005_requests")]

    operations: list[Any] = []
