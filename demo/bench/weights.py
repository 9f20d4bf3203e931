"""What a first look at a page costs on the wire: its HTML and everything it links, as compressed as it is sent; page images left out."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders

LINKED = re.compile(r'<(?:link|script)\b[^>]*\b(?:href|src)="([^"]+\.(?:css|js|svg|woff2))[^"]*"')
IMPORTED = re.compile(r"""(?:\bfrom\s+|\bimport\s*\(?)['"](\./[^'"]+|/[^'"]+\.js)['"]""")
SHEETS = re.compile(r"""@import\s+url\(["']?([^"')]+\.css)["']?\)""")
FONTS = re.compile(r"""url\(["']?([^"')]+\.woff2)["']?\)""")
SPRITES = re.compile(r'href="([^"#]+\.svg)#')
# A browser fetches an italic only where a quotation stands.
LATER = ("Italic",)


def first_load(html: str) -> dict[str, int]:
    """Bytes of the page itself, of styles, scripts, pictures and fonts, and of all together."""
    found: dict[str, int] = {}
    waiting = [*LINKED.findall(html), *SPRITES.findall(html)]
    seen: set[str] = set()
    while waiting:
        url = waiting.pop()
        path = _path(url)
        if path is None or url in seen:
            continue
        seen.add(url)
        kind = path.suffix.lstrip(".")
        content = path.read_bytes()
        found[kind] = found.get(kind, 0) + (len(content) if kind == "woff2" else len(gzip.compress(content, 6)))
        if kind == "js":
            waiting += [_beside(url, one) for one in IMPORTED.findall(content.decode(errors="replace"))]
        if kind == "css":
            fonts = [one for one in FONTS.findall(content.decode(errors="replace")) if not any(w in one for w in LATER)]
            sheets = SHEETS.findall(content.decode(errors="replace"))
            waiting += [_beside(url, one) for one in (*fonts, *sheets)]
    found["html"] = len(gzip.compress(html.encode(), 6))
    return {**found, "all": sum(found.values())}


def _beside(url: str, other: str) -> str:
    if other.startswith("/"):
        return other
    folder = url.rpartition("/")[0]
    while other.startswith(("./", "../")):
        if other.startswith("../"):
            folder = folder.rpartition("/")[0]
        other = other.partition("/")[2]
    return f"{folder}/{other}"


def _path(url: str) -> Path | None:
    """The file behind an address of ours."""
    if not url.startswith(settings.STATIC_URL):
        return None
    found = finders.find(url.removeprefix(settings.STATIC_URL).partition("?")[0])
    return Path(found) if isinstance(found, str) else None
