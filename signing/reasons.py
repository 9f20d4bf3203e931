"""The reason of a verdict, in two words for machines and one phrase for people: what the desk counts by, and what lists filter by.

A reason is written `code.SUB_INDICATION`: the code of the deciding sentence and the standard's word beside it, which may be missing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from repository.actors import Actor
from repository.codes import FileRole
from repository.jobs.engine import progress
from repository.jobs.outcomes import Save
from repository.lists.parts import Filter, is_rare
from repository.models import File, FileStatus, Job, Verification
from signing.models import Judged
from signing.validation.verdicts import FileVerdict, Indication, Message
from signing.validation.wording import SENTENCES, brief_of

KIND = "reasons"
UNKNOWN = "none"
STEP = 500
# Sentences that name pages, revisions or fields read otherwise where they speak of many files.
OF_MANY = {
    "changes_not_allowed": gettext_lazy("intact, but a later revision changed what a signature does not allow"),
    "changes_unreadable": gettext_lazy("intact, but what a later revision changed cannot be read"),
    "hidden_tail": gettext_lazy("intact, but bytes after it belong to no revision"),
    "hidden_objects": gettext_lazy("intact, but objects after it are listed nowhere"),
    "signature_removed": gettext_lazy("signatures were taken out of the form or replaced"),
    "pages_differ": gettext_lazy("intact, but pages show something else since"),
    "covered": gettext_lazy("intact, but a later signature lies over what was signed"),
    "unreadable_verdict": gettext_lazy("the kept verdict is of an older form that is not read any more"),
}
_WORST = (Indication.TOTAL_FAILED, Indication.INDETERMINATE, Indication.TOTAL_PASSED)


def reason_of(verdict: FileVerdict, shown: str) -> tuple[str, str]:
    """Code and sub-indication: the weakest signature's, where it is what the file is shown as; else what is said of the file."""
    weakest = min(verdict.signatures, key=lambda one: _WORST.index(one.indication), default=None)
    if weakest is not None and str(weakest.indication) == str(shown):
        return weakest.message.code[:60], str(weakest.sub_indication or "")[:60]
    return verdict.message.code[:60], ""


def words_of(code: str) -> str:
    """The reason in plain words, as said of many files."""
    if not code or code == UNKNOWN:
        return _("the reason was not kept yet")
    if code in OF_MANY:
        return str(OF_MANY[code])
    return brief_of(Message(code, defaultdict(lambda: "…")))


def capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def written(code: str | None, sub: str | None) -> str:
    """The reason as an address has it."""
    return f"{code}.{sub or ''}" if code else UNKNOWN


def note(file: File, run: Verification, verdict: FileVerdict) -> None:
    """Keep the reason of a run beside the file; called in the transaction of the run."""
    code, sub = reason_of(verdict, run.indication)
    Judged.objects.update_or_create(file=file, defaults={"verification": run, "reason": code, "sub": sub})


# ── the list of documents by reason ──
def _by_reason(rows: QuerySet[Any], value: str, _actor: Actor) -> QuerySet[Any]:
    files = FileStatus.objects.filter(file__role=FileRole.MAIN, file__version__current=True)
    if value == UNKNOWN:
        files = files.filter(file__judged__isnull=True)
    else:
        code, dot, sub = value.partition(".")
        if code not in SENTENCES and not Judged.objects.filter(reason=code).exists():
            raise ValueError(value)
        files = files.filter(file__judged__reason=code, **({"file__judged__sub": sub} if dot else {}))
    if value != UNKNOWN and is_rare(files):
        return rows.filter(pk__in=files.values("file__version__document"))
    return rows.filter(Exists(files.filter(file__version__document=OuterRef("pk"))))


def _said(value: str, _actor: Actor) -> str:
    code, _dot, sub = value.partition(".")
    words = capital(words_of(code))
    return f"{words} ({sub})" if sub else words


def _options(_actor: Actor) -> Iterable[tuple[str, Any]]:
    return [(code, capital(words_of(code))) for code in SENTENCES]


REASON = Filter("reason", gettext_lazy("Why"), _by_reason, _said, _options)


# ── what was judged before reasons were kept ──
def work_missing(job: Job) -> Save:
    """Read the reason out of the last run of each file that has none, or an older one's."""
    waiting = FileStatus.objects.filter(verification__isnull=False).exclude(
        file__judged__verification=F("verification"), file__judged__isnull=False
    )
    progress(job, total=waiting.count(), done=0)
    done, last = 0, None
    while True:
        rows = waiting.filter(pk__gt=last) if last else waiting
        found = list(rows.select_related("verification").order_by("pk")[:STEP])
        if not found:
            return lambda: {"reasons": done}
        Judged.objects.bulk_create(
            [_judged(status) for status in found],
            update_conflicts=True,
            unique_fields=["file"],
            update_fields=["verification", "reason", "sub"],
        )
        last, done = found[-1].pk, done + len(found)
        progress(job, done=done)


def _judged(status: FileStatus) -> Judged:
    run = status.verification
    assert run is not None
    try:
        code, sub = reason_of(FileVerdict.from_dict(run.verdict), run.indication)
    except (KeyError, TypeError, ValueError):
        # A verdict of a shape that is not read here any more still stands; only its reason is not known.
        code, sub = "unreadable_verdict", ""
    return Judged(file_id=status.pk, verification=run, reason=code, sub=sub)
