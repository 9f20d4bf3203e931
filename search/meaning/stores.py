"""Where vectors are looked up: the embedded index beside the words' own, or Elasticsearch, whichever the words are in."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import numpy as np
from django.conf import settings

from search.engines.base import EngineError
from search.meaning.models import MeaningDown, Vectors
from search.models import Meaning

TAIL = 2000
"""Vectors younger than the index that are compared one by one; more are written into it."""
_CHUNK = 2000
_BEGUN = {"begun": True}


class Store(Protocol):
    """Vectors of one version of a model, by document."""

    def begin(self) -> bool:
        """Make it if there is none; the stores of other versions go. True until `begun` was said: what it is to hold may not all be noted."""

    def begun(self) -> None:
        """Every document is noted: from now on changes alone are."""

    def write(self, rows: Sequence[Meaning]) -> None:
        """Take new vectors, in place of those of the same documents."""

    def remove(self, rows: Sequence[Meaning]) -> None:
        """Forget documents that are gone."""

    def finish(self) -> None:
        """Return when what was written can be found."""

    def nearest(self, vector: Vectors, limit: int) -> list[UUID]:
        """The documents nearest to the vector, the nearest first, whoever may see them. Raises MeaningDown."""


def store(version: str) -> Store:
    """The store of a model's vectors, in the engine that has the words."""
    if settings.ELASTICSEARCH_URL:
        from search.indexer import engine

        return ElasticsearchVectors(engine(), version)
    return UsearchVectors(Path(settings.INDEX) / "meaning", version)


class UsearchVectors:
    """A file of usearch (HNSW, cosine, half precision), read by every process where it lies; vectors younger than it come from the database."""

    def __init__(self, folder: Path, version: str) -> None:
        self.version = version
        self.path = folder / version / "vectors.usearch"
        self._until = folder / version / "until.json"
        self._begun = folder / version / "begun"

    def begin(self) -> bool:
        folder = self.path.parent
        for other in folder.parent.glob("*") if folder.parent.is_dir() else ():
            if other != folder:
                shutil.rmtree(other, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        return not self._begun.exists()

    def begun(self) -> None:
        self._begun.touch()

    def write(self, rows: Sequence[Meaning]) -> None:
        """The database has them, and the tail is read from there."""

    def remove(self, rows: Sequence[Meaning]) -> None:
        """A key without a row is no document."""

    def finish(self) -> None:
        tail = self._tail()
        if self.path.exists() and tail.count() <= TAIL:
            return
        index: Any = None
        last = None
        for rows in _chunks(tail):
            keys = np.asarray([row.key for row in rows], dtype=np.uint64)
            vectors = np.stack([_vector(row.vector) for row in rows])
            index = index if index is not None else self._writable(vectors.shape[1])
            index.remove(keys)
            index.add(keys, vectors)
            last = rows[-1].made
        if index is None or last is None:
            return
        staged = self.path.with_suffix(".new")
        index.save(str(staged))
        staged.replace(self.path)
        self._until.write_text(json.dumps(last))

    def nearest(self, vector: Vectors, limit: int) -> list[UUID]:
        # The distance of each key; of a vector that was made anew the tail's counts.
        found: dict[int, float] = {}
        if self.path.exists():
            stat = self.path.stat()
            matches = _opened(str(self.path), stat.st_mtime_ns, stat.st_ino).search(vector, limit)
            found = dict(zip(map(int, matches.keys), map(float, matches.distances), strict=True))
        tail = list(self._tail().values_list("key", "vector")[: 2 * TAIL])
        if tail:
            distances = 1 - np.stack([_vector(each) for _, each in tail]) @ vector
            found |= dict(zip((key for key, _ in tail), map(float, distances), strict=True))
        nearest = sorted(found, key=lambda key: (found[key], key))[:limit]
        documents = dict(Meaning.objects.filter(key__in=nearest).values_list("key", "document_id"))
        return [documents[key] for key in nearest if key in documents]

    def _tail(self) -> Any:
        rows = Meaning.objects.filter(model=self.version, made__isnull=False).order_by("made")
        if self.path.exists() and self._until.exists():
            rows = rows.filter(made__gt=json.loads(self._until.read_text()))
        return rows

    def _writable(self, dimensions: int) -> Any:
        from usearch.index import Index

        if self.path.exists():
            return Index.restore(str(self.path))
        return Index(ndim=dimensions, metric="cos", dtype="f16")


@lru_cache(maxsize=2)
def _opened(path: str, changed: int, inode: int) -> Any:
    from usearch.index import Index

    return Index.restore(path, view=True)


class ElasticsearchVectors:
    """An index of its own beside the words': a document's vector and nothing else, so that it never has to be read to be written."""

    def __init__(self, engine: Any, version: str) -> None:
        self.client, self.quick = engine.client, engine.quick
        self._all = f"{settings.ELASTICSEARCH_INDEX}-meaning-*"
        self.name = f"{settings.ELASTICSEARCH_INDEX}-meaning-{version}"
        self.version = version
        self._begun = False

    def begin(self) -> bool:
        from search.engines.elasticsearch_errors import typed_errors

        with typed_errors():
            held = self.client.indices.get(index=self._all, allow_no_indices=True).body
            if others := [name for name in held if name != self.name]:
                self.client.indices.delete(index=others)
        self._begun = held.get(self.name, {}).get("mappings", {}).get("_meta") == _BEGUN
        if self._begun:
            return False
        # The database may have vectors of this model from before.
        for rows in _chunks(Meaning.objects.filter(model=self.version, vector__isnull=False).order_by("key")):
            self.write(rows)
        return True

    def begun(self) -> None:
        from search.engines.elasticsearch_errors import typed_errors

        # Without a vector there is no index yet, as nothing tells their length: `write` makes it.
        self._begun = True
        with typed_errors():
            self.client.options(ignore_status=404).indices.put_mapping(index=self.name, meta=_BEGUN)

    def write(self, rows: Sequence[Meaning]) -> None:
        from elasticsearch.helpers import bulk

        from search.engines.elasticsearch_errors import typed_errors

        vectors = [_vector(row.vector) for row in rows]
        with typed_errors():
            if not self.client.indices.exists(index=self.name):
                self.client.indices.create(index=self.name, mappings=self._mapping(len(vectors[0])))
            bulk(
                self.client,
                (
                    {"_index": self.name, "_id": str(row.document_id), "vector": vector.tolist()}
                    for row, vector in zip(rows, vectors, strict=True)
                ),
            )

    def remove(self, rows: Sequence[Meaning]) -> None:
        from elasticsearch.helpers import bulk

        gone = ({"_op_type": "delete", "_index": self.name, "_id": str(row.document_id)} for row in rows)
        bulk(self.client, gone, raise_on_error=False)

    def finish(self) -> None:
        self.client.options(ignore_status=404).indices.refresh(index=self.name)

    def nearest(self, vector: Vectors, limit: int) -> list[UUID]:
        from search.engines.elasticsearch_errors import typed_errors

        knn = {"field": "vector", "query_vector": vector.tolist(), "k": limit, "num_candidates": min(10_000, 2 * limit)}
        try:
            with typed_errors():
                answer = self.quick.search(index=self.name, knn=knn, size=limit, source=False)
        except EngineError as error:
            raise MeaningDown(f"Elasticsearch did not look up the vector: {error}") from error
        return [UUID(row["_id"]) for row in answer["hits"]["hits"]]

    def _mapping(self, dimensions: int) -> dict[str, Any]:
        vector = {"type": "dense_vector", "dims": dimensions, "index": True, "similarity": "cosine"}
        return {"dynamic": "strict", "properties": {"vector": vector}, "_meta": _BEGUN if self._begun else {}}


def _chunks(rows: Any) -> Iterator[list[Meaning]]:
    """The rows some at a time, without holding them all."""
    chunk: list[Meaning] = []
    for row in rows.iterator(chunk_size=_CHUNK):
        chunk.append(row)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _vector(held: Any) -> Vectors:
    return np.frombuffer(bytes(held), dtype=np.float16).astype(np.float32)
