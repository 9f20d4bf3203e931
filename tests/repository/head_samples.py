"""Heads and feet of administrative documents, made up: the parts, and the plain text they print as."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass, replace

_PROVINCES = [
    "Bắc Ninh",
    "Bình Định",
    "Nam Định",
    "Hà Nội",
    "Thừa Thiên Huế",
    "Đắk Lắk",
    "Gia Lai",
    "Ninh Bình",
    "Cần Thơ",
    "Quảng Ngãi",
]
_NAMES = [
    "Nguyễn Hương Giang",
    "Trần Văn Toản",
    "Phạm Đình Nghị",
    "Lê Thị Thu Hà",
    "Đỗ Đình Hữu",
    "Võ Mạnh Hùng",
    "Hoàng Bá Huy",
    "Lý Thái Sơn",
]
_UNITS = [
    "SỞ NỘI VỤ",
    "SỞ TÀI CHÍNH",
    "SỞ GIÁO DỤC VÀ ĐÀO TẠO",
    "SỞ KẾ HOẠCH VÀ ĐẦU TƯ",
    "BAN QUẢN LÝ CÁC KHU CÔNG NGHIỆP",
    "THANH TRA TỈNH",
]
_UNIT_CODES = {"SỞ NỘI VỤ": "SNV", "SỞ TÀI CHÍNH": "STC", "SỞ GIÁO DỤC VÀ ĐÀO TẠO": "SGDĐT", "SỞ KẾ HOẠCH VÀ ĐẦU TƯ": "SKHĐT",
               "BAN QUẢN LÝ CÁC KHU CÔNG NGHIỆP": "KCN", "THANH TRA TỈNH": "TTr"}  # fmt: skip
_TYPES = {
    "Quyết định": "QĐ", "Nghị quyết": "NQ", "Chỉ thị": "CT", "Thông báo": "TB", "Hướng dẫn": "HD", "Chương trình": "CTr",
    "Kế hoạch": "KH", "Phương án": "PA", "Đề án": "ĐA", "Báo cáo": "BC", "Tờ trình": "TTr", "Công điện": "CĐ", "Giấy mời": "GM",
    "Quy chế": "QC", "Quy định": "QyĐ", "Biên bản": "BB", "Dự án": "DA", "Thông cáo": "TC", "Hợp đồng": "HĐ",
}  # fmt: skip
_SUBJECTS = [
    "Về việc phê duyệt kế hoạch lựa chọn nhà thầu dự án cải tạo, nâng cấp trụ sở",
    "Về việc ban hành Quy chế quản lý, sử dụng tài sản công",
    "Kết quả thực hiện nhiệm vụ quý I và phương hướng quý II",
    "Tăng cường công tác phòng cháy, chữa cháy và cứu nạn, cứu hộ",
    "Về việc thành lập Tổ công tác triển khai Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ",
]
_ABOUTS = [
    "báo cáo tình hình giải ngân vốn đầu tư công",
    "tăng cường quản lý hồ sơ, tài liệu lưu trữ",
    "trả lời Công văn số 123/BNV-TCBC ngày 02/3/2021 của Bộ Nội vụ",
]
_GROUNDS = (
    "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;\n"
    "Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn thư;\n"
    "Theo đề nghị của Giám đốc Sở Nội vụ tại Tờ trình số 99/TTr-SNV ngày 01 tháng 02 năm 2021."
)


@dataclass(frozen=True)
class Sample:
    """One document's parts; `number` and `day` are empty in a draft. `truth` names what a reader must find."""

    parent: str
    agency: str
    number: str
    notation: str
    year: str
    place: str
    day: str
    month: str
    of_year: str
    type: str
    subject: str
    addressees: tuple[str, ...]
    authority: str
    position: str
    signer: str
    mark: str = ""

    @property
    def code(self) -> str | None:
        return f"{self.number}/{self.year + '/' if self.year else ''}{self.notation}" if self.number else None

    @property
    def date(self) -> datetime.date | None:
        return datetime.date(int(self.of_year), int(self.month), int(self.day)) if self.day else None

    @property
    def number_line(self) -> str:
        year = f"/{self.year}" if self.year else ""
        return f"Số: {self.number or '      '}{year}/{self.notation}"

    @property
    def date_line(self) -> str:
        return f"{self.place}, ngày {self.day or '     '} tháng {self.month} năm {self.of_year}"


def make_sample(rng: random.Random) -> Sample:
    """A decision, report, letter … of a province's committee or of one of its departments."""
    province = rng.choice(_PROVINCES)
    committee = f"ỦY BAN NHÂN DÂN\nTỈNH {province.upper()}"
    of_committee = rng.random() < 0.5
    unit = rng.choice(_UNITS)
    code = "UBND" if of_committee else _UNIT_CODES[unit]
    letter = rng.random() < 0.35
    named = rng.choice(list(_TYPES))
    date = datetime.date(2003, 1, 1) + datetime.timedelta(days=rng.randrange(8000))
    number = rng.randrange(1, rng.choice([10, 100, 5000]))
    normative = not letter and named in {"Quyết định", "Nghị quyết", "Chỉ thị"} and of_committee and rng.random() < 0.4
    return Sample(
        parent="" if of_committee else f"ỦY BAN NHÂN DÂN TỈNH {province.upper()}",
        agency=committee.replace("\n", " ") if of_committee else unit,
        number=f"{number:02d}" + rng.choice(["", "", "", "", "", "a"]),
        notation=f"{code}-{rng.choice(['VX', 'VP1', 'KTTH', 'TCCB', 'NC'])}" if letter else f"{_TYPES[named]}-{code}",
        year=str(date.year) if normative else "",
        place=province,
        day=f"{date.day:02d}",
        month=f"{date.month:02d}" if date.month < 3 else str(date.month),
        of_year=str(date.year),
        type="Công văn" if letter else named,
        subject=rng.choice(_ABOUTS if letter else _SUBJECTS),
        addressees=("Sở Nội vụ", "Ủy ban nhân dân các huyện, thị xã, thành phố") if letter else (),
        authority=rng.choice(["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH"])
        if of_committee
        else rng.choice(["", "KT. GIÁM ĐỐC"]),
        position="",
        signer=rng.choice(_NAMES),
        mark=rng.choice(["", "", "", "", "HỎA TỐC", "KHẨN", "MẬT", "TỐI MẬT"]),
    )


def make_draft(sample: Sample) -> Sample:
    """The same before it was signed: the places of number and day are blank."""
    return replace(sample, number="", day="")


def left_column(sample: Sample) -> list[str]:
    lines = [*([sample.parent] if sample.parent else []), sample.agency, "-------", sample.number_line]
    if sample.type == "Công văn":
        lines += [f"V/v {sample.subject}"]
    return lines + ([sample.mark] if sample.mark else [])


def right_column(sample: Sample) -> list[str]:
    return ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "---------------", sample.date_line]


def body(sample: Sample) -> list[str]:
    if sample.type == "Công văn":
        return [
            "Kính gửi:",
            *(f"- {name};" for name in sample.addressees[:-1]),
            f"- {sample.addressees[-1]}.",
            _GROUNDS,
            *_articles(),
        ]
    return [sample.type.upper(), sample.subject, "", _GROUNDS, *_articles()]


def _articles() -> list[str]:
    return [
        f"{number}. Nội dung thứ {number} theo Quyết định số {number}7/QĐ-UBND ngày 0{number} tháng 4 năm 2019."
        for number in range(1, 9)
    ]


def foot(sample: Sample) -> list[str]:
    position = {
        "TM. ỦY BAN NHÂN DÂN": "CHỦ TỊCH",
        "KT. CHỦ TỊCH": "PHÓ CHỦ TỊCH",
        "KT. GIÁM ĐỐC": "PHÓ GIÁM ĐỐC",
        "": "GIÁM ĐỐC",
    }[sample.authority]
    recipients = [
        "Nơi nhận:",
        "- Như trên;" if sample.addressees else "- Như Điều 3;",
        "- Văn phòng Chính phủ;",
        "- Lưu: VT, TCCB.",
    ]
    return [*recipients, *([sample.authority] if sample.authority else []), position, "(Đã ký)", sample.signer]
