"""What the acts on reference data share: fields that are wrong and rows that collide are refusals, each named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from repository.events import plain
from repository.refusals import Blocker, Refused

if TYPE_CHECKING:
    from repository.actors import Actor

# More pages or sheets than this is a slip of the finger; sums over a dossier of such figures still fit a column.
MOST_PAGES = 99_999


def save_checked(thing: models.Model, act: str, *, new: bool) -> None:
    """Validate and save the row. Raises Refused with one blocker for each field that is wrong."""
    try:
        thing.full_clean()
        with transaction.atomic():
            thing.save(force_insert=new)
    except ValidationError as wrong:
        raise Refused(act, None if new else thing, list(blockers_of(thing, wrong))) from wrong
    except IntegrityError as collided:
        raise Refused.because(
            act, None, "collided", _("Somebody saved the same at this moment."), _("Load the page again and look.")
        ) from collided


def blockers_of(thing: models.Model, wrong: ValidationError) -> list[Blocker]:
    """One blocker for each field, its code `field-<name>`, so that a form can show it beside the field."""
    names = {field.name: str(getattr(field, "verbose_name", field.name)) for field in thing._meta.get_fields()}
    return [
        Blocker(code=f"field-{name}", title=names.get(name, str(_("The whole"))).capitalize(), remedy=" ".join(said))
        for name, said in wrong.message_dict.items()
    ]


def changes(thing: models.Model, values: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Set the values on the row; return what changes, {field: {"from", "to"}}, in the words events are written in."""
    changed = {}
    for name, value in values.items():
        old = getattr(thing, name)
        if old != value:
            changed[name] = {"from": plain(old), "to": plain(value)}
            setattr(thing, name, value)
    return changed


def check_revision(thing: Any, revision: int | None, act: str = "edit") -> None:
    """Raises Refused where the row is no longer the one the person saw; None asks for nothing."""
    if revision is not None and revision != thing.revision:
        raise Refused.because(
            act,
            thing,
            "conflict",
            _("Somebody else changed this meanwhile."),
            _("Load the page again; what you typed is still here."),
        )


def check_clearance(thing: Any, actor: Actor, act: str = "edit") -> None:
    """Raises Refused where the row's secrecy, as it is about to be saved, is above the actor's clearance."""
    if thing.secrecy > actor.clearance:
        raise Refused.because(
            act,
            thing,
            "above-clearance",
            _("The secrecy is above your clearance."),
            _("Ask somebody who is cleared for it."),
        )


def check_pages(thing: models.Model, name: str, act: str = "edit") -> None:
    """Raises Refused where a count of pages or sheets cannot be one."""
    if (getattr(thing, name) or 0) > MOST_PAGES:
        title = str(getattr(thing._meta.get_field(name), "verbose_name", name)).capitalize()
        told = _("This figure is too large: at most %(most)s.") % {"most": MOST_PAGES}
        raise Refused(act, thing, [Blocker(code=f"field-{name}", title=title, remedy=told)])
