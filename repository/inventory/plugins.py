"""The kinds of jobs that inventories need."""

from django.utils.translation import gettext_lazy as _

from repository.inventory import applying, tables, writing
from repository.registry import JobKind, registry


def register() -> None:
    registry.work(
        # Its table is read while the person waits; the row only says whose it is.
        JobKind(name=tables.KIND, title=_("Inventory read")),
        JobKind(name=applying.KIND, title=_("Inventory into documents"), work_item=applying.work_row, stops=True),
        JobKind(
            name=writing.KIND,
            title=_("Inventory as Excel"),
            work_job=writing.work_file,
            handed=writing.handed,
            stops=True,
        ),
    )
