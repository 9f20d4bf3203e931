"""A report told in the active language, as plain text in rows: what the page and the PDF both set. No judgement is made here."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from repository import formats
from repository.codes import FileRole
from repository.codes import Indication as Shown
from signing.reports.causes import MEANINGS
from signing.reports.report import shown_of
from signing.reports.standing import facts, moment
from signing.validation.verdicts import EvidenceKind, EvidenceSource, Message, Outcome, SignatureKind, SubIndication
from signing.validation.wording import CHANGES, OUTCOMES, brief_of

Row = dict[str, str]


def told(report: dict[str, Any]) -> dict[str, Any]:
    """The whole report: heads, rows of label and value, signatures, evidence, the run."""
    run = report["run"]
    return {
        "heading": _("Report on signatures"),
        "labels": labels(),
        "document": document_line(report["document"]),
        "subject": report["document"]["subject"],
        "mark": shown_of(run["indication"]),
        "verdict": str(Shown(run["indication"]).label),
        "summary": summary(report),
        "file": _file_rows(report),
        "signatures": [signature(one, n) for n, one in enumerate(report["signatures"], 1)],
        "evidence": [evidence(one) for one in report["evidence"]],
        "wanted": [wanted(one) for one in report["wanted"]],
        "run": run_rows(report),
        "limits": limits(report),
    }


def labels() -> dict[str, str]:
    """Headings of the parts."""
    return {
        "file": _("The file"),
        "signatures": _("Signatures"),
        "details": _("Details"),
        "standard": _("In the standard's words"),
        "meaning": _("Meaning"),
        "changes": _("Changes after signing"),
        "no_changes": _("No revision came after it."),
        "path": _("Chain of certificates"),
        "no_path": _("No chain of certificates was kept."),
        "stamps": _("Time-stamps"),
        "evidence": _("Evidence used"),
        "no_evidence": _("This run kept no evidence of its own."),
        "wanted": _("What would settle more"),
        "run": _("The run"),
        "limits": _("What this report does not say"),
        "page": _("page"),
    }


def document_line(document: dict[str, Any]) -> str:
    return " ".join(part for part in (document["type"], document["code"]) if part) or _("Untitled document")


def summary(report: dict[str, Any]) -> str:
    """The file in a sentence; where there is no signature, or none that could be read, why."""
    if not report["signatures"]:
        return sentence(_brief(report["run"]["message"]))
    return sentence(str(OUTCOMES[Outcome(report["run"]["outcome"])]))


def sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _brief(message: dict[str, Any]) -> str:
    return brief_of(Message(message["code"], message["params"]))


def row(label: str, value: str | None, *, mono: bool = False) -> Row | None:
    """A row, or None where there is nothing to say. `mono`: figures and names of machines."""
    return {"label": label, "value": value, "mono": "mono" if mono else ""} if value else None


def kept(*rows: Row | None) -> list[Row]:
    return [one for one in rows if one]


def _file_rows(report: dict[str, Any]) -> list[Row]:
    file, document = report["file"], report["document"]
    version = _("version %(number)s") % {"number": document["version"]}
    if not document["version_current"]:
        version += ", " + _("not the current one")
    return kept(
        row(_("Kept by"), document["kept_by"]),
        row(_("Issued by"), document["issued_by"]),
        row(_("File"), f"{file['name']}, {version}"),
        row(_("Part"), str(FileRole(file["role"]).label)),
        row(_("Size"), formats.size(file["size"])),
        row("SHA-256", file["sha256"], mono=True),
        row("SHA-512", file["sha512"], mono=True),
        row(_("Received"), moment(file["received_at"])),
        row(_("Revisions in the file"), str(file["revisions"]) if file["revisions"] else ""),
        row(_("Bytes that no signature covers"), _count(file["uncovered_bytes"])),
        row(_("Pages drawn before and after and compared"), _count(file["pages_compared"] or None)),
    )


def _count(value: int | None) -> str:
    return "" if value is None else formats.number(value)


def signature(one: dict[str, Any], number: int) -> dict[str, Any]:
    """One signature: the verdict, the three facts, and rows for whoever wants to know more."""
    stamp = one["kind"] == SignatureKind.DOCUMENT_TIMESTAMP
    sub = one["sub_indication"]
    also = [sentence(_brief(finding)) for finding in one["findings"]]
    return {
        "number": str(number),
        "title": _("Time-stamp over the document") if stamp else _("Signature"),
        "mark": shown_of(one["indication"]),
        "verdict": str(Shown(one["indication"]).label),
        "standard": ", ".join(part for part in (one["indication"], sub) if part),
        "meaning": str(MEANINGS[SubIndication(sub)]) if sub else "",
        "who": one["signer"] or _("Signer not named"),
        "agency": one["organisation"] or "",
        "why": sentence(_brief(one["message"])),
        "also": also,
        "facts": facts(one),
        "rows": _signature_rows(one),
        "changes": [_change(change) for change in one["changes"]],
        "path": [certificate(link, n, len(one["path"])) for n, link in enumerate(one["path"])],
        "stamps": [_stamp(each) for each in one["timestamps"]],
    }


def _signature_rows(one: dict[str, Any]) -> list[Row]:
    own, time, algorithm = one["certificate"], one["time"], one["algorithm"]
    yes_no = {True: _("yes"), False: _("no"), None: _("not known")}
    judged = time["judged_at"] or (own["then"]["at"] if own else None)
    until = one["provable_until"]
    because = f" ({_brief(one['provable_because'])})" if until and one["provable_because"] else ""
    return kept(
        row(_("Signed for"), one["organisation"] or _("the certificate names no agency")) if own else None,
        row(pgettext("certificate", "Issued by"), one["issuer"]),
        row(_("Certificate valid"), _span(own) if own else ""),
        row(_("Then"), _validity(own["then"]) if own else ""),
        row(pgettext("certificate", "Now"), _validity(own["now"]) if own else ""),
        row(_("Covers the whole file"), yes_no[one["covers_file"]]),
        row(_("Claimed time"), moment(time["claimed"]) or _("none")),
        row(_("Time of the time-stamp"), moment(time["stamped"]) or _("no time-stamp")),
        row(_("Judged for the time"), moment(judged)),
        row(_("Revocation"), _revocation(one)),
        row(_("Algorithm"), _algorithm(algorithm) if algorithm else _("not known")),
        row(_("Level"), one["level"] if one["level"] != "-" else _("none of PAdES"), mono=True),
        row(_("Can be concluded until"), f"{moment(until)}{because}" if until else ""),
        row(_("Reason given by the signer"), one["reason"]),
        row(_("Field"), one["field"], mono=True),
        row(_("Format"), one["sub_filter"], mono=True),
    )


def _span(own: dict[str, Any]) -> str:
    first, last = (formats.day_if_iso(own[name]) for name in ("not_before", "not_after"))
    return f"{first} – {last}"


def _validity(at: dict[str, Any]) -> str:
    said = {
        "within": _("%(time)s: within its dates"),
        "ended": _("%(time)s: its dates were over"),
        "not yet": _("%(time)s: its dates had not begun"),
    }[at["validity"]]
    return said % {"time": moment(at["at"])}


def _revocation(one: dict[str, Any]) -> str:
    fact = one["identity"]
    if fact["revoked_at"]:
        return _("revoked on %(time)s") % {"time": moment(fact["revoked_at"])}
    return {
        "good": _("not revoked at that time, by the evidence below"),
        "revoked": _("revoked"),
        "unknown": _("not known; no evidence that speaks of that time"),
    }[fact["revocation"]]


def _algorithm(algorithm: dict[str, Any]) -> str:
    bits = algorithm["key_bits"]
    key = f"{algorithm['key']} {bits}" if bits else algorithm["key"]
    strength = {True: _("weak by the policy"), False: _("strong enough by the policy"), None: _("strength not known")}
    named = ", ".join(part for part in (algorithm["signature"], algorithm["digest"], key) if part)
    return f"{named}: {strength[algorithm['weak']]}"


def _change(change: dict[str, Any]) -> dict[str, str]:
    named = ", ".join(change["fields"])
    return {
        "revision": _("Revision %(number)s") % {"number": change["revision"] + 1},
        "mark": "pass" if change["allowed"] else "fail",
        "detail": change["detail"],
        "what": str(CHANGES[change["kind"]]) + (f": {named}" if named else ""),
        "allowed": _("allowed") if change["allowed"] else _("not allowed"),
    }


def certificate(link: dict[str, Any], n: int, count: int) -> dict[str, Any]:
    """One certificate of a path, the signer's first."""
    if link["anchor"]:
        place = _("Root trusted here")
    elif n == 0:
        place = _("Signer's certificate")
    else:
        place = _("Issuer's certificate")
    end = n == count - 1 and not link["anchor"]
    return {
        "place": place,
        "subject": link["subject"],
        "rows": kept(
            row(pgettext("certificate", "Issued by"), link["issuer"]),
            row(_("Certificate valid"), _span(link)),
            row(_("Revocation"), _link_revocation(link)),
            row(_("Serial number"), link["serial"], mono=True),
            row("SHA-256", link["sha256"], mono=True),
        ),
        "end": _("The path ends here without a root that is trusted.") if end else "",
    }


def _link_revocation(link: dict[str, Any]) -> str:
    if link["anchor"]:
        return _("not asked of a root")
    return {"good": _("not revoked"), "revoked": _("revoked"), "unknown": _("not known")}[link["revocation"]]


def _stamp(stamp: dict[str, Any]) -> dict[str, Any]:
    where = {
        "signature": _("over the signature"),
        "content": _("over the content, before it was signed"),
        "document": _("over the document"),
    }[stamp["kind"]]
    belongs = {True: _("belongs to what it stands on"), False: _("does not belong to what it stands on")}
    trusted = {True: _("its authority is trusted"), False: _("its authority is not trusted here")}
    mark = "fail" if stamp["intact"] is False else "pass" if stamp["intact"] and stamp["trusted"] else "unsure"
    return {
        "mark": mark,
        "time": moment(stamp["time"]) or _("time cannot be read"),
        "authority": stamp["authority"] or _("authority not named"),
        "says": ", ".join(
            (
                where,
                belongs.get(stamp["intact"], _("whether it belongs here is not known")),
                trusted.get(stamp["trusted"], _("whether its authority can be trusted is not known")),
            )
        ),
    }


def evidence(item: dict[str, Any]) -> dict[str, str]:
    """A piece of evidence in a list: what, of whom, from where."""
    kinds = {
        EvidenceKind.CERTIFICATE: _("certificate"),
        EvidenceKind.CRL: _("revocation list (CRL)"),
        EvidenceKind.OCSP: _("answer on revocation (OCSP)"),
        EvidenceKind.TIMESTAMP: _("time-stamp"),
    }
    sources = {
        EvidenceSource.FILE: _("from the file"),
        EvidenceSource.GIVEN: _("kept by the archive"),
        EvidenceSource.ANCHOR: _("trusted root"),
    }
    updates = " – ".join(moment(item[name]) for name in ("this_update", "next_update") if item[name])
    return {
        "kind": str(kinds[item["kind"]]),
        "subject": item["subject"],
        "source": str(sources[item["source"]]),
        "when": updates or (formats.day_if_iso(item["not_after"]) if item["not_after"] else ""),
        "sha256": item["sha256"],
    }


def wanted(item: dict[str, Any]) -> str:
    what = {"ocsp": _("an OCSP answer"), "crl": _("a revocation list"), "issuer": _("the issuer's certificate")}
    return f"{what[item['kind']]}: {item['url']}"


def run_rows(report: dict[str, Any]) -> list[Row]:
    """Which run: when, by what policy, trust and tools."""
    run, policy = report["run"], report["run"]["policy"]
    anchors = [f"{one['name'] or _('not kept here by name')} ({one['sha256'][:16]}…)" for one in run["anchors"]]
    given = _("%(count)s pieces, %(unreadable)s of them not readable") % {
        "count": run["knowledge_given"],
        "unreadable": run["knowledge_unreadable"],
    }
    return kept(
        row(_("Checked"), moment(run["validated_at"])),
        row(_("Judged for the time"), moment(run["judged_for"])),
        row(_("Policy"), f"{policy['name']} {policy['version']}"),
        row(_("Policy's SHA-256"), policy["sha256"], mono=True),
        row(_("Trusted roots"), "; ".join(anchors) or _("none: no identity can be confirmed")),
        row(_("Evidence kept here and handed in"), given if run["knowledge_given"] else ""),
        row(_("Tools"), ", ".join(f"{name} {version}" for name, version in run["tools"].items()), mono=True),
        row(_("Run"), run["id"], mono=True),
        row(_("Report made"), moment(report["made_at"])),
    )


def limits(report: dict[str, Any]) -> list[str]:
    """What this report does not say."""
    said = [
        _("This report says what one run found by its policy, roots and evidence. It does not replace the signed file.")
    ]
    if any(one["indication"] == Shown.INDETERMINATE for one in report["signatures"]):
        said.append(_("Not determined does not mean forged: what is missing may be found later."))
    if not report["run"]["anchors"]:
        said.append(_("No root was trusted in this run, so no signer could be confirmed."))
    if report["run"]["sha256"] != report["file"]["sha256"]:
        said.append(_("The bytes judged are not those of the file as it is kept."))
    return said
