"""What goes into the bundle for one document: its files, the reports, the evidence, and how to check each signature by hand."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from asn1crypto import cms, core

from repository.bytes import BytesMissing, stream_of
from repository.codes import FileRole
from repository.file_names import file_name
from repository.models import File, Verification
from repository.refusals import Refused
from signing.models import RunBasis
from signing.provable.proof import proof_for
from signing.reports import kept
from signing.reports.bundle.bag import Bag
from signing.reports.etsi_door import Lent, xml_and_signatures
from signing.reports.printed import pdf_of
from signing.reports.report import report_of

ENDINGS = {
    "certificate": ("certificates", "cer"),
    "crl": ("crls", "crl"),
    "ocsp": ("ocsp", "ors"),
    "timestamp": ("timestamps", "tst"),
}


class Damaged(Exception):
    """The bytes in the archive are missing or are not those of the file's row; `reason` is a code for the list of what is left out."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def put_document(bag: Bag, number: int, file: File, run: Verification, moment: datetime) -> dict[str, Any]:
    """Put a document's evidence into the bag; what `bundle.json` says of it. Raises Damaged where the main file cannot be put."""
    folder = f"data/{number:04}"
    original = _original(bag, folder, file)
    beside = [
        _original(bag, folder, one)
        for one in File.objects.filter(version=file.version, role=FileRole.SIGNATURE).order_by("id")
    ]
    report = report_of(run, moment=moment)
    left_out: list[dict[str, str]] = []
    reports = {
        "pdf_vi": bag.add(f"{folder}/report/report.vi.pdf", pdf_of(report, "vi")).path,
        "pdf_en": bag.add(f"{folder}/report/report.en.pdf", pdf_of(report, "en")).path,
        "json": bag.add(f"{folder}/report/report.json", written(report)).path,
    }
    lent: list[Lent] = []
    try:
        xml, lent = xml_and_signatures(run, report)
        reports["xml"] = bag.add(f"{folder}/report/report.xml", xml).path
    except Refused as refused:
        left_out.append({"what": "report.xml", "why": refused.blockers[0].code})
    evidence = _evidence(bag, run, report, left_out)
    anchors = _anchors(bag, run)
    proof = proof_for(file)
    return {
        "folder": folder,
        "document": report["document"],
        "file": original,
        "beside": beside,
        "run": report["run"],
        "reports": reports,
        "signatures": _signatures(bag, folder, original["path"], lent),
        "evidence": evidence,
        "knowledge": kept.knowledge_of(run),
        "anchors": anchors,
        "policy": _policy(bag, run, left_out),
        "proof": bag.add(f"{folder}/proof.json", written(proof)).path if proof else None,
        "left_out": left_out,
    }


def written(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _original(bag: Bag, folder: str, file: File) -> dict[str, Any]:
    """The file's own bytes. They are hashed as they go in: what is not what its row says must not look as if it were."""
    stem, point, ending = file.name.rpartition(".")
    name = file_name([stem if point else file.name], ending if point else "")
    try:
        with stream_of(file) as stream:
            if hashlib.file_digest(stream, "sha512").hexdigest() != file.sha512:  # type: ignore[arg-type]
                raise Damaged("bytes-changed")
            stream.seek(0)
            put = bag.add(f"{folder}/original/{file.role}-{name}", stream)
    except BytesMissing as missing:
        raise Damaged("bytes-missing") from missing
    return {
        "path": put.path,
        "name": file.name,
        "mime": file.mime,
        "size": put.size,
        "sha256": put.sha256,
        "sha512": put.sha512,
    }


def _evidence(
    bag: Bag, run: Verification, report: dict[str, Any], left_out: list[dict[str, str]]
) -> list[dict[str, str]]:
    """Certificates, revocation data and time-stamps as files named by their SHA-256."""
    held = kept.evidence_of(run)
    kinds = {item["sha256"]: item["kind"] for item in report["evidence"]}
    found = []
    for sha256 in sorted({*kinds, *kept.knowledge_of(run)}):
        if sha256 not in held:
            left_out.append({"what": sha256, "why": "evidence-not-kept"})
            continue
        kind = kinds.get(sha256) or kept.kind_of(sha256)
        folder, ending = ENDINGS[kind]
        der = as_content(held[sha256]) if kind == "timestamp" else held[sha256]
        put = bag.add(f"data/evidence/{folder}/{sha256}.{ending}", der)
        found.append({"sha256": sha256, "kind": kind, "path": put.path})
    return found


def as_content(der: bytes) -> bytes:
    """A time-stamp token as tools read it: a ContentInfo (RFC 3161, 2.4.2). The engine keeps, and names by its digest, what is inside."""
    if der[:1] == b"\xa0":  # still in the field of the ContentInfo that it was taken from
        return core.Sequence(contents=cms.ContentType("signed_data").dump() + der).dump()
    try:
        signed = cms.SignedData.load(der, strict=True)
        signed["signer_infos"].native  # noqa: B018 - read to see whether it is one
    except (ValueError, TypeError):
        return der
    return cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump()


def _anchors(bag: Bag, run: Verification) -> list[dict[str, Any]]:
    """The roots that were trusted, with what they were trusted for where that was kept."""
    basis = RunBasis.objects.filter(verification=run).first()
    terms = {one["sha256"]: one for one in basis.anchors} if basis else {}
    found = []
    for anchor in kept.anchors_of(run):
        put = bag.add(f"data/trust/{anchor['sha256']}.pem", anchor["pem"].encode())
        known = terms.get(anchor["sha256"], {})
        found.append(
            {
                "sha256": anchor["sha256"],
                "name": anchor["name"],
                "source": anchor["source"],
                "purpose": known.get("purpose", "both"),
                "until": known.get("until"),
                "path": put.path,
            }
        )
    return found


def _policy(bag: Bag, run: Verification, left_out: list[dict[str, str]]) -> str | None:
    policy = kept.policy_of(run)
    if policy is None:
        left_out.append({"what": "policy", "why": "policy-not-kept"})
        return None
    return bag.add(f"data/policy/{hashlib.sha256(policy).hexdigest()}.json", policy).path


def _signatures(bag: Bag, folder: str, original: str, lent: list[Lent]) -> list[dict[str, Any]]:
    """Each signature's CMS, and the commands that check it against the file's bytes."""
    found = []
    for number, one in enumerate(lent, 1):
        put = bag.add(f"{folder}/signatures/{number}.p7s", one.cms)
        found.append({"field": one.field, "range": list(one.range), "cms": put.path})
    if found:
        bag.add(f"{folder}/signatures/commands.txt", commands(original, found).encode())
    return found


def commands(original: str, signatures: list[dict[str, Any]]) -> str:
    """For each signature two lines of shell, to be run in the bag's folder: cut out what was signed, and check it with openssl."""
    lines = []
    for number, one in enumerate(signatures, 1):
        start, length, second, rest = one["range"]
        cut = f"signed-{number}.bin"
        quoted = _quoted(original)
        first = f"tail -c +{start + 1} '{quoted}' | head -c {length}"
        last = f"tail -c +{second + 1} '{quoted}' | head -c {rest}"
        check = f"openssl cms -verify -binary -noverify -inform DER -in '{one['cms']}' -content {cut} -out {cut}.same"
        lines += [f"# {number}", f"{{ {first}; {last}; }} > {cut}", check, ""]
    return "\n".join(lines)


def _quoted(path: str) -> str:
    return path.replace("'", "'\\''")
