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
HEADER = r"""# What our own code says. `python -m scripts.extract` adds what is new and takes away what is gone.
msgid ""
msgstr ""
"Project-Id-Version: van-kho\n"
"Language: vi\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=1; plural=0;\n"

"""
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


def update(catalogue: Path = CATALOGUE, root: Path = ROOT) -> list[str]:
    """Brings the catalogue up to the code; returns the messages that have no translation yet."""
    with catalogue.open("rb") as stream:
        known = read_po(stream, locale="vi")
    known.update(messages(root), no_fuzzy_matching=True)
    for message in known:
        message.locations, message.auto_comments = [], []
    written = io.BytesIO()
    write_po(written, known, width=0, omit_header=True, ignore_obsolete=True, sort_output=True)
    catalogue.write_text(HEADER + written.getvalue().decode(), encoding="utf-8")
    return incomplete(known)


if __name__ == "__main__":
    for text in (missing := update()):
        sys.stdout.write(f"messages: no vi for {text!r}\n")
    sys.exit(1 if missing else 0)
