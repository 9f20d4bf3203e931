"""The intake steps that verify the signatures of a received file: those inside it, and a detached one beside its file."""

from __future__ import annotations

from repository.bytes import path_for
from repository.codes import Indication
from repository.intake.context import Intake
from repository.models import Document, File, FileStatus
from signing.formats.kinds import kind_of
from signing.judging import Judge
from signing.runs import keep
from signing.validation.verdicts import FileVerdict


class VerifySignatures:
    name = "signatures"
    order = 40

    def look(self, intake: Intake) -> None:
        if kind_of(intake.mime, intake.name) is not None:
            judge = Judge(online=True)
            verdict = judge.judge(intake.path, intake.mime, intake.name, password=intake.password)
            intake.found[self.name] = verdict

    def save(self, intake: Intake, document: Document, file: File) -> None:
        verdict = intake.found.get(self.name)
        if verdict is not None:
            keep(file, verdict, "intake")
        else:
            FileStatus.objects.filter(file=file).update(indication=Indication.NONE)


class VerifyDetached:
    """Where several files of the dossier bear the name that the signature's leaves, the one that it signs is meant."""

    name = "signatures"
    order = 40

    def look(self, intake: Intake) -> None:
        judge = Judge(online=True)
        verdicts: list[tuple[File, FileVerdict]] = []
        for file in intake.signs:
            beside = (path_for(file), file.name)
            verdict = judge.judge(intake.path, intake.mime, intake.name, beside=beside)
            verdicts.append((file, verdict))
            if any(signature.intact for signature in verdict.signatures):
                break
        signed, verdict = next(
            (pair for pair in verdicts if any(signature.intact for signature in pair[1].signatures)), verdicts[0]
        )
        intake.signs = (signed, *(file for file in intake.signs if file != signed))
        intake.found[self.name] = verdict

    def save(self, intake: Intake, document: Document, file: File) -> None:
        keep(file, intake.found[self.name], "intake")
