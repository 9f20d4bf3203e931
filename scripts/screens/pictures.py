"""The pictures of the guide and of the README: what each shows, and how it is kept small."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.http import urlencode
from PIL import Image

from repository.codes import DossierState
from repository.guide import PICTURE_BYTES
from scripts.screens.pages import (
    WORDS,
    Address,
    a_request,
    an_audit,
    ask_to_close,
    at,
    dossier,
    of_document,
    of_intake,
    show_keys,
    show_where_it_was_read,
)

ROOT = Path(__file__).resolve().parent.parent.parent
GUIDE = ROOT / "repository" / "static" / "vk" / "guide"
README = ROOT / "docs" / "img"


@dataclass(frozen=True)
class Picture:
    """What a page of the guide shows, as whom, and what is done first."""

    name: str
    role: str
    address: Address
    settle: Callable[[Any], None] | None = None


GUIDE_PICTURES: tuple[Picture, ...] = (
    Picture("find", "archivist", at("search", q=WORDS)),
    Picture("read", "archivist", of_document(query=f"?{urlencode({'q': WORDS})}", subject__icontains="giao thông")),
    Picture("plan", "archivist", at("plan")),
    Picture("file", "clerk", of_intake("receive")),
    Picture("confirm", "clerk", of_intake("receive"), show_where_it_was_read),
    Picture("close", "clerk", dossier(state=DossierState.OPEN), ask_to_close),
    Picture("keep", "chief", dossier(state=DossierState.ARCHIVED, retention__due_on__isnull=False)),
    Picture("audit", "auditor", at("desk")),
    Picture("sample", "auditor", an_audit(state="drawn")),
    Picture("sign", "clerk", a_request(state="open")),
    Picture("prove", "auditor", at("provable")),
    Picture("keys", "clerk", dossier(state=DossierState.OPEN), show_keys),
)
README_PICTURES: tuple[Picture, ...] = tuple(
    next(one for one in GUIDE_PICTURES if one.name == name) for name in ("find", "read", "close")
)


def webp(picture: bytes, limit: int = PICTURE_BYTES) -> bytes:
    """The picture as WebP of the best quality that stays under `limit` bytes. Raises ValueError where none does."""
    with Image.open(io.BytesIO(picture)) as opened:
        image = opened.convert("RGB")
    for quality in range(86, 20, -6):
        written = io.BytesIO()
        image.save(written, "WEBP", quality=quality, method=6)
        if written.tell() <= limit:
            return written.getvalue()
    raise ValueError(f"a picture of {image.size} does not fit into {limit} bytes")
