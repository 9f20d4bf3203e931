"""One tantivy index in one folder: its fields, its rows, its versions. Which folder is live is not its business.

Traps of tantivy-py 0.27 that this module avoids: deleting by a term of an unsigned field deletes nothing and says
nothing (ids are raw text here); `parse_query` changes prefixes and fuzzy terms on its own (queries are built by hand).
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import tantivy
from tantivy import DocAddress, Document, FieldType, Index, IndexWriter, Occur, Query, Schema, Searcher, SearchResult

from search.engines.base import FACETS, Change, Deletion, Held, Written
from search.engines.clauses import Field
from search.engines.rows import digest_of, row_of, sort_key
from search.query.parser import FARTHEST

INDEX_OPTIONS = {
    Field.FOLDED: "position",
    Field.ACCENTED: "position",
    Field.PAIRS: "freq",
    Field.TITLE: "position",
    Field.TITLE_PAIRS: "freq",
    Field.NUMBERS: "freq",
    Field.OWN_NUMBER: "freq",
    Field.AGENCY: "position",
    Field.SIGNER: "position",
    Field.DOSSIER: "position",
}
SORT_KEYS = ("by_date", "by_number", "by_filed")
ALIVE = "alive"
_SCAN_PAGE = 5_000
_FEW_VALUES = 16


def facet_field(facet: str) -> str:
    """Return the field that holds the values of a facet."""
    return f"facet_{facet}"


def build_schema() -> Schema:
    """Return the fields. Nothing of the text is stored: an index is no second archive."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(ALIVE, stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("version", stored=True, fast=True)
    builder.add_integer_field("digest", stored=True)
    for key in SORT_KEYS:
        builder.add_integer_field(key, indexed=True, fast=True)
    builder.add_text_field("keys", tokenizer_name="raw", index_option="basic")
    for field, option in INDEX_OPTIONS.items():
        builder.add_text_field(field, tokenizer_name="whitespace", index_option=option)
    for facet in FACETS:
        builder.add_text_field(facet_field(facet), tokenizer_name="raw", index_option="basic", fast=True)
    return builder.build()


class TantivyIndex:
    """An open index. Readers in any process see a commit as soon as they next ask."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        """Open the index in `folder`, or make an empty one. Raises FileNotFoundError, or ValueError on other fields."""
        if create:
            folder.mkdir(parents=True)
        elif not (folder / "meta.json").exists():
            # tantivy would make an empty index here, and an answer of nothing would look like the truth.
            raise FileNotFoundError(folder)
        self.folder = folder
        self.schema = build_schema()
        self._index = Index(self.schema, str(folder))
        self._index.config_reader("manual")
        self._seen: tuple[int, int] = (0, 0)
        self._reloading = threading.Lock()

    def searcher(self) -> Searcher:
        """Return a view of the last commit, whoever made it."""
        stat = (self.folder / "meta.json").stat()
        now = (stat.st_mtime_ns, stat.st_ino)
        if now != self._seen:
            with self._reloading:
                self._index.reload()
                self._seen = now
        return self._index.searcher()

    def open_writer(self, memory: int) -> IndexWriter:
        """Return tantivy's own writer with one thread and `memory` bytes. Hold the writer's lock before asking."""
        self._drop_unfinished_deletions()
        return self._index.writer(memory, 1)

    def _drop_unfinished_deletions(self) -> None:
        """Take away deletions that a killed writer wrote down but never committed.

        The next writer counts on from the last commit, comes to the same file name and is refused for ever. No reader
        knows these files: they are younger than the commit and stand in no meta.json.
        """
        meta = json.loads((self.folder / "meta.json").read_bytes())
        committed = {
            f"{segment['segment_id'].replace('-', '')}.{segment['deletes']['opstamp']}.del"
            for segment in meta["segments"]
            if segment.get("deletes")
        }
        for path in self.folder.glob("*.del"):
            stamp = path.name.split(".")[1]
            if path.name not in committed and stamp.isdigit() and int(stamp) > meta["opstamp"]:
                path.unlink()

    def term(self, field: str, value: str) -> Query:
        """Return the look-up of a value in a field without positions."""
        return Query.term_query(self.schema, field, value, "basic")

    def term_in(self, field: Field, value: str) -> Query:
        """Return the look-up of a word in a field of words."""
        return Query.term_query(self.schema, field, value, INDEX_OPTIONS[field])

    def any_of(self, field: str, values: Iterable[str]) -> Query:
        """Return what has at least one of `values` in `field`."""
        wanted = list(values)
        if len(wanted) > _FEW_VALUES:
            return Query.term_set_query(self.schema, field, wanted)
        # A set is written out as a bit for each document of the index; few values are followed through their own lists.
        return Query.boolean_query([(Occur.Should, self.term(field, value)) for value in wanted])

    def held(self, ids: Iterable[str]) -> dict[str, Held]:
        """Return the versions held of `ids`."""
        searcher = self.searcher()
        if not searcher.num_docs:
            return {}
        return {id: held for id in ids for held in self._read(searcher, self.term("id", id), 1)}

    def scan(self) -> Iterator[Held]:
        """Yield all versions held, in pages ordered by the sort key; sees one and the same commit throughout."""
        searcher, last, seen_at_last = self.searcher(), 0, set[str]()
        while True:
            query = Query.range_query(self.schema, "by_date", FieldType.Integer, last, None)
            hits = searcher.search(query, _SCAN_PAGE, False, "by_date", 0, tantivy.Order.Asc).hits
            fresh = 0
            for key, address in hits:
                held = _as_held(searcher, address)
                if key != last:
                    last, seen_at_last = key, set()
                elif held.id in seen_at_last:
                    continue
                seen_at_last.add(held.id)
                fresh += 1
                yield held
            if not fresh:
                return

    def count(self) -> int:
        """Return how many documents are not deletions."""
        return total_of(self.searcher().search(self.term(ALIVE, "y"), 1))

    def apply(self, writer: IndexWriter, changes: Iterable[Change]) -> Written:
        """Write what is not older than what is held, and commit: files and folder are synced before this returns."""
        newest: dict[str, Change] = {}
        number = 0
        for change in changes:
            number += 1
            if change.id not in newest or newest[change.id].version <= change.version:
                newest[change.id] = change
        held = self.held(newest)
        fresh = [c for id, c in newest.items() if id not in held or held[id].version <= c.version]
        for change in fresh:
            if change.id in held:
                writer.delete_documents_by_term("id", change.id)
            writer.add_document(self._document(change))
        if fresh:
            writer.commit()
            # tantivy syncs its files and the folder, and then moves `meta.json` into place: that move is to last too.
            sync_folder(self.folder)
        return Written(applied=len(fresh), stale=number - len(fresh))

    def _document(self, change: Change) -> Document:
        document = Document()
        document.add_text("id", change.id)
        document.add_integer("version", change.version)
        if isinstance(change, Deletion):
            # A deletion stays as a row without keys, which nobody finds, so that no older write can undo it.
            document.add_text(ALIVE, "n")
            document.add_integer("by_date", sort_key(None, change.id))
            return document
        row = row_of(change)
        document.add_text(ALIVE, "y")
        document.add_integer("by_date", row.by_date)
        document.add_integer("by_number", row.by_number)
        document.add_integer("by_filed", row.by_filed)
        document.add_integer("digest", digest_of(change))
        for key in change.keys:
            document.add_text("keys", key)
        for field, parts in row.words.items():
            # Between two parts tantivy counts one place; a value of no words is one place more, and nothing else.
            apart = FARTHEST if INDEX_OPTIONS[field] == "position" else 0
            for number, part in enumerate(parts):
                for _ in range(apart if number else 0):
                    document.add_text(field, "")
                document.add_text(field, part)
        for facet, values in row.facets.items():
            for value in values:
                document.add_text(facet_field(facet), value)
        return document

    def _read(self, searcher: Searcher, query: Query, limit: int) -> Iterator[Held]:
        for _, address in searcher.search(query, limit, count=False).hits:
            yield _as_held(searcher, address)


def sync_folder(folder: Path) -> None:
    """Return when the names in `folder` are on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def total_of(result: SearchResult) -> int:
    """Return how many documents a search found, counted exactly."""
    return result.count  # type: ignore[attr-defined]  # there, but not in the stubs of tantivy-py 0.27


def id_at(searcher: Searcher, address: DocAddress) -> str:
    """Return the id of the document at an address."""
    return str(searcher.doc(address).get_first("id"))


def _as_held(searcher: Searcher, address: DocAddress) -> Held:
    row = searcher.doc(address).to_dict()
    return Held(row["id"][0], row["version"][0], row[ALIVE][0] == "n", *row.get("digest", ()))


def all_of(*queries: Query, none_of: Iterable[Query] = ()) -> Query:
    """Return the conjunction of `queries`, less those of `none_of`. With neither it is everything."""
    must = list(queries) or [Query.all_query()]
    return Query.boolean_query([*((Occur.Must, q) for q in must), *((Occur.MustNot, q) for q in none_of)])
