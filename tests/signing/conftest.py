"""What the tests of signatures share."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from signing.validation.run import Validator
from signing.validation.verdicts import FileVerdict
from tests.pki import authority as pki
from tests.signing.servers import StampServer, seal_of_the_archive


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


@pytest.fixture
def stamp_server(settings: Any) -> Iterator[StampServer]:
    """A time-stamp server over HTTP that the settings name; its authority is the demonstration's."""
    with StampServer(pki()).running() as server:
        settings.TIMESTAMP_SERVER = server.url
        yield server


@pytest.fixture
def archive_seal(settings: Any, tmp_path: Path) -> None:
    """The archive has a key for its seal: a PKCS#12 file under the demonstration's authority."""
    seal_of_the_archive(pki(), tmp_path / "seals", settings)
