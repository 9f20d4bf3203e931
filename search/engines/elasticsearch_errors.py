"""What Elasticsearch's client raises, said in the protocol's terms."""

from collections.abc import Iterator
from contextlib import contextmanager

from elastic_transport import TransportError
from elasticsearch import ApiError, NotFoundError

from search.engines.base import EngineDown, EngineError, IndexMissing

OVERLOADED = {429, 502, 503, 504}
"""Answers after which trying again later may help."""


@contextmanager
def typed_errors() -> Iterator[None]:
    """Raise EngineDown, IndexMissing or EngineError in place of what the client raises."""
    try:
        yield
    except TransportError as error:
        raise EngineDown(f"Elasticsearch does not answer: {error}") from error
    except NotFoundError as error:
        raise IndexMissing("the search index has not been built") from error
    except ApiError as error:
        down = error.status_code in OVERLOADED
        raise (EngineDown if down else EngineError)(
            f"Elasticsearch answered {error.status_code}: {error.message}"
        ) from error
