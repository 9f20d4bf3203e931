"""Where vectors come from: a model in a folder of the operator's, or a service that speaks OpenAI's protocol for embeddings.

Nothing is fetched but from the address that is set, and nothing at all with a folder.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import urllib3
from django.conf import settings
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

SECONDS_FOR_TEXTS = 120.0
"""A batch of texts may take this long: nobody waits for it."""
LARGEST_ANSWER = 64 << 20  # bytes
_LONGEST_VECTOR = 8192


class MeaningDown(Exception):
    """The model gives no vectors now; trying again later may help."""


class Model(Protocol):
    """A model of meaning. `version` names all that a vector depends on: vectors of two versions are never compared."""

    version: str

    def of_texts(self, texts: Sequence[str]) -> Vectors:
        """A vector of length one for each text. Raises MeaningDown."""

    def of_question(self, typed: str) -> Vectors:
        """One vector, within the time a person may wait. Raises MeaningDown."""


def model() -> Model | None:
    """The model the settings name; None: meaning is off."""
    url, folder = settings.MEANING_URL, settings.MEANING_FOLDER
    if url:
        return OverHttp(url, settings.MEANING_MODEL, settings.MEANING_API_KEY, settings.MEANING_SECONDS)
    return _from_folder(Path(folder)) if folder else None


@lru_cache(maxsize=2)
def _from_folder(folder: Path) -> Model:
    return FromFolder(folder)


class OverHttp:
    """`POST {address}/embeddings` with `model` and `input`, as OpenAI, vLLM, llama.cpp, Ollama and others answer it.

    No redirect is followed and no proxy asked: questions and texts go to the address that is set and nowhere else.
    """

    def __init__(self, address: str, name: str, api_key: str | None, seconds: float) -> None:
        self._url = f"{address.rstrip('/')}/embeddings"
        self._name = name
        self._headers = {"Content-Type": "application/json"} | (
            {"Authorization": f"Bearer {api_key}"} if api_key else {}
        )
        self._seconds = seconds
        self.version = _named("http", address, name, *_prefixes())

    def of_texts(self, texts: Sequence[str]) -> Vectors:
        return self._ask([settings.MEANING_TEXT_PREFIX + text for text in texts], SECONDS_FOR_TEXTS)

    def of_question(self, typed: str) -> Vectors:
        return self._ask([settings.MEANING_QUERY_PREFIX + typed], self._seconds)[0]

    def _ask(self, texts: list[str], seconds: float) -> Vectors:
        body = json.dumps({"model": self._name, "input": texts, "encoding_format": "float"}).encode()
        try:
            answer = _pool().request(
                "POST",
                self._url,
                body=body,
                headers=self._headers,
                timeout=urllib3.Timeout(total=seconds),
                retries=False,
                redirect=False,
                preload_content=False,
            )
            try:
                said = answer.read(LARGEST_ANSWER + 1)
            finally:
                answer.release_conn()
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise MeaningDown(f"the service does not answer: {type(error).__name__}") from error
        if answer.status != 200 or len(said) > LARGEST_ANSWER:
            raise MeaningDown(f"the service answered {answer.status} with {len(said)} bytes")
        return _read(said, len(texts))


class FromFolder:
    """A static model (model2vec's layout: `config.json`, `tokenizer.json`, `model.safetensors`), on processors alone."""

    def __init__(self, folder: Path) -> None:
        # It could fetch models by name; a folder is read, and where that fails nothing is looked for elsewhere.
        os.environ["HF_HUB_OFFLINE"] = "1"
        try:
            from model2vec import StaticModel
        except ImportError as error:
            raise MeaningDown("MEANING_FOLDER needs the package model2vec, which is not installed") from error
        if not (folder / "model.safetensors").is_file():
            raise MeaningDown(f"there is no model in {folder}")
        try:
            self._model = StaticModel.from_pretrained(str(folder))
        except Exception as error:
            raise MeaningDown(f"the model in {folder} cannot be read: {type(error).__name__}") from error
        self.version = _named("folder", _digest(folder), *_prefixes())

    def of_texts(self, texts: Sequence[str]) -> Vectors:
        return _unit(self._model.encode([settings.MEANING_TEXT_PREFIX + text for text in texts]))

    def of_question(self, typed: str) -> Vectors:
        return _unit(self._model.encode([settings.MEANING_QUERY_PREFIX + typed]))[0]


@lru_cache(maxsize=1)
def _pool() -> urllib3.PoolManager:
    return urllib3.PoolManager(maxsize=4)


def _read(said: bytes, number: int) -> Vectors:
    try:
        rows: list[Any] = sorted(json.loads(said)["data"], key=lambda row: row["index"])
        found = np.asarray([row["embedding"] for row in rows], dtype=np.float32)
    except (ValueError, KeyError, TypeError) as error:
        raise MeaningDown("the service's answer is none of the protocol") from error
    if found.ndim != 2 or len(found) != number or not 0 < found.shape[1] <= _LONGEST_VECTOR:
        raise MeaningDown(f"the service answered {found.shape} to {number} texts")
    return _unit(found)


def _unit(found: Any) -> Vectors:
    vectors = np.asarray(found, dtype=np.float32)
    if not np.isfinite(vectors).all():
        raise MeaningDown("the model gave a vector with a value that is no number")
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(length == 0, 1, length), dtype=np.float32)


def _prefixes() -> tuple[str, str]:
    return settings.MEANING_TEXT_PREFIX, settings.MEANING_QUERY_PREFIX


def _named(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for name in ("config.json", "tokenizer.json", "model.safetensors"):
        if (folder / name).is_file():
            with (folder / name).open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
