"""The rule as search keys: a document carries the keys that open it, a person holds keys, and the engine matches them.

`a:<level>:<serial>`: to read in the agency with that serial, with clearance for the level. `g:<level>:<grant>`: by that grant.
The level is the higher of the document's own and, where the way leads through a dossier, the dossier's. A person holds a key
for each level up to her clearance, so the end of a role or a grant is judged when she asks, not when the index was written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from repository.access.acts import READING_ROLES

if TYPE_CHECKING:
    from repository.actors import Actor
    from repository.models import Document, Dossier


def _agency_keys(path: str, level: int) -> Iterable[str]:
    return (f"a:{level}:{serial}" for serial in path.strip("/").split("/"))


def keys_of_actor(actor: Actor) -> frozenset[str]:
    """Every key the actor holds now; empty for one who may see nothing. Not for SYSTEM, which does not search."""
    levels = range(actor.clearance + 1)
    agencies = {post.serial for post in actor.posts if post.role in READING_ROLES}
    return frozenset(f"a:{level}:{serial}" for level in levels for serial in agencies) | frozenset(
        f"g:{level}:{grant}" for level in levels for grant in actor.grant_ids
    )


def keys_of_dossiers(dossiers: Iterable[Dossier]) -> dict[UUID, tuple[str, ...]]:
    """The keys of each dossier itself, with one query for all of them. The dossiers must have `agency` loaded."""
    from repository.models import Grant

    rows = list(dossiers)
    grants: dict[UUID, list[UUID]] = defaultdict(list)
    for grant_id, dossier_id in Grant.objects.filter(dossier__in=rows).values_list("pk", "dossier_id"):
        grants[dossier_id].append(grant_id)
    return {
        dossier.pk: tuple(
            sorted(
                {
                    *_agency_keys(dossier.agency.path, dossier.secrecy),
                    *(f"g:{dossier.secrecy}:{grant}" for grant in grants[dossier.pk]),
                }
            )
        )
        for dossier in rows
    }


def keys_of_documents(documents: Iterable[Document]) -> dict[UUID, tuple[str, ...]]:
    """The keys of each document, with four queries for all of them. The documents must have `agency` loaded."""
    from repository.models import Grant, Placement

    rows = list(documents)
    ids = [document.pk for document in rows]
    own: dict[UUID, list[UUID]] = defaultdict(list)
    for grant_id, document_id in Grant.objects.filter(document__in=ids).values_list("pk", "document_id"):
        own[document_id].append(grant_id)
    ways: dict[UUID, list[tuple[str, int, UUID]]] = defaultdict(list)
    dossier_ids = set()
    places = Placement.objects.filter(document__in=ids).values_list(
        "document_id", "dossier__agency__path", "dossier__secrecy", "dossier_id"
    )
    for document_id, path, secrecy, dossier_id in places:
        ways[document_id].append((path, secrecy, dossier_id))
        dossier_ids.add(dossier_id)
    through: dict[UUID, list[UUID]] = defaultdict(list)
    for grant_id, dossier_id in Grant.objects.filter(dossier__in=dossier_ids).values_list("pk", "dossier_id"):
        through[dossier_id].append(grant_id)

    keys = {}
    for document in rows:
        found = set(_agency_keys(document.agency.path, document.secrecy))
        found.update(f"g:{document.secrecy}:{grant}" for grant in own[document.pk])
        for path, secrecy, dossier_id in ways[document.pk]:
            level = max(secrecy, document.secrecy)
            found.update(_agency_keys(path, level))
            found.update(f"g:{level}:{grant}" for grant in through[dossier_id])
        keys[document.pk] = tuple(sorted(found))
    return keys
