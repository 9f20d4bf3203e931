"""The messages of the code: what Python modules and templates hand to gettext, and the Vietnamese catalogue brought up to it.

Django's makemessages does the same through the programs of gettext, which a bare machine does not have.
"""

import io
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
APPS = ("repository", "search", "signing", "archive", "demo", "settings")
CATALOGUE = ROOT / "locale" / "vi" / "LC_MESSAGES" / "django.po"

KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
    "gettext_noop": None,
}


def messages(root: Path = ROOT) -> Catalog:
    """Every message of our apps with its context, its plural and its flags (`python-format`)."""
    found = Catalog(charset="utf-8")
    for app in APPS:
        for path in sorted((root / app).rglob("*")):
            if path.suffix not in (".py", ".html", ".txt") or "migrations" in path.parts or "static" in path.parts:
                continue
            for text, context in _messages_of(path):
                found.add(text, context=context)
    return found


def _messages_of(path: Path) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # What templatize leaves is calls between letters without meaning; their indentation would not parse.
        source = re.sub(r"(?m)^\s+", "", templatize(source, origin=str(path)))
    for _, text, _, context in extract("python", io.BytesIO(source.encode()), KEYWORDS, options={"encoding": "utf-8"}):
        if text:
            yield text, context


def update(catalogue: Path = CATALOGUE, root: Path = ROOT) -> int:
    """Adds what is new to the catalogue and drops what is gone; returns how many messages have no translation yet."""
    with catalogue.open("rb") as stream:
        known = read_po(stream, locale="vi")
    known.update(messages(root), no_fuzzy_matching=True)
    for message in known:
        message.locations, message.auto_comments = [], []
    written = io.BytesIO()
    write_po(written, known, width=0, omit_header=False, ignore_obsolete=True, sort_output=True)
    catalogue.write_bytes(written.getvalue())
    return sum(1 for message in known if message.id and not all(_strings(message.string)))


def _strings(string: str | tuple[str, ...]) -> tuple[str, ...]:
    return string if isinstance(string, tuple) else (string,)


if __name__ == "__main__":
    left = update()
    raise SystemExit(f"messages: {left} without a translation" if left else 0)
