"""Elasticsearch's index: its fields, its settings, its rows.

Only what the official full image and the server without optional modules both have is used: the built-in `whitespace`
analyzer, keywords, external versions, aliases, point in time. No scripts, no reindex, no delete by query.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from elasticsearch.dsl import Boolean, Keyword, Long, Mapping, Text

from search.engines.base import FACETS, Change, Deletion
from search.engines.clauses import Field
from search.engines.rows import LAYOUT, digest_of, row_of, sort_key

INDEX_OPTIONS: dict[Field, Literal["freqs", "positions"]] = {
    Field.FOLDED: "positions",
    Field.ACCENTED: "positions",
    Field.PAIRS: "freqs",
    Field.TITLE: "positions",
    Field.TITLE_PAIRS: "freqs",
    Field.NUMBERS: "freqs",
    Field.OWN_NUMBER: "freqs",
    Field.AGENCY: "positions",
    Field.SIGNER: "positions",
    Field.DOSSIER: "positions",
}


def facet_field(facet: str) -> str:
    """Return the field that holds the values of a facet."""
    return f"facet_{facet}"


def build_mapping() -> dict[str, Any]:
    """Return the fields. The source is not kept: an index is no second archive."""
    mapping = Mapping()
    mapping.meta("dynamic", "strict")
    mapping.meta("_source", enabled=False)
    mapping.meta("_meta", layout=LAYOUT)
    mapping.field("alive", Boolean())
    for key in ("by_date", "by_number", "by_filed"):
        mapping.field(key, Long())
    mapping.field("digest", Long(index=False))
    mapping.field("keys", Keyword(doc_values=False))
    for field, option in INDEX_OPTIONS.items():
        mapping.field(field, Text(analyzer="whitespace", index_options=option))
    for facet in FACETS:
        mapping.field(facet_field(facet), Keyword())
    return mapping.to_dict()


def build_settings(shards: int) -> dict[str, Any]:
    """Return the settings. One shard counts exactly; with more, the counts of rare facet values may be short."""
    return {
        "number_of_shards": shards,
        "auto_expand_replicas": "0-1",
        # Every acknowledged write is on disk.
        "translog.durability": "request",
    }


def row_for(change: Change) -> dict[str, Any]:
    """Return the stored form of a change. A deletion stays as a row without keys, which nobody finds."""
    if isinstance(change, Deletion):
        return {"alive": False, "by_date": sort_key(None, change.id)}
    row = row_of(change)
    return {
        "alive": True,
        "by_date": row.by_date,
        "by_number": row.by_number,
        "by_filed": row.by_filed,
        "digest": digest_of(change),
        "keys": list(change.keys),
        **{str(field): list(parts) for field, parts in row.words.items()},
        **{facet_field(facet): list(values) for facet, values in row.facets.items()},
    }


def bulk_actions(changes: Iterable[Change], indexes: list[str]) -> Iterator[dict[str, Any]]:
    """Yield the bulk actions that write `changes` to every one of `indexes`; an older version is refused there.

    One row at a time: those of a whole batch would be several times its texts.
    """
    for change in changes:
        row = row_for(change)
        for index in indexes:
            yield {
                "_op_type": "index",
                "_index": index,
                "_id": change.id,
                "version": change.version,
                "version_type": "external_gte",
                "_source": row,
            }
