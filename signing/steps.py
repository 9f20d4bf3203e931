"""The intake step that verifies the signatures of a received file."""

from __future__ import annotations

import zipfile

from repository.codes import Indication
from repository.intake.context import Intake
from repository.models import Document, File, FileStatus
from signing.judging import Judge
from signing.runs import PDF, keep

OFFICE = "application/vnd.openxmlformats-officedocument."


class VerifySignatures:
    name = "signatures"
    order = 40

    def look(self, intake: Intake) -> None:
        if intake.mime == PDF:
            judge = Judge(online=True)
            verdict = judge.judge(intake.path, intake.mime, intake.name, password=intake.password)
            intake.found[self.name] = verdict

    def save(self, intake: Intake, document: Document, file: File) -> None:
        verdict = intake.found.get(self.name)
        if verdict is not None:
            keep(file, verdict, "intake")
        elif not (intake.mime.startswith(OFFICE) and _has_office_signature(intake)):
            # A signed office file is left "not checked yet": that is all that is known of it.
            FileStatus.objects.filter(file=file).update(indication=Indication.NONE)


def _has_office_signature(intake: Intake) -> bool:
    """Whether the package has a part for signatures (ECMA-376 part 2, 10). Only its directory is read."""
    try:
        with zipfile.ZipFile(intake.path) as package:
            return any(name.startswith("_xmlsignatures/") for name in package.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return False
