"""The texts that an annex or a copy carries, line by line, as Nghị định 30/2020/NĐ-CP (annex I, part II, 8) has them printed."""

from __future__ import annotations

from datetime import datetime

from repository.clock import LOCAL
from signing.codes import CopyForm
from signing.sealing.paper import width_of
from signing.sealing.places import TEXT_WIDTH


def time_text(moment: datetime) -> str:
    """ISO 8601 to the second with the zone, such as 2022-05-12T09:45:00+07:00."""
    return moment.astimezone(LOCAL).isoformat(timespec="seconds")


def annex_lines(code: str, moment: datetime) -> list[str]:
    """Number and notation of the document that the annex belongs to, and the time."""
    return [*_wrapped(code), time_text(moment)]


def copy_lines(form: CopyForm | str, agency: str, moment: datetime) -> list[str]:
    """Form of the copy, the agency that makes it, the time."""
    return [str(CopyForm(form).value), *_wrapped(agency), time_text(moment)]


def _wrapped(text: str) -> list[str]:
    """The words on as few lines as fit."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer) <= TEXT_WIDTH:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
