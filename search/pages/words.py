"""What the values of a search's filters are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from repository.codes import DossierState, Indication
from repository.components import STATE_WORDS
from repository.models import Agency


def word(name: str, value: str, agencies: Mapping[str, str] | None = None) -> str:
    """What a facet's value is called. `agencies` are names by serial, where many are asked for; else the one is read."""
    if name == "state" and value in DossierState.values:
        return str(STATE_WORDS[DossierState(value)])
    if name == "verdict" and value in Indication.values:
        return str(Indication(value).label)
    if name == "agency" and value.isdecimal() and len(value) <= 9:
        return (agency_names([value]) if agencies is None else agencies).get(value, value)
    return value


def agency_names(serials: Iterable[str]) -> dict[str, str]:
    """Names of agencies by their serial; one query, none for none."""
    wanted = {int(serial) for serial in serials if serial.isdecimal() and len(serial) <= 9}
    if not wanted:
        return {}
    return {
        str(serial): name for serial, name in Agency.objects.filter(serial__in=wanted).values_list("serial", "name")
    }
