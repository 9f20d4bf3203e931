"""Whether an exported table is still what its sheet says, and whether the archive's seal stands under the sheet."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from repository.events import canonical
from repository.isolation import Isolated, IsolationError
from repository.registry import registry
from search.exports.sheet import FORMAT, PURPOSE

SECONDS, MEMORY_MB = 600.0, 1024


class Verdict(StrEnum):
    """Rows and sheet agree and the seal holds; they do not agree, or the seal is broken; they agree, but nothing proves whose they are:
    there is no seal, or its certificate could not be settled."""

    EQUAL = "equal"
    DIFFERS = "differs"
    UNSIGNED = "not signed"
    UNPROVEN = "not proven"


@dataclass(frozen=True)
class Check:
    """One thing that was compared; `holds` is None where it cannot be told."""

    name: str
    holds: bool | None
    said: str
    signed: bool = False


class NotAnExport(Exception):
    """The file is no table of search results; the text says why."""


def checks_of(path: Path) -> list[Check]:
    """Raises NotAnExport."""
    worker = Isolated("search.exports.reading:read", seconds=SECONDS, memory_mb=MEMORY_MB)
    try:
        found = worker.run(str(path.resolve()))
    except IsolationError as error:
        raise NotAnExport(str(error)) from error
    finally:
        worker.close()
    raw = base64.b64decode(found["sheet"])
    try:
        sheet = json.loads(raw)
        if sheet["format"] != FORMAT or canonical(sheet) != raw:
            raise NotAnExport("the sheet is not of this format")
        return [*_compared(found, sheet), _sealed(raw, found["seal"])]
    except (KeyError, TypeError, ValueError) as error:
        raise NotAnExport(f"the sheet cannot be read: {error}") from error


def verdict_of(checks: list[Check]) -> Verdict:
    if any(check.holds is False for check in checks):
        return Verdict.DIFFERS
    unsettled = [check for check in checks if check.holds is None]
    if not unsettled:
        return Verdict.EQUAL
    return Verdict.UNPROVEN if any(check.signed for check in unsettled) else Verdict.UNSIGNED


def _compared(found: dict[str, Any], sheet: dict[str, Any]) -> list[Check]:
    same = (found["rows"], found["rows_sha256"]) == (sheet["rows"], sheet["rows_sha256"])
    checks = [
        Check(
            _("Rows"),
            same,
            _("%(rows)s rows, with the hash that the sheet names.") % {"rows": found["rows"]}
            if same
            else _("%(rows)s rows, with another hash than the sheet names for %(told)s rows.")
            % {"rows": found["rows"], "told": sheet["rows"]},
        )
    ]
    if found["heads"] is not None:
        told = [one["label"] for one in sheet["columns"]]
        checks.append(_same(_("Columns"), found["heads"][1:] == told))
    if found["facts"] is not None:
        checks.append(_same(_("First page"), found["facts"] == sheet["facts"]))
    if found["file_sha256"] is not None:
        checks.append(_same(_("File"), found["file_sha256"] == sheet["file"]["sha256"]))
    return checks


def _same(name: str, same: bool) -> Check:
    return Check(name, same, _("As the sheet says.") if same else _("Not as the sheet says."))


def _sealed(sheet: bytes, seal: str | None) -> Check:
    name = _("Seal")
    if seal is None:
        return Check(name, None, _("The sheet is not signed: nothing proves that it is the archive's."))
    if not registry.sealers:
        return Check(name, None, _("There is a seal; this installation has nothing to check it with."), True)
    holds, said = registry.sealers[0].check(sheet, base64.b64decode(seal), PURPOSE)
    return Check(name, holds, said, True)
