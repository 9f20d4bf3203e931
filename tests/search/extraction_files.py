"""Files of every format that text is read from, made on the spot, all saying the same."""

import io
import zipfile
from collections.abc import Iterable
from email.message import EmailMessage
from pathlib import Path

import docx
import img2pdf
import odf.opendocument
import odf.text
import openpyxl
import pikepdf
import pptx
import pypdfium2
import typst
import xlwt
from PIL import Image, ImageFilter

SENTENCE = "Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn thư"
WORDS = SENTENCE.split()
MIME = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "rtf": "application/rtf",
    "html": "text/html",
    "txt": "text/plain",
    "eml": "message/rfc822",
    "png": "image/png",
    "jpg": "image/jpeg",
    "tiff": "image/tiff",
    "zip": "application/zip",
}
HEAD = """
#set page(paper: "a4", margin: 2cm)
#set text(size: 13pt, lang: "vi")
#grid(columns: (2fr, 3fr), align: center,
 [UBND TỈNH AN GIANG\\ *SỞ NỘI VỤ*\\ Số: 123/QĐ-SNV],
 [*CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM*\\ *Độc lập - Tự do - Hạnh phúc*\\ _An Giang, ngày 12 tháng 3 năm 2024_])
#align(center)[*QUYẾT ĐỊNH*]
"""


def pdf(*pages: str) -> bytes:
    """A PDF with text, one string a page; the first page has the head of an administrative document."""
    return typst.compile((HEAD + "\n#pagebreak()\n".join(pages)).encode())


def picture(text: str = SENTENCE, *, turned: float = 0, dpi: int = 200) -> Image.Image:
    """A scan of such a page: grey, noisy, turned by some degrees."""
    with pypdfium2.PdfDocument(pdf(text)) as document:
        page = document[0].render(scale=dpi / 72, grayscale=True).to_pil()
    page = page.rotate(turned, Image.Resampling.BICUBIC, fillcolor=250).filter(ImageFilter.GaussianBlur(0.6))
    return Image.blend(page, Image.effect_noise(page.size, 40), 0.12)


def image_file(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **{"dpi": (200, 200), **options})
    return buffer.getvalue()


def scanned_pdf(*images: Image.Image) -> bytes:
    return img2pdf.convert([image_file(image, quality=80) for image in images])


def joined_pdf(parts: Iterable[bytes]) -> bytes:
    joined = pikepdf.Pdf.new()
    for part in parts:
        joined.pages.extend(pikepdf.open(io.BytesIO(part)).pages)
    buffer = io.BytesIO()
    joined.save(buffer)
    return buffer.getvalue()


def encrypted_pdf(password: str) -> bytes:
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf(SENTENCE))) as document:
        document.save(buffer, encryption=pikepdf.Encryption(user=password, owner="chủ"))
    return buffer.getvalue()


def docx_file(text: str = SENTENCE) -> bytes:
    document = docx.Document()
    document.add_paragraph(text)
    return _saved(document)


def zipped(entries: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in entries.items():
            package.writestr(name, content)
    return buffer.getvalue()


def docx_with(entries: dict[str, bytes]) -> bytes:
    """A docx with these entries added or in place of its own."""
    with zipfile.ZipFile(io.BytesIO(docx_file())) as package:
        return zipped({**{name: package.read(name) for name in package.namelist()}, **entries})


def files() -> dict[str, bytes]:
    """One text file of each format, by name ending."""
    return {
        "pdf": pdf(SENTENCE),
        "docx": docx_file(),
        "xlsx": _xlsx(),
        "xls": _xls(),
        "pptx": _pptx(),
        "odt": _odt(),
        "rtf": _rtf(),
        "html": f"<html><head><title>t</title><meta charset='utf-8'></head><body><p>{SENTENCE}</body></html>".encode(),
        "txt": SENTENCE.encode(),
        "eml": _eml(),
    }


def write(folder: Path, name: str, content: bytes) -> Path:
    """A stored file has no name ending: the format must come from the media type."""
    path = folder / name
    path.write_bytes(content)
    return path


def _saved(document: object) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _xlsx() -> bytes:
    book = openpyxl.Workbook()
    book.active["B2"] = SENTENCE
    return _saved(book)


def _xls() -> bytes:
    book = xlwt.Workbook()
    book.add_sheet("Tờ 1").write(1, 1, SENTENCE)
    return _saved(book)


def _pptx() -> bytes:
    slides = pptx.Presentation()
    slide = slides.slides.add_slide(slides.slide_layouts[5])
    slide.shapes.title.text = SENTENCE
    return _saved(slides)


def _odt() -> bytes:
    document = odf.opendocument.OpenDocumentText()
    document.text.addElement(odf.text.P(text=SENTENCE))
    return _saved(document)


def _rtf() -> bytes:
    body = "".join(letter if letter.isascii() else f"\\u{ord(letter)}?" for letter in SENTENCE)
    return f"{{\\rtf1\\ansi\\deff0{{\\fonttbl{{\\f0 Arial;}}}}\\f0 {body}\\par}}".encode()


def _eml() -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.vn", "b@example.vn", "Thư mời họp"
    message.set_content(SENTENCE)
    message.add_attachment("Kính gửi phòng Nội vụ".encode(), maintype="text", subtype="plain", filename="phụ lục.txt")
    return message.as_bytes()
