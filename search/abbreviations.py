"""The archive's list of abbreviations: read for each question, changed as a whole by its archivists."""

from __future__ import annotations

import threading
from functools import lru_cache

from django.core.signals import request_finished, request_started
from django.db import transaction
from django.utils.translation import gettext as _

from repository.access import require
from repository.actors import Actor
from repository.events import record
from repository.refusals import Refused
from search.models import Abbreviation
from search.query import ParsedQuery, parse
from search.text.abbreviations import LONGEST, Abbreviations
from search.text.tokens import tokens
from search.text.words import word_forms

MOST = 500


def understand(typed: str) -> ParsedQuery:
    """Return the meaning of what a person typed here, with the archive's abbreviations."""
    return parse(typed, listed())


class _Request(threading.local):
    """The list as the request that this thread answers has read it; nothing outside of one."""

    answering = False
    read: Abbreviations | None = None


_request = _Request()


def _begins(**_: object) -> None:
    _request.answering, _request.read = True, None


def _ends(**_: object) -> None:
    _request.answering, _request.read = False, None


request_started.connect(_begins, dispatch_uid="abbreviations-begin")
request_finished.connect(_ends, dispatch_uid="abbreviations-end")


def listed() -> Abbreviations:
    """Return the list as it is now: one small query a request, so that a change answers the next question in every process."""
    if _request.read is not None:
        return _request.read
    found = _made(tuple(Abbreviation.objects.values_list("short", "long")))
    if _request.answering:
        _request.read = found
    return found


@lru_cache(maxsize=4)
def _made(pairs: tuple[tuple[str, str], ...]) -> Abbreviations:
    return Abbreviations.of(pairs)


def as_lines() -> str:
    """Return the list as it is edited: a line for each."""
    return "\n".join(map(str, Abbreviation.objects.all()))


@transaction.atomic
def set_list(lines: str, *, actor: Actor) -> int:
    """Make `lines` ("UBND = Ủy ban nhân dân") the list; returns how many stand in it. Raises Forbidden, or Refused with the line."""
    require(actor, "manage abbreviations")
    wanted = dict.fromkeys(
        _pair(number, line) for number, line in enumerate(lines.splitlines(), start=1) if line.strip()
    )
    if len(wanted) > MOST:
        raise _refused(_("The list has more than %(most)s lines.") % {"most": MOST})
    held = {(one.short, one.long): one for one in Abbreviation.objects.select_for_update()}
    gone = [one for pair, one in held.items() if pair not in wanted]
    new = [pair for pair in wanted if pair not in held]
    _request.read = None
    if gone or new:
        Abbreviation.objects.filter(pk__in=[one.pk for one in gone]).delete()
        Abbreviation.objects.bulk_create([Abbreviation(short=short, long=long) for short, long in new])
        record(
            "abbreviations.changed",
            actor,
            None,
            removed=sorted(map(str, gone)),
            added=sorted(f"{short} = {long}" for short, long in new),
        )
    return len(wanted)


def _pair(number: int, line: str) -> tuple[str, str]:
    short, equals, long = (" ".join(part.split()) for part in line.partition("="))
    words = len(tokens(long))
    if not equals or not short or not long:
        raise _refused(_("Line %(number)s has no “=” between the two forms.") % {"number": number})
    if " " in short or len(short) > 20 or not word_forms(short)[0]:
        raise _refused(_("Line %(number)s: the short form is one word of at most 20 letters.") % {"number": number})
    if not 2 <= words <= LONGEST or len(long) > 200:
        raise _refused(
            _("Line %(number)s: what it stands for has 2 to %(most)s words.") % {"number": number, "most": LONGEST}
        )
    return short, long


def _refused(why: str) -> Refused:
    return Refused.because("abbreviations", None, "not-a-list", why, _("Write one on a line: UBND = Ủy ban nhân dân"))
