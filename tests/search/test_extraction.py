"""Text comes out of every format with its accents, and every bad file gives the one error that says what is wrong."""

import gzip
import io
import json
import unicodedata
import zipfile
from dataclasses import replace
from unicodedata import normalize

import pytest

from repository.text.legacy import VERSION, detect
from repository.text.legacy import decode as decode_old
from repository.text.offsets import Traced
from search.extraction import (
    DEFAULT,
    Damaged,
    Empty,
    Encrypted,
    ServiceDown,
    TooLarge,
    TooLate,
    UnsupportedFormat,
    close_workers,
    extract,
)
from search.extraction.plain import decode
from tests.repository.head_noise import _TCVN3 as _TCVN3_OF
from tests.repository.head_noise import _VNI as _VNI_OF
from tests.samples import needs_samples, samples_folder
from tests.search import extraction_files as made

SENTENCE = made.SENTENCE


@pytest.fixture(scope="module", autouse=True)
def _workers_end_with_this_file():
    yield
    close_workers()


@pytest.fixture
def read(tmp_path):
    def read(content: bytes, kind: str, **options: object):
        options.setdefault("url", "")
        return extract(made.write(tmp_path, "bytes", content), mime=made.MIME[kind], **options)

    return read


def words(text: str) -> list[str]:
    return text.split()


@pytest.mark.parametrize("kind", sorted(made.files()))
def test_text_is_read_with_its_accents(read, kind):
    found = read(made.files()[kind], kind)
    assert SENTENCE in " ".join(words(found.text))
    assert unicodedata.is_normalized("NFC", found.text)
    assert found.language == "vi"
    assert found.ocr == "none"


def test_an_upper_case_media_type_with_parameters_is_the_same_type(tmp_path):
    path = made.write(tmp_path, "x", SENTENCE.encode())
    assert extract(path, mime="Text/Plain; charset=utf-8", url="").text == SENTENCE


def test_pages_of_a_pdf_start_at_their_offsets(read):
    found = read(made.pdf("Trang một", "Trang hai", "Trang ba"), "pdf")
    assert found.page_count == len(found.pages) == 3
    assert found.pages[0] == 0
    assert [found.text[start:][:9] for start in found.pages[1:]] == ["Trang hai", "Trang ba"]
    assert "".join(f"{page}\n" for page in found.page_texts()) == found.text + "\n"


def test_the_two_columns_of_a_head_are_read_one_after_the_other(read):
    text = read(made.pdf(SENTENCE), "pdf").text
    order = ["UBND TỈNH AN GIANG", "SỞ NỘI VỤ", "Số: 123/QĐ-SNV", "CỘNG HÒA", "ngày 12 tháng 3 năm 2024", "QUYẾT ĐỊNH"]
    assert sorted(order, key=text.index) == order


def test_an_email_gives_its_subject_its_text_and_its_attachments(read):
    text = read(made.files()["eml"], "eml").text
    assert text.startswith("Thư mời họp")
    assert SENTENCE in text
    assert "Kính gửi phòng Nội vụ" in text


def test_a_web_page_gives_no_scripts_and_no_line_breaks_of_its_source(read):
    page = "<html><head><meta charset=utf-8></head><body><script>evil()</script><p>Quyết\n   định</p><td>một<td>hai</body></html>"
    text = read(page.encode(), "html").text
    assert "Quyết định" in text
    assert "evil" not in text


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_unicode_text_is_recognised_in_each_of_its_encodings(encoding, name):
    text, found = decode((SENTENCE + "\r\n" + SENTENCE).encode(encoding))
    assert (text.lstrip("\ufeff"), found) == (SENTENCE + "\r\n" + SENTENCE, name)


def test_windows_1258_keeps_tones_as_separate_bytes_and_is_composed():
    tones = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
    pieces = []
    for letter in SENTENCE:
        parts = unicodedata.normalize("NFD", letter)
        base = unicodedata.normalize("NFC", "".join(part for part in parts if part not in tones))
        pieces.append(base + "".join(part for part in parts if part in tones))
    assert decode("".join(pieces).encode("cp1258")) == (SENTENCE, "windows-1258")


TCVN3 = "Céng hßa x· héi chñ nghÜa ViÖt Nam, §éc lËp - Tù do - H¹nh phóc, c¨n cø LuËt Tæ chøc chÝnh quyÒn ®Þa ph­¬ng"
UNICODE = "Cộng hòa xã hội chủ nghĩa Việt Nam, Độc lập - Tự do - Hạnh phúc, căn cứ Luật Tổ chức chính quyền địa phương"


def test_plain_text_in_tcvn3_becomes_unicode(read):
    found = read(TCVN3.encode("latin-1"), "txt")
    assert found.text == UNICODE
    assert found.metadata["encoding"] == "tcvn3"
    assert found.engine.endswith("+tcvn3") and found.engine_version.endswith(VERSION)


def test_a_document_typed_in_an_old_font_becomes_unicode_and_says_so(read):
    found = read(made.docx_file(TCVN3), "docx")
    assert found.text == UNICODE
    assert any("TCVN3" in warning for warning in found.warnings)
    assert found.engine.endswith("+tcvn3") and found.engine_version.endswith(VERSION)
    assert found.raw == (TCVN3, (0,)), "what the file has is kept"
    assert read(made.docx_file(), "docx").raw is None


@needs_samples
@pytest.mark.parametrize("charset", ["tcvn3", "vni"])
def test_real_texts_typed_in_old_fonts_are_known_and_read_back_whole(charset):
    table = {"tcvn3": _TCVN3_OF, "vni": _VNI_OF}[charset]
    for text in _real_texts(marked=True)[:40]:
        written = text.lower() if charset == "tcvn3" else text
        written = "".join(letter for letter in written if letter.isascii() or letter in table)
        typed = "".join(table.get(letter, letter) for letter in written)

        assert detect(typed) == charset
        assert decode_old(Traced(typed), charset).text.lower() == written.lower()


@needs_samples
def test_no_text_in_unicode_is_taken_for_one_in_an_old_font():
    western = (
        "Le décret n° 2020-12 a été adopté après consultation du ministère de l'Éducation. Größe, Köln, mañana. " * 20
    )

    assert not [text[:60] for text in (*_real_texts(), western) if detect(text)]


def _real_texts(marked: bool = False) -> list[str]:
    with gzip.open(samples_folder() / "text" / "vbpl_docs.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [normalize("NFC", max(map(str, json.loads(line).values()), key=len)[:6000]) for line in lines]
    return [text for text in texts if not marked or sum(not letter.isascii() for letter in text) * 10 > len(text)]


def test_western_text_stays_what_it_is():
    assert decode("café naïve über".encode("cp1252")) == ("café naïve über", "windows-1252")


def test_a_file_with_the_wrong_type_is_read_by_its_content(read):
    found = read(made.docx_file(), "pdf")
    assert found.text == SENTENCE
    assert any("by its content" in warning for warning in found.warnings)


def test_text_that_is_longer_than_the_limit_is_cut_off_with_a_warning(read):
    limits = replace(DEFAULT, text_characters=2000)
    for kind, content in {"docx": made.docx_file(SENTENCE * 100), "txt": (SENTENCE * 100).encode()}.items():
        found = read(content, kind, limits=limits)
        assert len(found.text) <= 2000
        assert any("beginning" in warning for warning in found.warnings)


def test_a_blank_document_gives_no_text_and_says_so(read):
    found = read(made.docx_file(""), "docx")
    assert found.text == ""
    assert found.warnings == ("No text was found in this file.",)


def test_an_encrypted_pdf_asks_for_its_password_and_opens_with_it(read):
    content = made.encrypted_pdf("bí mật")
    for wrong in (None, "", "sai"):
        with pytest.raises(Encrypted):
            read(content, "pdf", password=wrong)
    assert SENTENCE in " ".join(words(read(content, "pdf", password="bí mật").text))


def test_a_pdf_that_only_forbids_printing_is_read(read):
    assert SENTENCE in " ".join(words(read(made.encrypted_pdf(""), "pdf").text))


def _lying_docx() -> bytes:
    """The directory says 1 KB for an entry of 50 MB."""
    real = b"0" * 50_000_000
    content = made.docx_with({"word/document.xml": real})
    return content.replace(len(real).to_bytes(4, "little"), (1024).to_bytes(4, "little"))


def _nested_bomb() -> bytes:
    inner = made.zipped({"zeros": b"0" * 300_000_000})
    return made.docx_with({"word/embeddings/a.zip": made.zipped({f"{n}.zip": inner for n in range(3)})})


def _russian_doll() -> bytes:
    content = b"x"
    for _ in range(5):
        content = made.zipped({"inner.zip": content})
    return made.docx_with({"word/embeddings/doll.zip": content})


def _office_in_an_encrypted_shell() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000) + "EncryptedPackage".encode("utf-16-le") + bytes(3000)


def _encrypted_entry() -> bytes:
    content = bytearray(made.docx_file())
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        start = content.index(b"PK\x01\x02")
        assert package.infolist()
    content[start + 8] |= 1
    return bytes(content)


BAD = {
    "an empty file": (lambda: b"", "pdf", Empty),
    "a PDF cut off": (lambda: made.pdf(SENTENCE)[:9000], "pdf", Damaged),
    "noise after a PDF's first line": (lambda: b"%PDF-1.7\n" + bytes(range(256)) * 9, "pdf", Damaged),
    "noise between a PDF's first and last line": (lambda: b"%PDF-1.7\n" + bytes(9000) + b"%%EOF", "pdf", Damaged),
    "text called a PDF": (lambda: SENTENCE.encode(), "pdf", Damaged),
    "noise called a Word file": (lambda: bytes(range(256)) * 50, "doc", Damaged),
    "an old Word file with nothing in it": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000), "doc", Damaged),
    "a docx cut off": (lambda: made.docx_file()[:5000], "docx", Damaged),
    "an archive called a docx": (lambda: made.zipped({"a.txt": b"a"}), "docx", UnsupportedFormat),
    "an archive": (lambda: made.zipped({"a.txt": b"a"}), "zip", UnsupportedFormat),
    "a docx that unpacks to 300 MB": (
        lambda: made.docx_with({"word/document.xml": b"0" * 300_000_000}),
        "docx",
        TooLarge,
    ),
    "a docx whose directory lies": (_lying_docx, "docx", Damaged),
    "a bomb in a package in a docx": (_nested_bomb, "docx", TooLarge),
    "packages in packages": (_russian_doll, "docx", TooLarge),
    "an encrypted docx": (_office_in_an_encrypted_shell, "docx", Encrypted),
    "a docx with an encrypted entry": (_encrypted_entry, "docx", Encrypted),
    "half a picture": (lambda: made.image_file(made.picture(dpi=60), "PNG")[:3000], "png", Damaged),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_gives_its_own_error_and_the_next_file_is_read(read, case):
    make, kind, error = BAD[case]
    with pytest.raises(error) as caught:
        read(make(), kind)
    assert type(caught.value) is error
    assert len(str(caught.value.message)) > 40
    assert read(made.docx_file(), "docx").text == SENTENCE


def test_a_reader_that_takes_too_long_is_stopped(read):
    with pytest.raises(TooLate):
        read(made.pdf(*[SENTENCE * 40] * 30), "pdf", limits=replace(DEFAULT, text_seconds=0.05, text_seconds_per_mb=0))


def test_external_entities_of_a_document_are_not_followed(read, tmp_path):
    secret = made.write(tmp_path, "secret", b"mat khau la 1234")
    body = f"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>
    <w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>
    <w:t>truoc &e; sau</w:t></w:r></w:p></w:body></w:document>"""
    try:
        text = read(made.docx_with({"word/document.xml": body.encode()}), "docx").text
    except Damaged:
        text = ""
    assert "1234" not in text


def test_a_text_service_that_is_down_is_not_the_files_fault(read):
    with pytest.raises(ServiceDown) as caught:
        read(made.docx_file(), "docx", url="http://127.0.0.1:9")
    assert caught.value.retryable
