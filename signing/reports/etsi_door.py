"""The door to the standard's XML: the file is read in a worker that is ended when late or too large."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from repository.bytes import BytesMissing, path_for
from repository.isolation import Isolated, IsolationError
from repository.models import Verification
from repository.refusals import Refused
from signing.reports.kept import evidence_of

PDF = "application/pdf"
# Reading, digests and writing; no judgement, so less than a validation takes.
SECONDS, MEMORY_MB = 15.0, 1024

_isolated = Isolated("signing.reports.etsi:report_xml", seconds=SECONDS, memory_mb=MEMORY_MB)


@dataclass(frozen=True)
class Lent:
    """A signature as it lies in the file: field, byte range (offset and length in bytes, twice) and the CMS."""

    field: str
    range: tuple[int, ...]
    cms: bytes


def xml_and_signatures(run: Verification, report: dict[str, Any]) -> tuple[bytes, list[Lent]]:
    """The XML and the signatures of the file. Raises Refused where there is nothing that the standard's report speaks of."""
    if run.file.mime != PDF:
        raise _refused(run, "not-pdf", _("The standard's XML is made for signatures in PDF files only."))
    if not report["signatures"]:
        raise _refused(run, "no-signature", _("There is no signature to report on."))
    pieces = {sha256: base64.b64encode(der).decode() for sha256, der in evidence_of(run).items()}
    try:
        made = _isolated.run(str(path_for(run.file)), report, pieces)
    except BytesMissing as missing:
        raise _refused(run, "bytes-missing", _("The file's bytes are not in the archive.")) from missing
    except (IsolationError, ValueError) as error:
        raise _refused(run, "not-readable", _("The file could not be read for the report.")) from error
    lent = [
        Lent(str(one["field"]), tuple(int(number) for number in one["range"]), base64.b64decode(one["cms"]))
        for one in made["signatures"]
    ]
    return made["xml"].encode(), lent


def xml_of(run: Verification, report: dict[str, Any]) -> bytes:
    """The XML alone. Raises Refused."""
    return xml_and_signatures(run, report)[0]


def _refused(run: Verification, code: str, text: Any) -> Refused:
    return Refused.because("report", run.file, code, text, _("The report as PDF or JSON says what is known."))
