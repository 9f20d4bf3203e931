"""Identity of all that leaves the database: UUID version 7 (RFC 9562), ordered by time, so that rows made together lie together."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    return uuid7()
