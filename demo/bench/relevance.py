"""How well questions find what answers them: a collection with known answers, through the program's own indexing and query path.

Measures, over questions: P@1, the share whose first document answers; R@10, the share of the answers among the first ten; MRR@10, one
over the place of the first answer, 0 below the tenth. Each question is asked as it is written and once more without marks.
"""

from __future__ import annotations

import json
import statistics
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from repository.text.fold import fold
from search.engines import weights
from search.engines.base import Engine, IndexDocument, Query
from search.engines.tantivy import TantivyEngine
from search.query import parse
from search.text.abbreviations import Abbreviations, defaults

KEYS = frozenset({"a:0:1"})
DEPTH = 10
FOLDS = 5
GRID: Mapping[str, tuple[float, ...]] = {
    "ACCENTED": (0.25, 0.5, 0.75, 1.0),
    "PAIRS": (0.25, 0.5, 0.75, 1.0),
    "TITLE": (0.0, 0.05, 0.1, 0.2),
    "TITLE_PAIRS": (0.0, 0.1, 0.2, 0.4),
}
"""What is tried around the weights that are set; the folded words stay at half, since only the proportions matter."""


@dataclass(frozen=True)
class Question:
    id: str
    text: str
    answers: frozenset[str]


@dataclass(frozen=True)
class Score:
    """Means over the questions asked."""

    first: float
    recall: float
    reciprocal: float

    def row(self) -> str:
        return f"{self.first:.3f} / {self.recall:.3f} / {self.reciprocal:.3f}"


def read(folder: Path) -> tuple[list[IndexDocument], list[Question]]:
    """The collection in `folder`: `*corpus.jsonl` with id and text, `*queries.jsonl` with id, text and `rel`.

    An id such as `Luật Đất đai@12` names a law: with the article's heading it is the document's subject, as a record has one.
    """
    [corpus], [queries] = sorted(folder.glob("*corpus.jsonl")), sorted(folder.glob("*queries.jsonl"))
    documents = []
    for row in _lines(corpus):
        law = str(row["id"]).partition("@")[0]
        heading = str(row["text"]).partition("\n")[0].strip()
        documents.append(
            IndexDocument(
                id=str(row["id"]), version=1, title=f"{law}. {heading[:300]}", text=str(row["text"]), keys=tuple(KEYS)
            )
        )
    questions = [Question(str(row["id"]), str(row["text"]), frozenset(map(str, row["rel"]))) for row in _lines(queries)]
    return documents, questions


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def bench_relevance(folder: Path, elasticsearch_url: str | None = None, *, fit: bool = False) -> dict[str, Any]:
    """Measure both ways of typing, with and without a subject, on the embedded engine and, where there is one, on Elasticsearch."""
    documents, questions = read(folder)
    untitled = [IndexDocument(id=d.id, version=1, text=d.text, keys=d.keys) for d in documents]
    figures: dict[str, Any] = {"documents": len(documents), "questions": len(questions), "engines": {}}
    with tempfile.TemporaryDirectory() as scratch:
        for name in ("tantivy", *(("elasticsearch",) if elasticsearch_url else ())):
            for subject, rows in (("with subject", documents), ("without", untitled)):
                with _engine(name, Path(scratch) / uuid4().hex, elasticsearch_url, rows) as engine:
                    figures["engines"][f"{name}, {subject}"] = _both(engine, questions)
                    if name == "tantivy" and subject == "with subject":
                        figures["ablation"] = ablation(engine, questions)
                        if fit:
                            figures["folds"] = cross_validated(engine, questions)
    return figures


@contextmanager
def _engine(name: str, folder: Path, url: str | None, rows: Sequence[IndexDocument]) -> Iterator[Engine]:
    engine: Engine
    if name == "tantivy":
        engine = TantivyEngine(folder)
    else:
        from search.engines.elasticsearch import ElasticsearchEngine

        engine = ElasticsearchEngine(str(url), name=f"relevance-{folder.name}")
    engine.ensure()
    with engine.writer() as writer:
        for start in range(0, len(rows), 500):
            writer.write(rows[start : start + 500])
        writer.refresh()
    try:
        yield engine
    finally:
        if name != "tantivy":
            _drop(engine)
        engine.close()


def _drop(engine: Any) -> None:
    indices = engine.client.indices
    indices.delete(index=list(indices.get(index=f"{engine.alias}-0*").body))


def _both(engine: Engine, questions: Sequence[Question]) -> dict[str, str]:
    return {
        "with marks": score(engine, questions).row(),
        "typed without": score(engine, questions, plain=True).row(),
    }


def score(engine: Engine, questions: Sequence[Question], *, plain: bool = False) -> Score:
    return mean(judged(engine, questions, plain=plain))


def judged(engine: Engine, questions: Sequence[Question], *, plain: bool = False) -> list[Score]:
    """Each question's own figures, asked as the page of search asks."""
    known = Abbreviations.of(defaults())
    found = []
    for question in questions:
        typed = fold(question.text) if plain else question.text
        answer = engine.search(Query(keys=KEYS, parsed=parse(typed, known), limit=DEPTH))
        places = [place for place, hit in enumerate(answer.hits, start=1) if hit.id in question.answers]
        found.append(
            Score(float(places[:1] == [1]), len(places) / len(question.answers), 1 / places[0] if places else 0.0)
        )
    return found


def mean(scores: Sequence[Score]) -> Score:
    return Score(
        statistics.fmean(one.first for one in scores),
        statistics.fmean(one.recall for one in scores),
        statistics.fmean(one.reciprocal for one in scores),
    )


def ablation(engine: Engine, questions: Sequence[Question]) -> dict[str, dict[str, str]]:
    """The figures with one part of the order after the other taken away."""
    parts: dict[str, dict[str, float]] = {
        "all parts": {},
        "without marks": {"ACCENTED": 0.0, "FOLDED": 1.0},
        "without pairs": {"PAIRS": 0.0, "TITLE_PAIRS": 0.0},
        "without the subject": {"TITLE": 0.0, "TITLE_PAIRS": 0.0},
        "without the subject's words": {"TITLE": 0.0},
        "without the subject's pairs": {"TITLE_PAIRS": 0.0},
        "words without marks alone": {"ACCENTED": 0.0, "PAIRS": 0.0, "TITLE": 0.0, "TITLE_PAIRS": 0.0},
    }
    rows = {}
    for name, changed in parts.items():
        with weighing(changed):
            rows[name] = _both(engine, questions)
    no_abbreviations = Abbreviations()
    with patch.object(Abbreviations, "of", lambda pairs: no_abbreviations):
        rows["without abbreviations"] = _both(engine, questions)
    return rows


@contextmanager
def weighing(changed: Mapping[str, float]) -> Iterator[None]:
    """Other weights for a while. A weight is read at each question, so the index stays as it is."""
    with ExitStack() as stack:
        for name, weight in changed.items():
            stack.enter_context(patch.object(weights, name, weight))
        yield


def cross_validated(engine: Engine, questions: Sequence[Question]) -> dict[str, Any]:
    """Weights chosen on four fifths of the questions, judged on the fifth they were not chosen on; each fifth once."""
    tried: dict[tuple[tuple[str, float], ...], list[Score]] = {}

    def scores(chosen: Mapping[str, float]) -> list[Score]:
        key = tuple(sorted(chosen.items()))
        if key not in tried:
            with weighing(chosen):
                tried[key] = judged(engine, questions)
        return tried[key]

    set_now = {name: getattr(weights, name) for name in GRID}
    held_out: list[Score] = []
    chosen_in_folds = []
    for fold_number in range(FOLDS):
        outside = [index for index in range(len(questions)) if index % FOLDS == fold_number]
        inside = [index for index in range(len(questions)) if index % FOLDS != fold_number]
        best = dict(set_now)
        # One weight after the other, twice: the whole grid would take hours and fit the noise.
        for name in (*GRID, *GRID):
            best = max(
                ({**best, name: value} for value in GRID[name]),
                key=lambda tried_now: _worth([scores(tried_now)[index] for index in inside]),
            )
        chosen_in_folds.append(best)
        held_out += [scores(best)[index] for index in outside]
    return {
        "as set": mean(scores(set_now)).row(),
        "chosen on the other folds": mean(held_out).row(),
        "chosen": chosen_in_folds,
    }


def _worth(scores: Sequence[Score]) -> float:
    whole = mean(scores)
    return whole.first + whole.recall + whole.reciprocal
