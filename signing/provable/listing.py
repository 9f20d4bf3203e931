"""The list of signatures and time-stamps by how long they can be proven, the soonest first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy, ngettext, npgettext, pgettext_lazy

from repository import formats
from repository.actors import Actor
from repository.component_tags.shapes import verdict
from repository.component_tags.words import date_
from repository.components import VerdictLook
from repository.lists.acts import Act
from repository.lists.documents import HEAVY
from repository.lists.dossiers import agency_options, agency_said
from repository.lists.listing import Listing
from repository.lists.paging import Order
from repository.lists.parts import Column, Filter, choice, containing, identity, year_in
from repository.models import Agency, Document, Dossier, Job
from signing.desk import ROLES
from signing.models import Ending, Provable
from signing.provable.jobs import start_renewal
from signing.provable.rows import in_months

MONTHS = (3, 6, 12, 24, 60)


def _within(rows: QuerySet[Any], value: str, _actor: Actor) -> QuerySet[Any]:
    """What has ended since its last run is among them: nothing may fall between."""
    if not (value.isdecimal() and value.isascii() and len(value) <= 4):
        raise ValueError(value)
    return rows.filter(provable_until__lte=in_months(int(value)))


def _within_said(value: str, _actor: Actor) -> str:
    count = int(value) if value.isdecimal() and len(value) <= 4 else 0
    return ngettext("%(count)s month", "%(count)s months", count) % {"count": formats.number(count)}


def span_of(value: str) -> tuple[datetime, datetime]:
    """A year (2027) or a month of one (2027-03), UTC: from its beginning to before its end. Raises ValueError."""
    year, _dash, month = value.partition("-")
    number = year_in(year)
    if not month:
        return datetime(number, 1, 1, tzinfo=UTC), datetime(number + 1, 1, 1, tzinfo=UTC)
    if not (month.isdecimal() and month.isascii() and len(month) == 2):
        raise ValueError(value)
    at = datetime(number, int(month), 1, tzinfo=UTC)
    return at, datetime(number + int(month) // 12, int(month) % 12 + 1, 1, tzinfo=UTC)


def _until(rows: QuerySet[Any], value: str, _actor: Actor) -> QuerySet[Any]:
    first, following = span_of(value)
    return rows.filter(provable_until__gte=first, provable_until__lt=following)


def _until_said(value: str, _actor: Actor) -> str:
    year, _dash, month = value.partition("-")
    return f"{month}/{year}" if month else year


def _of_agency(rows: QuerySet[Any], value: str, _actor: Actor) -> QuerySet[Any]:
    agency = Agency.objects.filter(pk=identity(value)).first()
    if agency is None:
        raise ValueError(value)
    return rows.filter(document__agency__path__startswith=agency.path)


def _of_dossier(rows: QuerySet[Any], value: str, actor: Actor) -> QuerySet[Any]:
    dossier = Dossier.objects.visible_to(actor).filter(pk=identity(value))
    return rows.filter(document__placements__dossier__in=dossier)


def _dossier_said(value: str, actor: Actor) -> str:
    try:
        found = Dossier.objects.visible_to(actor).filter(pk=identity(value)).first()
    except ValueError:
        return value
    return found.code if found else value


def _by_words(rows: QuerySet[Any], value: str, _actor: Actor) -> QuerySet[Any]:
    return rows.filter(containing(("document__code", "document__subject"), value) | Q(signer__icontains=value))


def _document(row: Any) -> Any:
    document = row.document
    return format_html(
        '<a class="vk-plain" href="{}#signatures" data-row-link><span class="vk-num vk-nowrap">{}</span> <span class="vk-rec">{}</span></a>',
        document.get_absolute_url(),
        document.code,
        document.subject or gettext("Untitled document"),
    )


def _kind(row: Any) -> str:
    return gettext("Time-stamp") if row.stamp else gettext("Signature")


def _ending(row: Any) -> Any:
    css = "vk-unsure" if row.ending == Ending.NEVER else ""
    return format_html('<span class="{}">{}</span>', css, row.get_ending_display())


def _version(row: Any) -> str:
    number = row.file.version.number
    return gettext("renewed, version %(number)s") % {"number": number} if row.list_renewed else str(number)


class ProvableList(Listing):
    name = "provable"
    title = gettext_lazy("How long signatures can be proven")
    chooses = True
    # What can be proven longest, and what cannot be at all, stands last.
    standing = Order("provable_until", descending=False, nullable=True, kind=datetime)
    filters = (
        Filter("q", gettext_lazy("Number, subject or signer"), _by_words, kind="words"),
        Filter(
            "within",
            gettext_lazy("Ends within"),
            _within,
            _within_said,
            lambda actor: [(str(months), _within_said(str(months), actor)) for months in MONTHS],
        ),
        choice("ending", gettext_lazy("What ends"), lambda value: {"ending": value}, Ending.choices),
        choice(
            "kind",
            pgettext_lazy("signature or time-stamp", "Kind"),
            lambda value: {"stamp": value == "timestamp"},
            (("signature", gettext_lazy("Signature")), ("timestamp", gettext_lazy("Time-stamp"))),
        ),
        Filter("agency", gettext_lazy("Kept by"), _of_agency, agency_said, agency_options),
        Filter("until", gettext_lazy("Provable until"), _until, _until_said, kind="hidden"),
        Filter("dossier", gettext_lazy("Dossier"), _of_dossier, _dossier_said, kind="hidden"),
    )
    columns = (
        Column(
            "until",
            gettext_lazy("Provable until"),
            lambda row: date_(row.provable_until) if row.provable_until else "–",
            lambda row: row.provable_until.date() if row.provable_until else None,
            Order("provable_until", descending=False, nullable=True, kind=datetime),
            fixed=True,
            css="vk-num vk-nowrap",
        ),
        Column("ending", gettext_lazy("What ends"), _ending, lambda row: str(row.get_ending_display()), telling=True),
        Column(
            "document",
            gettext_lazy("Document"),
            _document,
            lambda row: f"{row.document.code} {row.document.subject}".strip(),
            fixed=True,
            css="is-title",
        ),
        Column("kind", pgettext_lazy("signature or time-stamp", "Kind"), _kind, _kind, css="vk-nowrap", telling=True),
        Column("signer", gettext_lazy("Signer"), lambda row: row.signer or "–", lambda row: row.signer),
        Column("level", gettext_lazy("Level"), lambda row: row.level, lambda row: row.level, css="vk-nowrap"),
        Column(
            "verdict",
            gettext_lazy("Last verdict"),
            lambda row: verdict(row.indication),
            lambda row: str(VerdictLook.of(row.indication).word),
            css="is-late vk-nowrap",
            telling=True,
        ),
        Column(
            "agency",
            gettext_lazy("Kept by"),
            lambda row: row.document.agency.name,
            lambda row: row.document.agency.name,
            shown=False,
        ),
        Column("version", gettext_lazy("Version"), _version, _version, shown=False),
    )

    def all_rows(self) -> QuerySet[Any]:
        rows = Provable.objects.all()
        if not (self.actor.is_system or self.actor.holds(*ROLES)):
            return rows.none()
        documents = Document.objects.visible_to(self.actor)
        return rows.filter(Exists(documents.filter(pk=OuterRef("document"))))

    def with_parts(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        heavy = [f"document__{name}" for name in HEAVY]
        return rows.select_related("document__agency", "file__version", "file__renews").defer("because", *heavy)

    def fill(self, rows: list[Any]) -> None:
        for row in rows:
            row.list_renewed = hasattr(row.file, "renews")

    def label_of(self, row: Any) -> str:
        return f"{row.document.label} · {row.signer or row.field}"

    @classmethod
    def counted(cls, count: int) -> str:
        return npgettext(
            "provable", "%(count)s signature or time-stamp", "%(count)s signatures and time-stamps", count
        ) % {"count": formats.number(count)}


def _starts(listing: Listing, chosen: Any, _values: dict[str, str], actor: Actor) -> Job:
    return start_renewal(chosen.rows, actor)


RENEW = Act(
    "renew",
    ProvableList.name,
    gettext_lazy("Renew"),
    gettext_lazy(
        "Each file gets a further time-stamp, in a version of its own beside it; the file itself stays as it is. "
        "What was renewed is held against the original before it is kept."
    ),
    "renew",
    starts=_starts,
    icon="retry",
    final=True,
)
