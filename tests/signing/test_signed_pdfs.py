"""PDFs that we sign: the level that was asked for is what our own validator finds, and the bytes before stay."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import pem

from demo import ink
from demo.papers import pdf
from demo.texts import paper_of
from repository.clock import now
from signing.codes import KeyKind, Level
from signing.sealing.keys import Place, Secret, opened
from signing.sealing.pdf import Look, Signed, ask_places, sign_pdf
from signing.sealing.places import fitted
from signing.validation.run import validate_file
from signing.validation.verdicts import FileVerdict, Indication
from tests.pki import authority
from tests.signing.servers import write_key

PASSPHRASE = "mat-khau-rieng"


def root() -> bytes:
    armoured: bytes = pem.armor("CERTIFICATE", authority().root.dump())
    return armoured


def revocations() -> list[bytes]:
    at = datetime.now(UTC)
    return [*(one.dump() for one in authority().crls(at)), authority().certificate("ca").dump()]


def looked_up(path: Path) -> FileVerdict:
    """As the archive's own look-up would: by what is known here."""
    return validate_file(path, trust=[root()], knowledge=revocations())


PAPER = paper_of("to-sign", day=date(2024, 10, 3), type_name="Quyết định", agency="sxd")


@pytest.fixture(scope="module")
def paper_bytes() -> bytes:
    return pdf(PAPER)


@pytest.fixture
def paper(paper_bytes: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "paper.pdf"
    path.write_bytes(paper_bytes)
    return path


@pytest.fixture
def keys(settings: Any, tmp_path: Path) -> Path:
    """Seals as files on the server: the signer's and the agency's."""
    settings.SEAL_KEYS = tmp_path / "keys"
    write_key(authority(), settings.SEAL_KEYS, PAPER.signer_key, "person.p12", PASSPHRASE)
    write_key(authority(), settings.SEAL_KEYS, PAPER.agency, "agency.p12", PASSPHRASE)
    return settings.SEAL_KEYS


def png(image: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def sign(path: Path, *, key: str = "person.p12", field: str = "ChuKy1", level: Level = Level.B, **more: Any) -> Signed:
    return sign_pdf(
        path,
        more.pop("place", None) or opened(Place(KeyKind.FILE, key), Secret(more.pop("passphrase", PASSPHRASE))),
        field=field,
        level=level,
        look=more.pop("look", Look()),
        moment=now(),
        trust=more.pop("trust", [root()]),
        **more,
    )


def by_person(path: Path, **more: Any) -> Signed:
    place = ask_places("find", str(path), PAPER.signer, PAPER.position)
    image = ink.handwriting(PAPER.signer)
    box = fitted(tuple(place["box"]), *image.size)
    return sign(path, look=Look(place["page"], box, png(image)), **more)


@pytest.mark.parametrize("level", list(Level))
def test_each_level_is_what_our_own_validator_finds(paper, keys, stamp_server, level):
    signed = sign(paper, level=level, judge=looked_up)

    assert signed.data.startswith(paper.read_bytes()), "the bytes before stay"
    assert signed.signature.level == level
    assert signed.signature.intact and signed.verdict.outcome == "VALID"
    assert signed.signature.signer == PAPER.signer
    if level in (Level.LT, Level.LTA):
        assert signed.signature.indication == Indication.TOTAL_PASSED
