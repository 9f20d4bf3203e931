"""Detached signatures of the archive's files: what each signs, and what they mean together for the file they stand beside."""

from __future__ import annotations

from pathlib import Path

from repository.bytes import path_for
from repository.codes import FileRole, Indication
from repository.models import File, FileStatus
from repository.registry import documents_changed

# A file that is signed nowhere takes the word of its detached signatures; otherwise the worst counts.
WORST_FIRST = (Indication.FAILED, Indication.INDETERMINATE, Indication.WAITING, Indication.PASSED, Indication.NONE)


def signed_by(file: File) -> tuple[Path, str] | None:
    """Path and name of the file that this one signs; None where it is no detached signature. Raises BytesMissing."""
    if file.role != FileRole.SIGNATURE:
        return None
    main = File.objects.get(version=file.version_id, role=FileRole.MAIN)
    return path_for(main), main.name


def together(file: File, own: str) -> Indication:
    """The word for a main file whose own signatures say `own`, with its detached signatures; any other file's is its own."""
    if file.role != FileRole.MAIN:
        return Indication(own)
    beside = FileStatus.objects.filter(file__version=file.version_id, file__role=FileRole.SIGNATURE)
    return min((Indication(one) for one in (own, *beside.values_list("indication", flat=True))), key=WORST_FIRST.index)


def tell_main(file: File) -> None:
    """After a run over a detached signature: the file that it signs takes the word of both."""
    if file.role != FileRole.SIGNATURE:
        return
    main = (
        FileStatus.objects.select_for_update(of=("self",))
        .select_related("verification", "file")
        .get(file__version=file.version_id, file__role=FileRole.MAIN)
    )
    # One that was never judged holds no signature of its own, unless it waits for its first check.
    unjudged = Indication.WAITING if main.indication == Indication.WAITING else Indication.NONE
    own = main.verification.indication if main.verification is not None else unjudged
    word = together(main.file, own)
    if word != main.indication:
        FileStatus.objects.filter(pk=main.pk).update(indication=word)
        documents_changed([file.version.document_id])
