"""What the repository itself registers."""

from django.utils.translation import gettext_lazy as _

from repository.registry import JobKind, Panel, registry


def register() -> None:
    from repository import downloads
    from repository.actions import confirm_many
    from repository.actions.copy_plan import KIND as COPY
    from repository.actions.copy_plan import work_copy
    from repository.actions.read_plan import KIND as READ
    from repository.actions.read_plan import work_read
    from repository.blockers import closing, submitting
    from repository.intake.detached import call_waiting
    from repository.intake.pipeline import work_item
    from repository.intake.steps import ReadHead
    from repository.intake.versions import work_version
    from repository.inventory.plugins import register as register_inventory
    from repository.jobs import products
    from repository.lists import bulk, export
    from repository.pages.homes import keeping, reading, work
    from repository.pages.places import places
    from repository.plan_table import KIND as TABLE
    from repository.plan_table import work_table
    from repository.printing import jobs as printing
    from repository.renditions import nightly as renditions
    from repository.watch_events import KIND, title, work_events

    registry.steps.append(ReadHead())
    registry.work(
        JobKind(name="intake", title=_("Intake of files"), work_item=work_item, finish=call_waiting, attempts=4),
        JobKind(name="version", title=_("New version of a document"), work_item=work_version, attempts=4),
        JobKind(name=COPY, title=_("Copy of a file plan"), work_job=work_copy, lease_seconds=300),
        JobKind(name=READ, title=_("Reading of a file plan's table"), work_job=work_read, lease_seconds=300),
        JobKind(name=TABLE, title=_("Table of a file plan"), work_job=work_table, lease_seconds=300),
        JobKind(
            name=downloads.KIND,
            title=_("Download of the dossier"),
            work_job=downloads.work_download,
            handed=downloads.handed,
        ),
        JobKind(name=printing.KIND, title=_("Sheets to print"), work_job=printing.work_sheets, handed=printing.handed),
        JobKind(name=bulk.KIND, title=_("Many at once"), work_item=bulk.work_item, stops=True, named=bulk.named),
        JobKind(name=bulk.UNDO, title=_("Taking back"), work_item=bulk.work_undo, stops=True, named=bulk.named),
        JobKind(
            name=export.KIND,
            title=_("Table of a list"),
            work_job=export.work_export,
            handed=export.handed,
            named=export.named,
            stops=True,
        ),
    )
    registry.nightly_work(
        JobKind(name=KIND, title=_("Order of events"), work_job=work_events, lease_seconds=300), order=80
    )
    registry.nightly_work(
        JobKind(name=renditions.KIND, title=_("Page images tidied"), work_job=renditions.work_trim, lease_seconds=600),
        order=90,
    )
    registry.nightly_work(
        JobKind(
            name=products.KIND,
            title=_("Files made for people, after a week"),
            work_job=products.work_clear_away,
            lease_seconds=300,
        ),
        order=95,
    )
    registry.finding_titles["events-broken"] = title
    registry.places.append(places)
    registry.home_panels += [
        Panel("work", 10, "repository/homes/work.html", work.part),
        Panel("reading", 40, "repository/homes/reading.html", reading.part),
        Panel("keeping", 60, "repository/homes/keeping.html", keeping.part),
    ]
    registry.closing.append((10, closing))
    registry.submitting.append((10, submitting))
    confirm_many.register()
    register_inventory()
