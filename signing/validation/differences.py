"""Each revision against the one before it: what it changed, and whether a signature before it allows that.

pyHanko compares every later revision with the signed one, for each signature anew: with n signatures n² comparisons.
Here each step is compared once, and each signature's permission (DocMDP, FieldMDP: ISO 32000-1, 12.8.2) is held
against the steps after it. A step that cannot be read is not harmless.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from pyhanko.pdf_utils import generic
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DocInfoRule,
    FormUpdate,
    FormUpdatingRule,
    MetadataUpdateRule,
    ModificationLevel,
    ObjectStreamRule,
    ReferenceUpdate,
    SigFieldCreationRule,
    SigFieldModificationRule,
    SuspiciousModification,
    XrefStreamRule,
)
from pyhanko.sign.diff_analysis.rules_api import AbsoluteContext, ApprovalType, Context
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm

from signing.validation.difference_rules import FieldRule, SecurityStoreRule, identical
from signing.validation.document import Revision, SignedPdf
from signing.validation.signature_fields import NewSignatureFieldRule
from signing.validation.verdicts import Change, ChangeKind

PRIVATE_TRAILER_ENTRIES = ("/AdditionalStreams",)  # LibreOffice; no reader draws from it
KINDS = {
    ModificationLevel.NONE: ChangeKind.VALIDATION_DATA,
    ModificationLevel.LTA_UPDATES: ChangeKind.VALIDATION_DATA,
    ModificationLevel.FORM_FILLING: ChangeKind.FORM_FILLED,
    ModificationLevel.ANNOTATIONS: ChangeKind.ANNOTATED,
}
GLOBAL_RULES = (
    CatalogModificationRule(),
    *(
        rule.as_qualified(ModificationLevel.LTA_UPDATES)
        for rule in (DocInfoRule(), XrefStreamRule(), ObjectStreamRule(), SecurityStoreRule(), MetadataUpdateRule())
    ),
)
FORM_RULE = FormUpdatingRule(
    field_rules=[NewSignatureFieldRule(), SigFieldCreationRule(), SigFieldModificationRule(), FieldRule()]
)


@dataclass
class Step:
    """What revision `number` did to the one before it. `refusal`: why no signature could allow it; None if one may."""

    number: int
    level: ModificationLevel = ModificationLevel.NONE
    form_updates: list[FormUpdate] = field(default_factory=list)
    refusal: str | None = None
    readable: bool = True

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the form fields filled, changed or added, sorted."""
        names = {update.field_name for update in self.form_updates if not update.valid_when_locked}
        return tuple(sorted(name for name in names if name is not None))


class Differences:
    """The steps of one file, each compared when first asked for."""

    def __init__(self, pdf: SignedPdf) -> None:
        self.pdf = pdf
        self._steps: dict[int, Step] = {}

    def step(self, number: int) -> Step:
        """What revision `number` (1 or later) did."""
        if number not in self._steps:
            self._steps[number] = self._compare(number)
        return self._steps[number]

    def after(self, revision: int, permission: MDPPerm | None, lock: FieldMDPSpec | None) -> tuple[Change, ...]:
        """The revisions after `revision`, each with whether a signature in it with this permission and lock allows it."""
        return tuple(
            judged(self.step(number), permission, lock)
            for number in range(revision + 1, self.pdf.xrefs.total_revisions)
        )

    def _compare(self, number: int) -> Step:
        step = Step(number)
        try:
            explain(self.pdf.get_historical_resolver(number - 1), self.pdf.get_historical_resolver(number), step)
        except SuspiciousModification as error:
            step.refusal = str(error)
        except Exception as error:  # a hostile file may raise anything; what is not read is never harmless
            step.refusal = f"{type(error).__name__}: {error}"
            step.readable = False
        return step


def judged(step: Step, permission: MDPPerm | None, lock: FieldMDPSpec | None) -> Change:
    """The step as one signature sees it."""
    if step.refusal is not None:
        kind = ChangeKind.NOT_ALLOWED if step.readable else ChangeKind.NOT_READABLE
        return Change(step.number, kind, allowed=False, fields=step.fields, detail=step.refusal[:500])
    detail = ""
    if permission is not None and step.level.value > permission.value:
        detail = (
            f"The signature allows changes of level {permission.value} (DocMDP), this one is of {step.level.value}."
        )
    for update in step.form_updates:
        name = update.field_name
        if lock is not None and name is not None and not update.valid_when_locked and lock.is_locked(name):
            detail = f"Field {name} is locked by the signature (FieldMDP)."
        if permission is not None and not update.valid_when_certifying:
            detail = f"Field {name} may not be added after a certification."
    if step.level is ModificationLevel.ANNOTATIONS and permission is not MDPPerm.ANNOTATE:
        detail = detail or "Annotations were changed."
    return Change(step.number, KINDS[step.level], allowed=not detail, fields=step.fields, detail=detail)


def explain(old: Revision, new: Revision, step: Step) -> None:
    """Explain every object that `new` wrote, or raise SuspiciousModification.

    Follows pyHanko's StandardDiffPolicy.apply, with two differences. An object, freed, new or overwritten, that the
    new revision does not reach from its trailer cannot show: it needs no further reason. And the field-wise
    permissions are kept in `step` to be held against each signature later.
    """
    written = new.explicit_refs_in_revision()
    usages = _usages_to_clear(old, written)
    explained: dict[ModificationLevel, set[generic.Reference]] = defaultdict(set)

    def clear(level: ModificationLevel, update: ReferenceUpdate) -> None:
        reference = update.updated_ref
        if reference in usages:
            highest, open_usages = usages[reference]
            if update.approval_type is ApprovalType.BLANKET_APPROVE:
                open_usages = set()
            elif update.approval_type is ApprovalType.APPROVE_RELATIVE_CONTEXT:
                open_usages = {usage for usage in open_usages if _relative(usage) != update.context_checked}
            else:
                open_usages = open_usages - {update.context_checked}
            level = max(highest, level)
            usages[reference] = level, open_usages
            if open_usages:
                return
        explained[level].add(reference)

    for rule in GLOBAL_RULES:
        for level, update in rule.apply_qualified(old, new):
            clear(level, update)
    for level, update in FORM_RULE.apply(old, new):
        clear(level, update)
        step.form_updates.append(update)

    unexplained = written - explained[ModificationLevel.LTA_UPDATES]
    unexplained -= {reference for reference in unexplained if _harmless(old, new, reference)}
    for level in (ModificationLevel.FORM_FILLING, ModificationLevel.ANNOTATIONS):
        if unexplained:
            step.level = level
            unexplained -= explained[level]
    if unexplained:
        numbers = ", ".join(str(reference.idnum) for reference in sorted(unexplained, key=lambda r: r.idnum)[:10])
        raise SuspiciousModification(f"Objects {numbers} were written without a reason that a signature allows.")
    step.level = max(step.level, ModificationLevel.LTA_UPDATES)


def _usages_to_clear(
    old: Revision, written: set[generic.Reference]
) -> dict[generic.Reference, tuple[ModificationLevel, set[Context]]]:
    old._load_reverse_xref_cache()
    found: dict[generic.Reference, tuple[ModificationLevel, set[Context]]] = {}
    for reference in written:
        paths = [path for path in old._get_usages_of_ref(reference) if path.path[0] not in PRIVATE_TRAILER_ENTRIES]
        if paths:
            found[reference] = ModificationLevel.NONE, {Context.from_absolute(old, path) for path in paths}
    return found


def _relative(usage: Context) -> Context:
    return usage.relative_view if isinstance(usage, AbsoluteContext) else usage


def _harmless(old: Revision, new: Revision, reference: generic.Reference) -> bool:
    before = old.reader.xrefs.get_historical_ref(reference, old.revision)
    freed = new.frees(reference.idnum)
    if before is not None and not freed and identical(old(reference), new(reference)):
        return True
    if before is None and not freed and _lies_in_wait(new(reference)):
        return False
    return not new.reaches(reference.idnum)


def _lies_in_wait(value: generic.PdfObject) -> bool:
    """Whether an object that nothing leads to is a whole page, catalog, font or image.

    A later revision, or a reader that rebuilds the file, could show it: the store of a shadow attack ("hide-and-replace",
    Mainka et al., NDSS 2021, IV-C). Writers leave other things behind without harm.
    """
    if not isinstance(value, generic.DictionaryObject):
        return False
    kind = value.get("/Type")
    if kind == "/Font":
        return "/BaseFont" in value
    return kind in ("/Catalog", "/Pages", "/Page") or (
        isinstance(value, generic.StreamObject) and value.get("/Subtype") in ("/Image", "/Form")
    )


__all__ = ["Differences", "Step", "judged"]
