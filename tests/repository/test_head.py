"""Reading a document's head: what is printed is found, with its place in the text; what is not printed stays empty."""

import datetime
import itertools

import pytest

from repository.head import Head, read_head

STATE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n"


def expect(head: Head, **fields: object) -> None:
    assert {name: getattr(head, name) for name in fields} == fields


def test_a_normative_decision_gives_every_field_with_its_place_in_the_text() -> None:
    text = (
        "ỦY BAN NHÂN DÂN\nTỈNH BẮC NINH\n-------\n" + STATE + "---------------\nSố: 06/2022/QĐ-UBND\n"
        "Bắc Ninh, ngày 05 tháng 02 năm 2022\nQUYẾT ĐỊNH\nBan hành Quy định quản lý hồ sơ\n"
        "ỦY BAN NHÂN DÂN TỈNH BẮC NINH\nCăn cứ Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ;\n"
        "Điều 1. Ban hành kèm theo.\nNơi nhận:\n- Như Điều 3;\n- Văn phòng Chính phủ;\n- Lưu: VT, NC.\n"
        "TM. ỦY BAN NHÂN DÂN\nKT. CHỦ TỊCH\nPHÓ CHỦ TỊCH\n(Đã ký)\nVương Quốc Tuấn\n"
    )
    head = read_head(text)
    expect(
        head,
        type="Quyết định",
        number="06",
        notation="QĐ-UBND",
        year=2022,
        code="06/2022/QĐ-UBND",
        date=datetime.date(2022, 2, 5),
        place="Bắc Ninh",
        agency="ỦY BAN NHÂN DÂN TỈNH BẮC NINH",
        parent_agency=None,
        subject="Ban hành Quy định quản lý hồ sơ",
        signer="Vương Quốc Tuấn",
        position="PHÓ CHỦ TỊCH",
        authority="KT.",
        recipients=("Như Điều 3", "Văn phòng Chính phủ"),
        is_draft=False,
    )
    assert {name: evidence.text for name, evidence in head.evidence.items()}["date"] == "ngày 05 tháng 02 năm 2022"
    for evidence in head.evidence.values():
        assert text[evidence.start : evidence.end] == evidence.text
        assert evidence.confidence == "sure"


def test_json_holds_dates_as_text_and_the_words_each_field_was_read_from() -> None:
    data = read_head(
        f"BỘ NỘI VỤ\n{STATE}Số: 12/QĐ-BNV\nHà Nội, ngày 5 tháng 2 năm 2022\nQUYẾT ĐỊNH\nVề việc A\n"
    ).to_json()
    assert data["date"] == "2022-02-05"
    assert data["recipients"] == []
    assert data["evidence"]["number"] == "12/QĐ-BNV"


NUMBERS = {
    "Luật số: 33/2024/QH15": ("33", "QH15", "33/2024/QH15"),
    "Số: 12/2015/TTLT-BTC-BNV": ("12", "TTLT-BTC-BNV", "12/2015/TTLT-BTC-BNV"),
    "Số : 1234 /BNV-TCBC": ("1234", "BNV-TCBC", "1234/BNV-TCBC"),
    "Số: 12 / 2020 / NĐ - CP": ("12", "NĐ-CP", "12/2020/NĐ-CP"),
    "Số 39-CT/TW": ("39", "CT/TW", "39-CT/TW"),
    "Số: 217-HĐBT": ("217", "HĐBT", "217-HĐBT"),
    "Số: 12 CT/UB": ("12", "CT/UB", "12 CT/UB"),
    "Số: 66.15/2026/NQ-CP": ("66.15", "NQ-CP", "66.15/2026/NQ-CP"),
    "Số: 03/2026-BCT": ("03", "BCT", "03/2026-BCT"),
    "Số: 61a/SNV-TCCB": ("61a", "SNV-TCCB", "61a/SNV-TCCB"),
    "Số:\n78\n/202\n5\n/TT-BCA": ("78", "TT-BCA", "78/2025/TT-BCA"),
    "S\nố: 309/2025/NĐ-CP": ("309", "NĐ-CP", "309/2025/NĐ-CP"),
    "S6: l2/QD-UBND": ("12", "QĐ-UBND", "12/QĐ-UBND"),
    "Số: 05/QÐ-TTg": ("05", "QĐ-TTg", "05/QĐ-TTg"),
    "Số: 146/2025/TT-BTС": ("146", "TT-BTC", "146/2025/TT-BTC"),
    "SO: 9/QD-TTG": ("9", "QĐ-TTg", "9/QĐ-TTg"),
    "Số: 10/VBHN-BTC": ("10", "VBHN-BTC", "10/VBHN-BTC"),
    "Số: 178/KH-BGD&ĐT": ("178", "KH-BGD&ĐT", "178/KH-BGD&ĐT"),
}


@pytest.mark.parametrize("printed", NUMBERS)
def test_numbers_are_read_in_every_way_they_are_printed(printed: str) -> None:
    head = read_head(f"CƠ QUAN A\n{STATE}{printed}\nHà Nội, ngày 16 tháng 01 năm 2015\nCăn cứ Luật số 99/2013/QH13;")
    assert (head.number, head.notation, head.code) == NUMBERS[printed]


DATES = {
    "Hà Nội, ngày 05 tháng 02 năm 2022": datetime.date(2022, 2, 5),
    "Hà Nội , ngày 5  tháng 2  năm 2022": datetime.date(2022, 2, 5),
    "Hà Nội, ngày\n29\ntháng\n8\nnăm 202\n5": datetime.date(2025, 8, 29),
    "Hà N\nội, ngày 29 tháng 11 năm 2025": datetime.date(2025, 11, 29),
    "Ha Noi, ngay O5 thang O2 nam 2O22": datetime.date(2022, 2, 5),
    "Hà Nội, ngày 5/2/1999": datetime.date(1999, 2, 5),
    "Hà Nội, ngày 32 tháng 12 năm 2024": None,
    "Hà Nội, ngày      tháng 02 năm 2022": None,
    "Hà Nội, ngày .... tháng .... năm 202...": None,
}


@pytest.mark.parametrize("printed", DATES)
def test_dates_are_read_in_every_way_they_are_printed_and_never_taken_from_the_grounds(printed: str) -> None:
    head = read_head(
        f"BỘ NỘI VỤ\n{STATE}Số: 12/QĐ-BNV\n{printed}\nQUYẾT ĐỊNH\nVề việc A\nCăn cứ Luật ngày 25 tháng 11 năm 2015;"
    )
    assert head.date == DATES[printed]
    assert head.place in {"Hà Nội", "Ha Noi"}


@pytest.mark.parametrize(
    ("notation", "title", "expected"),
    [
        ("NĐ-CP", "NGHỊ ĐỊNH", "Nghị định"),
        ("QĐ-TTg", "QUYẾT ĐỊNH", "Quyết định"),
        ("TTLT-BTC-BNV", "THÔNG TƯ LIÊN TỊCH", "Thông tư liên tịch"),
        ("VBHN-BTC", "NGHỊ ĐỊNH", "Văn bản hợp nhất"),
        ("TTr-SNV", "TỜ TRÌNH", "Tờ trình"),
        ("QyĐ-SNV", "QUY ĐỊNH", "Quy định"),
        ("HD-SNV", "HƯỚNG DẪN", "Hướng dẫn"),
        ("HĐ-SNV", "HỢP ĐỒNG", "Hợp đồng"),
        ("DA-UBND", "DE AN", "Đề án"),
        ("L-CTN", "LỆNH", "Lệnh"),
        ("GM-VP", "G I Ấ Y  M Ờ I", "Giấy mời"),
    ],
)
def test_types_are_told_by_title_and_notation_together(notation: str, title: str, expected: str) -> None:
    head = read_head(
        f"CƠ QUAN A\n{STATE}Số: 12/{notation}\nHà Nội, ngày 16 tháng 01 năm 2015\n{title}\nVề việc quản lý\nCăn cứ Luật A;"
    )
    assert head.type == expected
    assert head.subject == "Về việc quản lý"


def test_a_letter_is_told_by_its_subject_under_the_number_even_between_the_columns() -> None:
    head = read_head(
        "BỘ NỘI VỤ                    CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM\n"
        "                    Độc lập - Tự do - Hạnh phúc\nSố: 1234/BNV-TCBC\n"
        "V/v thực hiện chính sách               Hà Nội, ngày 05  tháng  02  năm 2022\ntinh giản biên chế\n\n"
        "          Kính gửi: Ủy ban nhân dân tỉnh Bắc Ninh\n\nTrả lời Công văn số 77/UBND-NC ngày 03 tháng 01 năm 2022…\n"
        "Nơi nhận:                         TL. BỘ TRƯỞNG\n- Như trên;                    VỤ TRƯỞNG VỤ TỔ CHỨC - BIÊN CHẾ\n"
        "- Lưu: VT, TCBC.\n                         Vũ Hải Nam"
    )
    expect(
        head,
        type="Công văn",
        code="1234/BNV-TCBC",
        date=datetime.date(2022, 2, 5),
        agency="BỘ NỘI VỤ",
        subject="thực hiện chính sách tinh giản biên chế",
        recipients=("Ủy ban nhân dân tỉnh Bắc Ninh",),
        authority="TL.",
        position="VỤ TRƯỞNG VỤ TỔ CHỨC - BIÊN CHẾ",
        signer="Vũ Hải Nam",
    )


def test_a_law_without_a_day_in_its_head_has_the_day_it_was_passed() -> None:
    head = read_head(
        f"QUỐC HỘI\n{STATE}Bộ luật số: 45/2019/QH14\nBỘ LUẬT\nLAO ĐỘNG\nCăn cứ Hiến pháp năm 2013;\n"
        "Bộ luật này được Quốc hội khóa XIV, kỳ họp thứ 8 thông qua ngày 20 tháng 11 năm 2019.\nCHỦ TỊCH QUỐC HỘI\n\nNguyễn Thị Kim Ngân"
    )
    expect(
        head,
        type="Bộ luật",
        code="45/2019/QH14",
        date=datetime.date(2019, 11, 20),
        subject="LAO ĐỘNG",
        agency="QUỐC HỘI",
    )


def test_the_title_of_an_old_decree_holds_its_number_and_day() -> None:
    head = read_head(
        "NGHỊ ĐỊNH\nCỦA CHÍNH PHỦ SỐ 12/2006/NĐ-CP NGÀY 23 THÁNG 01 NĂM 2006\nQUY ĐỊNH CHI TIẾT LUẬT THƯƠNG MẠI\nCHÍNH PHỦ\nCăn cứ Luật A;"
    )
    expect(head, code="12/2006/NĐ-CP", date=datetime.date(2006, 1, 23), subject="QUY ĐỊNH CHI TIẾT LUẬT THƯƠNG MẠI")


@pytest.mark.parametrize(
    ("number", "date"),
    list(
        itertools.product(
            ["Số:      /QĐ-SNV", "Số: ....../QĐ-SNV", "Số:       /2022/QĐ-SNV", "Số: ____/QĐ-SNV"],
            ["Bắc Ninh, ngày      tháng      năm 2022", "Bắc Ninh, ngày ... tháng 02 năm 2022"],
        )
    ),
)
def test_a_draft_has_neither_number_nor_day_whatever_its_grounds_refer_to(number: str, date: str) -> None:
    head = read_head(
        f"UBND TỈNH BẮC NINH\nSỞ NỘI VỤ\n{STATE}{number}\n{date}\nQUYẾT ĐỊNH\nVề việc nâng bậc lương\n"
        "Căn cứ Quyết định số 15/2021/QĐ-UBND ngày 05 tháng 3 năm 2021;"
    )
    expect(
        head,
        number=None,
        code=None,
        date=None,
        notation="QĐ-SNV",
        place="Bắc Ninh",
        is_draft=True,
        parent_agency="UBND TỈNH BẮC NINH",
    )


def test_the_words_draft_on_a_line_of_their_own_mark_a_draft() -> None:
    printed = f"SỞ NỘI VỤ\n{STATE}Số: 12/BC-SNV\nBắc Ninh, ngày 5 tháng 2 năm 2022\n%s\nBÁO CÁO\nVề dự thảo Luật\n"
    assert read_head(printed % "DỰ THẢO LẦN 2").is_draft
    assert not read_head(printed % "").is_draft


def test_figures_stamped_on_the_line_above_fill_the_blanks_as_a_guess() -> None:
    head = read_head(
        f"BỘ CÔNG AN\n{STATE}     123      05      02\nSố:      /BCA-C06    Hà Nội, ngày     tháng     năm 2022\n"
        "V/v phối hợp\nKính gửi: UBND các tỉnh"
    )
    expect(head, number="123", code="123/BCA-C06", date=datetime.date(2022, 2, 5), is_draft=False)
    assert head.confidence("number") == head.confidence("date") == "guess"


def test_an_annex_has_no_number_of_its_own_but_names_what_it_belongs_to() -> None:
    for opening in ("PHỤ LỤC I\nDANH MỤC", "QUY CHẾ\nLàm việc của Sở"):
        head = read_head(
            f"{opening}\n(Ban hành kèm theo Quyết định số 12/QĐ-UBND ngày 5 tháng 2 năm 2022 của Chủ tịch)\nChương I\nĐiều 1. A"
        )
        expect(head, number=None, code=None, date=None, attached_to="12/QĐ-UBND")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n\t",
        "Ghi chú họp: xem lại Quyết định số 12/QĐ-UBND ngày 5 tháng 2 năm 2022, gửi anh Nam.",
        "STT\tSố ký hiệu\tNgày\tTrích yếu\tĐộ mật\n1\t12/QĐ-UBND\t05/02/2022\tVề việc\tMật\n",
        "DECREE\nPROMULGATING THE REGULATION ON PRISONS\nPursuant to the Law No. 50/2014/QH13 of June 18, 2014;",
        "Báo cáo\nTình hình quý I\nDoanh thu tăng.",
        "Theo Hiến pháp nước Cộng hòa xã hội chủ nghĩa Việt Nam, công dân có quyền khiếu nại.",
    ],
)
def test_a_text_without_a_head_gives_nothing(text: str) -> None:
    assert read_head(text) == Head()


def test_a_cover_is_passed_over_and_its_stamp_of_secrecy_is_kept() -> None:
    cover = "TỐI MẬT\nHỒ SƠ TRÌNH KÝ\nQuyển số 05\n"
    document = (
        f"BỘ NỘI VỤ\n{STATE}Số: 12/QĐ-BNV\nHà Nội, ngày 5 tháng 2 năm 2022\nQUYẾT ĐỊNH\nVề việc A\nCăn cứ Luật A;"
    )
    for text, pages in ((cover + "\f" + document, (0,)), (cover + document, (0, len(cover)))):
        expect(
            read_head(text, pages=pages), code="12/QĐ-BNV", agency="BỘ NỘI VỤ", parent_agency=None, secrecy="tối mật"
        )


def test_a_letter_keeps_its_own_blank_number_and_does_not_borrow_that_of_the_decision_it_carries() -> None:
    letter = (
        f"UBND TỈNH A\n{STATE}Số:        /UBND-NC\nV/v gửi Quyết định\n"
        "Bắc Ninh, ngày      tháng 02 năm 2022\nKính gửi: Bộ Nội vụ\nUBND tỉnh gửi kèm.\n"
    )
    decision = f"UBND TỈNH A\n{STATE}Số: 77/QĐ-UBND\nBắc Ninh, ngày 01 tháng 02 năm 2022\nQUYẾT ĐỊNH\nVề việc B\n"
    for between in ("\f", ""):
        expect(
            read_head(letter + between + decision),
            type="Công văn",
            number=None,
            date=None,
            subject="gửi Quyết định",
            recipients=("Bộ Nội vụ",),
        )


def test_the_party_has_a_head_of_its_own() -> None:
    head = read_head(
        "TỈNH ỦY BẮC NINH                ĐẢNG CỘNG SẢN VIỆT NAM\n          *\nSố 39-CT/TU                    Bắc Ninh, ngày 5 tháng 2 năm 2022\n\n"
        "CHỈ THỊ\nvề tăng cường sự lãnh đạo\n-----\n"
        "Thực hiện Nghị quyết số 12-NQ/TW ngày 3 tháng 6 năm 2017 của Ban Chấp hành Trung ương về doanh nghiệp\n"
        "Nơi nhận:\n- Các huyện ủy,\n- Lưu VPTU.          T/M BAN THƯỜNG VỤ\n               BÍ THƯ\n\n          Đào Hồng Lan"
    )
    expect(
        head,
        code="39-CT/TU",
        agency="TỈNH ỦY BẮC NINH",
        signer="Đào Hồng Lan",
        position="BÍ THƯ",
        authority="TM.",
        subject="về tăng cường sự lãnh đạo",
    )


def test_urgency_stands_above_or_beside_the_number() -> None:
    for text in (
        f"HỎA TỐC\nBỘ NỘI VỤ\n{STATE}Số: 1/CĐ-BNV\nHà Nội, ngày 5 tháng 2 năm 2022\nCÔNG ĐIỆN\nVề bão\n",
        f"BỘ NỘI VỤ {STATE} Số: 1/CĐ-BNV HOẢ TỐC Hà Nội, ngày 5 tháng 2 năm 2022 CÔNG ĐIỆN Về bão".replace("\n", " "),
    ):
        expect(read_head(text), urgency="hỏa tốc", place="Hà Nội", agency="BỘ NỘI VỤ", type="Công điện")


@pytest.mark.parametrize(
    ("file_name", "code", "document_type"),
    [
        ("Nghị định 151-2024-NĐ-CP.docx", "151/2024/NĐ-CP", "Nghị định"),
        ("30_2020_ND_CP.docx", "30/2020/NĐ-CP", "Nghị định"),
        ("Luat 33-2024-QH15.pdf", "33/2024/QH15", "Luật"),
        ("12-QĐ-UBND_signed.pdf", "12/QĐ-UBND", "Quyết định"),
        ("bao cao thang 3-2022.xlsx", None, None),
        ("Phuluc1.docx", None, None),
    ],
)
def test_a_file_name_only_fills_what_the_text_does_not_show_and_says_so(
    file_name: str, code: str | None, document_type: str | None
) -> None:
    head = read_head("Một văn bản không có phần đầu.", file_name=file_name)
    expect(head, code=code, type=document_type)
    if code:
        assert head.evidence["number"].source == "file name"
        assert head.evidence["number"].text == file_name
        assert head.confidence("number") == "guess"
    own = read_head(
        f"BỘ NỘI VỤ\n{STATE}Số: 12/QĐ-BNV\nHà Nội, ngày 5 tháng 2 năm 2022\nQUYẾT ĐỊNH\n", file_name=file_name
    )
    assert own.code == "12/QĐ-BNV"


def test_terms_of_a_council_are_no_part_of_its_name() -> None:
    head = read_head(
        f"HỘI ĐỒNG NHÂN DÂN\nTỈNH BẮC NINH\nKHÓA XIX, KỲ HỌP THỨ 5\n{STATE}Số: 05/2022/NQ-HĐND\nBắc Ninh, ngày 8 tháng 7 năm 2022\n"
        "NGHỊ QUYẾT\nQUY ĐỊNH MỨC THU\n"
    )
    expect(head, agency="HỘI ĐỒNG NHÂN DÂN TỈNH BẮC NINH", subject="QUY ĐỊNH MỨC THU")


def test_a_signature_that_a_scanner_put_one_blank_beside_the_recipients_is_told_from_them() -> None:
    head = read_head(
        f"UBND TỈNH A\nSỞ NỘI VỤ\n{STATE}Số: 05/QĐ-SNV\nBắc Ninh, ngày 8 tháng 7 năm 2022\nQUYẾT ĐỊNH\nVề việc B\nCăn cứ Luật C;\n"
        "Nơi nhận: KT. GIÁM ĐỐC\n- Như Điều 3; PHÓ GIÁM ĐỐC\n- Văn phòng Chính phủ; (Đã ký)\n\n- Lưu: VT, TCCB. Lê Thị Thu Hà\n"
    )
    expect(
        head,
        signer="Lê Thị Thu Hà",
        position="PHÓ GIÁM ĐỐC",
        authority="KT.",
        recipients=("Như Điều 3", "Văn phòng Chính phủ"),
    )


@pytest.mark.parametrize("mark", ["$6:", "86:", "Si:", "Sĩ:"])
def test_a_scanner_s_misreadings_are_read_and_the_body_s_numbers_never_taken_instead(mark: str) -> None:
    scanned = "UY BAN NHAN DAN TINH A CONG HOA XA'HOI CHU NGHIA VIET NAM\nDéc lap.- Ty do. - Hanh phtic\n"
    rest = "A, ngay 12 thang 3 nam-2020\nQUYET DINH\nVe viec B\n\nCan cui Luat C;\n1. theo Quyet dinh s6 17/QD-UBND ngay 01 thang 4 nam 2019.\n"
    expect(
        read_head(f"{scanned}{mark} 09/QD:UBND\n{rest}"),
        code="09/QĐ-UBND",
        date=datetime.date(2020, 3, 12),
        type="Quyết định",
    )
    assert read_head(f"{scanned}?: O9\n{rest}").code is None


def test_a_subject_ends_where_the_body_begins_though_every_printed_line_is_a_paragraph():
    """Extraction of a PDF parts each printed line from the next by an empty one: only their look tells subject from body."""
    text = (
        "ỦY BAN NHÂN DÂN\nTỈNH LAM GIANG\n\nSố: 147/TB-UBND Lam Giang, ngày 08 tháng 4 năm 2024\n\nTHÔNG BÁO\n"
        "Kết luận tại cuộc họp về công tác phòng, chống bạo lực học\n\nđường 6 tháng cuối năm 2024\n\n"
        "So với yêu cầu đề ra, tiến độ thực hiện đạt 98,9%. Sĩ số một số lớp ở khu vực\n\ntrung tâm vượt quy định.\n"
    )
    assert read_head(text).subject == (
        "Kết luận tại cuộc họp về công tác phòng, chống bạo lực học đường 6 tháng cuối năm 2024"
    )
