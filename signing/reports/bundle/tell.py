"""What the check of a bundle found, for the terminal: for people in English, as everything there, and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from signing.reports.bundle.verify import Checked

SEALS = {
    "none": "The bundle is not signed: the digests say only that it is as it was received.",
    "unknown": "The manifest is signed by {signer}; the signature holds, and its certificate leads to none of the roots given.",
    "trusted": "The manifest is signed by {signer}; the signature holds, and its certificate leads to a root given.",
    "broken": "The signature over the manifest does not hold: {detail}",
}
STAMPS = {
    "none": "The manifest has no time-stamp of its own.",
    "unknown": "The time-stamp says {stamped_at}; it belongs to the manifest, and its authority leads to none of the roots given.",
    "trusted": "The time-stamp of a trusted authority proves that the manifest existed at {stamped_at}.",
    "broken": "The time-stamp does not belong to the manifest.",
}
OWN_TRUST = (
    "No root was given (--trust): the documents were judged by the roots that the bundle brings. "
    "That shows that it agrees with itself; compare their fingerprints with those you know."
)


def plain(checked: Checked) -> dict[str, Any]:
    return {"good": checked.good, **asdict(checked)}


def lines_of(checked: Checked) -> list[str]:
    seal = asdict(checked.seal)
    found = [
        f"{checked.files} files, every digest is right."
        if checked.whole
        else f"{checked.files} files; the bundle is not whole:"
    ]
    found += [f"  {one['file']}: {one['problem']}" for one in checked.problems]
    found += [SEALS[checked.seal.status].format(**seal), STAMPS[checked.seal.stamp].format(**seal)]
    for one in checked.documents:
        found.append(
            f"{one.name}: {'the same verdict as in its report' if one.same else 'NOT the verdict of its report'}"
        )
        found.append(f"  report: {one.then}")
        if not one.same:
            found.append(f"  now:    {one.now}")
    found += [f"left out: {one.get('name', '')} ({one.get('why', '')})" for one in checked.left_out]
    if checked.own_trust:
        found.append(OWN_TRUST)
    return found
