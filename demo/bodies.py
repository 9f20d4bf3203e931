"""The bodies of papers: grounds, articles, parts, tables and annexes, each long enough for the pages asked for.

Body parts follow Nghị định 30/2020/NĐ-CP, annex I, section II: grounds in italics, articles
or numbered parts, `./.` at the end.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from demo.pen import Pen, vietnamese_day
from demo.phrases import AIMS, CAUSES, DUTIES, FORCE, FUNDING, LETTER_CLOSINGS, LETTER_OPENINGS, LINKS, REQUESTS
from demo.province import AGENCIES
from demo.sectors import BY_KEY

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")


class Body(NamedTuple):
    """A piece of the body. `kind` says how it is set: `to` (addressee), `basis` (ground), `decree` (the enacting word),
    `article`, `part` (heading), `item` (numbered), `point` (dash), `para`, `table` (`rows`, the first is the head),
    `annex` (starts a page: `text` its title, `label` the line in brackets under it).
    """

    kind: str
    text: str
    label: str = ""
    rows: tuple[tuple[str, ...], ...] = ()

    def lines(self) -> list[str]:
        if self.kind == "table":
            return [self.text, *(" ".join(row) for row in self.rows)]
        if self.kind == "annex":
            return [self.text.upper(), f"({self.label})"]
        if self.kind == "to":
            return [f"Kính gửi: {self.text}"]
        if self.kind == "point":
            return [f"- {self.text}"]
        return [f"{self.label} {self.text}" if self.label else self.text]


@lru_cache(maxsize=512)
def _laws(sector: str, year: int) -> tuple[str, ...]:
    """The sector's laws that stood by then; a paper does not rest on a law to come."""
    return tuple(law for law in BY_KEY[sector].laws if int(re.findall(r"năm (\d{4})", law)[0]) < year)


def grounds(pen: Pen, *, proposed: bool) -> Iterator[Body]:
    """The grounds of a decision: the law on local government, the sector's own, last whose proposal it is."""
    new_law = pen.day.year > 2025 or (pen.day.year == 2025 and pen.day.month >= 7)
    local = "ngày 16 tháng 6 năm 2025" if new_law else "ngày 19 tháng 6 năm 2015"
    found = [f"Căn cứ Luật Tổ chức chính quyền địa phương {local}"]
    laws = _laws(pen.sector.key, pen.day.year)
    found += [f"Căn cứ {pen.next(laws)}" for _ in range(min(len(laws), pen.count(1, 2)))]
    if proposed:
        found.append(_proposal(pen))
    for ground in found[:-1]:
        yield Body("basis", ground + ";")
    yield Body("basis", found[-1] + ".")


def _proposal(pen: Pen) -> str:
    """Whose proposal the decision follows: for the province the sector's department, else an office of its own."""
    department = next(
        (
            body
            for body in AGENCIES
            if body.kind == "department" and body.key in pen.sector.agencies and body.exists_on(pen.day)
        ),
        None,
    )
    if not pen.agency_name.startswith("Ủy ban nhân dân tỉnh") or department is None:
        return f"Theo đề nghị của Trưởng phòng phụ trách {pen.sector.name}"
    earlier = vietnamese_day(pen.day.replace(day=1))
    number = f"{pen.count(3, 290):02d}/TTr-{department.abbreviation}"
    return f"Theo đề nghị của Giám đốc {department.name} tại Tờ trình số {number} ngày {earlier}"


def table(pen: Pen, title: str) -> Body:
    """A list with amounts, as plans and reports carry it."""
    items = pen.sector.items
    rows = [("TT", "Nội dung", "Đơn vị tính", "Kế hoạch", "Thực hiện")]
    for place in range(1, pen.count(4, 6) + 1):
        name, unit = pen.next(items)
        planned = pen.count(12, 900)
        rows.append((str(place), name, unit, str(planned), str(int(planned * (0.55 + 0.5 * pen.rng.random())))))
    return Body("table", title, rows=tuple(rows))


def articles(pen: Pen, first: str, executors: str) -> Iterator[Body]:
    """The articles of a short decision: what, who does it, from when."""
    yield Body("article", first, "Điều 1.")
    yield Body("article", f"Giao {pen.pick(pen.sector.groups)} và các đơn vị có liên quan:", "Điều 2.")
    for _ in range(pen.count(2, 3)):
        yield Body("point", pen.say(pen.sector.measures) + ";")
    yield Body("point", pen.say(DUTIES) + ".")
    yield Body("article", pen.say(FORCE), "Điều 3.")
    yield Body("article", f"{executors} chịu trách nhiệm thi hành Quyết định này./.", "Điều 4.")


def rules(pen: Pen, target: int) -> Iterator[Body]:
    """The articles of a regulation, numbered on through its chapters, about `target` characters."""
    number, length = 0, 0
    chapters = ("QUY ĐỊNH CHUNG", "NỘI DUNG QUẢN LÝ", "TRÁCH NHIỆM CỦA CÁC CƠ QUAN", "TỔ CHỨC THỰC HIỆN")
    for place, chapter in enumerate(chapters):
        yield Body("part", f"Chương {ROMAN[place]}: {chapter}")
        for _ in range(max(2, target // 2600)):
            number += 1
            yield Body("article", pen.say(pen.sector.goals) + ".", f"Điều {number}.")
            for letter in range(1, pen.count(2, 4) + 1):
                clause = Body("item", pen.say(DUTIES if place > 1 else pen.sector.measures) + ".", f"{letter}.")
                length += len(clause.text)
                yield clause


def plan(pen: Pen, target: int) -> Iterator[Body]:
    """Aims, tasks, who does what, money: the parts of a plan, programme, scheme or option."""
    yield Body("part", "MỤC ĐÍCH, YÊU CẦU", "I.")
    yield Body("item", pen.say(AIMS) + ".", "1.")
    yield Body("item", pen.say(pen.sector.goals) + ".", "2.")
    yield Body("item", pen.say(AIMS) + ".", "3.")
    yield Body("part", "NỘI DUNG, NHIỆM VỤ", "II.")
    length, number = 1100, 0
    while number < 2 or length < target:
        number += 1
        heading = Body("item", f"Về công tác {pen.topic}", f"{number}.")
        yield heading
        length += 90
        for _ in range(pen.count(3, 5)):
            duty = pen.say(DUTIES) if pen.rng.random() < 0.4 else pen.say(pen.sector.measures)
            length += len(duty) + 60
            yield Body("point", duty + ".")
        if number % 4 == 3:
            yield table(pen, f"Biểu {number // 4 + 1}. Chỉ tiêu thực hiện")
            length += 420
        pen.topic = pen.next(pen.sector.topics)
    yield Body("part", "KINH PHÍ THỰC HIỆN", "III.")
    yield Body("para", pen.say(FUNDING))
    yield Body("part", "TỔ CHỨC THỰC HIỆN", "IV.")
    for place in range(1, 4):
        yield Body("item", pen.say(DUTIES) + ".", f"{place}.")
    yield Body("para", pen.say(LETTER_CLOSINGS)[:-1] + "./.")


def report(pen: Pen, target: int) -> Iterator[Body]:
    """Results, shortcomings, what comes next."""
    yield Body("para", pen.say(LINKS) + f" {pen.agency_name} báo cáo kết quả thực hiện như sau:")
    yield Body("part", "KẾT QUẢ THỰC HIỆN", "I.")
    length, number = 1500, 0
    while number < 2 or length < target:
        number += 1
        yield Body("item", f"Công tác {pen.topic}", f"{number}.")
        for _ in range(pen.count(2, 4)):
            text = f"{pen.say(LINKS)} {pen.say(pen.sector.results)} {pen.say(pen.sector.results)}"
            length += len(text) + 60
            yield Body("para", text)
        if number % 3 == 2:
            yield table(pen, f"Biểu {number // 3 + 1}. Kết quả thực hiện các chỉ tiêu")
            length += 420
        pen.topic = pen.next(pen.sector.topics)
    yield Body("part", "TỒN TẠI, HẠN CHẾ VÀ NGUYÊN NHÂN", "II.")
    for _ in range(2):
        yield Body("point", pen.say(pen.sector.problems))
    yield Body("point", pen.say(CAUSES))
    yield Body("part", "PHƯƠNG HƯỚNG, NHIỆM VỤ THỜI GIAN TỚI", "III.")
    for place in range(1, 4):
        yield Body("item", pen.say(pen.sector.measures) + ".", f"{place}.")
    yield Body("part", "ĐỀ XUẤT, KIẾN NGHỊ", "IV.")
    yield Body("para", pen.say(REQUESTS)[:-1] + "./.")


def letter(pen: Pen, target: int, to: str) -> Iterator[Body]:
    """An official letter: addressee, occasion, requests, close."""
    yield Body("to", to)
    yield Body("para", pen.say(LETTER_OPENINGS))
    length, number = 500, 0
    while number < 2 or length < target - 700:
        number += 1
        duty = pen.say(pen.sector.measures) if number % 3 else pen.say(DUTIES)
        yield Body("item", duty + ".", f"{number}.")
        length += len(duty) + 60
        if number % 4 == 0:
            link = f"{pen.say(LINKS)} {pen.say(pen.sector.results)} {pen.say(pen.sector.problems)}"
            yield Body("para", link)
            length += len(link)
            pen.topic = pen.next(pen.sector.topics)
    yield Body("para", pen.say(LETTER_CLOSINGS)[:-1] + "./.")


def orders(pen: Pen, target: int) -> Iterator[Body]:
    """Numbered orders under an occasion: directives, telegrams, notices of conclusions, guidance."""
    yield Body("para", f"{pen.say(LINKS)} {pen.say(pen.sector.problems)} {pen.say(CAUSES)}")
    yield Body("para", f"{pen.agency_name} yêu cầu các cơ quan, đơn vị thực hiện các nội dung sau:")
    length, number = 700, 0
    while number < 3 or length < target - 500:
        number += 1
        goal = pen.say(pen.sector.goals)
        yield Body("item", goal + ":", f"{number}.")
        length += len(goal) + 70
        for _ in range(pen.count(2, 3)):
            duty = pen.say(pen.sector.measures) if pen.rng.random() < 0.6 else pen.say(DUTIES)
            length += len(duty) + 50
            yield Body("point", duty + ".")
        if number % 3 == 0:
            pen.topic = pen.next(pen.sector.topics)
    yield Body("para", pen.say(LETTER_CLOSINGS)[:-1] + "./.")
