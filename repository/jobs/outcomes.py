"""How the work on an item may end otherwise than well. Texts are for people and say what to do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from repository.refusals import RepositoryError

# Writes what the work made, inside the transaction that finishes the row; returns what the row keeps as its result.
Save = Callable[[], dict[str, Any] | None]


class ItemFailed(Exception):
    """The item cannot be done as it is; it stays listed with its reason and may be tried again."""

    def __init__(self, code: str, message: object) -> None:
        super().__init__(str(message))
        self.code = code


@contextmanager
def refusals_told() -> Iterator[None]:
    """What an action refuses is the reason for which the item could not be done. Raises ItemFailed."""
    try:
        yield
    except RepositoryError as refused:
        raise ItemFailed("refused", str(refused)) from refused


class ItemRefused(Exception):
    """The item may not be done, now or later. `save` records the refusal in the transaction that ends the item."""

    def __init__(
        self, code: str, message: object, *, save: Save | None = None, result: dict[str, Any] | None = None
    ) -> None:
        super().__init__(str(message))
        self.code, self.save, self.result = code, save, result or {}


class ItemHeld(Exception):
    """There is nothing to do: it is here already."""

    def __init__(self, message: object, result: dict[str, Any] | None = None) -> None:
        super().__init__(str(message))
        self.result = result or {}


class Again(Exception):
    """Not now: a service is down or a lock is held. Try again after some seconds."""

    def __init__(self, code: str, message: object, *, seconds: float = 15) -> None:
        super().__init__(str(message))
        self.code, self.seconds = code, seconds
