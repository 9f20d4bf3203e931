"""What the repository itself registers."""

from django.utils.translation import gettext_lazy as _

from repository.registry import JobKind, registry


def register() -> None:
    from repository.blockers import closing, submitting
    from repository.intake.pipeline import work_item
    from repository.intake.steps import ReadHead
    from repository.pages.places import places

    registry.steps.append(ReadHead())
    registry.kinds["intake"] = JobKind(
        name="intake", title=_("Intake of files"), work_item=work_item, lease_seconds=120, attempts=4
    )
    registry.places.append(places)
    registry.closing.append((10, closing))
    registry.submitting.append((10, submitting))
