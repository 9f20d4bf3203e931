"""What the database refuses, table by table, in words that both engines' triggers are made from."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models


@dataclass(frozen=True)
class Guard:
    """Rows are never deleted or replaced. `append_only`: never changed either. `only`: just these columns may change.

    `frozen_when`: a condition on OLD after which only `then` columns may change (none where empty).
    `never`: a condition on NEW that no insert or update may meet. `parent`: (own column, table, condition on that row `p`) under
    which no row may be added, changed or taken away.
    """

    model: type[models.Model]
    delete: bool = False
    append_only: bool = False
    only: tuple[str, ...] | None = None
    frozen_when: str = ""
    then: tuple[str, ...] = ()
    never: str = ""
    parent: tuple[str, type[models.Model], str] | None = None

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def columns(self) -> list[str]:
        return [field.column for field in self.model._meta.concrete_fields if field.column]

    @property
    def key(self) -> str:
        pk = self.model._meta.pk
        assert pk is not None
        assert pk.column
        return pk.column


_guards: dict[str, Guard] = {}


def protect(*guards: Guard) -> None:
    """Called by an app's AppConfig.ready()."""
    for guard in guards:
        _guards[guard.table] = guard


def guards() -> list[Guard]:
    return list(_guards.values())


def of_the_repository() -> list[Guard]:
    from repository import models as m

    return [
        Guard(m.Event, append_only=True),
        Guard(m.EventPosition, append_only=True),
        Guard(m.Checkpoint, append_only=True),
        Guard(m.Verification, append_only=True),
        Guard(m.File, append_only=True),
        Guard(m.Version, only=("current",)),
        Guard(m.Extraction, only=("current",)),
        Guard(m.Document, frozen_when="OLD.sealed_at IS NOT NULL"),
        Guard(
            m.Dossier,
            frozen_when="OLD.sealed_at IS NOT NULL",
            then=("state",),
            # Destruction and transfer need a case of their own; until it exists nobody gets there.
            never="NEW.state IN ('destroyed', 'transferred') OR (NEW.sealed_at IS NOT NULL AND NEW.state NOT IN ('archived', 'appraisal'))",
        ),
        Guard(m.Placement, delete=True, parent=("dossier_id", m.Dossier, "p.sealed_at IS NOT NULL")),
        Guard(m.Hold),
        Guard(m.Grant),
        Guard(m.Retention),
        Guard(m.FileStatus),
        Guard(m.Finding),
        Guard(m.Job),
        Guard(m.JobItem),
    ]
