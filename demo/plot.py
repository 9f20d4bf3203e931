"""What the demonstration archive shows: its dossiers, the state each is in, and how each document comes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from demo.texts import Paper, paper_of
from demo.world import World

DOCUMENTS = 150


@dataclass(frozen=True, slots=True)
class PlannedDossier:
    """`state` is the one it ends in; `confirmed` the part of its documents a person has confirmed; `share` its part of
    all documents, in hundredths; `hold` the reason it is kept back from appraisal, empty for none.
    """

    key: str
    agency: str
    year: int
    heading: str
    sector: str
    title: str
    state: str
    share: int
    confirmed: float = 1.0
    hold: str = ""
    returned: str = ""


@dataclass(frozen=True, slots=True)
class PlannedDocument:
    """`kind` is a signed variant, `scan`, or the ending of an office file; `name` the file name it arrives under."""

    paper: Paper
    kind: str
    name: str


DOSSIERS: tuple[PlannedDossier, ...] = (
    PlannedDossier("atgt", "tinh", 2025, "ATGT", "giaothong", "Bảo đảm trật tự, an toàn giao thông trên địa bàn tỉnh năm 2025", "open", 16, 0.6),
    PlannedDossier("btdb", "sxd", 2025, "BTDB", "giaothong", "Bảo trì các tuyến đường tỉnh năm 2025", "open", 7, 0.5),
    PlannedDossier("cdso", "skhcn", 2026, "CDSO", "chuyendoiso", "Cung cấp dịch vụ công trực tuyến toàn trình năm 2026", "open", 7, 0.0),
    PlannedDossier("xdcb", "tinh", 2024, "XDCB", "xaydung", "Đầu tư xây dựng kè chống sạt lở sông Lam Giang, đoạn qua xã Vân Sa", "closed", 9),
    PlannedDossier("yte", "syt", 2023, "YTE", "yte", "Phòng, chống bệnh sốt xuất huyết năm 2023", "closed", 7),
    PlannedDossier("gddt", "sgddt", 2024, "GDDT", "giaoduc", "Rà soát mạng lưới trường, lớp sau sắp xếp đơn vị hành chính", "submitted", 8),
    PlannedDossier("mtrg", "vansa", 2025, "MTRG", "moitruong", "Thu gom, xử lý rác thải sinh hoạt xã Vân Sa năm 2025", "submitted", 6),
    PlannedDossier(
        "tccb", "snv", 2025, "TCCB", "noivu", "Tuyển dụng công chức cấp xã năm 2025", "returned", 7,
        returned="Thiếu quyết định công nhận kết quả; mục lục chưa khớp với số văn bản trong hồ sơ.",
    ),
    PlannedDossier("vtlt", "snv", 2023, "VTLT", "noivu", "Chỉnh lý, số hóa tài liệu lưu trữ tồn đọng năm 2023", "archived", 10),
    PlannedDossier(
        "ddai", "thachkhe", 2024, "DDAI", "datdai", "Bồi thường, hỗ trợ, tái định cư dự án đường vành đai phía Đông", "archived", 10,
        hold="Phục vụ thanh tra việc bồi thường, giải phóng mặt bằng theo đơn tố cáo của công dân.",
    ),
    PlannedDossier("hcqt", "thachkhe", 2019, "HCQT", "taichinh", "Trao đổi công việc hành chính, quản trị năm 2019", "archived", 7),
    PlannedDossier("bcqt", "sgtvt", 2019, "BCQT", "giaothong", "Báo cáo tháng, quý năm 2019 về bảo trì đường bộ", "archived", 6),
)  # fmt: skip

# How the documents come, in parts of 150. The rest are PDFs with text and without a signature.
_KINDS: tuple[tuple[str, int], ...] = (
    ("person", 8), ("person-and-seal", 10), ("person-stamped", 4), ("person-and-seal-stamped", 4),
    ("person-and-seal-long-term", 13), ("person-and-seal-archival", 2), ("renewed", 1), ("signed-again", 2), ("electronic-copy", 2),
    ("expired", 1), ("revoked", 1), ("tampered", 1), ("changed-after-signing", 1),
    ("scan", 10), ("docx", 8), ("odt", 2), ("rtf", 1), ("html", 1), ("txt", 1),
    ("eml", 1), ("xlsx", 1),
)  # fmt: skip
# What was signed under certificates that have ended since was kept for the long term, or it could not be judged today.
_LONG_TERM = "person-and-seal-long-term"
_LONG_TERM_BEFORE = 2024
_SOUND = ("person", "person-and-seal", "person-stamped", "person-and-seal-stamped")
# Signed by the one whose certificate has ended or was revoked; both stand for this person.
_TROUBLED_SIGNER = "sxd-1"


def plan(documents: int, *, seed: int = 2025) -> Iterator[tuple[PlannedDossier, list[PlannedDocument]]]:
    """The dossiers with their documents, `documents` in all; beyond 150, further open dossiers of 25 each."""
    world = World(seed)
    basic = min(documents, DOCUMENTS)
    kinds = _kinds(basic, seed)
    # A dossier without a document cannot be closed: fewer documents than dossiers fill only the first ones.
    counts = [max(1, basic * dossier.share // 100) for dossier in DOSSIERS[:basic]]
    counts[0] += basic - sum(counts)
    start = 0
    for dossier, count in zip(DOSSIERS, counts, strict=False):
        yield dossier, _documents(dossier, world, kinds[start : start + count])
        start += count
    for place, first in enumerate(range(basic, documents, 25)):
        dossier = _further(place, world)
        yield dossier, _documents(dossier, world, ["unsigned"] * min(25, documents - first))


def _kinds(count: int, seed: int) -> list[str]:
    """The kinds in their proportions, shuffled; a small archive has the odd ones too.

    The tampered one and those of ended and revoked certificates come first: into the open dossiers of the last years,
    where a person still has to say what is to be done, and after both certificates were no longer good.
    """
    first = ["tampered", "expired", "revoked"]
    rest = [kind for kind, number in _KINDS for _ in range(number) if kind not in first]
    rest += ["unsigned"] * (DOCUMENTS - len(rest) - len(first))
    rng = Random(f"kinds:{seed}")
    rng.shuffle(rest)
    if count < DOCUMENTS:
        rest.sort(key=lambda kind: kind != "changed-after-signing")
        rest = rest[: max(0, count - len(first))]
        rng.shuffle(rest)
    return [*first, *rest][:count]


def _further(place: int, world: World) -> PlannedDossier:
    """A dossier under some heading of some agency's plan, for archives larger than the demonstration."""
    rng = Random(f"further:{world.seed}:{place}")
    sector, heading = rng.choice(
        (("giaothong", "ATGT"), ("datdai", "DDAI"), ("yte", "YTE"), ("giaoduc", "GDDT"), ("noivu", "TCCB"))
    )
    year = rng.randint(2019, 2024)
    title = f"Hồ sơ công việc số {place + 1} về {heading} năm {year}"
    return PlannedDossier(f"further-{place}", "tinh", year, heading, sector, title, "open", 0, 1.0)


def _documents(dossier: PlannedDossier, world: World, kinds: list[str]) -> list[PlannedDocument]:
    rng = Random(f"dossier:{world.seed}:{dossier.key}")
    own = world.agency_by_key[dossier.agency]
    first = max(own.started, date(dossier.year, 1, 6))
    last = min(own.ended or date.max, date(dossier.year, 12, 26), date(2026, 6, 30))
    days = sorted(rng.randrange((last - first).days) for _ in kinds)
    if dossier.year < _LONG_TERM_BEFORE:
        kinds = [_LONG_TERM if kind in _SOUND else kind for kind in kinds]
    taken: set[str] = set()
    found = []
    for place, (day, kind) in enumerate(zip(days, kinds, strict=True)):
        drawn = _paper(dossier, world, first + timedelta(days=day), kind, place, taken, rng)
        taken.add(f"{drawn.code} {drawn.agency} {drawn.date.year}")
        found.append(PlannedDocument(drawn, kind, file_name(drawn, kind, place)))
    return found


def _paper(
    dossier: PlannedDossier, world: World, day: date, kind: str, place: int, taken: set[str], rng: Random
) -> Paper:
    """A paper of the dossier's own agency, or one it received; numbers grow with the day of the year."""
    incoming = rng.random() < 0.35
    pages = 1 if kind == "scan" else rng.choices((1, 2, 3, 5, 12), (60, 25, 9, 5, 1))[0]
    for attempt in range(200):
        ordinal = max(1, day.timetuple().tm_yday * (2 if incoming else 1) + attempt)
        drawn = paper_of(
            f"{world.seed}:{dossier.key}:{place}:{attempt}",
            world=world,
            day=day,
            agency="sxd" if kind in ("expired", "revoked") else None if incoming else dossier.agency,
            sector=None if kind in ("expired", "revoked") else dossier.sector,
            ordinal=ordinal,
            pages=pages,
            type_name="Quyết định" if kind in ("tampered", "changed-after-signing") else None,
        )
        if f"{drawn.code} {drawn.agency} {drawn.date.year}" in taken:
            continue
        if kind in ("expired", "revoked") and drawn.signer_key != _TROUBLED_SIGNER:
            continue
        return drawn
    raise ValueError(f"No paper can be drawn for {dossier.key} on {day}.")


def file_name(paper: Paper, kind: str, place: int) -> str:
    """As such files are named in offices: number and notation, `_signed`, or what a scanner counts."""
    if kind == "scan":
        return f"Scan_{paper.date:%Y%m%d}_{place + 1:03d}.pdf"
    stem = f"{paper.date.year}_{paper.number}_{paper.notation}"
    if kind in ("unsigned", "xlsx"):
        return f"{stem}.pdf" if kind == "unsigned" else f"MucLuc_{paper.date:%Y%m%d}.xlsx"
    if kind in ("docx", "odt", "rtf", "html", "txt", "eml"):
        return f"{stem}.{kind}"
    return f"{stem}_signed.pdf"
