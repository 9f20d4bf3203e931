"""What is told of a document beside its pages."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from repository import formats
from repository.models import Document


def facts_of(document: Document) -> list[tuple[Any, ...]]:
    """Every field that says something, in the order of Nghị định 30/2020, annex VI."""

    def day(value: Any) -> str:
        return formats.day(value) if value else ""

    return [
        # Beside the pages the subject is the title; on a phone the title is cut to one line.
        (_("Subject"), document.subject, "vk-rec vk-onphone"),
        (_("Number and notation"), document.code, "vk-num"),
        (_("Type"), document.type_name or document.get_type_code_display()),
        (_("Date"), day(document.issued_date), "vk-num"),
        (_("Place"), document.place),
        (_("Issued by"), document.organ_name),
        (_("Signer"), ", ".join(part for part in (document.signer_name, document.signer_position) if part)),
        (_("Authority to sign"), document.authority),
        (_("Recipients"), document.to_places),
        (_("Urgency"), document.get_urgency_display() if document.urgency else ""),
        (_("Secrecy"), document.get_secrecy_display() if document.secrecy else ""),
        (_("Use"), document.get_mode_display()),
        (_("Direction"), document.get_direction_display()),
        (_("Language"), document.get_language_display()),
        (_("Pages"), document.page_amount or "", "vk-num"),
        (_("Origin"), document.get_confidence_level_display()),
        (_("Keywords"), document.keyword),
        (_("Information mark"), document.infor_sign),
        (_("Handwritten notes"), document.autograph),
        (_("Arrived"), day(document.arrival_date), "vk-num"),
        (_("Arrival number"), document.arrival_number, "vk-num"),
        (_("To be done by"), day(document.due_date), "vk-num"),
        (_("Copies"), document.issued_amount or "", "vk-num"),
        (_("Note"), document.description),
        (_("Kept by"), document.agency.name),
        (
            _("Confirmed by"),
            _("%(who)s, %(day)s") % {"who": document.confirmed_by, "day": day(document.confirmed_at)}
            if document.confirmed_at
            else "",
        ),
        (_("Identity"), str(document.pk), "vk-num vk-break"),
    ]
