"""What the province's papers are about: ten sectors of government, each with its own stock of phrases.

The phrases are written for this generator. In them `{n}` stands for a count, `{pct}` for a percentage, `{money}` for an
amount, `{place}` for a place in the province.
"""

from demo.sectors.digital import DIGITAL
from demo.sectors.economy import CONSTRUCTION, FINANCE, ROADS
from demo.sectors.land import AGRICULTURE, ENVIRONMENT, LAND
from demo.sectors.parts import Sector
from demo.sectors.people import EDUCATION, HEALTH, HOME_AFFAIRS

SECTORS: tuple[Sector, ...] = (
    HOME_AFFAIRS,
    EDUCATION,
    HEALTH,
    ROADS,
    LAND,
    CONSTRUCTION,
    ENVIRONMENT,
    AGRICULTURE,
    FINANCE,
    DIGITAL,
)
BY_KEY: dict[str, Sector] = {sector.key: sector for sector in SECTORS}

__all__ = ["BY_KEY", "SECTORS", "Sector"]
