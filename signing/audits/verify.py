"""Whether a closed audit still says what was signed: its digests, the signature under them, its rows, its population and its sample.

The same checks serve the page of the audit (which shows what came out when somebody last asked for them), the command `verify_audit`, and
a package that was handed out (`package_checks`).
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from repository import formats
from repository.clock import now
from signing.anchors import anchors
from signing.audits.population import sha256_of, texts_of
from signing.audits.sampling import draw, lines_of, shares
from signing.audits.sheet import json_of
from signing.formats import door
from signing.models import Audit, AuditSheet
from signing.sealing.seal import purpose_of
from signing.validation.verdicts import FileVerdict, Indication
from signing.validation.wording import brief_of

PKCS7 = "application/pkcs7-signature"
KEPT_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. `holds` is None where it cannot be told."""

    name: str
    holds: bool | None
    said: str

    @property
    def look(self) -> str:
        return {True: "pass", False: "fail", None: "unsure"}[self.holds]


def checks_of(audit: Audit, sheet: AuditSheet) -> list[Check]:
    """Of an audit as it lies here."""
    text = bytes(sheet.json)
    closed_by = json.loads(text)["audit"]["closed_by"]
    signature = bytes(sheet.signature) if sheet.signature is not None else None
    return [
        *file_checks(bytes(sheet.manifest), {"sheet.json": text, "sheet.pdf": bytes(sheet.pdf)}),
        signature_check(bytes(sheet.manifest), signature),
        _check(
            _("Sheets"),
            json_of(audit, closed_by=closed_by) == text,
            _("What lies in the database is what the signed sheet says."),
            _("What lies in the database is not what the sheet says: it was changed past the program."),
        ),
        *sample_checks(json.loads(text), sha256_of(audit), lambda: texts_of(audit)),
    ]


@dataclass(frozen=True)
class Held:
    """The checks of a closed audit as they came out at a moment."""

    at: datetime
    checks: list[Check]


def last_checks(sheet: AuditSheet) -> Held | None:
    """What came out when this sheet was last checked, in the reader's language; None where that was not yet, or long ago."""
    held: Held | None = cache.get(_key(sheet))
    return held


def check_again(audit: Audit, sheet: AuditSheet) -> Held:
    """Check it now and keep what comes out: it takes seconds, so nobody does it by only looking."""
    held = Held(now(), checks_of(audit, sheet))
    cache.set(_key(sheet), held, KEPT_SECONDS)
    return held


def _key(sheet: AuditSheet) -> str:
    bound = hashlib.sha256(bytes(sheet.manifest) + bytes(sheet.signature or b"")).hexdigest()
    return f"audit-checks:{sheet.pk}:{bound}:{get_language()}"


def package_checks(files: dict[str, bytes]) -> list[Check]:
    """Of a package that was handed out, by itself. Raises KeyError or ValueError where it is no such package."""
    sheet = json.loads(files["sheet.json"])
    found = [
        *file_checks(files["manifest.json"], {name: files[name] for name in ("sheet.json", "sheet.pdf")}),
        signature_check(files["manifest.json"], files.get("manifest.p7s")),
    ]
    if "population.txt" in files:
        text = files["population.txt"]
        found += sample_checks(sheet, hashlib.sha256(text).hexdigest(), lambda: [text.decode()])
    return found


def _check(name: str, holds: bool, yes: str, no: str) -> Check:
    return Check(name, holds, yes if holds else no)


def file_checks(manifest: bytes, files: dict[str, bytes]) -> list[Check]:
    told = json.loads(manifest)["files"]
    same = all(hashlib.sha256(data).hexdigest() == told.get(name) for name, data in files.items())
    return [
        _check(
            _("Files"),
            same,
            _("Sheet and PDF have the digests that the manifest names."),
            _("Sheet or PDF are not those that the manifest names."),
        )
    ]


def signature_check(manifest: bytes, signature: bytes | None) -> Check:
    """The seal over the manifest, by the engine that judges every signature, in a process of its own."""
    name = _("Signature")
    if signature is None:
        return Check(name, None, _("Closed, not signed: no key for the seal was set up."))
    verdict = _validated(manifest, signature)
    intact = [one.intact for one in verdict.signatures]
    if not intact or False in intact or None in intact:
        broken = False in intact
        return Check(name, False if broken else None, _sentence(brief_of(verdict.message)))
    one = verdict.signatures[0]
    signer = one.signer or "–"
    when = formats.instant(one.best_time) if one.best_time else ""
    told = {"signer": signer, "when": when, "why": brief_of(one.message), "purpose": purpose_of(signature) or "–"}
    stamped = _("Time-stamped %(when)s.") % told if when else _("No time-stamp proves when.")
    if one.indication == Indication.TOTAL_PASSED:
        sealed = _("Sealed by %(signer)s, for: %(purpose)s.") % told
        return Check(name, True, f"{sealed} {stamped}")
    said = _("The signature belongs to these bytes; it names %(signer)s. What is not settled: %(why)s.") % told
    return Check(name, False if one.indication == Indication.TOTAL_FAILED else None, f"{said} {stamped}")


def _validated(manifest: bytes, signature: bytes) -> FileVerdict:
    with tempfile.TemporaryDirectory(prefix="audit-") as folder:
        signed, seal = Path(folder) / "manifest.json", Path(folder) / "manifest.json.p7s"
        signed.write_bytes(manifest)
        seal.write_bytes(signature)
        return door.validate(seal, PKCS7, seal.name, beside=(signed, signed.name), trust=anchors())


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def sample_checks(sheet: dict[str, Any], population_sha256: str, texts: Any) -> list[Check]:
    """The population by its hash, and the sample drawn again from it. `texts()` gives the population's text in parts."""
    whole = population_sha256 == sheet["population"]["sha256"]
    found = [
        _check(
            _("Population"),
            whole,
            _("The frozen population has the hash that the sheet names."),
            _("The population is not the one that the sheet names."),
        )
    ]
    drawn = [row["document"]["id"] for row in sheet["rows"]]
    again = _drawn_again(sheet["sample"], texts)
    return [
        *found,
        _check(
            _("Sample"),
            whole and again == drawn,
            _("Drawn again from population and seed, the sample is the same."),
            _("Drawn again from population and seed, the sample is another."),
        ),
    ]


def _drawn_again(sample: dict[str, Any], texts: Any) -> list[str]:
    lines: Iterable[tuple[str, str]] = lines_of(texts())
    sizes = {"": sample["size"]}
    if sample["stratified"]:
        sizes = shares(Counter(stratum for _identity, stratum in lines), sample["size"])
    return [one.identity for one in draw(lines_of(texts()), sample["seed"], sizes)]
