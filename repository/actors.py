"""Who acts: a person, the system for a job, or nobody yet signed in. Never None."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from repository.clock import now, today
from repository.codes import Role, Secrecy

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from repository.models import User


LONGEST_LABEL = 200


@dataclass(frozen=True)
class Post:
    """A role held today in an agency and everything below its path."""

    role: Role
    path: str
    serial: int


@dataclass(frozen=True, eq=False)
class Actor:
    """An actor's rights are read once and serve one request or one act."""

    label: str
    id: UUID | None = None
    user: User | None = field(default=None, repr=False)
    is_system: bool = False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Actor) and (self.id, self.is_system, self.label) == (
            other.id,
            other.is_system,
            other.label,
        )

    def __hash__(self) -> int:
        return hash((self.id, self.is_system, self.label))

    @property
    def clearance(self) -> int:
        if self.is_system:
            return Secrecy.TOP_SECRET
        return self.user.clearance if self.user else Secrecy.NORMAL

    @cached_property
    def posts(self) -> tuple[Post, ...]:
        """The roles held today. None for a person who is switched off."""
        if self.user is None or not self.user.is_active:
            return ()
        from django.db.models import Q

        day = today()
        rows = (
            self.user.memberships.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=day), valid_from__lte=day)
            .select_related("agency")
            .order_by("agency__path")
        )
        return tuple(Post(Role(row.role), row.agency.path, row.agency.serial) for row in rows)

    @cached_property
    def grant_ids(self) -> tuple[UUID, ...]:
        """Grants that hold at this moment."""
        if self.user is None or not self.user.is_active:
            return ()
        moment = now()
        return tuple(self.user.grants.filter(given_at__lte=moment, expires_at__gt=moment).values_list("pk", flat=True))

    def paths(self, *roles: Role) -> tuple[str, ...]:
        """Agency paths in which one of these roles is held, without those that lie within another."""
        found = sorted({post.path for post in self.posts if post.role in roles})
        return tuple(path for i, path in enumerate(found) if not any(path.startswith(other) for other in found[:i]))

    def holds(self, *roles: Role, path: str | None = None) -> bool:
        """Whether one of the roles is held for the agency at `path`, or anywhere where no path is asked."""
        return any(post.role in roles and (path is None or path.startswith(post.path)) for post in self.posts)


SYSTEM = Actor(label="system", is_system=True)
NOBODY = Actor(label="anonymous")


def actor_of(user: User | AnonymousUser) -> Actor:
    """The actor a signed-in person is; NOBODY for one who is not signed in."""
    if not user.is_authenticated:
        return NOBODY
    # As long as the columns that keep it: name and account together may be longer.
    return Actor(label=user.label[:LONGEST_LABEL], id=user.pk, user=user)
