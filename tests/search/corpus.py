"""A few hundred made-up documents in the language of Vietnamese offices, the same at every run."""

import random
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from search.engines.base import Home, IndexDocument

PHRASES = (
    """
quyết định|kế hoạch|đất đai|thu hồi đất|giải phóng mặt bằng|Ủy ban nhân dân tỉnh|Uỷ ban nhân dân xã|hòa giải ở cơ sở|hoà bình|thủy lợi
thuỷ sản|xây dựng nông thôn mới|dự thảo|dự toán ngân sách|nghị quyết|hội đồng nhân dân|phê duyệt|quy hoạch|quỹ đất|đường giao thông
bổ nhiệm cán bộ|má ma mà mả mã mạ|hồ sơ lưu trữ|chỉnh lý tài liệu|phòng cháy chữa cháy|an toàn thực phẩm|y tế cơ sở|năm học mới
UBND tỉnh|quyếtđịnh số|th ông báo|thônghành|Việt Nam|vietnam|HĐND huyện|đăng ký kinh doanh
""".strip()
    .replace("\n", "|")
    .split("|")
)
KINDS = ("QĐ-UBND", "NQ-HĐND", "KH-UBND", "TB-VP", "BC-STNMT", "CV")
PRINTED = ("Quyết định", "Nghị quyết", "Kế hoạch", "Thông báo", "Báo cáo", "Công văn")
VERDICTS = ("TOTAL-PASSED", "TOTAL-FAILED", "NONE", "INDETERMINATE")
OFFICES = ("Ủy ban nhân dân tỉnh Lam Giang", "Sở Nội vụ", "UBND xã Vân Sa")
TYPES = ("decision", "resolution", "plan", "notice", "report", "letter")
BRANCHES = (
    ("province",),
    ("province", "district-1"),
    ("province", "district-1", "commune-7"),
    ("province", "district-2"),
)


def documents(number: int = 300, seed: int = 23) -> list[IndexDocument]:
    chance = random.Random(seed)
    return [_document(n, chance) for n in range(number)]


def _document(n: int, chance: random.Random) -> IndexDocument:
    kind = chance.randrange(len(KINDS))
    issued = date(2015, 1, 1) + timedelta(days=chance.randrange(3650))
    code = chance.choice((f"{n % 40 + 1:02d}/{issued.year}/{KINDS[kind]}", f"{n % 40 + 1}/{KINDS[kind]}"))
    text = " ".join(chance.choice(PHRASES) for _ in range(chance.randrange(3, 25)))
    cited = f"Căn cứ {chance.randrange(1, 40):02d}/{issued.year - 1}/NQ-HĐND ngày 14/03/{issued.year - 1}. "
    path = chance.choice(BRANCHES)
    level = chance.choice(("normal", "normal", "restricted"))
    return IndexDocument(
        id=str(UUID(int=n + 1)),
        version=1,
        title=f"{TYPES[kind]} {chance.choice(PHRASES)}",
        number=code,
        text=(cited if chance.random() < 0.3 else "") + text,
        file_names=(f"{n:04d}_van_ban.pdf",),
        agencies=(chance.choice(OFFICES),),
        signer=chance.choice(("Nguyễn Văn An", "Trần Thị Bích Hòa", "")),
        dossiers=tuple(_home(chance.randrange(30)) for _ in range(chance.randrange(3))),
        more=(chance.choice(("Nguyễn Văn An", "Trần Thị Bích Hòa", "Lê Hoà")),),
        keys=tuple(f"a:{level}:{agency}" for agency in path),
        facets={
            "agency": path,
            "year": (str(issued.year),),
            "type": (TYPES[kind], PRINTED[kind]),
            "verdict": (chance.choice(VERDICTS),),
            "secrecy": (str(chance.randrange(2)),),
            "state": (chance.choice(("open", "closed", "archived")),),
        },
        date=issued if n % 25 else None,
        filed=datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=n * 7 % 1000),
    )


def _home(n: int) -> Home:
    """The same dossier for the same number, with keys of its own: to see a document is not to see its dossiers."""
    chance = random.Random(n)
    path, level = chance.choice(BRANCHES), chance.choice(("normal", "normal", "restricted"))
    names = (f"H99.{2015 + n % 10}.{n % 7:02d}.ATGT", chance.choice(PHRASES))
    return Home(f"dossier-{n}", names, tuple(f"a:{level}:{agency}" for agency in path))
