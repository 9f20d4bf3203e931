"""Documents whose signatures were judged, for the tests of reports: made as the archive makes them, and the run kept."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

from pyhanko.pdf_utils.content import RawContent
from pyhanko.pdf_utils.generic import StreamObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints

from repository.bytes import path_for
from repository.models import Document, File, FileStatus, Verification
from signing.runs import keep
from signing.validation.run import validate_file
from signing.validation.verdicts import FileVerdict
from tests.signing.bench_pki import bench, paper, signed

STAMPED = datetime(2025, 3, 14, 2, 45, 38, tzinfo=UTC)


def sound() -> bytes:
    """Person and seal, time-stamped, with the evidence of revocation in the file."""
    revocations = bench().revocations(at=datetime.now(UTC))
    once = signed(paper(), bench().person, stamped=True, revocations=revocations)
    return signed(once, bench().seal, "ConDau", stamped=True, revocations=revocations, long_term=True)


def basic() -> bytes:
    """A signature without time-stamp and without evidence."""
    return signed(paper(), bench().person)


def tampered() -> bytes:
    """A letter of what is shown was changed inside the signed bytes."""
    data = basic()
    at = data.index(b"trang 1")
    return data[:at] + b"trang 7" + data[at + 7 :]


def painted_over() -> bytes:
    """A later revision paints over what was signed."""
    writer = IncrementalPdfFileWriter(io.BytesIO(basic()))
    cover = RawContent(b"q 0 0 0 rg 20 700 500 120 re f Q", box=BoxConstraints(595, 842))
    writer.add_stream_to_page(0, writer.add_object(StreamObject(stream_data=cover.render())))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def judged(records: Any, data: bytes, dossier: Any = None, *, trusted: bool = True, **fields: Any) -> Document:
    """A document with these bytes whose signatures were judged once."""
    document = records.document(
        dossier or records.dossier(),
        content=data,
        mime="application/pdf",
        name=fields.pop("name", "quyet-dinh.pdf"),
        **fields,
    )
    judge(file_of(document), trusted=trusted)
    return document


def judge(file: File, *, trusted: bool = True) -> Verification:
    trust = (bench().root.pem,) if trusted else ()
    return keep(file, validate_file(path_for(file), trust=trust), "test")


def file_of(document: Document) -> File:
    return File.objects.select_related("version__document", "status").get(version__document=document)


def latest_verdict(file: File) -> FileVerdict | None:
    """What the last run said of a file, as a value; None where it was never judged."""
    status = FileStatus.objects.select_related("verification").filter(file=file).first()
    if status is None or status.verification is None:
        return None
    return FileVerdict.from_dict(status.verification.verdict)
