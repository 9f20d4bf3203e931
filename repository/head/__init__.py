"""The reader of a document's head: `read_head(text, file_name=…, pages=…) -> Head`."""

from repository.head.marks import secrecy_mark
from repository.head.model import Evidence, Head
from repository.head.reader import read_head

__all__ = ["Evidence", "Head", "read_head", "secrecy_mark"]
