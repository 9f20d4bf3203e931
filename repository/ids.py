"""Identity of all that leaves the database: UUID version 7 (RFC 9562), ordered by time, so that rows made together lie together."""

from collections.abc import Iterable
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    return uuid7()


def ids_among(values: Iterable[str]) -> list[UUID]:
    """The values that are an identity, in their order; an address may say anything."""
    found = []
    for value in values:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found
