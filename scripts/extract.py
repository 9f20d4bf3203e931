"""The messages of the code: what Python modules and templates hand to gettext, and the Vietnamese catalogue brought up to it.

    python -m scripts.extract

Django's makemessages does the same through the programs of gettext, which a bare machine does not have.
"""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from scripts.messages import ROOT, incomplete

APPS = ("repository", "search", "signing", "archive", "demo", "settings")
CATALOGUE = ROOT / "locale" / "vi" / "LC_MESSAGES" / "django.po"
PARTS = ROOT / "locale" / "vi.d"
# What libraries say: their modules are not read here.
OTHERS = "libraries.po"
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def messages(root: Path = ROOT) -> Catalog:
    """Every message of our apps with its context, its plural and its flags (`python-format`)."""
    found = Catalog(charset="utf-8")
    for app in APPS:
        for path in sorted((root / app).rglob("*")):
            if path.suffix in (".py", ".html", ".txt") and not {"migrations", "static"} & set(path.parts):
                for text, context in messages_of(path):
                    found.add(text, context=context)
    return found


def messages_of(path: Path) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    """The messages of one module or template, each with its context; a plural is a pair."""
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # What templatize leaves is calls between letters without meaning; their indentation would not parse.
        source = re.sub(r"(?m)^\s+", "", templatize(source, origin=str(path)))
    for _, text, _, context in extract("python", io.BytesIO(source.encode()), KEYWORDS, options={"encoding": "utf-8"}):
        if text:
            yield text, context


def update(catalogue: Path = CATALOGUE, parts: Path = PARTS, root: Path = ROOT) -> list[str]:
    """Brings the catalogue and its parts up to the code: what is gone leaves each, what stands nowhere yet goes into the
    catalogue. Returns the messages that have no translation yet."""
    found = messages(root)
    missing: list[str] = []
    with (parts / OTHERS).open("rb") as stream:
        for message in read_po(stream, locale="vi"):
            found.delete(message.id, message.context)
    for path in (*sorted(path for path in parts.glob("*.po") if path.name != OTHERS), catalogue):
        with path.open("rb") as stream:
            part = read_po(stream, locale="vi")
        here = Catalog(charset="utf-8")
        for message in list(found):
            if message.id and (path == catalogue or part.get(message.id, message.context) is not None):
                here.add(message.id, flags=message.flags, context=message.context)
                found.delete(message.id, message.context)
        part.update(here, no_fuzzy_matching=True)
        for message in part:
            message.locations, message.auto_comments = [], []
        written = io.BytesIO()
        write_po(written, part, width=0, omit_header=True, ignore_obsolete=True, sort_output=True)
        header = path.read_text(encoding="utf-8").partition("\n\n")[0]
        path.write_text(f"{header}\n\n{written.getvalue().decode()}", encoding="utf-8")
        missing += incomplete(part)
    return missing


if __name__ == "__main__":
    for text in (missing := update()):
        sys.stdout.write(f"messages: no vi for {text!r}\n")
    sys.exit(1 if missing else 0)
