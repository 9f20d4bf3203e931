"""The guide: short pages for the people who work here, in both languages, with pictures that `make screens` takes.

The text is a template of each language, `repository/guide/LANGUAGE/TOPIC.html`: it may show the very marks it speaks of.
Addresses do not name the language, so that changing it stays on the page.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

LANGUAGES = ("vi", "en")
# Pictures are taken in a window of this size, in CSS pixels, and kept under this many bytes.
PICTURE_SIZE = (1280, 800)
PICTURE_BYTES = 60_000


@dataclass(frozen=True)
class Topic:
    """One page of the guide: its name in addresses, its title, what it is for in one line, and the pictures it shows."""

    name: str
    title: str | Promise
    about: str | Promise
    pictures: tuple[str, ...]

    def template(self) -> str:
        return f"repository/guide/{language()}/{self.name}.html"


TOPICS: tuple[Topic, ...] = (
    Topic(
        "find",
        _("Find a document"),
        _("One box, with accents or without; filters, pages found, searches kept."),
        ("find",),
    ),
    Topic(
        "read",
        _("Read a document and its signatures"),
        _("Page images, marked words, and what a verdict says and does not say."),
        ("read",),
    ),
    Topic(
        "file",
        _("Open a dossier and file documents"),
        _("From a heading of the file plan to files dropped on the page."),
        ("plan", "file"),
    ),
    Topic(
        "confirm",
        _("Confirm what was read"),
        _("The table of proposed values, the words behind them, and the Excel inventory."),
        ("confirm",),
    ),
    Topic(
        "close",
        _("Close, submit, accept, return"),
        _("How a dossier comes into the archive, and what may stand in its way."),
        ("close",),
    ),
    Topic(
        "keep",
        _("Retention, holds and due dates"),
        _("How long a dossier is kept, the sum behind the date, and what stops the clock."),
        ("keep",),
    ),
    Topic(
        "audit",
        _("What the auditor sees"),
        _("Verdicts by agency and year, every act as an event, and what the night found."),
        ("audit",),
    ),
    Topic(
        "sample",
        _("Audit a sample, check many files"),
        _("A population frozen, a sample anybody can draw again, sheets, the signed close, reports."),
        ("sample",),
    ),
    Topic(
        "sign",
        _("Ask for signatures, sign and seal"),
        _("Who signs in which order, the page as it will look, levels, and copies."),
        ("sign",),
    ),
    Topic(
        "prove",
        _("What stops being provable"),
        _("Until when each signature can be proven, renewal, and verdicts that changed."),
        ("prove",),
    ),
    Topic(
        "keys",
        _("Keys, phone, print, languages, roles"),
        _("What works everywhere, and who may do what."),
        ("keys",),
    ),
)
BY_NAME = {topic.name: topic for topic in TOPICS}


def language() -> str:
    """The language the guide is read in: the page's own, or the archive's first where there is no text in that one."""
    asked = (get_language() or "").split("-")[0]
    return asked if asked in LANGUAGES else LANGUAGES[0]


def picture_path(picture: str, language: str) -> str:
    """Where a picture lies among the static files."""
    return f"vk/guide/{language}/{picture}.webp"
