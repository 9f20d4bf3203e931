"""The whole bundle: documents, list, readme, manifests, and the archive's seal and time-stamp over the manifest."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import IO, Any

from asn1crypto import cms, pem

from repository.models import File, Verification
from signing.reports.bundle.bag import Bag
from signing.reports.bundle.contents import Damaged, put_document, written
from signing.reports.bundle.readme import CHAIN, MANIFEST, SEAL, TOKEN, readme
from signing.sealing.errors import NoSealKey, NoTimestampServer
from signing.sealing.seal import sign_bytes
from signing.sealing.stamps import timestamp_token

NAME, VERSION = "van-kho-evidence-bundle", "1.0"
PURPOSE = "evidence bundle"


def write_bundle(
    stream: IO[bytes],
    folder: str,
    documents: Iterable[tuple[File, Verification]],
    about: dict[str, Any],
    moment: datetime,
    *,
    told: Callable[[int, int], None] = lambda done, failed: None,
) -> dict[str, Any]:
    """Write the ZIP; returns the list that `bundle.json` holds.

    A document whose bytes are missing or changed is left out and named with the reason. `about`: of what the bundle is, `told` hears of the
    progress. Raises sealing.errors.SigningFailed where a key or a time-stamp server is set up and cannot be used.
    """
    with zipfile.ZipFile(stream, "w", allowZip64=True) as archive:
        bag = Bag(archive, folder, moment)
        put: list[dict[str, Any]] = []
        left_out: list[dict[str, str]] = []
        for number, (file, run) in enumerate(documents, 1):
            try:
                put.append(put_document(bag, number, file, run, moment))
            except Damaged as damaged:
                left_out.append({"file": str(file.pk), "name": file.name, "why": damaged.reason})
            told(len(put), len(left_out))
        listed: dict[str, Any] = {
            "schema": NAME,
            "version": VERSION,
            "made_at": moment.isoformat(),
            "about": about,
            "documents": put,
            "left_out": left_out,
        }
        sealed, tags = _sealed(bag, listed)
        bag.close({**tags, **sealed})
    return listed


def _sealed(bag: Bag, listed: dict[str, Any]) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The signature files, and the tag files that they stand for; what these say of the seal is true of what was done.

    The text comes before the signature over it, so it is written again where there is no key or no time-stamp server.
    """
    attempts = ((True, True), (True, False), (False, True), (False, False))
    no_key = no_server = False
    for seal, stamp in attempts:
        if (seal and no_key) or (stamp and no_server):
            continue
        listed["sealed"], listed["stamped"] = seal, stamp
        texts = readme(documents=len(listed["documents"]), made_at=listed["made_at"], sealed=seal, stamped=stamp)
        tags = bag.tags({**texts, "bundle.json": written(listed)})
        try:
            found: dict[str, bytes] = {}
            if stamp:
                found[TOKEN] = timestamp_token(hashlib.sha512(tags[MANIFEST]).digest())
            if seal:
                signature = sign_bytes(tags[MANIFEST], PURPOSE)
                found |= {SEAL: signature, CHAIN: certificates_of(signature)}
        except NoSealKey:
            no_key = True
            continue
        except NoTimestampServer:
            no_server = True
            continue
        return found, tags
    raise AssertionError("the last attempt asks for nothing")


def certificates_of(signature: bytes) -> bytes:
    """The certificates inside a CMS signature, as PEM."""
    signed = cms.ContentInfo.load(signature)["content"]
    return b"".join(
        pem.armor("CERTIFICATE", choice.chosen.dump())
        for choice in signed["certificates"]
        if choice.name == "certificate"
    )
