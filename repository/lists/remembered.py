"""What a person's lists look like to her: the columns she chose, kept with her account."""

from __future__ import annotations

from django.db import transaction

from repository.lists.listing import Listing
from repository.models import User

KEY = "lists"


def columns_of(user: User | None, name: str) -> list[str] | None:
    """The columns the person chose, or None where she chose none."""
    kept = (user.prefers or {}).get(KEY) if user is not None else None
    columns = kept.get(name) if isinstance(kept, dict) else None
    return [str(one) for one in columns] if isinstance(columns, list) else None


@transaction.atomic
def remember_columns(user: User, listing: type[Listing], columns: list[str] | None) -> None:
    """Keep the choice; None goes back to what everybody sees first."""
    locked = User.objects.select_for_update().get(pk=user.pk)
    known = {column.name for column in listing.columns}
    kept = dict(locked.prefers.get(KEY) or {})
    if columns is None:
        kept.pop(listing.name, None)
    else:
        kept[listing.name] = [name for name in columns if name in known]
    locked.prefers = {**locked.prefers, KEY: kept}
    locked.save(update_fields=["prefers"])
