"""What the tests of signatures share."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from signing.validation.run import Validator
from signing.validation.verdicts import FileVerdict


@pytest.fixture(scope="session")
def validator() -> Iterator[Validator]:
    """One worker process for all tests."""
    one = Validator()
    yield one
    one.close()


@pytest.fixture
def verdict_on(validator: Validator, tmp_path: Path) -> Callable[..., FileVerdict]:
    """The verdict on a file with these bytes."""

    def verdict_on(data: bytes, **arguments: Any) -> FileVerdict:
        path = tmp_path / "paper.pdf"
        path.write_bytes(data)
        return validator.validate(path, **arguments)

    return verdict_on
