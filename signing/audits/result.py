"""What an audit found and what follows for the population, in figures and in sentences that say no more than that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from repository import formats
from signing.audits.sampling import interval, most_deviating
from signing.models import Audit, AuditRow
from signing.models.audits import Conclusion, FindingKind, Severity


@dataclass(frozen=True)
class Result:
    """Counts of sheets by conclusion. `low` and `high`: limits of the share with findings; `at_most`: documents, one-sided.

    What could not be judged counts as in order for the lower limit and as a finding for the upper ones.
    """

    population: int
    size: int
    in_order: int
    findings: int
    not_judged: int
    open: int
    confidence: float
    tolerable: float
    low: float = 0.0
    high: float = 1.0
    at_most: int = 0

    @property
    def whole(self) -> bool:
        """Whether every document was looked at, so that nothing is inferred."""
        return self.size == self.population

    @property
    def within(self) -> bool:
        return self.at_most < round(self.tolerable * self.population, 9)


def result_of(audit: Audit) -> Result:
    rows = AuditRow.objects.filter(audit=audit).order_by().values_list("conclusion").annotate(count=Count("pk"))
    counts = dict(rows)
    findings, unjudged = counts.get(Conclusion.FINDING, 0), counts.get(Conclusion.NOT_JUDGED, 0)
    still = counts.get("", 0)
    low = high = 0.0
    at_most = findings
    if audit.size and not still:
        low = interval(findings, audit.size, audit.confidence)[0]
        high = interval(findings + unjudged, audit.size, audit.confidence)[1]
        at_most = most_deviating(findings + unjudged, audit.size, audit.population, audit.confidence)
    return Result(
        population=audit.population,
        size=audit.size,
        in_order=counts.get(Conclusion.IN_ORDER, 0),
        findings=findings,
        not_judged=unjudged,
        open=still,
        confidence=audit.confidence,
        tolerable=audit.tolerable,
        low=low,
        high=high,
        at_most=at_most,
    )


def sentences(result: Result) -> list[str]:
    """The result in words; nothing of the population while a sheet is open."""
    said = {
        "size": formats.number(result.size),
        "population": formats.number(result.population),
        "in_order": formats.number(result.in_order),
        "findings": formats.number(result.findings),
        "not_judged": formats.number(result.not_judged),
        "open": formats.number(result.open),
        "confidence": formats.percent(result.confidence, 0),
        "low": formats.percent(result.low),
        "high": formats.percent(result.high),
        "tolerable": formats.percent(result.tolerable),
        "at_most": formats.number(result.at_most),
    }
    counted = _(
        "Of %(size)s sampled documents %(in_order)s are in order, %(findings)s have a finding, and %(not_judged)s could not be judged."
    )
    if result.open:
        return [
            counted % said,
            _("%(open)s are still open: nothing can be said of the population before they are concluded.") % said,
        ]
    if result.whole:
        return [counted % said, _("Every document of the population was looked at, so nothing is inferred.")]
    told = [
        counted % said,
        _(
            "With a confidence of %(confidence)s, between %(low)s and %(high)s of all %(population)s documents "
            "have such a finding (Clopper and Pearson)."
        )
        % said,
    ]
    if result.within:
        told.append(
            _(
                "With the same confidence no more than %(at_most)s documents do, which is below the tolerable rate of %(tolerable)s."
            )
            % said
        )
    else:
        told.append(
            _(
                "Up to %(at_most)s documents remain possible at that confidence: that the tolerable rate of %(tolerable)s is kept has not been shown."
            )
            % said
        )
    if result.not_judged:
        told.append(
            _("What could not be judged counts as a finding in the upper limits, and as in order in the lower one.")
        )
    told.append(
        _(
            "The sample says how many such documents there may be, not which. What nobody looked at is not thereby in order."
        )
    )
    return told


def findings_by(audit: Audit) -> list[dict[str, Any]]:
    """The findings by kind and severity, the gravest first."""
    rows = (
        AuditRow.objects.filter(audit=audit, conclusion=Conclusion.FINDING)
        .order_by()
        .values_list("kind", "severity")
        .annotate(count=Count("pk"))
    )
    order = [Severity.CRITICAL, Severity.MAJOR, Severity.MINOR]
    found = [
        {"kind": FindingKind(kind), "severity": Severity(severity), "count": count} for kind, severity, count in rows
    ]
    return sorted(found, key=lambda row: (order.index(row["severity"]), -row["count"], row["kind"]))
