"""The contact sheet: all pictures on one page, a row for each page and role."""

from __future__ import annotations

import html
from dataclasses import dataclass
from pathlib import Path

STYLE = """body{font:14px system-ui;margin:1rem;background:#ddd}table{border-collapse:collapse}td,th{padding:.3rem;vertical-align:top;text-align:left}
img{width:20rem;max-height:30rem;object-fit:cover;object-position:top;border:1px solid #999}td.narrow img{width:8rem}.bad{color:#98113a}"""


@dataclass(frozen=True)
class Shot:
    """One picture: the page, who looks, how, the file, and what was wrong."""

    page: str
    role: str
    view: str
    file: str
    complaints: tuple[str, ...] = ()


def write(folder: Path, shots: list[Shot]) -> Path:
    views = sorted({shot.view for shot in shots})
    rows: dict[tuple[str, str], dict[str, Shot]] = {}
    for shot in shots:
        rows.setdefault((shot.page, shot.role), {})[shot.view] = shot
    head = "".join(f"<th>{html.escape(view)}</th>" for view in views)
    body = "".join(
        f"<tr><th>{html.escape(page)}<br>{html.escape(role)}</th>{''.join(_cell(found.get(view)) for view in views)}</tr>"
        for (page, role), found in rows.items()
    )
    path = folder / "index.html"
    path.write_text(
        f"<!doctype html><meta charset=utf-8><title>Screens</title><style>{STYLE}</style>"
        f"<table><tr><th></th>{head}</tr>{body}</table>",
        encoding="utf-8",
    )
    return path


def _cell(shot: Shot | None) -> str:
    if shot is None:
        return "<td></td>"
    said = "".join(f'<p class="bad">{html.escape(text)}</p>' for text in shot.complaints)
    narrow = ' class="narrow"' if "-360-" in shot.view else ""
    return f'<td{narrow}><a href="{shot.file}"><img loading="lazy" src="{shot.file}" alt=""></a>{said}</td>'
