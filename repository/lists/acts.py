"""What can be done to many records at once: each act calls the one action of a single record, with the rights of who asked, as they are then.

`does(id, values, actor)` returns what undoing it needs to know, or None where this one cannot be undone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from repository.access import fetch_for
from repository.access.rule import ACTS as RIGHTS
from repository.actions.accept_dossier import accept_dossier
from repository.actions.close_dossier import close_dossier
from repository.actions.confirm_document import edit
from repository.actions.confirm_many import readings_of
from repository.actions.correct_document import unconfirm_document
from repository.actions.holds import lift_hold, place_hold
from repository.actions.locate_dossier import locate_dossier
from repository.actions.reopen_dossier import reopen_dossier
from repository.actions.return_dossier import return_dossier
from repository.actions.submit_dossier import submit_dossier
from repository.actors import Actor
from repository.certainty import is_certain
from repository.codes import AccessMode, DossierState, Secrecy
from repository.jobs.outcomes import ItemFailed
from repository.lists.parts import Text
from repository.models import Document, Dossier, Hold, Job

Values = dict[str, str]
Undo = dict[str, Any]
PLACE = ("warehouse", "shelf", "box")


@dataclass(frozen=True)
class Ask:
    """Something the act must be told before it starts."""

    name: str
    label: Text
    required: bool = True
    long: bool = False
    options: tuple[tuple[str, Text], ...] = ()
    most: int = 500


@dataclass(frozen=True)
class Act:
    name: str
    listed: str
    label: Text
    # What will happen, and what will not, before anything does.
    tells: Text
    # The act of access whose roles see the button.
    needs: str
    does: Callable[[str, Values, Actor], Undo | None] | None = None
    undoes: Callable[[str, Undo, Actor], None] | None = None
    fields: tuple[Ask, ...] = field(default=())
    icon: str = ""
    final: bool = False
    # An act that works outside the database starts a job of its own over (list, what is chosen, values), however many there are.
    starts: Callable[[Any, Any, Values, Actor], Job] | None = None

    def offered_to(self, actor: Actor) -> bool:
        return actor.holds(*RIGHTS[self.needs])


def _accept(pk: str, _values: Values, actor: Actor) -> None:
    accept_dossier(pk, actor=actor)


def _return(pk: str, values: Values, actor: Actor) -> None:
    return_dossier(pk, values["reason"], actor=actor)


def _close(pk: str, _values: Values, actor: Actor) -> Undo | None:
    before = fetch_for(actor, "close", Dossier, pk).state
    close_dossier(pk, actor=actor)
    # Opening again one that was returned would wipe the reason why it was.
    return {} if before == DossierState.OPEN else None


def _reopen(pk: str, _undo: Undo, actor: Actor) -> None:
    reopen_dossier(pk, gettext("Closing many at once was taken back."), actor=actor)


def _submit(pk: str, _values: Values, actor: Actor) -> None:
    submit_dossier(pk, actor=actor)


def _hold(pk: str, values: Values, actor: Actor) -> Undo:
    placed = place_hold(pk, values["reason"], order_number=values.get("order_number", ""), actor=actor)
    return {"holds": [str(placed.pk)]}


def _lift_placed(_pk: str, undo: Undo, actor: Actor) -> None:
    for hold in undo["holds"]:
        lift_hold(hold, gettext("Placing holds on many at once was taken back."), actor=actor)


def _lift(pk: str, values: Values, actor: Actor) -> Undo:
    dossier = fetch_for(actor, "lift", Dossier, pk, related=("agency",))
    standing = list(Hold.objects.filter(dossier=dossier, lifted_at__isnull=True).order_by("placed_at"))
    if not standing:
        raise ItemFailed("no-hold", gettext("No hold stands on this dossier."))
    for hold in standing:
        lift_hold(hold.pk, values["reason"], actor=actor)
    return {"lifted": [{"reason": hold.reason, "order": hold.order_number} for hold in standing]}


def _place_lifted(pk: str, undo: Undo, actor: Actor) -> None:
    for hold in undo["lifted"]:
        place_hold(pk, hold["reason"], order_number=hold["order"], actor=actor)


def _locate(pk: str, values: Values, actor: Actor) -> Undo:
    dossier = fetch_for(actor, "edit", Dossier, pk, related=("agency",), lock=True)
    # What was left empty stays as it is in each of them.
    given = {name: values[name].strip() for name in PLACE if values.get(name, "").strip()}
    before = {name: getattr(dossier, name) for name in given}
    locate_dossier(pk, given, actor=actor)
    return {"before": before, "after": given}


def _locate_back(pk: str, undo: Undo, actor: Actor) -> None:
    dossier = fetch_for(actor, "edit", Dossier, pk, related=("agency",), lock=True)
    _check_unchanged(dossier, undo)
    locate_dossier(pk, undo["before"], actor=actor)


def _check_unchanged(thing: Any, undo: Undo) -> None:
    if any(getattr(thing, name) != value for name, value in undo["after"].items()):
        raise ItemFailed("changed", gettext("It was changed since; what stands there now is kept."))


def _confirm(pk: str, _values: Values, actor: Actor) -> Undo:
    document = fetch_for(actor, "edit", Document, pk, related=("agency",), lock=True)
    if document.confirmed_at is not None:
        raise ItemFailed("confirmed", gettext("It is confirmed already."))
    if not is_certain(readings_of(document)):
        raise ItemFailed("not-certain", gettext("It was not read without a doubt. Look at it and confirm it by hand."))
    confirmed = edit(pk, {}, actor=actor, revision=document.revision, confirm=True)
    return {"revision": confirmed.revision}


def _unconfirm(pk: str, undo: Undo, actor: Actor) -> None:
    unconfirm_document(pk, actor=actor, revision=undo["revision"])


def _describe(pk: str, values: Values, actor: Actor) -> Undo:
    document = fetch_for(actor, "edit", Document, pk, related=("agency",), lock=True)
    given: dict[str, Any] = {}
    if values.get("secrecy"):
        given["secrecy"] = int(values["secrecy"])
    if values.get("mode"):
        given["mode"] = values["mode"]
    before = {name: getattr(document, name) for name in given}
    edit(pk, given, actor=actor, revision=document.revision, confirm=False)
    return {"before": before, "after": given}


def _describe_back(pk: str, undo: Undo, actor: Actor) -> None:
    document = fetch_for(actor, "edit", Document, pk, related=("agency",), lock=True)
    _check_unchanged(document, undo)
    edit(pk, undo["before"], actor=actor, revision=document.revision, confirm=False)


REASON = gettext_lazy("Reason")
STAYS: tuple[tuple[str, Text], ...] = (("", pgettext_lazy("a value", "As it is")),)
ACTS: dict[str, Act] = {
    act.name: act
    for act in (
        Act(
            "accept",
            "dossiers",
            gettext_lazy("Accept into the archive"),
            gettext_lazy(
                "Each is checked and sealed; from then on nothing in it changes. What has something in its way is left as it is, with the reason."
            ),
            "accept",
            _accept,
            icon="s-archived",
            final=True,
        ),
        Act(
            "return",
            "dossiers",
            gettext_lazy("Return"),
            gettext_lazy("Each goes back to its unit with this reason. It comes again once the unit has mended it."),
            "return",
            _return,
            fields=(Ask("reason", REASON, long=True, most=1000),),
            icon="s-returned",
            final=True,
        ),
        Act(
            "hold",
            "dossiers",
            gettext_lazy("Place a hold"),
            gettext_lazy("While a hold stands, nothing in the dossier may be destroyed."),
            "hold",
            _hold,
            _lift_placed,
            fields=(
                Ask("reason", REASON, long=True),
                Ask("order_number", gettext_lazy("Number of the order"), required=False, most=60),
            ),
            icon="lock",
        ),
        Act(
            "close",
            "dossiers",
            gettext_lazy("Close"),
            gettext_lazy(
                "No document enters or leaves a closed dossier. What is not complete stays open, with the reason."
            ),
            "close",
            _close,
            _reopen,
            icon="s-closed",
        ),
        Act(
            "submit",
            "dossiers",
            gettext_lazy("Submit to the archive"),
            gettext_lazy("The archive is asked to accept them. It may return each with a reason."),
            "submit",
            _submit,
            icon="s-submitted",
            final=True,
        ),
        Act(
            "lift",
            "dossiers",
            gettext_lazy("Lift holds"),
            gettext_lazy("Every hold that stands on them is lifted, with this reason."),
            "lift",
            _lift,
            _place_lifted,
            fields=(Ask("reason", REASON, long=True),),
        ),
        Act(
            "locate",
            "dossiers",
            gettext_lazy("Note where the paper is"),
            gettext_lazy("What you leave empty stays as it is in each dossier."),
            "edit",
            _locate,
            _locate_back,
            fields=(
                Ask("warehouse", gettext_lazy("Warehouse"), required=False, most=30),
                Ask("shelf", gettext_lazy("Shelf"), required=False, most=30),
                Ask("box", gettext_lazy("Box"), required=False, most=30),
            ),
            icon="folder-put",
        ),
        Act(
            "confirm",
            "documents",
            gettext_lazy("Confirm what is certain"),
            gettext_lazy(
                "Documents whose every field was read without a doubt are confirmed; the others wait for you."
            ),
            "edit",
            _confirm,
            _unconfirm,
            icon="check",
        ),
        Act(
            "describe",
            "documents",
            gettext_lazy("Set secrecy and use"),
            gettext_lazy("What you leave as it is stays as it is in each document."),
            "edit",
            _describe,
            _describe_back,
            fields=(
                Ask(
                    "secrecy",
                    gettext_lazy("Secrecy"),
                    required=False,
                    options=(*STAYS, *((str(value), label) for value, label in Secrecy.choices)),
                ),
                Ask("mode", pgettext_lazy("of a record", "Use"), required=False, options=(*STAYS, *AccessMode.choices)),
            ),
            icon="edit",
        ),
    )
}
