"""What has been read of a document so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from repository.head.model import Confidence, Evidence, Head
from repository.head.source import Source


@dataclass
class Reading:
    """Fields and evidence gathered so far, over one document."""

    document: str
    fields: dict[str, Any] = field(default_factory=dict)
    evidence: dict[str, Evidence] = field(default_factory=dict)

    def found(
        self, name: str, value: Any, source: Source, span: tuple[int, int], confidence: Confidence = "sure"
    ) -> None:
        start, end = source.original(*span)
        self.fields[name] = value
        self.evidence[name] = Evidence(self.document[start:end], start, end, confidence)

    def named(self, name: str, value: Any, file_name: str) -> None:
        self.fields[name] = value
        self.evidence[name] = Evidence(file_name, confidence="guess", source="file name")

    def head(self) -> Head:
        return Head(**self.fields, evidence=self.evidence)
