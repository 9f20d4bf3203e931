"""From what was found to verdicts: one for each signature, and one word for the file."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from signing.validation.apart import (
    identity_facts,
    integrity_facts,
    judged_tokens,
    path_facts,
    provable_end,
    time_facts,
    use,
)
from signing.validation.document import SignedPdf
from signing.validation.examination import Examined
from signing.validation.facts import algorithm_facts, certificate_facts, claimed_time, text_entry
from signing.validation.levels import level_of
from signing.validation.trust import Judge, Judgement
from signing.validation.verdicts import (
    Covered,
    Fact,
    Indication,
    Message,
    Outcome,
    SignatureKind,
    SignatureVerdict,
    SubIndication,
)

NOT_CONCLUDED = {
    SubIndication.NO_CERTIFICATE_CHAIN_FOUND: "intact_chain_unknown",
    SubIndication.TRY_LATER: "intact_no_revocation_data",
    SubIndication.SIG_CONSTRAINTS_FAILURE: "intact_no_timestamp",
    SubIndication.OUT_OF_BOUNDS_NO_POE: "intact_expired",
    SubIndication.OUT_OF_BOUNDS_NOT_REVOKED: "intact_expired",
    SubIndication.EXPIRED: "intact_expired",
    SubIndication.NOT_YET_VALID: "intact_not_yet_valid",
    SubIndication.REVOKED_NO_POE: "intact_revoked",
    SubIndication.REVOKED_CA_NO_POE: "intact_revoked",
    SubIndication.REVOKED: "intact_revoked",
    SubIndication.CRYPTO_CONSTRAINTS_FAILURE: "intact_weak",
    SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE: "intact_weak",
}


def verdict_of(found: Examined, pdf: SignedPdf, judge: Judge) -> SignatureVerdict:
    """The verdict on one signature, and in `judge.uses` what it rests on."""
    stamps = judge.past.stamps
    stamped = found.stamped or any(stamp.revision > found.revision for stamp in stamps)
    judgement, message, findings = _judged(found, judge, stamped)
    found.against = judgement.against
    embedded, intact = found.embedded, found.intact
    tokens = judged_tokens(found, judge, judgement)
    times = [token.time for token in tokens if token.intact and token.time is not None]
    moment = judgement.best_time or judge.timing.validation_time
    facts = None if found.certificate is None else certificate_facts(found.certificate)
    algorithm = None
    if embedded is not None:
        algorithm = algorithm_facts(embedded.signer_info, found.certificate, judge.trust.policy, moment)
    claimed = claimed_time(embedded) if embedded is not None and found.kind is SignatureKind.SIGNATURE else None
    end = provable_end(found, judgement, tokens, judge) if intact and not found.modified else None
    if embedded is not None and intact:
        use(found, judgement, tokens, judge)
    return SignatureVerdict(
        field=found.name,
        kind=found.kind,
        indication=judgement.indication,
        sub_indication=judgement.sub_indication,
        intact=intact,
        covers_document=_covers(found),
        changes_after=found.changes,
        changes_allowed=None if intact is not True else not found.modified,
        level=level_of(embedded, pdf, tokens, [stamp.revision for stamp in stamps])
        if embedded is not None and intact
        else "-",
        signer=None if facts is None else facts.subject,
        certificate=facts,
        claimed_time=claimed,
        best_time=judgement.best_time or min(times, default=None),
        timestamps=tokens,
        algorithm=algorithm,
        permission=found.permission.value if found.permission is not None else None,
        sub_filter=found.sub_filter,
        reason=text_entry(embedded.sig_object, "/Reason") if embedded is not None else None,
        message=message,
        findings=tuple(findings),
        integrity=integrity_facts(found, pdf),
        identity=identity_facts(found, judgement, algorithm, judge),
        time=time_facts(found, judgement, claimed, times, judge),
        path=path_facts(judgement),
        provable_until=None if end is None else end.moment,
        provable_because=None if end is None else end.because,
    )


def _covers(found: Examined) -> bool | None:
    return None if found.coverage is None else found.coverage is Covered.WHOLE_FILE


def _judged(found: Examined, judge: Judge, stamped: bool) -> tuple[Judgement, Message, list[Message]]:
    """Indication, the sentence to show, and every finding."""
    if found.intact is False:
        code, sub_indication = found.integrity.code or "byte_range", found.integrity.sub_indication
        if found.integrity.intact is not False:
            code, sub_indication = "byte_range", SubIndication.FORMAT_FAILURE
        message = Message(code, _detail(found))
        return Judgement(Indication.TOTAL_FAILED, sub_indication), message, [message]
    if found.modified:
        return Judgement(Indication.TOTAL_FAILED, SubIndication.FORMAT_FAILURE), found.modified[0], found.modified
    if found.intact is None or found.embedded is None:
        message = Message(found.integrity.code, _detail(found))
        # EN 319 102-1, table 5: what the cryptographic check cannot even process has failed by its form.
        failed = found.integrity.code == "unreadable_signature"
        indication = Indication.TOTAL_FAILED if failed else Indication.INDETERMINATE
        return Judgement(indication, found.integrity.sub_indication), message, [message]
    signed_data = found.embedded.signed_data
    stamp = next((stamp for stamp in judge.past.stamps if stamp.revision == found.revision), None)
    if found.kind is SignatureKind.SIGNATURE:
        judgement = judge.judge_signature(signed_data, found.embedded.compute_digest(), stamped=stamped)
    elif stamp is not None:
        judgement = judge.judge_timestamp(stamp)
    else:
        judgement = Judgement(Indication.INDETERMINATE, SubIndication.GENERIC)
    findings = [Message("timestamp_broken")] if found.broken_timestamps else []
    if judgement.indication is Indication.TOTAL_PASSED and findings:
        judgement = replace(
            judgement, indication=Indication.INDETERMINATE, sub_indication=SubIndication.GENERIC, chain_held=False
        )
    if judgement.indication is Indication.TOTAL_PASSED:
        message = Message("passed")
    else:
        code = NOT_CONCLUDED.get(judgement.sub_indication or SubIndication.GENERIC, "intact_not_concluded")
        if code == "intact_no_timestamp" and judgement.against:
            code = "intact_not_concluded"
        if judgement.evidence_missing:
            code = "intact_no_revocation_data"
        message = Message(code)
    if findings:
        message = findings[0]
    return judgement, message, findings or [message]


def _detail(found: Examined) -> dict[str, str]:
    return {"detail": found.integrity.detail[:500]} if found.integrity.detail else {}


def hold_to_who_covers(found: Sequence[Examined], verdicts: Sequence[SignatureVerdict]) -> list[SignatureVerdict]:
    """No signature passes over whose content somebody signed of whom not all is known; a time-stamp is anybody's."""
    known = {
        verdict.field
        for verdict in verdicts
        if verdict.kind is SignatureKind.SIGNATURE and verdict.indication is Indication.TOTAL_PASSED
    }
    held = []
    for each, verdict in zip(found, verdicts, strict=True):
        strangers = each.covered_by - known
        if strangers and verdict.indication is Indication.TOTAL_PASSED:
            message = Message("covered", {"fields": ", ".join(sorted(strangers))})
            verdict = replace(
                verdict,
                indication=Indication.INDETERMINATE,
                sub_indication=SubIndication.GENERIC,
                message=message,
                findings=(message,),
                integrity=replace(verdict.integrity, status=Fact.OPEN),
            )
        held.append(verdict)
    return held


def weigh(found: Sequence[Examined], verdicts: Sequence[SignatureVerdict]) -> tuple[Outcome, Message]:
    """One word for the file: the worst that is known of any signature.

    A document time-stamp that does not hold is worse than that only where no signature holds the file together.
    One that stands before every signature binds nobody to the content: what was changed between it and the first
    signature is signed by that signature.
    """
    signatures = [each for each in found if each.kind is SignatureKind.SIGNATURE]
    stamps = [each for each in found if each.kind is SignatureKind.DOCUMENT_TIMESTAMP]
    first = min((each.revision for each in signatures), default=None)
    binding = [each for each in stamps if first is None or each.revision > first]
    if broken := _first(signatures or stamps, lambda each: each.intact is False):
        return Outcome.TAMPERED, _message(broken, found, verdicts)
    if modified := _first([*signatures, *binding], lambda each: bool(each.modified)):
        return Outcome.MODIFIED, _message(modified, found, verdicts)
    if broken := _first(found, lambda each: each.broken_timestamps or each.intact is False):
        return Outcome.TIMESTAMP_BROKEN, Message("timestamp_broken")
    if unknown := _first(found, lambda each: each.intact is None):
        return Outcome.UNPROCESSABLE, _message(unknown, found, verdicts)
    if doubtful := _first(signatures, lambda each: each.against):
        return Outcome.INDETERMINATE, _message(doubtful, found, verdicts)
    judged = [verdict for each, verdict in zip(found, verdicts, strict=True) if not signatures or each in signatures]
    open_questions = [verdict.message for verdict in judged if verdict.indication is not Indication.TOTAL_PASSED]
    return Outcome.VALID, open_questions[0] if open_questions else Message("passed")


def _first(found: Sequence[Examined], holds: Callable[[Examined], bool]) -> Examined | None:
    return next((each for each in found if holds(each)), None)


def _message(one: Examined, found: Sequence[Examined], verdicts: Sequence[SignatureVerdict]) -> Message:
    return verdicts[next(place for place, each in enumerate(found) if each is one)].message
