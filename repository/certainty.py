"""How sure the archive is of what it read: per field, and of a document as a whole. Nothing is stored; it follows from the proposals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from repository import formats

FIELDS = ("number", "notation", "issued_date", "type_name", "subject", "organ_name", "signer_name")
# A document may be without these, but a person should have looked once.
EXPECTED = frozenset(FIELDS) - {"notation"}

SURE, GUESS, BAD = "", "guess", "bad"


@dataclass(frozen=True)
class Reading:
    """One field of one document as it stands: `state` is SURE, GUESS or BAD, `note` says why in a few words."""

    name: str
    value: Any
    state: str
    note: str = ""

    @property
    def text(self) -> str:
        """As it stands in a table, and as a person may type it back."""
        return formats.day(self.value) if isinstance(self.value, date) else str(self.value or "")


def readings(values: dict[str, Any], proposals: dict[str, Any], received: date) -> list[Reading]:
    """Each field of FIELDS. `values` holds the fields, `proposals` what intake kept, `received` the day the file came."""
    return [_reading(name, values[name], proposals.get(name) or {}, received) for name in FIELDS]


def _reading(name: str, value: Any, proposal: dict[str, Any], received: date) -> Reading:
    if value in (None, ""):
        return Reading(name, value, BAD if name in EXPECTED else SURE)
    if isinstance(value, date) and value > received:
        return Reading(name, value, BAD, _("later than the file came"))
    # What a person typed over the proposal is hers, and sure.
    stands = proposal and str(proposal.get("value") or "").startswith(str(value))
    if stands and not proposal.get("sure"):
        return Reading(name, value, GUESS, _("guessed"))
    return Reading(name, value, SURE)


def is_certain(found: Iterable[Reading]) -> bool:
    return all(reading.state == SURE for reading in found)


def why(found: Iterable[Reading], labels: dict[str, str]) -> str:
    """What there is to look at, in one line: "Date: guessed · Number, signer: empty"."""
    notes: dict[str, list[str]] = {}
    for reading in found:
        if reading.state != SURE:
            note = reading.note or str(_("empty"))
            notes.setdefault(note, []).append(labels[reading.name])
    said = (f"{', '.join(names)}: {note}" for note, names in notes.items())
    return " · ".join(part[:1].upper() + part[1:].lower() for part in said)
