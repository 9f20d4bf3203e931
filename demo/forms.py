"""The types of papers the agencies issue: how each is named, numbered, worded and how often it comes up.

Types and abbreviations after Nghị định 30/2020/NĐ-CP, annex III.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from demo.bodies import Body, articles, grounds, letter, orders, plan, report, rules, table
from demo.pen import Pen
from demo.phrases import MEETING_PLACES, PLACES

ALL_KINDS = ("committee", "department", "centre")
Subject = Callable[[Pen], str]
Writer = Callable[[Pen, str, int], Iterator[Body]]

_SCOPES: tuple[Callable[[Pen], str], ...] = (
    lambda pen: f"năm {pen.day.year}",
    lambda pen: f"quý {('I', 'II', 'III', 'IV')[(pen.day.month - 1) // 3]} năm {pen.day.year}",
    lambda pen: f"tháng {pen.day.month} năm {pen.day.year}",
    lambda pen: f"giai đoạn {pen.day.year} - {pen.day.year + 5}",
    lambda pen: f"trên địa bàn tỉnh năm {pen.day.year}",
    lambda pen: f"tại {pen.pick(PLACES)}",
    lambda pen: f"6 tháng cuối năm {pen.day.year}",
)
_EXECUTORS = (
    "Chánh Văn phòng, Thủ trưởng các đơn vị trực thuộc và các tổ chức, cá nhân có liên quan",
    "Thủ trưởng các cơ quan, đơn vị có liên quan và các tổ chức, cá nhân được giao nhiệm vụ",
    "Các ông (bà) có tên trong danh sách và người đứng đầu các đơn vị có liên quan",
)


@dataclass(frozen=True, slots=True)
class Form:
    """`kinds` are the kinds of agencies that issue it, `only` narrows them to keys; `weight` is how often it comes up
    among a hundred; `normative` puts the year into the number; `by_order` lets the head of an office sign.
    """

    name: str
    abbreviation: str
    weight: int
    subject: Subject
    body: Writer
    first_recipient: str = "Như trên"
    kinds: tuple[str, ...] = ALL_KINDS
    only: tuple[str, ...] = ()
    normative: bool = False
    by_order: bool = False
    urgent: float = 0.03

    def urgency(self, pen: Pen) -> str:
        if pen.rng.random() >= self.urgent:
            return ""
        return pen.pick(("Khẩn", "Thượng khẩn", "Hỏa tốc"))


def _scope(pen: Pen) -> str:
    return pen.pick(_SCOPES)(pen)


def _worded(*patterns: str) -> Subject:
    """A subject from one of the patterns; `{t}` is the topic, `{s}` a time or a place."""

    def subject(pen: Pen) -> str:
        return pen.pick(patterns).replace("{t}", pen.topic).replace("{s}", _scope(pen))

    return subject


def _no_subject(pen: Pen) -> str:
    return ""


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _decision(pen: Pen, subject: str, target: int) -> Iterator[Body]:
    yield from grounds(pen, proposed=True)
    yield Body("decree", "QUYẾT ĐỊNH:")
    what = _lower(subject.removeprefix("Về việc "))
    yield from articles(pen, f"{what[:1].upper()}{what[1:]}, với các nội dung cụ thể như sau:", pen.pick(_EXECUTORS))
    if target > 3000:
        yield Body("annex", f"Kế hoạch công tác {pen.topic}", f"Kèm theo {pen.this_decision()}")
        yield from plan(pen, target - 2600)


def _regulation(pen: Pen, subject: str, target: int) -> Iterator[Body]:
    yield from grounds(pen, proposed=True)
    yield Body("decree", "QUYẾT ĐỊNH:")
    yield Body("article", f"Ban hành kèm theo Quyết định này {_lower(subject.removeprefix('Ban hành '))}.", "Điều 1.")
    yield Body("article", f"Quyết định này có hiệu lực thi hành kể từ ngày {pen.later()}.", "Điều 2.")
    yield Body("article", f"{pen.pick(_EXECUTORS)} chịu trách nhiệm thi hành Quyết định này./.", "Điều 3.")
    yield Body("annex", f"Quy định về công tác {pen.topic}", f"Ban hành kèm theo {pen.this_decision()}")
    yield from rules(pen, target - 1800)


def _plan(pen: Pen, subject: str, target: int) -> Iterator[Body]:
    yield from plan(pen, target)


def _report(pen: Pen, subject: str, target: int) -> Iterator[Body]:
    yield from report(pen, target)


def _orders(pen: Pen, subject: str, target: int) -> Iterator[Body]:
    yield from orders(pen, target)


def _letter(pen: Pen, subject: str, target: int) -> Iterator[Body]:
    to = pen.pick(("Các sở, ban, ngành tỉnh", "Ủy ban nhân dân {communes}", "Kho bạc Nhà nước khu vực", "{g}"))
    addressee = pen.fill(to.replace("{g}", pen.pick(pen.sector.groups)))
    yield from letter(pen, target, addressee[:1].upper() + addressee[1:])


def _proposal(pen: Pen, subject: str, target: int) -> Iterator[Body]:
    yield Body("to", "Ủy ban nhân dân tỉnh Lam Giang")
    yield from grounds(pen, proposed=False)
    yield Body("part", "SỰ CẦN THIẾT", "I.")
    yield from list(report(pen, target))[2:]


def _invitation(pen: Pen, subject: str, target: int) -> Iterator[Body]:
    yield Body("to", pen.fill(pen.pick(("Đại biểu các sở, ban, ngành", "Lãnh đạo Ủy ban nhân dân {communes}"))))
    yield Body("para", f"{pen.agency_name} trân trọng kính mời quý đại biểu tham dự cuộc họp với nội dung như sau:")
    agenda = f"Nghe báo cáo, thảo luận và thống nhất giải pháp về công tác {pen.topic}."
    yield Body("item", agenda, "1. Nội dung:")
    yield Body(
        "item", f"{pen.pick(('07 giờ 30', '08 giờ 00', '14 giờ 00'))}, ngày {pen.later(3, 12)}.", "2. Thời gian:"
    )
    yield Body("item", pen.fill(pen.pick(MEETING_PLACES)) + ".", "3. Địa điểm:")
    yield Body("item", f"Đại diện {pen.pick(pen.sector.groups)} chuẩn bị ý kiến bằng văn bản.", "4. Phân công:")
    yield Body("para", "Rất mong quý đại biểu sắp xếp thời gian, tham dự đầy đủ và đúng giờ./.")


def _minutes(pen: Pen, subject: str, target: int) -> Iterator[Body]:
    yield Body("para", f"Thời gian bắt đầu: 08 giờ 00. Địa điểm: {pen.fill(pen.pick(MEETING_PLACES))}.")
    yield Body("para", f"Thành phần tham dự: lãnh đạo {pen.agency_name}; đại diện {pen.pick(pen.sector.groups)}.")
    yield Body("part", "DIỄN BIẾN CUỘC HỌP", "I.")
    length = 400
    while length < min(target, 9000) - 700:
        text = f"Ý kiến đại biểu: {pen.say(pen.sector.results)} {pen.say(pen.sector.problems)}"
        length += len(text) + 60
        yield Body("point", text)
    yield Body("part", "KẾT LUẬN", "II.")
    for place in range(1, 4):
        yield Body("item", pen.say(pen.sector.measures) + ".", f"{place}.")
    yield Body(
        "para", "Cuộc họp kết thúc vào 11 giờ 00 phút cùng ngày; biên bản được các thành viên thống nhất thông qua./."
    )


def _introduction(pen: Pen, subject: str, target: int) -> Iterator[Body]:
    yield Body("para", f"{pen.agency_name} trân trọng giới thiệu:")
    yield Body("para", f"Đại diện phòng chuyên môn phụ trách {pen.sector.name}.")
    yield Body("para", f"Được cử đến: {pen.pick(PLACES)}.")
    yield Body("para", f"Về việc: liên hệ công tác {pen.topic}.")
    yield Body("para", f"Đề nghị quý cơ quan tạo điều kiện. Giấy này có giá trị đến hết ngày {pen.later(8, 20)}./.")


def _passing_on(pen: Pen, subject: str, target: int) -> Iterator[Body]:
    yield Body("to", "Thủ trưởng cơ quan có thẩm quyền giải quyết")
    yield Body("para", pen.fill(f"{pen.agency_name} nhận được đơn của công dân tại {{place}} phản ánh về {pen.topic}."))
    yield Body("para", "Sau khi xem xét, nội dung đơn thuộc thẩm quyền giải quyết của quý cơ quan.")
    yield Body("para", f"Chuyển đơn để xem xét, giải quyết và thông báo kết quả trước ngày {pen.later()}./.")


def _contract(pen: Pen, subject: str, target: int) -> Iterator[Body]:
    yield Body("basis", "Căn cứ Bộ luật Dân sự ngày 24 tháng 11 năm 2015;")
    yield Body("basis", "Căn cứ nhu cầu và khả năng của hai bên.")
    yield Body("para", f"Bên A: {pen.agency_name}.")
    yield Body("para", f"Bên B: Công ty TNHH {pen.pick(('Đồng Mít', 'Suối Thoong', 'Cầu Dâu', 'Kênh Son'))}.")
    yield Body("para", "Hai bên thống nhất ký kết hợp đồng với các điều khoản sau:")
    yield Body("article", f"Nội dung công việc: phục vụ công tác {pen.topic}.", "Điều 1.")
    yield table(pen, "Khối lượng công việc")
    yield Body("article", pen.fill("Giá trị hợp đồng: {money}, thanh toán bằng chuyển khoản."), "Điều 2.")
    yield Body("article", f"Thời gian thực hiện: đến hết ngày {pen.later(60, 300)}.", "Điều 3.")
    yield Body("article", "Hợp đồng lập thành 04 bản có giá trị pháp lý như nhau, mỗi bên giữ 02 bản./.", "Điều 4.")


_C = ("committee",)
FORMS: tuple[Form, ...] = (
    Form("Công văn", "", 30, _worded(
        "tăng cường công tác {t} {s}", "báo cáo kết quả công tác {t} {s}", "góp ý dự thảo Kế hoạch {t} {s}",
        "đôn đốc thực hiện công tác {t} {s}", "trả lời kiến nghị của cử tri về {t} {s}",
        "cung cấp hồ sơ, số liệu phục vụ công tác {t} {s}", "hướng dẫn thực hiện công tác {t} {s}",
    ), _letter, by_order=True, urgent=0.06),
    Form("Quyết định", "QĐ", 15, _worded(
        "Về việc phê duyệt Kế hoạch {t} {s}", "Về việc thành lập Tổ công tác {t} {s}",
        "Về việc kiện toàn Ban Chỉ đạo công tác {t} {s}", "Phê duyệt Phương án {t} {s}",
        "Ban hành Chương trình công tác {t} {s}", "Về việc giao nhiệm vụ thực hiện công tác {t} {s}",
    ), _decision, "Như Điều 4"),
    Form("Quyết định", "QĐ", 3, _worded(
        "Ban hành Quy định về {t} trên địa bàn tỉnh Lam Giang",
        "Ban hành Quy chế phối hợp trong công tác {t} trên địa bàn tỉnh Lam Giang",
    ), _regulation, "Như Điều 3", _C, ("tinh",), normative=True, urgent=0),
    Form("Chỉ thị", "CT", 3, _worded(
        "Về tăng cường công tác {t} {s}", "Về chấn chỉnh công tác {t} {s}",
    ), _orders, kinds=_C),
    Form("Thông báo", "TB", 8, _worded(
        "Kết luận tại cuộc họp về công tác {t} {s}", "Về kết quả kiểm tra công tác {t} {s}",
        "Về lịch kiểm tra công tác {t} {s}",
    ), _orders, by_order=True),
    Form("Hướng dẫn", "HD", 4, _worded("Thực hiện công tác {t} {s}", "Một số nội dung về {t} {s}"), _orders),
    Form("Chương trình", "CTr", 2, _worded("Công tác {t} {s}", "Hành động về công tác {t} {s}"), _plan),
    Form("Kế hoạch", "KH", 9, _worded(
        "Triển khai công tác {t} {s}", "Kiểm tra công tác {t} {s}", "Công tác {t} {s}",
    ), _plan),
    Form("Phương án", "PA", 2, _worded("Thực hiện công tác {t} {s}", "Bảo đảm công tác {t} {s}"), _plan),
    Form("Đề án", "ĐA", 1, _worded("Nâng cao hiệu quả công tác {t} {s}"), _plan),
    Form("Báo cáo", "BC", 10, _worded(
        "Kết quả thực hiện công tác {t} {s}", "Sơ kết công tác {t} {s}", "Tình hình, kết quả công tác {t} {s}",
    ), _report),
    Form("Biên bản", "BB", 2, _worded("Họp về công tác {t} {s}", "Kiểm tra công tác {t} {s}"), _minutes, urgent=0),
    Form("Tờ trình", "TTr", 7, _worded(
        "Về việc đề nghị phê duyệt Kế hoạch {t} {s}", "Về việc bổ sung kinh phí thực hiện công tác {t} {s}",
        "Về việc ban hành Quy định về {t} {s}",
    ), _proposal, kinds=("department", "centre", "committee"), only=(
        "snv", "ttlt", "sgddt", "sxd", "stc", "syt", "skhcn", "snnmt", "sgtvt", "stnmt", "vp",
        "thachkhe", "vansa", "benthoc",
    )),
    Form("Hợp đồng", "HĐ", 2, _worded("Cung cấp dịch vụ phục vụ công tác {t}"), _contract, urgent=0),
    Form("Công điện", "CĐ", 1, _worded("Về việc tập trung thực hiện công tác {t} {s}"), _orders, kinds=_C, urgent=0.7),
    Form("Giấy mời", "GM", 6, _worded(
        "Họp về công tác {t} {s}", "Dự hội nghị triển khai công tác {t} {s}",
    ), _invitation, by_order=True),
    Form("Giấy giới thiệu", "GGT", 2, _no_subject, _introduction, by_order=True, urgent=0),
    Form("Phiếu chuyển", "PC", 2, _worded("Về việc chuyển đơn của công dân về {t}"), _passing_on, by_order=True),
)  # fmt: skip
