"""What the repository itself registers."""

from django.utils.translation import gettext_lazy as _

from repository.registry import JobKind, Nightly, registry


def register() -> None:
    from repository.blockers import closing, submitting
    from repository.intake.pipeline import work_item
    from repository.intake.steps import ReadHead
    from repository.intake.versions import work_version
    from repository.jobs.nightly import once
    from repository.pages.places import places
    from repository.watch_events import KIND, title, work_events

    registry.steps.append(ReadHead())
    registry.kinds["intake"] = JobKind(
        name="intake", title=_("Intake of files"), work_item=work_item, lease_seconds=120, attempts=4
    )
    registry.kinds["version"] = JobKind(
        name="version", title=_("New version of a document"), work_item=work_version, lease_seconds=120, attempts=4
    )
    registry.kinds[KIND] = JobKind(name=KIND, title=_("Order of events"), work_job=work_events, lease_seconds=300)
    registry.nightly.append(Nightly(name=KIND, title=_("Order of events"), order=80, start=once(KIND)))
    registry.finding_titles["events-broken"] = title
    registry.places.append(places)
    registry.closing.append((10, closing))
    registry.submitting.append((10, submitting))
