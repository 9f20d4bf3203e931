"""The files of a drill: small papers with known bytes and known metadata, made once and kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo import bulk
from demo.filing import values_of
from demo.office import WRITERS
from demo.papers import pdf
from demo.plot import PlannedDocument, PlannedDossier

# Of ten files, so many are not PDFs.
KINDS = ("unsigned", "unsigned", "docx", "unsigned", "unsigned", "unsigned", "txt", "unsigned", "unsigned", "unsigned")


@dataclass(frozen=True)
class DrillFile:
    """One file: the dossier it belongs to, its name, its bytes and their digest, and what a person confirms of it."""

    dossier: int
    name: str
    path: Path
    sha256: str
    values: dict[str, Any]


def title_of(dossier: int) -> str:
    return f"Hồ sơ thử sự cố số {dossier + 1}"


def drill_files(folder: Path, count: int, dossiers: int, *, seed: int) -> list[DrillFile]:
    """The first `count` files of the seed, spread evenly over the dossiers; bytes that are in the folder are not made again."""
    folder.mkdir(parents=True, exist_ok=True)
    return list(_made(folder, count, dossiers, seed))


def _made(folder: Path, count: int, dossiers: int, seed: int) -> Iterator[DrillFile]:
    for place, paper in enumerate(bulk.papers(count, seed=seed, most_pages=2)):
        kind = KINDS[place % len(KINDS)]
        ending = "pdf" if kind == "unsigned" else kind
        name = f"{place + 1:04d}_{paper.date.year}_{paper.number}_{paper.notation}.{ending}"
        path = folder / f"{seed}-{name}"
        if not path.exists():
            draft = path.with_suffix(".new")
            draft.write_bytes(pdf(paper) if kind == "unsigned" else WRITERS[kind](paper))
            draft.rename(path)
        dossier = place * dossiers // count
        planned = PlannedDossier(
            str(dossier), paper.agency, paper.date.year, paper.heading, paper.sector, title_of(dossier), "archived", 0
        )
        values = values_of(PlannedDocument(paper, kind, name), planned)
        yield DrillFile(dossier, name, path, hashlib.sha256(path.read_bytes()).hexdigest(), values)
