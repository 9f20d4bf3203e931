"""Which engine this installation has: an address means Elasticsearch, none the embedded one."""

from pathlib import Path

from search.engines.base import Engine
from search.engines.elasticsearch import ElasticsearchEngine
from search.engines.tantivy import TantivyEngine


def connect(
    elasticsearch_url: str | None,
    folder: Path,
    *,
    name: str = "vankho",
    user: tuple[str, str] | None = None,
    api_key: str | None = None,
    ca_certs: str | None = None,
    fingerprint: str | None = None,
    shards: int = 1,
) -> Engine:
    """Return the engine at `elasticsearch_url`, else the one whose index lies in `folder`. Opens and checks nothing."""
    if elasticsearch_url:
        return ElasticsearchEngine(
            elasticsearch_url,
            name=name,
            user=user,
            api_key=api_key,
            ca_certs=ca_certs,
            fingerprint=fingerprint,
            shards=shards,
        )
    return TantivyEngine(folder)
