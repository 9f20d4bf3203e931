"""Who may enter the workbench, and which acts lead there: membership decides, not Django's groups."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from wagtail.permission_policies.base import BasePermissionPolicy

from repository.access import ACTS
from repository.actors import Actor, actor_of
from repository.codes import Role

ROLES = (Role.ADMINISTRATOR, Role.CLERK, Role.ARCHIVIST, Role.CHIEF)
ENTER = "wagtailadmin.access_admin"


def acting(user: Any) -> Actor:
    """The person's actor, read once for each loaded account, for Wagtail asks the same question for every button."""
    found: Actor | None = getattr(user, "_acts_as", None)
    if found is None:
        found = actor_of(user)
        user._acts_as = found
    return found


class MembershipBackend(BaseBackend):
    """Gives the one permission Wagtail's shell asks for to whoever holds one of the roles today; it signs nobody in."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return perm == ENTER and obj is None and user_obj.is_active and acting(user_obj).holds(*ROLES)


class ActPolicy(BasePermissionPolicy):
    """Wagtail's question, answered by one of our acts. A superuser is asked like anybody else."""

    def __init__(self, model: Any, act: str, *, adding: bool = True, removing: bool = False) -> None:
        super().__init__(model)
        self.act, self.adding, self.removing = act, adding, removing

    def user_has_permission(self, user: Any, action: str) -> bool:
        if (action == "add" and not self.adding) or (action == "delete" and not self.removing):
            return False
        return acting(user).holds(*ACTS[self.act])
