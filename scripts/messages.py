"""Translations: reads the catalogues (.po) and writes what Django reads (.mo), without gettext's own programs.

A language's catalogue may be kept in parts, `locale/LANGUAGE.d/*.po`; they become one.
"""

import io
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Language:
    """One folder's translation into one language: the catalogues it is made of and the file that is made."""

    code: str
    sources: tuple[Path, ...]
    compiled: Path


def languages(root: Path = ROOT) -> Iterator[Language]:
    """Every catalogue of the project: that of `locale/` and those of the apps."""
    for locale in (root / "locale", *sorted(root.glob("*/locale"))):
        codes = {path.parents[1].name for path in locale.glob("*/LC_MESSAGES/*.po")}
        codes |= {path.parent.stem for path in locale.glob("*.d/*.po")}
        for code in sorted(codes):
            sources = (*locale.glob(f"{code}/LC_MESSAGES/*.po"), *locale.glob(f"{code}.d/*.po"))
            yield Language(code, tuple(sorted(sources)), locale / code / "LC_MESSAGES" / "django.mo")


def merged(language: Language) -> Catalog:
    """The catalogues of one language as one. A message that two parts translate differently raises ValueError."""
    whole = Catalog(locale=language.code)
    seen: dict[tuple[object, object], tuple[object, Path]] = {}
    for source in language.sources:
        with source.open("rb") as stream:
            part = read_po(stream, locale=language.code)
        for message in part:
            if not message.id:
                continue
            key = (message.context, message.id)
            before = seen.setdefault(key, (message.string, source))
            if before[0] != message.string:
                raise ValueError(f"{message.id!r} is translated one way in {before[1]} and another in {source}")
            whole.add(message.id, message.string, flags=message.flags, context=message.context)
    return whole


def incomplete(catalog: Catalog) -> list[str]:
    """The messages that have no translation, or one that nobody has confirmed (fuzzy)."""
    missing = []
    for message in catalog:
        strings = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
        if message.id and (message.fuzzy or not all(strings)):
            missing.append(str(message.id))
    return missing


def compile_messages(root: Path = ROOT) -> int:
    """Writes each .mo that is older than its catalogues; returns how many were written."""
    written = 0
    for language in languages(root):
        newest = max(source.stat().st_mtime for source in language.sources)
        if language.compiled.exists() and language.compiled.stat().st_mtime >= newest:
            continue
        language.compiled.parent.mkdir(parents=True, exist_ok=True)
        compiled = io.BytesIO()
        write_mo(compiled, merged(language))
        # By rename: a running process never reads half of it.
        draft = language.compiled.with_suffix(f".{os.getpid()}.tmp")
        draft.write_bytes(compiled.getvalue())
        draft.replace(language.compiled)
        written += 1
    return written


def main() -> int:
    """Compiles, then names what has no translation; 1 where something has none."""
    compile_messages()
    missing = [(language, text) for language in languages() for text in incomplete(merged(language))]
    for language, text in missing:
        print(f"messages: no {language.code} for {text!r}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
