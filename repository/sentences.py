"""Events told as sentences. An app registers what its kinds say; a kind nobody registered is still readable.

A sentence is a gettext string with named places: who (the actor), what (the object's label), and every detail of the event
by its name. Emphasis is `key` for an act that changed where a record stands, `alarm` for what a person must look at.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from repository import formats
from repository.clock import now

Text = str | Promise


@dataclass(frozen=True)
class Sentence:
    text: Text
    emphasis: str = ""


@dataclass(frozen=True)
class Said:
    """One event as it is shown; `at` aware."""

    text: str
    at: datetime
    emphasis: str
    note: str = ""

    @property
    def exact(self) -> str:
        return formats.instant(self.at)

    @property
    def relative(self) -> str:
        return formats.relative(self.at, now())


SENTENCES: dict[str, Sentence] = {}


def say(kind: str, text: Text, emphasis: str = "") -> None:
    """Register how events of a kind read; called from AppConfig.ready(). The last one to register a kind wins."""
    SENTENCES[kind] = Sentence(text, emphasis)


class _Details(dict[str, str]):
    """A detail an old event does not have reads as an ellipsis instead of failing the whole page."""

    def __missing__(self, key: str) -> str:
        return "…"


def said(event: Any, reader: Any = None) -> Said:
    """The event as a sentence; what `reader` (a user) did is told as "you"."""
    details = _details_of(event)
    sentence = SENTENCES.get(event.kind)
    note = str(details.get("reason") or "")
    who = _who(event, reader)
    if sentence is None:
        text = gettext("%(who)s: %(act)s %(what)s") % {
            "who": who,
            "act": event.kind.replace(".", " ").replace("_", " "),
            "what": event.object_label,
        }
        return Said(text.strip(), event.at, "", note)
    places = _Details({name: _written(value) for name, value in details.items()})
    places.update(who=who, what=event.object_label)
    text = str(sentence.text) % places
    return Said(
        text[:1].upper() + text[1:], event.at, sentence.emphasis, "" if "%(reason)s" in str(sentence.text) else note
    )


def said_events(events: Iterable[Any], reader: Any = None) -> list[Said]:
    return [said(event, reader) for event in events]


def _who(event: Any, reader: Any) -> str:
    if reader is not None and event.actor_id is not None and event.actor_id == reader.pk:
        return gettext("you")
    if event.actor_label == "system":
        return gettext("the archive")
    # "Lương Thị Hạ (ha.lt)": the account name is evidence, the sentence reads better without it.
    return str(event.actor_label).split(" (")[0]


def _details_of(event: Any) -> dict[str, Any]:
    if isinstance(getattr(event, "details", None), dict):
        return dict(event.details)
    details = json.loads(bytes(event.body)).get("details")
    return details if isinstance(details, dict) else {}


def _written(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, int | float):
        return formats.number(value)
    if isinstance(value, dict):
        return str(value.get("label") or value.get("name") or "")
    if isinstance(value, list):
        return ", ".join(_written(item) for item in value)
    return formats.day_if_iso(str(value))


say("agency.founded", _("%(who)s entered the agency %(what)s."), "key")
say("agency.changed", _("%(who)s changed the agency %(what)s."))
say("agency.ended", _("%(who)s ended the agency %(what)s; its last day was %(on)s."), "key")
say("agency.removed", _("%(who)s removed the agency %(what)s, which nothing followed."), "key")
say("fonds.added", _("%(who)s entered the fonds %(what)s."), "key")
say("fonds.changed", _("%(who)s changed the description of the fonds."))
say("fonds.removed", _("%(who)s removed the fonds %(what)s, which nothing followed."), "key")
say("class.added", _("%(who)s entered the record class %(what)s."), "key")
say("class.changed", _("%(who)s changed the record class %(what)s."))
say("class.removed", _("%(who)s removed the record class %(what)s, which nothing followed."), "key")
say("plan.added", _("%(who)s entered the file plan %(what)s with %(headings)s headings."), "key")
say("plan.copied", _("%(who)s copied %(headings)s headings of %(from_year)s into the file plan %(what)s."), "key")
say("plan.read", _("%(who)s read %(headings)s headings into the file plan from a table."), "key")
say("plan.changed", _("%(who)s changed the file plan."))
say("plan.removed", _("%(who)s removed the file plan %(what)s, which nothing followed."), "key")
say("heading.added", _("%(who)s added the heading %(what)s."), "key")
say("heading.changed", _("%(who)s changed the heading."))
say("heading.removed", _("%(who)s removed the heading %(what)s, which nothing followed."), "key")
say("person.added", _("%(who)s added %(what)s."), "key")
say("person.changed", _("%(who)s changed the account of %(what)s."))
say("person.switched_off", _("%(who)s switched off the account of %(what)s."), "key")
say("person.switched_on", _("%(who)s switched on the account of %(what)s."), "key")
say("person.password_reset", _("%(who)s made a new password for %(what)s."), "key")
say("role.given", _("%(who)s gave %(what)s a role, from %(begins)s."), "key")
say("role.ended", _("%(who)s ended a role of %(what)s, from %(until)s."), "key")
say("role.taken_back", _("%(who)s took back a role of %(what)s before it held a day."), "key")
say("grant.given", _("%(who)s let %(to)s read %(what)s until %(until)s."), "key")
say("grant.ended", _("%(who)s ended the leave of %(to)s to read %(what)s."), "key")
say("dossier.opened", _("%(who)s opened the dossier %(what)s."), "key")
say("dossier.changed", _("%(who)s changed the description of the dossier."))
say("dossier.ordered", _("%(who)s put the documents in another order."))
say("dossier.moved", _("%(who)s moved %(document)s from place %(from)s to %(to)s."))
say("dossier.located", _("%(who)s noted where the paper is: %(place)s."))
say("dossier.printed", _("%(who)s printed %(sheet)s."))
say("dossier.collected", _("%(who)s downloaded the whole dossier, %(count)s files."))
say("dossier.closed", _("%(who)s closed the dossier, %(documents)s documents."), "key")
say("dossier.reopened", _("%(who)s opened the dossier again."), "key")
say("dossier.submitted", _("%(who)s submitted the dossier to the archive."), "key")
say("dossier.returned", _("%(who)s returned the dossier: “%(reason)s”"), "key")
say("dossier.accepted", _("%(who)s accepted the dossier; sealing began."), "key")
say("dossier.sealed", _("%(who)s sealed the dossier; from now on nothing in it changes."), "key")
say("dossier.sealing_retried", _("%(who)s had the sealing tried again."))
say("dossier.sealing_given_up", _("%(who)s gave the sealing up; nothing was sealed."), "alarm")
say("dossier.read", _("%(who)s read the dossier."))
say("document.received", _("%(who)s received %(what)s."))
say("document.confirmed", _("%(who)s confirmed the description of %(what)s."))
say("document.unconfirmed", _("%(who)s took the confirmation of %(what)s back."))
say("document.changed", _("%(who)s corrected the description of %(what)s."))
say(
    "document.versioned", _("%(who)s replaced the file of %(what)s; it is version %(version)s now. “%(reason)s”"), "key"
)
say("document.signature_received", _("%(who)s received a detached signature of %(what)s."))
say("document.placed", _("%(who)s put %(what)s into the dossier."))
say("document.withdrawn", _("%(who)s took %(what)s out of the dossier."))
say("document.read", _("%(who)s read %(what)s."))
say("list.exported", _("%(who)s exported a list of %(rows)s rows."))
say("file.downloaded", _("%(who)s downloaded %(file)s of %(what)s."))
say("intake.received", _("%(who)s sent a file of %(size)s bytes."))
say("version.received", _("%(who)s sent a new version of %(what)s."))
say("intake.unpacked", _("The archive unpacked a ZIP of %(files)s files."))
say("intake.retried", _("%(who)s had a file tried again."))
say("intake.discarded", _("%(who)s took a file off the list; it was not taken in."))
say("intake.cancelled", _("%(who)s cancelled the intake of %(waiting)s waiting files."))
say("intake.refused_secret", _("The archive did not take a file marked %(mark)s; its bytes were removed."), "alarm")
say("hold.placed", _("%(who)s placed a hold: %(reason)s"), "key")
say("hold.lifted", _("%(who)s lifted the hold: %(reason)s"), "key")
