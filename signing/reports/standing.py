"""The three facts of a signature in plain words, each by itself: integrity, identity, time. None says more than the run knew.

All take parts of the report (`report.report_of`) and speak the active language.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from repository import formats
from signing.validation.verdicts import Covered, Fact, Revocation

MARKS = {Fact.HOLDS: "pass", Fact.OPEN: "unsure", Fact.FAILS: "fail"}


def facts(signature: dict[str, Any]) -> list[dict[str, str]]:
    """name, mark (pass, unsure, fail), word and sentence of each fact."""
    return [
        {"name": _("Integrity"), **_fact(integrity(signature["integrity"]), signature["integrity"])},
        {"name": pgettext("fact of a signature", "Identity"), **_fact(identity(signature), signature["identity"])},
        {"name": _("Time"), **_fact(time(signature["time"]), signature["time"])},
    ]


def _fact(said: tuple[str, str], fact: dict[str, Any]) -> dict[str, str]:
    word, says = said
    return {"mark": MARKS[Fact(fact["status"])], "word": word, "says": says}


def integrity(fact: dict[str, Any]) -> tuple[str, str]:
    """The word and the sentence about bytes and changes."""
    status, later = Fact(fact["status"]), fact["later_revisions"]
    if fact["bytes_intact"] is False:
        return _("Broken"), _("The bytes in the file are not those that were signed.")
    if status is Fact.FAILS:
        says = _("The signed bytes are whole, but the file does not show only what was signed.")
        if fact["pages_changed"]:
            pages = ", ".join(str(page) for page in fact["pages_changed"])
            says += " " + _("Pages that look different since: %(pages)s.") % {"pages": pages}
        return _("Changed since"), says
    if status is Fact.OPEN:
        return _("Not known"), _("Whether the bytes are those that were signed could not be established.")
    if fact["covered"] == Covered.WHOLE_FILE:
        return _("Intact"), _("The signed bytes are unchanged and reach to the end of the file.")
    if later:
        says = ngettext(
            "The signed bytes are unchanged. %(count)s revision came after them and changed nothing that the signature forbids.",
            "The signed bytes are unchanged. %(count)s revisions came after them and changed nothing that the signature forbids.",
            later,
        )
        return _("Intact"), says % {"count": later}
    return _("Intact"), _("The signed bytes are unchanged.")


def identity(signature: dict[str, Any]) -> tuple[str, str]:
    """The word and the sentence about the signer's certificate and its chain."""
    fact = signature["identity"]
    status = Fact(fact["status"])
    if status is Fact.HOLDS:
        return _("Confirmed"), _("The certificate leads to a root that this archive trusts, and it held at that time.")
    if status is Fact.FAILS:
        return pgettext("identity", "Does not hold"), _against(signature)
    if fact["anchored"] is False:
        return _("Not known"), _(
            "The certificate leads to no root that this archive trusts. That speaks neither for the signer nor against."
        )
    if fact["anchored"] and fact["revocation"] == Revocation.UNKNOWN:
        return _("Not known"), _(
            "The certificate leads to a trusted root. Whether it was revoked cannot be told from what is here."
        )
    return _("Not known"), _("Whose certificate this is, and whether it held, could not be concluded.")


def _against(signature: dict[str, Any]) -> str:
    fact = signature["identity"]
    if fact["revoked_at"]:
        return _("The certificate was revoked on %(time)s, and nothing proves that the signature is older.") % {
            "time": moment(fact["revoked_at"])
        }
    if fact["revocation"] == Revocation.REVOKED:
        return _("The certificate was revoked, and nothing proves that the signature is older.")
    if fact["strong"] is False:
        return _("The algorithms were too weak at the time that the signature is judged for.")
    if fact["usable"] is False:
        return _("The certificate was not issued for signatures of this kind.")
    then = (signature["certificate"] or {}).get("then", {}).get("validity")
    if then == "ended":
        return _("The certificate had ended, and nothing proves that the signature is older.")
    if then == "not yet":
        return _("The certificate was not valid yet.")
    return _("There is evidence against the certificate.")


def time(fact: dict[str, Any]) -> tuple[str, str]:
    """The word and the sentence about when the signature existed."""
    status = Fact(fact["status"])
    if status is Fact.FAILS:
        return _("Time-stamp broken"), _("A time-stamp does not belong to what it stands on.")
    if status is Fact.HOLDS and fact["proven"]:
        said = _("A time-stamp of a trusted authority proves that it existed at %(time)s.")
        return pgettext("time of a signature", "Proven"), said % {"time": moment(fact["proven"])}
    if fact["stamped"]:
        said = _("A time-stamp says %(time)s; whether its authority can be trusted is not known here.")
        return pgettext("time of a signature", "Not proven"), said % {"time": moment(fact["stamped"])}
    if fact["claimed"]:
        said = _("The signer's own clock said %(time)s. Nothing proves it.")
        return _("Claimed only"), said % {"time": moment(fact["claimed"])}
    return _("Not known"), _("No time is stated.")


def moment(text: str | None) -> str:
    """An instant of the report as the clock in Việt Nam read it, with the zone; empty where there is none."""
    return f"{formats.instant(datetime.fromisoformat(text))} (+07:00)" if text else ""
