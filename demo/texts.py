"""One paper of the province in the form of Nghị định 30/2020/NĐ-CP, as data: what its head says, and its body.

`paper()` draws it; `demo.papers` prints it. What a `Paper` says is the truth a reader of the printed page should find.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from random import Random
from typing import NamedTuple

from demo.forms import FORMS, Body, Form
from demo.pen import Pen, vietnamese_day
from demo.phrases import RECIPIENTS
from demo.sectors import BY_KEY, SECTORS, Sector
from demo.world import DemoAgency, DemoPerson, World

CHARACTERS_PER_PAGE = 2300
MOTTO = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")


@dataclass(frozen=True, slots=True)
class Paper:
    """`code` is the number and notation as printed (`06/2025/QĐ-UBND`), `notation` its part without number and year.

    `authority` are the lines above the position, `kept` the last line of the recipients, `urgency` and `secrecy` the
    words in the boxes under the number, empty for an ordinary paper. `agency` and `sector` are keys.
    """

    type: str
    number: str
    notation: str
    code: str
    date: date
    place: str
    agency: str
    agency_name: str
    head_parent: str
    head_lines: tuple[str, ...]
    subject: str
    blocks: tuple[Body, ...]
    recipients: tuple[str, ...]
    kept: str
    authority: tuple[str, ...]
    position: str
    signer: str
    signer_key: str
    sector: str
    heading: str
    urgency: str = ""
    secrecy: str = ""

    @property
    def place_and_date(self) -> str:
        return f"{self.place}, ngày {vietnamese_day(self.date)}"

    @property
    def head(self) -> str:
        """The issuing agency as its letterhead prints it, on one line, without the line of the agency above it."""
        return " ".join(self.head_lines)

    @property
    def is_letter(self) -> bool:
        """An official letter prints `V/v` under the number in place of a type and subject."""
        return self.type == "Công văn"

    @property
    def title(self) -> str:
        """What a list calls the paper."""
        return f"{self.type} số {self.code}" + (f": {self.subject}" if self.subject else "")

    def numbered(self, ordinal: int) -> "Paper":
        """The same paper under another number of its year, in its annexes too."""
        number = f"{ordinal:02d}"
        code = number + self.code[len(self.number) :]
        if not any(block.kind == "annex" for block in self.blocks):
            return replace(self, number=number, code=code)
        blocks = tuple(
            block._replace(label=block.label.replace(f" số {self.code} ", f" số {code} "))
            if block.kind == "annex"
            else block
            for block in self.blocks
        )
        return replace(self, number=number, code=code, blocks=blocks)

    def text(self) -> str:
        """The words of the paper in the order a text extractor reads them: head, body, recipients, signature."""
        lines = [self.head_parent, *self.head_lines] if self.head_parent else list(self.head_lines)
        lines.append(f"Số: {self.code}")
        if self.is_letter:
            lines.append(f"V/v {self.subject}")
        lines += [word for word in (self.secrecy, self.urgency.upper()) if word]
        lines += [*MOTTO, self.place_and_date]
        if not self.is_letter:
            lines += [self.type.upper(), self.subject] if self.subject else [self.type.upper()]
        foot = ["Nơi nhận:", *(f"- {name};" for name in self.recipients), f"- {self.kept}."]
        foot += [*self.authority, self.position.upper(), self.signer]
        annexed = False
        for block in self.blocks:
            if block.kind == "annex" and not annexed:
                annexed = True
                lines += foot
            lines += block.lines()
        if not annexed:
            lines += foot
        return "\n".join(lines)


class _Place(NamedTuple):
    """What a draw starts from: who may write about which sector on a day."""

    agency: DemoAgency
    sector: Sector
    signers: tuple[DemoPerson, ...]


@lru_cache(maxsize=4)
def _places(seed: int) -> tuple[_Place, ...]:
    world = World(seed)
    return tuple(
        _Place(world.agency_by_key[key], sector, world.signers[key]) for sector in SECTORS for key in sector.agencies
    )


@lru_cache(maxsize=4096)
def _places_on(seed: int, month: date, agency: str | None, sector: str | None) -> tuple[_Place, ...]:
    """The places open all through a month; the breaks of the province's history fall on first days of months."""
    return tuple(
        place
        for place in _places(seed)
        if place.agency.exists_on(month) and agency in (None, place.agency.key) and sector in (None, place.sector.key)
    )


def paper(
    rng: Random,
    *,
    world: World | None = None,
    day: date | None = None,
    agency: str | None = None,
    sector: str | None = None,
    type_name: str | None = None,
    ordinal: int | None = None,
    pages: int = 1,
    urgency: str | None = None,
    secrecy: str = "",
) -> Paper:
    """A paper drawn from `rng`; what is given is kept, the rest is drawn. `pages` is about its length, 1 to 12.

    Raises ValueError when no agency of the province could have issued such a paper on that day.
    """
    seed = world.seed if world else World().seed
    day = day or date(2019, 1, 2) + timedelta(days=int(rng.random() * 2700))
    places = _places_on(seed, day.replace(day=1), agency, sector)
    if not places:
        raise ValueError(f"No agency writes about {sector or 'anything'} as {agency or 'anyone'} on {day}.")
    place = places[int(rng.random() * len(places))]
    form = _form(rng, place.agency, type_name)
    topics = place.sector.topics
    pen = Pen(rng, place.sector, topics[int(rng.random() * len(topics))], place.agency.name, day)
    signer = place.signers[min(_rank(rng, form), len(place.signers) - 1)]
    notation = _notation(form, place)
    number = f"{ordinal or pen.count(1, 400 if form.abbreviation else 3000):02d}"
    pen.code = f"{number}/{day.year}/{notation}" if form.normative else f"{number}/{notation}"
    subject = form.subject(pen)
    return Paper(
        type=form.name,
        number=number,
        notation=notation,
        code=pen.code,
        date=day,
        place=place.agency.place,
        agency=place.agency.key,
        agency_name=place.agency.name,
        head_parent=place.agency.head_parent,
        head_lines=place.agency.head_lines,
        subject=subject,
        blocks=tuple(form.body(pen, subject, max(1, min(12, pages)) * CHARACTERS_PER_PAGE)),
        recipients=_recipients(pen, form),
        kept=f"Lưu: VT, {_unit(place)}",
        authority=signer.authority,
        position=signer.position,
        signer=signer.name,
        signer_key=signer.key,
        sector=place.sector.key,
        heading=place.sector.headings[0],
        urgency=form.urgency(pen) if urgency is None else urgency,
        secrecy=secrecy,
    )


def _form(rng: Random, agency: DemoAgency, name: str | None) -> Form:
    forms = _forms_of(agency.key, agency.kind)
    if name is None:
        return forms[int(rng.random() * len(forms))]
    found = [form for form in forms if form.name == name]
    if not found:
        raise ValueError(f"{agency.name} does not issue a paper of type {name}.")
    return found[0] if len(found) == 1 else found[int(rng.random() * len(found))]


@lru_cache(maxsize=64)
def _forms_of(key: str, kind: str) -> Sequence[Form]:
    """The forms an agency uses, each as often as it comes up, so that one draw picks by weight."""
    return tuple(
        form for form in FORMS if kind in form.kinds and (not form.only or key in form.only) for _ in range(form.weight)
    )


def _rank(rng: Random, form: Form) -> int:
    """Which of the agency's signers signs: its head, a deputy, or for a lesser paper the head of an office."""
    draw = rng.random()
    if draw < 0.45:
        return 0
    if draw < 0.8 or not form.by_order:
        return 1
    return 3


def _notation(form: Form, place: _Place) -> str:
    issuer = place.agency.abbreviation
    return f"{form.abbreviation}-{issuer}" if form.abbreviation else f"{issuer}-{_unit(place)}"


def _unit(place: _Place) -> str:
    return place.sector.unit if place.agency.kind == "committee" else place.sector.office


def _recipients(pen: Pen, form: Form) -> tuple[str, ...]:
    first = form.first_recipient
    return (first, *(pen.say(RECIPIENTS) for _ in range(pen.count(1, 4))))


def paper_of(seed: int | str, **given: object) -> Paper:
    """The paper that belongs to a seed; see `paper`."""
    return paper(Random(f"paper:{seed}"), **given)  # type: ignore[arg-type]


__all__ = ["BY_KEY", "MOTTO", "Paper", "paper", "paper_of"]
