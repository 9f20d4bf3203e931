"""Marks of secrecy: only where the mark stands by itself in the head, never the word in a name or a sentence."""

import pytest

from repository.head import read_head, secrecy_mark

STATE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n"
REST = "Số: 12/QĐ-BCA\nHà Nội, ngày 05 tháng 02 năm 2022\nQUYẾT ĐỊNH\nVề việc quản lý\nCăn cứ Luật Công an nhân dân;\n"

MARKED = {
    "line above the agency": ("MẬT\nBỘ CÔNG AN\n" + STATE + REST, "mật"),
    "line under the agency": ("BỘ CÔNG AN\nTỐI MẬT\n" + STATE + REST, "tối mật"),
    "line under the number": ("BỘ CÔNG AN\n" + STATE + "Số: 12/QĐ-BCA\nTUYỆT MẬT\nHà Nội, ngày 05 tháng 02 năm 2022\n", "tuyệt mật"),
    "in capitals and small": ("BỘ CÔNG AN\n" + STATE + "Mật\n" + REST, "mật"),
    "in brackets": ("BỘ CÔNG AN\n(MẬT)\n" + STATE + REST, "mật"),
    "between stars": ("*** TỐI MẬT ***\nBỘ CÔNG AN\n" + STATE + REST, "tối mật"),
    "behind its label": ("BỘ CÔNG AN\nĐộ mật: Mật\n" + STATE + REST, "mật"),
    "behind its label, stronger": ("BỘ CÔNG AN\nĐỘ MẬT: TỐI MẬT\n" + STATE + REST, "tối mật"),
    "mức độ mật": ("Mức độ mật: Tuyệt mật\nBỘ CÔNG AN\n" + STATE + REST, "tuyệt mật"),
    "cell of a table": ("MẬT\tCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nBỘ CÔNG AN\tĐộc lập - Tự do - Hạnh phúc\n" + REST, "mật"),
    "cell beside the motto by blanks": ("BỘ CÔNG AN     CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nMẬT     Độc lập - Tự do - Hạnh phúc\n" + REST, "mật"),
    "beside the motto by one blank": ("MẬT CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n" + REST, "mật"),
    "behind the motto by one blank": ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM MẬT\nĐộc lập - Tự do - Hạnh phúc\n" + REST, "mật"),
    "cell with bars": ("| BỘ CÔNG AN | TỐI MẬT |\n" + STATE + REST, "tối mật"),
    "flattened before the number": (("BỘ CÔNG AN " + STATE + "MẬT " + REST).replace("\n", " "), "mật"),
    "flattened before the date": (
        ("BỘ CÔNG AN " + STATE + "Số: 12/QĐ-BCA TỐI MẬT Hà Nội, ngày 05 tháng 02 năm 2022 QUYẾT ĐỊNH Về").replace("\n", " "),
        "tối mật",
    ),
    "flattened before the title": (("BỘ CÔNG AN " + STATE + "Số: 12/TC-BCA MẬT THÔNG CÁO Về việc A Căn cứ Luật").replace("\n", " "), "mật"),
    "with the urgency": ("BỘ CÔNG AN\nMẬT - HỎA TỐC\n" + STATE + REST, "mật"),
    "scanned without marks": ("BO CONG AN\nTOI MAT\nCONG HOA XA HOI CHU NGHIA VIET NAM\nDoc lap - Tu do - Hanh phuc\nSo: 12/QD-BCA\n", "tối mật"),
    "decomposed letters": ("BỘ CÔNG AN\nMẬT\n" + STATE + REST, "mật"),
}  # fmt: skip

UNMARKED = {
    "state secrets in a title": "QUỐC HỘI\n"
    + STATE
    + "Luật số: 29/2018/QH14\nLUẬT\nBẢO VỆ BÍ MẬT NHÀ NƯỚC\nCăn cứ Hiến pháp;\n",
    "bí mật in a subject": "BỘ CÔNG AN\n" + STATE + "Số: 1/BC-BCA\nBÁO CÁO\nVề công tác bảo vệ bí mật nhà nước\n",
    "wrapped after BÍ": "BỘ CÔNG AN\n" + STATE + "Số: 1/QC-BCA\nQUY CHẾ\nBẢO VỆ BÍ\nMẬT\nNHÀ NƯỚC\n",
    "wrapped after BẢO": "SỞ NỘI VỤ\n" + STATE + "Số: 1/QC-SNV\nQUY CHẾ\nBẢO\nMẬT\nTHÔNG TIN\n",
    "BẢO MẬT": "SỞ THÔNG TIN\nTRUNG TÂM BẢO MẬT\n" + STATE + "Số: 1/BC-TTBM\nBÁO CÁO\nCÔNG TÁC BẢO MẬT\n",
    "an agency of the name": ("CỤC BẢO MẬT " + STATE + "Số: 1/BC-CBM BÁO CÁO Về việc A").replace("\n", " "),
    "mật độ": "SỞ XÂY DỰNG\n" + STATE + "Số: 1/BC-SXD\nBÁO CÁO\nMật độ xây dựng\nMẬT ĐỘ DÂN SỐ\n",
    "honey": "SỞ CÔNG THƯƠNG\n" + STATE + "Số: 1/CTr-SCT\nCHƯƠNG TRÌNH MẬT ONG\nMẬT ONG\n",
    "honey flattened": ("SỞ CÔNG THƯƠNG " + STATE + "Số: 1/CTr-SCT CHƯƠNG TRÌNH MẬT ONG Căn cứ Luật A").replace(
        "\n", " "
    ),
    "a list in the body": "SỞ NỘI VỤ\n"
    + STATE
    + "Số: 1/BC-SNV\nBÁO CÁO\nVề A\nKính gửi: Ủy ban\n1. Danh mục\nMật\nTối mật\n",
    "label left open": "BỘ CÔNG AN\nĐộ mật:\n" + STATE + REST,
    "label of an ordinary document": "BỘ CÔNG AN\nĐộ mật: Thường\n" + STATE + REST,
    "face, not secret": "SỞ A\nMẶT\n" + STATE + REST,
    "loss, not secret": "SỞ A\nMẤT\n" + STATE + REST,
    "in a sentence of a letter": "SỞ A\n" + STATE + "Số: 1/SA-VP\nV/v gửi tài liệu mật\nKính gửi: Sở B\n",
    "small letters at a line's start": "SỞ A\n" + STATE + "Số: 1/SA-VP\nV/v gửi tài liệu\nmật\nKính gửi: Sở B\n",
    "a register's column": "STT\tSố\tĐộ mật\n1\t12/QĐ-UBND\tMật\n",
    "no text": "",
}


@pytest.mark.parametrize("case", MARKED)
def test_a_mark_by_itself_is_a_mark(case: str) -> None:
    text, value = MARKED[case]
    assert secrecy_mark(text) == value
    assert read_head(text).secrecy == value


@pytest.mark.parametrize("case", UNMARKED)
def test_the_word_in_a_name_or_sentence_is_none(case: str) -> None:
    text = UNMARKED[case]
    assert read_head(text).secrecy is None
    if case != "a register's column":
        assert secrecy_mark(text) is None


def test_the_mark_is_shown_with_its_place() -> None:
    text = "MẬT\nBỘ CÔNG AN\n" + STATE + REST
    evidence = read_head(text).evidence["secrecy"]
    assert (evidence.start, evidence.end, evidence.text) == (0, 3, "MẬT")
