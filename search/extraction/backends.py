"""What a text backend is: a file in, Tika's XHTML out."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Xhtml:
    """Tika's answer: XHTML of the document and what is embedded in it, and the metadata of the document."""

    text: str
    metadata: dict[str, str]
    cut_off: bool = False


class Backend(Protocol):
    """Apache Tika, wherever it runs."""

    name: str

    @property
    def version(self) -> str: ...

    def read(self, path: Path, *, media_type: str, seconds: float, characters: int) -> Xhtml:
        """Raises Encrypted, Damaged, UnsupportedFormat, TooLate, TooLarge, or ServiceDown, which is not the file's fault."""
        ...
