"""What is refused, and why, as types: a refusal carries every reason at once, each with the way to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.db.models import Model

    from repository.codes import Role

Text = str | Promise


class RepositoryError(Exception):
    """Anything the program says no to. Its text is for people."""


class NotVisible(RepositoryError):
    """There is no such thing, or the actor may not know that there is: both look the same."""

    def __str__(self) -> str:
        return str(_("There is nothing here that you may see."))


class Forbidden(RepositoryError):
    """The actor sees the thing but may not do this to it. `roles`: those that may; none where it hangs on the person, not on a role."""

    def __init__(self, act: str, thing: Model | None, roles: Sequence[Role]) -> None:
        super().__init__(act)
        self.act, self.thing, self.roles = act, thing, tuple(roles)

    def __str__(self) -> str:
        if not self.roles:
            return str(_("This is for somebody else to do; the page before names who."))
        roles = ", ".join(str(role.label) for role in self.roles)
        return str(_("This needs one of these roles: %(roles)s. Ask your administrator.")) % {"roles": roles}


@dataclass(frozen=True)
class Blocker:
    """One reason against an act. `url` leads to where it is mended, `action` names the button.

    `about` tells apart two of the same code. Where one POST mends it, `post` is its address and `needs` the act the person must be
    allowed; `asks` names the reason that goes with it, if one is needed. Who may not do it is led to `url`.
    """

    code: str
    title: Text
    detail: Text = ""
    remedy: Text = ""
    url: str = ""
    action: Text = ""
    about: str = ""
    post: str = ""
    needs: str = ""
    asks: Text = ""

    @property
    def key(self) -> str:
        """The same as long as it is the same thing to mend, whatever its figures."""
        return f"{self.code}:{self.about}"

    @classmethod
    def already(cls, state: object) -> Blocker:
        return cls(
            code="already",
            title=_("It is already in the state: %(state)s.") % {"state": getattr(state, "label", state)},
            remedy=_("Somebody was faster. Load the page again to see what changed."),
        )


class Refused(RepositoryError):
    """The act is not possible now: `blockers` are all the reasons, in the order a person would mend them."""

    def __init__(self, act: str, thing: Model | None, blockers: Sequence[Blocker]) -> None:
        super().__init__(act)
        self.act, self.thing, self.blockers = act, thing, list(blockers)

    def __str__(self) -> str:
        return " ".join(f"{blocker.title} {blocker.remedy}".strip() for blocker in self.blockers)

    @classmethod
    def because(cls, act: str, thing: Model | None, code: str, title: Text, remedy: Text = "") -> Refused:
        return cls(act, thing, [Blocker(code=code, title=title, remedy=remedy)])
