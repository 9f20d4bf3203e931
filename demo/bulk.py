"""Rows and text for benchmarks: as many papers as asked for, one by one, without a list of them in memory."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from demo.texts import Paper, paper
from demo.world import FIRST_YEAR, LAST_YEAR, World

_START = date(FIRST_YEAR, 1, 2)
_DAYS = (date(LAST_YEAR, 6, 30) - _START).days


def papers(count: int, *, seed: int = 2025, start: int = 0, most_pages: int = 1) -> Iterator[Paper]:
    """`count` papers in the order of their dates, numbered on through each year as a registry numbers them.

    With `start` the stream begins there: what was drawn before is drawn again, to count the numbers on, and not given.
    """
    rng = Random(f"bulk:{seed}")
    numbers: Counter[tuple[str, str, int]] = Counter()
    world = World(seed)
    total = start + count
    for place in range(total):
        day = _START + timedelta(days=place * _DAYS // max(1, total))
        drawn = paper(rng, world=world, day=day, pages=1 if most_pages == 1 else rng.randint(1, most_pages))
        key = (drawn.agency, drawn.notation, day.year)
        numbers[key] += 1
        if place >= start:
            yield drawn.numbered(numbers[key])


def rows(count: int, *, seed: int = 2025, start: int = 0, most_pages: int = 1) -> Iterator[dict[str, Any]]:
    """The papers as rows of metadata with their text; the names of the columns are those of the metadata of a document."""
    for place, drawn in enumerate(papers(count, seed=seed, start=start, most_pages=most_pages), start=start):
        yield {
            "ordinal": place,
            "type": drawn.type,
            "number": drawn.number,
            "notation": drawn.notation,
            "code": drawn.code,
            "date": drawn.date,
            "place": drawn.place,
            "agency": drawn.agency,
            "agency_name": drawn.agency_name,
            "subject": drawn.subject,
            "signer": drawn.signer,
            "position": drawn.position,
            "authority": " ".join(drawn.authority),
            "recipients": list(drawn.recipients),
            "urgency": drawn.urgency,
            "sector": drawn.sector,
            "heading": drawn.heading,
            "text": drawn.text(),
        }
