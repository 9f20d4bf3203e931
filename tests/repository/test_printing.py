"""Cover, list of documents, ending sheet: what they say, for whom, and that they are PDF/A."""

from __future__ import annotations

import io
import os
import subprocess
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pypdfium2
import pytest

from repository.codes import Secrecy
from repository.models import Document, Dossier
from repository.printing.facts import SHEETS, facts
from repository.printing.letters import MISSING, SHOWN, printable
from repository.printing.make import pdf_of
from repository.printing.words import in_words
from tests.browser import SCREENS

VERAPDF = "org.verapdf.apps:greenfield-apps:1.28.2"
VERAPDF_SHA256 = "687d4d8bcfec48c9f7e931cf78ed061f1eeccfba55d4cdc000ba9b4d8aa46ce6"
HOSTILE = '#set page(width: 1cm) #read("/etc/passwd") $x^2$ \\ "quoted" \'single\' *bold* _it_ `raw` @ref <label> // # [x] {y} ]]> \\u{41}'


def text_of(pdf: bytes) -> str:
    """The words, each page's breaks as spaces; soft breaks within words taken out."""
    document = pypdfium2.PdfDocument(pdf)
    words = " ".join(page.get_textpage().get_text_range() for page in document)
    return " ".join(words.replace("\u200b", "").replace("\ufffe", "").split())


def squeezed(words: str) -> str:
    """Without spaces: where a line breaks is not what is asked."""
    return "".join(words.split())


def pages_of(pdf: bytes) -> int:
    return len(pypdfium2.PdfDocument(pdf))


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "không"),
        (5, "năm"),
        (10, "mười"),
        (15, "mười lăm"),
        (21, "hai mươi mốt"),
        (25, "hai mươi lăm"),
        (101, "một trăm linh một"),
        (143, "một trăm bốn mươi ba"),
        (1005, "một nghìn không trăm linh năm"),
        (1010, "một nghìn không trăm mười"),
        (20_000, "hai mươi nghìn"),
        (1_234_567, "một triệu hai trăm ba mươi bốn nghìn năm trăm sáu mươi bảy"),
        (2_000_000_001, "hai tỷ không trăm linh một"),
    ],
)
def test_numbers_are_said_as_vietnamese_says_them(number, words):
    assert in_words(number) == words


def test_every_letter_the_sheets_promise_to_show_has_a_shape():
    letters = "".join(sorted(SHOWN - {" "}))
    data = {**EMPTY, "title": "T", "rows": [{**ROW, "subject": letters}], "sheets_wanted": ["list"]}
    assert pages_of(pdf_of(data)) >= 1


def test_letters_without_a_shape_become_squares_and_control_signs_go():
    assert printable("Hán 漢喃 \x00\x07a\u202eb\u200b 😀\n\tc  d") == f"Hán {MISSING * 2} ab {MISSING} c d"
    assert printable("Việt") == "Việt"


ROW = dict.fromkeys(("number", "code", "date", "subject", "author", "pages", "note"), "")
EMPTY = dict.fromkeys(
    (
        *("title code parent agency fonds fonds_code heading creator place period secrecy condition start end").split(),
        *("documents documents_words pages pages_words sheets sheets_words due last_page on").split(),
        *("printed_by mark").split(),
    ),
    "",
)


@pytest.fixture
def dossier(db, cast, records) -> Dossier:
    dossier = records.dossier(
        "Bảo đảm trật tự, an toàn giao thông đường bộ năm 2025", warehouse="2", shelf="14", box="203", paper_sheets=143
    )
    subjects = (
        ("Kế hoạch", "02", "KH-BATGT", "Công tác bảo đảm trật tự, an toàn giao thông năm 2025", 9),
        ("Quyết định", "88", "QĐ-UBND", "Kiện toàn Ban An toàn giao thông tỉnh", 3),
        (
            "Quyết định",
            "06",
            "2025/QĐ-UBND",
            "Ban hành Quy định phối hợp bảo đảm trật tự, an toàn giao thông đường bộ trên địa bàn tỉnh Lam Giang",
            12,
        ),
    )
    for day, (type_name, number, notation, subject, pages) in enumerate(subjects, 1):
        records.document(
            dossier,
            type_name=type_name,
            number=number,
            notation=notation,
            subject=subject,
            page_amount=pages,
            issued_date=date(2025, 1, day),
        )
    return Dossier.objects.select_related("agency__parent", "fonds", "entry").get(pk=dossier.pk)


def test_the_sheets_say_what_the_dossier_is(dossier, cast):
    said = text_of(pdf_of(facts(dossier, ["cover"], actor=cast.clerk)))
    for words in ("HỒ SƠ", dossier.code, "20 năm", "H99.P01", "từ ngày 01/01/2025", "03/01/2025", "kho 2", "hộp 203"):
        assert words.casefold() in said.casefold(), words
    listed = text_of(pdf_of(facts(dossier, ["list"], actor=cast.clerk)))
    for words in (
        "MỤC LỤC VĂN BẢN",
        "02/KH",
        "88/QĐ-UBND",
        "Kiện toàn Ban An toàn",
        "1–9",
        "10–12",
        "13–24",
        "từ 1 đến 24",
    ):
        assert squeezed(words) in squeezed(listed), words
    ended = text_of(pdf_of(facts(dossier, ["ending"], actor=cast.clerk)))
    for words in ("CHỨNG TỪ KẾT THÚC", "3 (ba)", "24 (hai mươi bốn)", "143 (một trăm bốn mươi ba) tờ"):
        assert squeezed(words) in squeezed(ended), words


def test_the_ending_sheet_counts_the_pages_of_the_list_it_is_printed_with(dossier, cast):
    together = text_of(pdf_of(facts(dossier, SHEETS, actor=cast.clerk)))
    assert "Mục lục văn bản, tài liệu: 1 trang." in together
    alone = text_of(pdf_of(facts(dossier, ["ending"], actor=cast.clerk)))
    assert "Mục lục văn bản, tài liệu: ...." in alone


def test_a_long_list_repeats_its_heading_and_numbers_its_pages(dossier, cast, records):
    template = facts(dossier, ["list"], actor=cast.clerk)
    template["rows"] = [{**template["rows"][0], "number": str(n)} for n in range(1, 1001)]
    pdf = pdf_of(template)
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) > 30
    for at in (1, len(document) - 2):
        said = document[at].get_textpage().get_text_range()
        assert "Số, ký hiệu" in said
        assert said.lstrip().startswith(str(at + 1))
    assert not document[0].get_textpage().get_text_range().lstrip().startswith("1\r")


def test_pages_nobody_counted_are_left_to_a_hand(dossier, cast):
    Document.objects.filter(placements__dossier=dossier, placements__number=2).update(page_amount=None)
    rows = facts(dossier, ["list"], actor=cast.clerk)["rows"]
    assert [row["pages"] for row in rows] == ["1–9", "……", "……"]


def test_what_the_person_may_not_see_is_on_no_sheet(dossier, cast):
    hidden = dossier.placements.get(number=2).document
    Document.objects.filter(pk=hidden.pk).update(secrecy=Secrecy.SECRET)
    said = text_of(pdf_of(facts(dossier, SHEETS, actor=cast.clerk)))
    assert "Kiện toàn" not in said
    assert "2 (hai) văn bản" in said


@pytest.mark.parametrize(
    "title", [HOSTILE, "W" * 1000, "Đường " * 166, "漢" * 300, '"' * 500, "\\" * 500], ids=range(6)
)
def test_words_of_a_record_are_set_as_words(title, dossier, cast):
    Dossier.objects.filter(pk=dossier.pk).update(title=title[:1000], description=title[:500], box=title[:30])
    Document.objects.filter(placements__dossier=dossier).update(
        subject=title[:500], organ_name=title[:200], code=title[:60], description=title[:60]
    )
    dossier.refresh_from_db()
    pdf = pdf_of(facts(dossier, SHEETS, actor=cast.clerk))
    cover = pypdfium2.PdfDocument(pdf)[0]
    assert cover.get_size() == pytest.approx((595.3, 841.9), abs=0.5)
    assert squeezed(printable(title[:1000])) in squeezed(text_of(pdf))
    # Nothing runs off the paper: the outermost letters lie inside it.
    page = cover.get_textpage()
    boxes = [page.get_charbox(at) for at in range(page.count_chars())]
    assert max(box[2] for box in boxes) < 595 - 40
    assert min(box[1] for box in boxes) > 40


def test_the_sheets_are_pdf_a_2b(dossier, cast, tmp_path):
    java, jar = verapdf()
    files = []
    for name in (*SHEETS, "all"):
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(pdf_of(facts(dossier, SHEETS if name == "all" else [name], actor=cast.clerk)))
        files.append(str(path))
    ran = subprocess.run(
        [str(java), "-Djava.awt.headless=true", "-cp", str(jar), "org.verapdf.apps.GreenfieldCliWrapper"]
        + ["--flavour", "2b", "--format", "xml", "--loglevel", "0", *files],
        capture_output=True,
        timeout=120,
    )
    found = [job.find("validationReport") for job in ElementTree.parse(io.BytesIO(ran.stdout)).iter("job")]
    assert len(found) == len(files)
    assert all(report is not None and report.get("isCompliant") == "true" for report in found), ran.stdout[-3000:]


def verapdf() -> tuple[Path, Path]:
    """Java and the checker's jar, from Maven at first use; skips with the reason where they cannot be had."""
    from tests.services import machine

    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "verapdf"
    try:
        return machine.java_home() / "bin" / "java", machine.fetch_artifact(VERAPDF, VERAPDF_SHA256, folder)
    except machine.Unavailable as reason:
        pytest.skip(f"no veraPDF: {reason}")


@pytest.mark.skipif(not os.environ.get("LOOK"), reason="makes pictures to be looked at (LOOK=1)")
def test_pictures_to_look_at(dossier, cast, records):
    for n in range(40):
        records.document(
            dossier, subject=f"Về việc khắc phục điểm đen tai nạn giao thông trên tuyến ĐT.{n}", page_amount=2
        )
    SCREENS.mkdir(parents=True, exist_ok=True)
    document = pypdfium2.PdfDocument(pdf_of(facts(dossier, SHEETS, actor=cast.clerk)))
    for at, page in enumerate(document):
        page.render(scale=1.2).to_pil().save(SCREENS / f"print-{at + 1}.png")
