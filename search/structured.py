"""What an office file says, with its headings and tables, for the document's page: read in a worker, kept with the renditions."""

from __future__ import annotations

import threading
from typing import Any

from repository import bytes as stored
from repository import isolation
from repository.isolation import Isolated
from repository.models import File
from repository.renditions import cache
from search.extraction import formats
from search.extraction.blocks import STRUCTURED
from search.extraction.errors import UnsupportedFormat
from search.extraction.reading import configured_url

NAME = "blocks.json"
_SECONDS = 30.0
_MEMORY_MB = 1500
_lock = threading.Lock()
_workers: dict[bool, Isolated] = {}


def structure_of(file: File) -> list[dict[str, Any]] | None:
    """The file's blocks (`repository.pages.blocks`); None where it has no such structure or it could not be read."""
    try:
        if formats.format_of(file.mime) not in STRUCTURED:
            return None
    except UnsupportedFormat:
        return None
    known: list[dict[str, Any]] | None = cache.data(file.sha256, NAME)
    if known is not None or cache.failure(file.sha256, NAME):
        return known
    url = configured_url()
    try:
        path = stored.path_for(file)
        found: list[dict[str, Any]] = _worker(bool(url)).run(str(path), file.mime, url, _SECONDS)
    except (stored.BytesMissing, isolation.CouldNotStart):
        return None
    except isolation.IsolationError as error:
        # A service that is down is another matter than a bad file: it is asked again soon.
        if not (isinstance(error, isolation.ParserFailed) and error.kind == "ServiceDown"):
            cache.keep_failure(file.sha256, NAME, type(error).__name__, lasting=False)
        return None
    cache.keep(file.sha256, NAME, found)
    return found


def _worker(network: bool) -> Isolated:
    with _lock:
        if network not in _workers:
            _workers[network] = Isolated(
                "search.extraction.blocks:read_blocks", seconds=_SECONDS + 5, memory_mb=_MEMORY_MB, network=network
            )
        return _workers[network]
