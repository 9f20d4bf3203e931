"""The filters beside the results as conditions in the database: what the index is told of a document (`search.assembly`).

What columns do not tell, the format and the verdict of files, is left to the engine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from operator import or_

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import In

from repository.access.querysets import dossiers_for, under
from repository.actors import Actor
from repository.codes import DocumentType, DossierState
from repository.ids import ids_among
from repository.models import Agency, Placement
from repository.text.fold import fold
from search.facets import figures

Values = Sequence[str]


def condition(facet: str, values: Values, actor: Actor) -> Q | None:
    """Return that a document has one of the values; None where only the engine can tell. The documents need the column `told_type`."""
    written = WRITTEN.get(facet)
    return written(values, actor) if written else None


def _agency(values: Values, actor: Actor) -> Q:
    paths = tuple(Agency.objects.filter(serial__in=figures(values)).values_list("path", flat=True))
    return Q(agency__in=Agency.objects.filter(under("path", paths)).order_by().values("pk"))


def _unit(values: Values, actor: Actor) -> Q:
    return Q(agency__serial__in=figures(values))


def _year(values: Values, actor: Actor) -> Q:
    return Q(issued_date__year__in=figures(values))


def _type(values: Values, actor: Actor) -> Q:
    codes = [kind.value for kind in DocumentType if str(kind.label) in values]
    unnamed = Q(type_name="", type_code__in=codes)
    return reduce(or_, [Q(told_type__regex=f"^{re.escape(fold(one))}$") for one in values], unnamed)


def _secrecy(values: Values, actor: Actor) -> Q:
    return Q(secrecy__in=figures(values))


def _signer(values: Values, actor: Actor) -> Q:
    spaced = [r"\s+".join(re.escape(word) for word in one.split()) for one in values]
    return reduce(or_, [Q(signer_name__regex=rf"^\s*{name}\s*$") for name in spaced])


def _dossier(values: Values, actor: Actor) -> Q:
    # A dossier that may not be seen cannot be asked for, whatever of its documents may be.
    places = Placement.objects.filter(dossiers_for(actor, "dossier__"), dossier__in=ids_among(values))
    return Q(pk__in=places.values("document"))


def _state(values: Values, actor: Actor) -> Q:
    first = Subquery(_homes().order_by("placed_at", "pk").values("dossier__state")[:1])
    state = Case(
        When(sealed_at__isnull=False, then=Value(DossierState.ARCHIVED.value)),
        default=Coalesce(first, Value(DossierState.OPEN.value)),
        output_field=CharField(),
    )
    return Q(In(state, list(values)))


def _fonds(values: Values, actor: Actor) -> Q:
    return Q(Exists(_homes().filter(dossier__fonds__in=ids_among(values))))


def _retention(values: Values, actor: Actor) -> Q:
    return Q(Exists(_homes().filter(dossier__maintenance__in=values)))


def _due(values: Values, actor: Actor) -> Q:
    return Q(Exists(_homes().filter(dossier__retention__due_on__year__in=figures(values))))


def _homes() -> QuerySet[Placement]:
    """Where a document is filed, of the dossiers that whoever sees it may know by these filters: none elsewhere, none more secret."""
    own = {"document": OuterRef("pk"), "dossier__agency": OuterRef("agency")}
    return Placement.objects.filter(dossier__secrecy__lte=OuterRef("secrecy"), **own)


WRITTEN: Mapping[str, Callable[[Values, Actor], Q]] = {
    "agency": _agency,
    "unit": _unit,
    "fonds": _fonds,
    "year": _year,
    "type": _type,
    "state": _state,
    "dossier": _dossier,
    "secrecy": _secrecy,
    "retention": _retention,
    "due": _due,
    "signer": _signer,
}
