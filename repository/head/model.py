"""What was read out of a document, and the words it was read from."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Confidence = Literal["sure", "guess"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The words a field was read from: `document[start:end] == text`, or a file name (then without offsets)."""

    text: str
    start: int | None = None
    end: int | None = None
    confidence: Confidence = "sure"
    source: Literal["text", "file name"] = "text"


@dataclass(frozen=True, slots=True)
class Head:
    """The fields of a Vietnamese administrative document (Nghị định 30/2020, annex I); None where none is printed.

    `type` is one of `repository.head.types.TYPES`. For `06/2022/QĐ-UBND` the number is `06`, the year 2022, the notation
    `QĐ-UBND` and `code` the whole. `agency` issued the document, `parent_agency` stands above it in the head; both as
    printed. `authority` is TM., KT., TL., TUQ. or Q.; `position` the post that signed. `recipients` holds the
    addressees of a letter (Kính gửi) and of the list (Nơi nhận), without the file copy (Lưu). `attached_to` is the
    number of the document that an annex says it belongs to. Each key of `evidence` is the name of a field.
    """

    type: str | None = None
    number: str | None = None
    notation: str | None = None
    year: int | None = None
    code: str | None = None
    date: datetime.date | None = None
    place: str | None = None
    agency: str | None = None
    parent_agency: str | None = None
    subject: str | None = None
    signer: str | None = None
    position: str | None = None
    authority: str | None = None
    recipients: tuple[str, ...] = ()
    urgency: str | None = None
    secrecy: str | None = None
    is_draft: bool = False
    attached_to: str | None = None
    evidence: Mapping[str, Evidence] = field(default_factory=dict)

    def confidence(self, name: str) -> Confidence | None:
        """How sure the reading of one field is; None when the field was not found."""
        found = self.evidence.get(name)
        return found.confidence if found else None

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values, dates as `YYYY-MM-DD`, `evidence` as field name to the words it was read from."""
        values: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__ if name != "evidence"}
        values["date"] = self.date.isoformat() if self.date else None
        values["recipients"] = list(self.recipients)
        values["evidence"] = {name: found.text for name, found in self.evidence.items()}
        return values
