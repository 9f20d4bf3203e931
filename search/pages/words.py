"""What the values of a search's filters are called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from repository.actors import Actor
from repository.codes import DossierState, Indication, Maintenance, Secrecy
from repository.components import STATE_WORDS
from repository.ids import ids_among
from repository.models import Agency, Dossier, Fonds
from search.facets import figures

Names = Mapping[str, Mapping[str, str]]

TITLES: dict[str, Any] = {
    "agency": gettext_lazy("Agency"),
    "unit": pgettext_lazy("facet", "Unit"),
    "year": gettext_lazy("Year"),
    "type": gettext_lazy("Type"),
    "verdict": gettext_lazy("Signature"),
    "dossier": gettext_lazy("Dossier"),
    "signer": pgettext_lazy("facet", "Signed by"),
    "format": pgettext_lazy("facet", "Format"),
    "state": gettext_lazy("State"),
    "retention": gettext_lazy("Retention"),
    "due": pgettext_lazy("facet", "Retention ends"),
    "fonds": gettext_lazy("Fonds"),
    "secrecy": gettext_lazy("Secrecy"),
}

FORMATS: dict[str, Callable[[], str]] = {
    "pdf": lambda: "PDF",
    "word": lambda: pgettext("format", "Text document"),
    "sheet": lambda: pgettext("format", "Spreadsheet"),
    "slides": lambda: pgettext("format", "Slides"),
    "image": lambda: pgettext("format", "Picture"),
    "text": lambda: pgettext("format", "Plain text"),
    "mail": lambda: pgettext("format", "Mail"),
    "markup": lambda: "XML, HTML",
    "media": lambda: pgettext("format", "Sound, film"),
    "other": lambda: pgettext("format", "Other"),
}


def word(name: str, value: str, names: Names | None = None) -> str:
    """What a facet's value is called. `names` are those of `names_of`; without them the value's own words, or the value."""
    if name == "state" and value in DossierState.values:
        return str(STATE_WORDS[DossierState(value)])
    if name == "verdict" and value in Indication.values:
        return str(Indication(value).label)
    if name == "secrecy" and value in map(str, Secrecy.values):
        return str(Secrecy(int(value)).label)
    if name == "retention" and value in Maintenance.values:
        return str(Maintenance(value).label)
    if name == "format" and value in FORMATS:
        return FORMATS[value]()
    if name == "year" and ".." in value:
        first, _dots, last = value.partition("..")
        if not first:
            return _("to %(year)s") % {"year": last}
        return f"{first}–{last}" if last else _("from %(year)s") % {"year": first}
    known = (names or {}).get("agency" if name == "unit" else name, {}).get(value)
    if known:
        return known
    # A dossier or a fonds is never called by its identity.
    return {"dossier": _("a dossier"), "fonds": _("a fonds")}.get(name, value)


def names_of(values: Mapping[str, Iterable[str]], actor: Actor | None = None) -> dict[str, dict[str, str]]:
    """Names of agencies, fonds and dossiers by their values in the index: one query a kind. Of dossiers those the actor may see."""
    names = {"agency": agency_names([*values.get("agency", ()), *values.get("unit", ())])}
    if fonds := ids_among(values.get("fonds", ())):
        names["fonds"] = {str(pk): name for pk, name in Fonds.objects.filter(pk__in=fonds).values_list("pk", "name")}
    if actor is not None and (dossiers := ids_among(values.get("dossier", ()))):
        rows = Dossier.objects.visible_to(actor).filter(pk__in=dossiers).values_list("pk", "code", "title")
        names["dossier"] = {str(pk): f"{code} · {title}" for pk, code, title in rows}
    return names


def agency_names(serials: Iterable[str]) -> dict[str, str]:
    """Names of agencies by their serial; one query, none for none."""
    wanted = figures(serials)
    if not wanted:
        return {}
    return {
        str(serial): name for serial, name in Agency.objects.filter(serial__in=wanted).values_list("serial", "name")
    }
