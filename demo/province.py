"""The fictional province as data: its agencies, record classes, headings of file plans, and the parts of its people's names."""

from dataclasses import dataclass
from datetime import date
from typing import Any

FIRST_YEAR = 2019
LAST_YEAR = 2026
DISTRICTS_END = date(2025, 6, 30)
DEPARTMENTS_MERGE = date(2025, 2, 28)


@dataclass(frozen=True, slots=True)
class DemoAgency:
    """An agency as its letterhead shows it.

    `head_parent` is the line in ordinary weight above the name, empty where the agency stands alone in its head;
    `abbreviation` is its part of a document's notation; `started` and `ended` are the first and last day it exists.
    """

    key: str
    name: str
    code: str
    abbreviation: str
    parent: str | None
    head_parent: str
    head_lines: tuple[str, ...]
    place: str
    kind: str
    started: date = date(2015, 1, 1)
    ended: date | None = None
    successor: str | None = None

    @property
    def head(self) -> tuple[str, ...]:
        """All lines of the letterhead, top first."""
        return (self.head_parent, *self.head_lines) if self.head_parent else self.head_lines

    def exists_on(self, day: date) -> bool:
        return self.started <= day and (self.ended is None or day <= self.ended)


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """`authority` holds the lines above the position that give the power to sign, such as `KT. GIÁM ĐỐC`."""

    key: str
    name: str
    agency: str
    position: str
    authority: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoClass:
    """A class of records and how long it is kept; `years` is None for records kept for good."""

    code: str
    title: str
    years: int | None
    source: str


@dataclass(frozen=True, slots=True)
class DemoHeading:
    """One line of an agency's file plan for a year: the dossier it expects."""

    agency: str
    year: int
    notation: str
    title: str
    record_class: str
    keeper: str


_PROVINCE = "UBND TỈNH LAM GIANG"


def _department(key: str, name: str, code: str, abbreviation: str, **dates: Any) -> DemoAgency:
    """A department of the province. A long name is printed on two lines, broken before its "và"."""
    start, _, rest = name.upper().partition(" VÀ ")
    head = (start, f"VÀ {rest}") if rest and len(name) > 20 else (name.upper(),)
    return DemoAgency(key, name, code, abbreviation, "tinh", _PROVINCE, head, "Lam Giang", "department", **dates)


AGENCIES: tuple[DemoAgency, ...] = (
    DemoAgency(
        "tinh",
        "Ủy ban nhân dân tỉnh Lam Giang",
        "H99",
        "UBND",
        None,
        "",
        ("ỦY BAN NHÂN DÂN", "TỈNH LAM GIANG"),
        "Lam Giang",
        "committee",
    ),
    _department("vp", "Văn phòng", "H99.01", "VP"),
    _department("snv", "Sở Nội vụ", "H99.02", "SNV"),
    DemoAgency(
        "ttlt",
        "Trung tâm Lưu trữ lịch sử tỉnh",
        "H99.02.01",
        "TTLTLS",
        "snv",
        "SỞ NỘI VỤ",
        ("TRUNG TÂM LƯU TRỮ", "LỊCH SỬ TỈNH"),
        "Lam Giang",
        "centre",
    ),
    _department("sgddt", "Sở Giáo dục và Đào tạo", "H99.03", "SGDĐT"),
    _department("sxd", "Sở Xây dựng", "H99.04", "SXD"),
    _department("stc", "Sở Tài chính", "H99.05", "STC"),
    _department("syt", "Sở Y tế", "H99.06", "SYT"),
    _department("skhcn", "Sở Khoa học và Công nghệ", "H99.07", "SKHCN"),
    _department("snnmt", "Sở Nông nghiệp và Môi trường", "H99.08", "SNNMT", started=date(2025, 3, 1)),
    _department("sgtvt", "Sở Giao thông vận tải", "000.00.11.H99", "SGTVT", ended=DEPARTMENTS_MERGE, successor="sxd"),
    _department(
        "stnmt", "Sở Tài nguyên và Môi trường", "000.00.14.H99", "STNMT", ended=DEPARTMENTS_MERGE, successor="snnmt"
    ),
    DemoAgency(
        "thachkhe",
        "Ủy ban nhân dân huyện Thạch Khê",
        "000.00.24.H99",
        "UBND",
        "tinh",
        "",
        ("ỦY BAN NHÂN DÂN", "HUYỆN THẠCH KHÊ"),
        "Thạch Khê",
        "committee",
        ended=DISTRICTS_END,
        successor="vansa",
    ),
    DemoAgency(
        "vansa",
        "Ủy ban nhân dân xã Vân Sa",
        "H99.31",
        "UBND",
        "tinh",
        "",
        ("ỦY BAN NHÂN DÂN", "XÃ VÂN SA"),
        "Vân Sa",
        "committee",
        started=date(2025, 7, 1),
    ),
    DemoAgency(
        "benthoc",
        "Ủy ban nhân dân phường Bến Thóc",
        "H99.32",
        "UBND",
        "tinh",
        "",
        ("ỦY BAN NHÂN DÂN", "PHƯỜNG BẾN THÓC"),
        "Bến Thóc",
        "committee",
        started=date(2025, 7, 1),
    ),
)

_RETENTION = "Thông tư 10/2022/TT-BNV"
CLASSES: tuple[DemoClass, ...] = (
    DemoClass("QPPL", "Xây dựng, ban hành văn bản quy phạm pháp luật", None, _RETENTION),
    DemoClass("TH.01", "Kế hoạch, báo cáo năm và nhiều năm của cơ quan", None, _RETENTION),
    DemoClass("TH.02", "Kế hoạch, báo cáo quý, tháng", 5, _RETENTION),
    DemoClass("TH.03", "Hội nghị, hội thảo", 10, _RETENTION),
    DemoClass("TCCB.01", "Tổ chức bộ máy, thành lập, sáp nhập, giải thể", None, _RETENTION),
    DemoClass("TCCB.02", "Tuyển dụng, bổ nhiệm, điều động cán bộ", 70, _RETENTION),
    DemoClass("TCCB.03", "Đào tạo, bồi dưỡng cán bộ, công chức", 20, _RETENTION),
    DemoClass("VTLT.01", "Quản lý công tác văn thư, lưu trữ", 20, _RETENTION),
    DemoClass("VTLT.02", "Hủy tài liệu hết giá trị", None, _RETENTION),
    DemoClass("TDKT", "Thi đua, khen thưởng", 50, _RETENTION),
    DemoClass("GDDT.01", "Mạng lưới trường lớp, chương trình giáo dục", 50, _RETENTION),
    DemoClass("GDDT.02", "Thi, tuyển sinh", 20, _RETENTION),
    DemoClass("YTE", "Khám bệnh, chữa bệnh, phòng, chống dịch", 20, _RETENTION),
    DemoClass("GTVT.01", "Trật tự, an toàn giao thông", 20, _RETENTION),
    DemoClass("GTVT.02", "Bảo trì kết cấu hạ tầng giao thông", 30, _RETENTION),
    DemoClass("DDAI", "Giao đất, cho thuê đất, thu hồi đất", None, _RETENTION),
    DemoClass("XDCB.01", "Dự án đầu tư xây dựng nhóm A, công trình trọng điểm", None, _RETENTION),
    DemoClass("XDCB.02", "Quản lý quy hoạch, cấp phép và chất lượng công trình", 30, _RETENTION),
    DemoClass("MTRG", "Bảo vệ môi trường, quản lý chất thải", 30, _RETENTION),
    DemoClass("NNPT", "Sản xuất nông nghiệp, thủy lợi, phòng, chống thiên tai", 20, _RETENTION),
    DemoClass("TAIC.01", "Dự toán, quyết toán ngân sách năm", None, _RETENTION),
    DemoClass("TAIC.02", "Quản lý tài sản công", 30, _RETENTION),
    DemoClass("CDSO", "Chuyển đổi số, ứng dụng công nghệ thông tin", 20, _RETENTION),
    DemoClass("TTRA", "Thanh tra, giải quyết khiếu nại, tố cáo", 30, _RETENTION),
    DemoClass("HCQT", "Hành chính, quản trị, trao đổi công việc", 5, _RETENTION),
)

# Suffix of the notation, title, class, the agencies that keep such a dossier (the others do not).
_EVERY = tuple(agency.key for agency in AGENCIES)
_COMMITTEES = ("tinh", "thachkhe", "vansa", "benthoc")
HEADINGS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("QPPL", "Văn bản quy phạm pháp luật ban hành năm {year}", "QPPL", _COMMITTEES),
    ("TCCB", "Tuyển dụng, bổ nhiệm, điều động công chức, viên chức năm {year}", "TCCB.02", _EVERY),
    ("TCBM", "Kiện toàn tổ chức bộ máy, vị trí việc làm năm {year}", "TCCB.01", ("tinh", "snv", *_COMMITTEES[1:])),
    ("ATGT", "Bảo đảm trật tự, an toàn giao thông năm {year}", "GTVT.01", ("tinh", "sgtvt", "sxd", *_COMMITTEES[1:])),
    ("BTDB", "Bảo trì, khai thác kết cấu hạ tầng đường bộ năm {year}", "GTVT.02", ("sgtvt", "sxd")),
    ("TTRA", "Tiếp công dân, giải quyết khiếu nại, tố cáo năm {year}", "TTRA", _EVERY),
    ("XDCB", "Quản lý dự án đầu tư xây dựng công trình trọng điểm năm {year}", "XDCB.01", ("tinh", "sxd")),
    ("QHXD", "Quy hoạch, cấp phép xây dựng năm {year}", "XDCB.02", ("sxd", *_COMMITTEES)),
    ("GDDT", "Kế hoạch năm học và mạng lưới trường lớp năm {year}", "GDDT.01", ("sgddt", *_COMMITTEES)),
    ("THTS", "Tổ chức thi, tuyển sinh năm học {year}", "GDDT.02", ("sgddt",)),
    ("YTE", "Khám bệnh, chữa bệnh, phòng, chống dịch năm {year}", "YTE", ("syt", *_COMMITTEES)),
    (
        "DDAI",
        "Giao đất, cho thuê đất, chuyển mục đích sử dụng đất năm {year}",
        "DDAI",
        ("stnmt", "snnmt", *_COMMITTEES),
    ),
    ("MTRG", "Bảo vệ môi trường, thu gom và xử lý chất thải năm {year}", "MTRG", ("stnmt", "snnmt", *_COMMITTEES)),
    ("NNPT", "Sản xuất nông nghiệp, phòng, chống thiên tai năm {year}", "NNPT", ("snnmt", *_COMMITTEES)),
    ("NSNN", "Dự toán, quyết toán ngân sách năm {year}", "TAIC.01", ("stc", *_COMMITTEES)),
    ("TSC", "Quản lý, sử dụng tài sản công năm {year}", "TAIC.02", ("stc", "vp")),
    ("CDSO", "Chuyển đổi số, cải cách thủ tục hành chính năm {year}", "CDSO", ("skhcn", "vp", *_COMMITTEES)),
    ("VTLT", "Công tác văn thư, lưu trữ năm {year}", "VTLT.01", ("snv", "ttlt", "vp", *_COMMITTEES)),
    ("HTL", "Hủy tài liệu hết thời hạn bảo quản năm {year}", "VTLT.02", ("ttlt", "snv")),
    ("TDKT", "Thi đua, khen thưởng năm {year}", "TDKT", ("snv", *_COMMITTEES)),
    ("THBC", "Kế hoạch, báo cáo công tác năm {year}", "TH.01", _EVERY),
    ("BCQT", "Báo cáo tháng, quý năm {year}", "TH.02", _EVERY),
    ("HCQT", "Hành chính, quản trị và trao đổi công việc năm {year}", "HCQT", _EVERY),
)

# Names put together from parts; rare given names keep them away from people in office.
FAMILY = (
    "Đào",
    "Lương",
    "Tạ",
    "Quách",
    "Ngô",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Dương",
    "Vũ",
    "Phan",
    "Hoàng",
    "Trịnh",
    "Mai",
)
MIDDLE_MEN = ("Minh", "Văn", "Đình", "Quang", "Hữu", "Xuân", "Công", "Khắc", "Bá")
MIDDLE_WOMEN = ("Thị", "Ngọc", "Diệu", "Thu", "Bích", "Kim", "Hồng")
GIVEN_MEN = (
    "Khê",
    "Thước",
    "Ngạn",
    "Lãm",
    "Quýnh",
    "Vỹ",
    "Chiểu",
    "Thuyên",
    "Đạm",
    "Nghị",
    "Luyến",
    "Tấn",
    "Thục",
    "Kỳ",
)
GIVEN_WOMEN = ("Hạ", "Diệm", "Sương", "Đoan", "Khuê", "Miên", "Nhàn", "Uyên", "Xoan", "Cầm", "Trâm", "Nguyệt", "Thoa")

# Positions by kind of agency: what stands in the signature block, above it the authority. The first is the head.
SIGNERS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "committee": (
        ("Chủ tịch", ("TM. ỦY BAN NHÂN DÂN",)),
        ("Phó Chủ tịch", ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH")),
        ("Phó Chủ tịch", ("KT. CHỦ TỊCH",)),
        ("Chánh Văn phòng", ("TL. CHỦ TỊCH",)),
    ),
    "department": (
        ("Giám đốc", ()),
        ("Phó Giám đốc", ("KT. GIÁM ĐỐC",)),
        ("Phó Giám đốc", ("KT. GIÁM ĐỐC",)),
        ("Chánh Văn phòng", ("TL. GIÁM ĐỐC",)),
        ("Trưởng phòng", ("TUQ. GIÁM ĐỐC",)),
    ),
    "office": (("Chánh Văn phòng", ()), ("Phó Chánh Văn phòng", ("KT. CHÁNH VĂN PHÒNG",))),
    "centre": (("Giám đốc", ()), ("Phó Giám đốc", ("KT. GIÁM ĐỐC",))),
}
ROLES = {"vp": "office"}
