"""The population of an audit: frozen once, as a text of one line a document that anybody may hash and draw from again.

A line is the document's identity, a blank and the code of the agency that keeps it, ended by a line feed; lines stand in the order of
identities. The SHA-256 over all of it stands on the audit, and in the event that was written before a seed was known.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef

from repository.actors import Actor
from repository.codes import FileRole
from repository.models import Agency, Document, File
from signing.desk import SIGNED
from signing.models import Audit, PopulationPart
from signing.scope import STEP, Scope, walk

# Lines of one part: about 900 KB of text.
PART = 20_000


@dataclass
class Frozen:
    count: int = 0
    secrecy: int = 0
    sha256: str = ""
    parts: list[tuple[int, bytes]] = field(default_factory=list)


def freeze(scope: Scope, agency: Agency, actor: Actor, told: Any) -> Frozen:
    """Walk the scope and put down what the actor sees of it, in the agency and its units. `told(count)` is called on the way."""
    frozen, digest = Frozen(), hashlib.sha256()
    lines: list[str] = []

    def put_down() -> None:
        text = "".join(lines).encode()
        digest.update(text)
        frozen.parts.append((len(lines), zlib.compress(text, 6)))
        lines.clear()

    for rows in _rows(scope, agency, actor):
        for pk, code, secrecy in rows:
            lines.append(f"{pk} {' '.join(code.split())}\n")
            frozen.count += 1
            frozen.secrecy = max(frozen.secrecy, secrecy)
            if len(lines) == PART:
                put_down()
        told(frozen.count)
    if lines:
        put_down()
    frozen.sha256 = digest.hexdigest()
    return frozen


def _rows(scope: Scope, agency: Agency, actor: Actor) -> Iterator[list[tuple[UUID, str, int]]]:
    """Identity, agency's code and secrecy, in the order of identities, a stretch at a time."""
    files = File.objects.filter(version__document=OuterRef("pk"), version__current=True, role=FileRole.MAIN)
    if scope.get("signed", True):
        files = files.filter(status__indication__in=SIGNED)
    wanted = Document.objects.filter(Exists(files), agency__path__startswith=agency.path, secrecy__lte=actor.clearance)
    for found in _ordered(scope, actor):
        rows = wanted.filter(pk__in=found).order_by("pk").values_list("pk", "agency__code", "secrecy")
        yield list(rows)


def _ordered(scope: Scope, actor: Actor) -> Iterator[list[UUID]]:
    if scope["kind"] != "search":
        for found, _cursor in walk(scope, actor):
            yield found
        return
    # An engine goes by date: sixteen bytes a document are held until they can be put in order.
    every = sorted({pk.bytes for found, _cursor in walk(scope, actor) for pk in found})
    for at in range(0, len(every), STEP):
        yield [UUID(bytes=one) for one in every[at : at + STEP]]


def keep(audit: Audit, frozen: Frozen) -> None:
    for number, (lines, text) in enumerate(frozen.parts, start=1):
        PopulationPart.objects.create(audit=audit, number=number, lines=lines, text=text)


def texts_of(audit: Audit) -> Iterator[str]:
    """The frozen text, part by part."""
    for text in (
        PopulationPart.objects.filter(audit=audit).order_by("number").values_list("text", flat=True).iterator(1)
    ):
        yield zlib.decompress(bytes(text)).decode()


def sha256_of(audit: Audit) -> str:
    """The hash of what lies here now; that of the audit's row where nobody touched it."""
    digest = hashlib.sha256()
    for text in texts_of(audit):
        digest.update(text.encode())
    return digest.hexdigest()
