"""The sentences of verdicts. They never say more than is known: intact is not valid, unknown is not forged."""

from collections import defaultdict

from django.utils.translation import gettext_lazy as _

from signing.formats.wording import SENTENCES as OF_OTHER_FORMATS
from signing.validation.policy import NIST_112_BITS
from signing.validation.verdicts import ChangeKind, Indication, Message, Outcome, SubIndication

SENTENCES = {
    # Intact, and what is known besides
    "passed": _("intact; the certificate held at the proven time"),
    "intact_chain_unknown": _("intact; the signer's chain is not known here"),
    "intact_no_revocation_data": _("intact; whether the certificate was revoked cannot be told from what is here"),
    "intact_no_timestamp": _("intact; no time-stamp proves when it was signed"),
    "intact_expired": _("intact; the certificate had ended, and nothing proves that the signature is older"),
    "intact_not_yet_valid": _("intact; the certificate was not yet valid"),
    "intact_revoked": _("intact; the certificate is revoked, and nothing proves that the signature is older"),
    "intact_weak": _("intact; signed with an algorithm that is too weak"),
    "intact_not_concluded": _("intact; the signer's chain could not be validated with what is here"),
    # Broken
    "digest_mismatch": _("the signed bytes are not those that were signed"),
    "signature_wrong": _("the signature does not belong to the signed bytes and this certificate"),
    "encloses_content": _("the signature encloses content of its own instead of signing the document"),
    "format": _("the signature is not built as it must be"),
    "unreadable_signature": _("the signature cannot be read: %(detail)s"),
    "byte_range": _("the signature does not cover what it must cover"),
    "timestamp_broken": _("a time-stamp does not belong to what it stands on"),
    # Not established
    "algorithm_unknown": _("the signature's algorithm is not known here: %(detail)s"),
    "no_certificate": _("the signer's certificate is not in the signature"),
    "several_signers": _("the signature has not exactly one signer, which a PDF does not allow"),
    "kind_unknown": _("a kind of signature that is not known here: %(detail)s"),
    # Changed after signing
    "rewritten": _("intact, but the signature's own entries were written anew after signing"),
    "changes_not_allowed": _("intact, but revision %(revision)s changed what a signature does not allow: %(detail)s"),
    "changes_unreadable": _("intact, but what revision %(revision)s changed cannot be read: %(detail)s"),
    "hidden_tail": _("intact, but %(bytes)s bytes after it belong to no revision"),
    "hidden_objects": _("intact, but %(count)s objects after it are listed nowhere"),
    "signature_removed": _("signatures were taken out of the form or replaced: %(fields)s"),
    "signature_hidden": _("the file holds a signature to which no form field leads"),
    "permission_loosened": _("intact, but it allows more than an earlier signature does"),
    "pages_differ": _("intact, but pages show something else since: %(pages)s"),
    "covered": _("intact, but a later signature lies over what was signed: %(fields)s"),
    "unreadable_after": _("intact, but what was written after it cannot be read"),
    # What ends first of what a conclusion rests on
    "ends_certificate": _("the certificate of %(name)s ends"),
    "ends_authority": _("the time-stamp authority's certificate of %(name)s ends"),
    "ends_algorithm": _("the algorithm %(algorithm)s is no longer believed (%(source)s)"),
    "ends_revocation_data": _("the revocation data in the file is outdated"),
    # The file
    "no_signature": _("no signature"),
    "not_a_pdf": _("not a PDF"),
    "damaged": _("the file is damaged: %(detail)s"),
    "damaged_signed": _("the file was signed, and is damaged: %(detail)s"),
    "too_deep": _("the file is nested too deeply"),
    "password_needed": _("the file is locked with a password"),
    "password_wrong": _("the password does not open the file"),
    "encrypted_otherwise": _("the file is encrypted in a way not known here: %(detail)s"),
    "too_late": _("not finished in time"),
    "too_large": _("needs too much memory"),
    "crashed": _("the reader stopped on this file: %(detail)s"),
    "not_found": _("the file cannot be opened: %(detail)s"),
    **OF_OTHER_FORMATS,
}

# Sources of the policy that are more than the name of a document, for reading: in the policy itself they stay as written, its hash is over them.
SOURCES = {
    NIST_112_BITS: _("NIST SP 800-57 part 1, table 4: 112 bits of security"),
}

OUTCOMES = {
    Outcome.VALID: _("intact"),
    Outcome.MODIFIED: _("changed after signing"),
    Outcome.TAMPERED: _("broken"),
    Outcome.TIMESTAMP_BROKEN: _("time-stamp broken"),
    Outcome.INDETERMINATE: _("not determined"),
    Outcome.NO_SIGNATURE: _("no signature"),
    Outcome.UNPROCESSABLE: _("not processed"),
}

INDICATIONS = {
    Indication.TOTAL_PASSED: _("passed"),
    Indication.INDETERMINATE: _("not determined"),
    Indication.TOTAL_FAILED: _("failed"),
}

SUB_INDICATIONS = {
    SubIndication.FORMAT_FAILURE: _("form not as required"),
    SubIndication.HASH_FAILURE: _("bytes changed"),
    SubIndication.SIG_CRYPTO_FAILURE: _("signature value wrong"),
    SubIndication.REVOKED: _("certificate revoked"),
    SubIndication.EXPIRED: _("certificate ended"),
    SubIndication.NOT_YET_VALID: _("certificate not yet valid"),
    SubIndication.NO_CERTIFICATE_CHAIN_FOUND: _("chain not known"),
    SubIndication.TRY_LATER: _("revocation not known"),
}

CHANGES = {
    ChangeKind.VALIDATION_DATA: _("validation data added"),
    ChangeKind.FORM_FILLED: _("fields filled or signed"),
    ChangeKind.ANNOTATED: _("annotated"),
    ChangeKind.NOT_ALLOWED: _("changed what is not allowed"),
    ChangeKind.NOT_READABLE: _("cannot be compared"),
}


def text_of(message: Message) -> str:
    """The sentence in the active language; the bare code where none is written for it."""
    sentence = SENTENCES.get(message.code)
    if sentence is None:
        return message.code
    return str(sentence) % _params(message)


def _params(message: Message) -> defaultdict[str, str]:
    params = defaultdict(str, message.params)
    if (source := params.get("source")) in SOURCES:
        params["source"] = str(SOURCES[source])
    return params


def brief_of(message: Message) -> str:
    """The sentence without the reader's own words, which stand in no language of ours; `detail` of the message has them."""
    sentence = SENTENCES.get(message.code)
    if sentence is None:
        return message.code
    return str(sentence).removesuffix(": %(detail)s") % _params(message)
