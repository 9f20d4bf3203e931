"""Cut the interface's two typefaces down to Latin with all Vietnamese letters, as WOFF2, into the folder served as static.

Be Vietnam Pro and Source Serif 4 (both SIL OFL) come as TTF from PyPI; the cut files (132 KB) are built, not committed.
"""

import hashlib
import logging
from importlib import metadata
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

# Basic Latin and Latin-1, the letters and combining marks of Vietnamese, and the punctuation of our pages.
UNICODES = (
    "U+0020-007E,U+00A0-00FF,U+0102-0103,U+0110-0111,U+0128-0129,U+0168-0169,U+01A0-01A1,U+01AF-01B0,U+0300-0303,U+0306,U+0309,"
    "U+031B,U+0323,U+1EA0-1EF9,U+2009,U+2010-2015,U+2018-201E,U+2020-2022,U+2026,U+202F,U+2030,U+2032-2033,U+2039-203A,U+20AB,"
    "U+20AC,U+2190-2193,U+2212,U+2248,U+2260,U+2264-2265"
)
SERIF_FEATURES = ["kern", "liga", "calt", "ccmp", "locl", "mark", "mkmk", "tnum", "lnum", "onum", "pnum"]
# The serif is cut at one optical size; its weights stay variable.
SERIF_AXES = {"opsz": 14, "wght": (400, 700)}
SANS, SERIF = "fontpkg_be_vietnam_pro", "fontpkg_source_serif_4"

# name of the file made: (package, its TTF, axes to pin or None, OpenType features kept)
FONTS: dict[str, tuple[str, str, dict[str, Any] | None, list[str]]] = {
    "BeVietnamPro-Regular.woff2": (SANS, "BeVietnamPro-Regular.ttf", None, ["*"]),
    "BeVietnamPro-Medium.woff2": (SANS, "BeVietnamPro-Medium.ttf", None, ["*"]),
    "BeVietnamPro-SemiBold.woff2": (SANS, "BeVietnamPro-SemiBold.ttf", None, ["*"]),
    "SourceSerif4-Roman.woff2": (SERIF, "SourceSerif4[opsz,wght].ttf", SERIF_AXES, SERIF_FEATURES),
    "SourceSerif4-Italic.woff2": (SERIF, "SourceSerif4-Italic[opsz,wght].ttf", SERIF_AXES, SERIF_FEATURES),
}


def recipe() -> str:
    """A hash over everything the result depends on: letters, features, axes, and the versions of fonts and of the cutter."""
    parts = [UNICODES, repr(FONTS)]
    parts += [
        metadata.version(name) for name in ("fontpkg-be-vietnam-pro", "fontpkg-source-serif-4", "fonttools", "brotli")
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def build(folder: Path) -> bool:
    """Build the fonts into `folder`; False where what stands there is of this recipe already."""
    stamp = folder / "recipe.txt"
    if stamp.exists() and stamp.read_text() == recipe() and all((folder / name).exists() for name in FONTS):
        return False
    folder.mkdir(parents=True, exist_ok=True)
    # It would name every glyph it keeps, seven times a font.
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    for name, (package, source, axes, features) in FONTS.items():
        content = cut(files(package).joinpath("files", source).read_bytes(), axes, features)
        (folder / name).write_bytes(content)
    stamp.write_text(recipe())
    return True


def cut(ttf: bytes, axes: dict[str, Any] | None, features: list[str]) -> bytes:
    """One font as WOFF2 with our letters only."""
    from fontTools.subset import Options, Subsetter, parse_unicodes
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    font = TTFont(BytesIO(ttf))
    options = Options(layout_features=features, hinting=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=parse_unicodes(UNICODES))
    subsetter.subset(font)
    if axes:
        # After the cut: pinning an axis of 400 glyphs takes a second, of all 2,000 half a minute.
        font = instantiateVariableFont(font, axes)
    font.flavor = "woff2"
    made = BytesIO()
    font.save(made)
    return made.getvalue()


class Command(BaseCommand):
    help = "Build the interface's fonts (WOFF2, Vietnamese letters) into the build folder; does nothing when they are there."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.BUILD_DIR) / "static" / "vk" / "fonts"
        built = build(folder)
        total = sum((folder / name).stat().st_size for name in FONTS)
        self.stdout.write(f"{'Built' if built else 'Present'}: {len(FONTS)} fonts, {total // 1000} KB")
