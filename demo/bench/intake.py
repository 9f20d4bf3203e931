"""A hundred two-page PDFs through the whole pipeline, beside the libraries alone on the same files."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2

from demo import bulk
from demo.bench.machine import run
from demo.papers import pdf


def bench_intake(folder: Path, *, documents: int) -> dict[str, Any]:
    """Seconds per document, by the clock and of processors. What a command needs to start is measured apart, with one file."""
    papers = list(two_pagers(folder / "papers", documents + 1))
    data, template = folder / "archive-intake", folder / "archive-empty"
    environment = os.environ | {"REPOSITORY_DATA": str(data)}
    manage = [sys.executable, "manage.py"]
    # Made once: the first migrations take longer than the hundred documents.
    if run([*manage, "init", "--json"], environment | {"REPOSITORY_DATA": str(template)}).status:
        raise RuntimeError(f"no archive could be made in {template}")
    shutil.rmtree(data, ignore_errors=True)
    shutil.copytree(template, data)
    for path in papers:
        path.read_bytes()  # the operating system has them at hand, for all alike
    intake = [*manage, "intake", "--json", "--new-dossier"]
    first = run([*intake, "Một", str(papers[0])], environment)
    whole = run([*intake, "Trăm", *map(str, papers[1:])], environment)
    if not whole.output:
        raise RuntimeError(f"the intake ended with status {whole.status}")
    filed = json.loads(whole.output.splitlines()[-1])["filed"]
    alone = [sys.executable, "-m", "demo.bench.alone"]
    figures: dict[str, Any] = {"documents": documents, "filed": filed, "load": round(whole.load, 1)}
    for name, one, many in (
        ("intake", first, whole),
        *(
            (
                which,
                run([*alone, which, str(papers[0])], environment),
                run([*alone, which, *map(str, papers[1:])], environment),
            )
            for which in ("tika", "parts")
        ),
    ):
        # `one` did one document as well, so the difference is what the others cost.
        figures[name] = {
            "wall": round((many.wall - one.wall) / (documents - 1), 4),
            "cpu": round((many.cpu - one.cpu) / (documents - 1), 4),
            "start_wall": round(one.wall, 2),
            "start_cpu": round(one.cpu, 2),
            "wall_with_start": round(many.wall / documents, 4),
        }
    for name in ("wall", "cpu"):
        figures[f"{name}_to_tika"] = round(figures["intake"][name] / figures["tika"][name], 2)
        figures[f"{name}_to_parts"] = round(figures["intake"][name] / figures["parts"][name], 2)
    figures["problems"] = [] if filed == documents else [f"{filed} of {documents} filed"]
    return figures


def two_pagers(folder: Path, count: int) -> Iterator[Path]:
    """PDFs of exactly two pages, drawn from a seed and kept."""
    folder.mkdir(parents=True, exist_ok=True)
    found = 0
    for place, paper in enumerate(bulk.papers(count * 4, seed=11, most_pages=3)):
        if found == count:
            return
        path = folder / f"{place:04d}_{paper.date.year}_{paper.number}_{paper.notation}.pdf"
        kept = path if path.exists() else path.with_suffix(".left-out")
        if not kept.exists():
            made = pdf(paper)
            kept = path if len(pypdfium2.PdfDocument(made)) == 2 else kept
            kept.write_bytes(made if kept == path else b"")
        if kept == path:
            found += 1
            yield path
    raise RuntimeError(f"only {found} papers of two pages were drawn")
