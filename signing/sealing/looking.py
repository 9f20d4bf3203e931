"""What a step of a request shows and where: found on the page, or where the person put it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _
from PIL import Image

from signing.codes import Look as Kind
from signing.models import SigningKey, SigningStep
from signing.sealing.errors import SigningFailed
from signing.sealing.pdf import Look, ask_places
from signing.sealing.places import LEADING, POINTS_PER_MM, Box, fitted, over_left_third, top_right
from signing.sealing.wording import annex_lines, copy_lines, width_of

PREVIEW_PIXELS = 1000
NEAR_THE_TOP = 40 * POINTS_PER_MM


@dataclass(frozen=True)
class Wish:
    """Where the person wants it: page from 1, left and lower edge in millimetres from the page's corner."""

    page: int
    left: float
    bottom: float


def look_of(
    kind: Kind | str,
    path: Path,
    key: SigningKey,
    moment: datetime,
    *,
    name: str = "",
    title: str = "",
    code: str = "",
    copy_form: str = "",
    wish: Wish | None = None,
) -> Look:
    """The look of a signature on this file. Raises SigningFailed where its picture is missing or the file cannot be read."""
    if kind in (Kind.ANNEX, Kind.COPY):
        lines = annex_lines(code, moment) if kind == Kind.ANNEX else copy_lines(copy_form, str(key.agency), moment)
        return _text(path, lines)
    if not key.picture:
        raise SigningFailed("no picture", _("There is no picture for this signature yet. Ask your administrator."))
    picture = bytes(key.picture)
    with Image.open(BytesIO(picture), formats=("PNG",)) as image:
        shape = image.size
    page, box = _person(path, name, title, shape) if kind == Kind.PERSON else _seal(path, key, name, title, shape)
    if wish is not None:
        page, box = _moved(path, wish, box)
    return Look(page, box, picture)


def _text(path: Path, lines: list[str]) -> Look:
    size = ask_places("sizes", str(path), 0)
    taken = [
        _box(one["box"])
        for one in ask_places("shown", str(path))
        if one["page"] == 0 and one["box"][1] > size["height"] - NEAR_THE_TOP
    ]
    width = max(width_of(line) for line in lines) + 1
    return Look(0, top_right(size["width"], size["height"], width, len(lines), LEADING, taken), lines=tuple(lines))


def _person(path: Path, name: str, title: str, shape: tuple[int, int]) -> tuple[int, Box]:
    place = ask_places("find", str(path), name, title) if name else None
    if place is None:
        place = _corner(path)
    return place["page"], fitted(_box(place["box"]), *shape)


def _seal(path: Path, key: SigningKey, name: str, title: str, shape: tuple[int, int]) -> tuple[int, Box]:
    """Over the last person's signature; where nobody signed visibly, where a person would have."""
    size = ask_places("sizes", str(path), 0)
    signed = [
        one
        for one in ask_places("shown", str(path))
        if one["page"] > 0 or one["box"][1] <= size["height"] - NEAR_THE_TOP
    ]
    width = float(key.width_mm)
    height = width * shape[1] / shape[0]
    if signed:
        return signed[-1]["page"], over_left_third(_box(signed[-1]["box"]), width, height)
    place = (ask_places("find", str(path), name, title) if name else None) or _corner(path)
    return place["page"], over_left_third(_box(place["box"]), width, height)


def _corner(path: Path) -> dict[str, Any]:
    """Where names stand mostly: the lower right of the last page."""
    last = ask_places("sizes", str(path), 10**6)
    right, low = last["width"] - 25 * POINTS_PER_MM, 45 * POINTS_PER_MM
    return {"page": last["pages"] - 1, "box": [right - 150, low, right, low + 70]}


def _moved(path: Path, wish: Wish, box: Box) -> tuple[int, Box]:
    """The same size at the place that was wished, kept on the page."""
    page = max(wish.page - 1, 0)
    size = ask_places("sizes", str(path), page)
    page = min(page, size["pages"] - 1)
    width, height = box[2] - box[0], box[3] - box[1]
    left = min(max(wish.left * POINTS_PER_MM, 0), size["width"] - width)
    bottom = min(max(wish.bottom * POINTS_PER_MM, 0), size["height"] - height)
    return page, (left, bottom, left + width, bottom + height)


def _box(edges: list[float]) -> Box:
    return (edges[0], edges[1], edges[2], edges[3])


def preview(path: Path, look: Look) -> bytes:
    """The page as it will look, as PNG."""
    with tempfile.TemporaryDirectory(prefix="preview-") as folder:
        out, picture = Path(folder) / "page.png", Path(folder) / "look.png"
        picture.write_bytes(look.picture)
        over = {"box": list(look.box), "picture": str(picture), "lines": list(look.lines)} if look.box else None
        ask_places("draw", str(path), look.page, str(out), PREVIEW_PIXELS, over)
        return out.read_bytes()


def wish_of(look: Look) -> Wish:
    """Where the look stands, in a person's figures."""
    left, bottom = (look.box or (0, 0, 0, 0))[:2]
    return Wish(look.page + 1, round(left / POINTS_PER_MM, 1), round(bottom / POINTS_PER_MM, 1))


def step_look(step: SigningStep, path: Path, key: SigningKey, moment: datetime, wish: Wish | None = None) -> Look:
    document = step.request.document
    person = step.user
    return look_of(
        step.look,
        path,
        key,
        moment,
        name=person.full_name if person else document.signer_name,
        title=document.signer_position if not person or person.full_name == document.signer_name else "",
        code=document.code,
        copy_form=step.copy_form,
        wish=wish,
    )
