"""The province that one seed makes: fixed agencies and file plans, people whose names vary with the seed.

Plain data; it knows nothing of the database.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from random import Random

from demo.province import (
    AGENCIES,
    CLASSES,
    FAMILY,
    FIRST_YEAR,
    GIVEN_MEN,
    GIVEN_WOMEN,
    HEADINGS,
    LAST_YEAR,
    MIDDLE_MEN,
    MIDDLE_WOMEN,
    ROLES,
    SIGNERS,
    DemoAgency,
    DemoClass,
    DemoHeading,
    DemoPerson,
)

__all__ = ["FIRST_YEAR", "LAST_YEAR", "DemoAgency", "DemoClass", "DemoHeading", "DemoPerson", "World"]


@dataclass(frozen=True)
class World:
    """The province as one seed makes it: agencies and plans are fixed, people vary with the seed."""

    seed: int = 2025
    agencies: tuple[DemoAgency, ...] = AGENCIES
    classes: tuple[DemoClass, ...] = CLASSES

    @cached_property
    def agency_by_key(self) -> dict[str, DemoAgency]:
        return {agency.key: agency for agency in self.agencies}

    @cached_property
    def people(self) -> tuple[DemoPerson, ...]:
        return tuple(self._people())

    @cached_property
    def signers(self) -> dict[str, tuple[DemoPerson, ...]]:
        """The people who sign for each agency, its head first."""
        return {
            agency.key: tuple(person for person in self.people if person.agency == agency.key)
            for agency in self.agencies
        }

    def file_plan(self, agency: str, year: int) -> tuple[DemoHeading, ...]:
        """The headings an agency expects in a year; none for a year in which it did not exist."""
        body = self.agency_by_key[agency]
        if body.started > date(year, 12, 31) or (body.ended is not None and body.ended < date(year, 1, 1)):
            return ()
        suits = [row for row in HEADINGS if agency in row[3]]
        return tuple(
            DemoHeading(agency, year, f"{place:02d}.{suffix}", title.format(year=year), record_class, body.name)
            for place, (suffix, title, record_class, _) in enumerate(suits, start=1)
        )

    def _people(self) -> Iterator[DemoPerson]:
        rng = Random(f"people:{self.seed}")
        taken = {"Đào Minh Khê"}
        for agency in self.agencies:
            for place, (position, authority) in enumerate(SIGNERS[ROLES.get(agency.key, agency.kind)]):
                first = agency.key == "tinh" and place == 0
                name = "Đào Minh Khê" if first else _new_name(rng, taken)
                yield DemoPerson(f"{agency.key}-{place}", name, agency.key, position, authority)


def _new_name(rng: Random, taken: set[str]) -> str:
    """A name nobody in the province bears yet."""
    while True:
        woman = rng.random() < 0.42
        middle, given = (MIDDLE_WOMEN, GIVEN_WOMEN) if woman else (MIDDLE_MEN, GIVEN_MEN)
        name = f"{rng.choice(FAMILY)} {rng.choice(middle)} {rng.choice(given)}"
        if name not in taken:
            taken.add(name)
            return name
