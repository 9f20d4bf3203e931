"""Apache Tika behind a URL, through the `tika` client."""

import json
import os
from pathlib import Path
from typing import Any

import requests

# The client would download and start a server of its own, and write a log into the temporary folder.
os.environ.setdefault("TIKA_CLIENT_ONLY", "1")
os.environ.setdefault("TIKA_LOG_FILE", "")
from tika import parser, tika

from search.extraction.backends import Xhtml
from search.extraction.errors import Damaged, Empty, Encrypted, ServiceDown, TooLarge, TooLate, UnsupportedFormat

CONNECT_SECONDS = 5
_CONTENT = "X-TIKA:content"
_FAILED = "X-TIKA:EXCEPTION:container_exception"
_STATUS_ERRORS = {413: TooLarge, 415: UnsupportedFormat, 422: Damaged, 408: TooLate}
_OPTIONS = {
    "X-Tika-OCRskipOcr": "true",  # pictures are recognised by the project's own worker, with its limits
    "X-Tika-PDFocrStrategy": "no_ocr",
    "X-Tika-OfficeincludeHeadersAndFooters": "true",
}


class TikaServer:
    name = "tika-server"

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._version = ""

    @property
    def version(self) -> str:
        if not self._version:
            _status, said = self._ask(
                lambda: tika.callServer("get", self.url, "/version", None, {}, requestOptions=_request(10))
            )
            self._version = said.strip()[:100]
        return self._version

    def read(self, path: Path, *, media_type: str, seconds: float, characters: int) -> Xhtml:
        headers = {**_OPTIONS, "Content-Type": media_type, "X-Tika-Timeout-Millis": str(int(seconds * 1000))}
        with path.open("rb") as stream:
            status, body = self._ask(
                lambda: parser.from_file(
                    stream,
                    serverEndpoint=self.url,
                    xmlContent=True,
                    headers=headers,
                    requestOptions=_request(seconds),
                    raw_response=True,
                )
            )
        if status != requests.codes.ok:
            raise _STATUS_ERRORS.get(status, ServiceDown)(f"HTTP {status}")
        return _read_answer(body, characters)

    def _ask(self, call: Any) -> tuple[int, str]:
        try:
            status, body = call()
        except requests.ReadTimeout as error:
            raise TooLate(str(error)) from error
        except requests.RequestException as error:
            raise ServiceDown(f"{self.url}: {type(error).__name__}") from error
        return int(status), str(body)


def _request(seconds: float) -> dict[str, Any]:
    # The client does not verify certificates unless told to.
    return {"timeout": (CONNECT_SECONDS, seconds), "verify": True, "allow_redirects": False}


def _read_answer(body: str, characters: int) -> Xhtml:
    """The list of the document and what is embedded in it, as one XHTML text."""
    try:
        parts = json.loads(body)
        document = parts[0]
    except (ValueError, LookupError, TypeError) as error:
        raise ServiceDown(f"the answer is not Tika's: {error}") from error
    failure = str(document.get(_FAILED, ""))
    if "EncryptedDocumentException" in failure:
        raise Encrypted("Tika: document is encrypted")
    if "ZeroByteFileException" in failure:
        raise Empty("0 bytes")
    if "zip bomb" in failure:
        raise TooLarge(failure[:200])
    if failure:
        raise Damaged(failure[:500])
    texts = [str(part.get(_CONTENT, "")) for part in parts]
    metadata = {
        key: "; ".join(map(str, value)) if isinstance(value, list) else str(value)
        for key, value in document.items()
        if key != _CONTENT
    }
    whole = "".join(texts)
    return Xhtml(_joined(texts, characters), metadata, cut_off=len(whole) > characters)


def _joined(texts: list[str], characters: int) -> str:
    inner = []
    left = characters
    for text in texts:
        start, end = text.find("<body>"), text.rfind("</body>")
        piece = (text[start + len("<body>") : end] if 0 <= start < end else "")[: max(0, left)]
        left -= len(piece)
        inner.append(piece)
    return f"<html><body>{''.join(inner)}</body></html>"
