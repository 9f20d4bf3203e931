"""The shape of a sector's stock of phrases."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sector:
    """`topics` read on after "công tác" or "Kế hoạch"; `measures` are orders without a full stop; `results` and
    `problems` are whole sentences; `items` are rows of a table with their unit. `unit` is the part of the committee's
    office that deals with the sector, `office` the department's; `headings` are suffixes of its file plan headings.
    """

    key: str
    name: str
    unit: str
    office: str
    agencies: tuple[str, ...]
    headings: tuple[str, ...]
    laws: tuple[str, ...]
    topics: tuple[str, ...]
    goals: tuple[str, ...]
    measures: tuple[str, ...]
    results: tuple[str, ...]
    problems: tuple[str, ...]
    groups: tuple[str, ...]
    items: tuple[tuple[str, str], ...]
