"""`extract`: the text of a file, whatever the file is. All parsing happens in worker processes."""

import math
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

from repository import isolation
from repository.isolation import Isolated
from repository.text import legacy
from repository.text.offsets import Traced
from search.engines.base import LONGEST_TEXT
from search.extraction import errors
from search.extraction.errors import ExtractionError
from search.extraction.messages import NO_TEXT, OCR_FAILED, OCR_PENDING, OLD_FONTS, PARTLY_SEARCHED
from search.extraction.plain import language_of
from search.extraction.results import DEFAULT, Extracted, Limits, OcrState

_MEGABYTE = 1024 * 1024
_WORKERS = min(4, os.cpu_count() or 1)  # started only when as many threads ask at the same time
_GRACE = 5  # seconds more for the worker than for the service it waits for
_BY_NAME = {
    kind.__name__: kind
    for kind in (
        *(errors.Encrypted, errors.Damaged, errors.Empty, errors.TooLate),
        *(errors.TooLarge, errors.UnsupportedFormat, errors.ServiceDown),
    )
}
_lock = threading.Lock()
_workers: dict[tuple[str, int], Isolated] = {}


def extract(
    path: Path,
    *,
    mime: str,
    limits: Limits = DEFAULT,
    password: str | None = None,
    url: str | None = None,
    ocr: bool = True,
    on_page: Callable[[int, int], None] | None = None,
) -> Extracted:
    """Read the text of the file at `path`, of media type `mime`.

    `url` is the Tika server's; "" means the embedded library, None what the settings say. `ocr=False` leaves pictures
    alone ("pending"). `on_page(done, all)` is called after each page that was recognised, for bars and heartbeats.
    Raises Encrypted, Damaged, Empty, TooLate, TooLarge, UnsupportedFormat, or ServiceDown (retryable).
    """
    if url is None:
        url = configured_url()
    megabytes = path.stat().st_size / _MEGABYTE
    seconds = limits.text_seconds + limits.text_seconds_per_mb * megabytes
    worker = _worker("read_text", limits.text_memory_mb, network=bool(url))
    answer = _run(worker, str(path), mime, url, password, seconds, limits, seconds=seconds + (_GRACE if url else 0))
    pages = [str(page) for page in answer["pages"]]
    state: OcrState = "none"
    warnings = [str(warning) for warning in answer["warnings"]]
    engine, version = str(answer.get("engine", "tesseract")), str(answer.get("version", ""))
    scanned = [int(index) for index in answer.get("scanned", []) if 0 <= int(index) < len(pages)]
    if scanned:
        state, found, ocr_version = _recognise(path, scanned, bool(answer["picture"]), password, limits, on_page, ocr)
        for index, text in found.items():
            pages[index] = f"{text}\n{pages[index]}".strip()
        version = version or ocr_version
        if engine != "tesseract" and ocr_version:
            engine, version = f"{engine}+tesseract", f"{version}, tesseract {ocr_version}"
        warnings += {"pending": [OCR_PENDING], "failed": [OCR_FAILED]}.get(state, [])
    metadata = {str(key): str(value) for key, value in answer.get("metadata", {}).items()}
    raw = None
    # Plain text has been converted on the way from its bytes; what it was are the bytes of the file.
    charset: str | None = metadata.get("encoding") if metadata.get("encoding") in get_args(legacy.Charset) else None
    if old := legacy.detect("\n".join(pages[:5])):
        raw, charset = _joined(pages), old
        pages = [legacy.decode(Traced(page), old).text for page in pages]
    converted = (f"{engine}+{charset}", f"{version}, {legacy.VERSION}") if charset else (engine, version)
    if charset:
        warnings.append(OLD_FONTS)
    if state in {"none", "done"} and not any(pages):
        warnings.append(NO_TEXT)
    text, starts = _joined(pages)
    if len(text) > LONGEST_TEXT:
        warnings.append(PARTLY_SEARCHED)
    return Extracted(
        text=text,
        pages=starts,
        engine=converted[0],
        engine_version=converted[1],
        ocr=state,
        language=language_of(text) or metadata.pop("language", "")[:2].lower(),
        page_count=answer.get("page_count"),
        metadata=metadata,
        warnings=tuple(warnings),
        raw=raw,
    )


def configured_url() -> str:
    """TIKA_SERVER_URL of the settings, or of the environment where Django is not set up; "" means embedded."""
    from django.conf import settings

    if settings.configured or os.environ.get("DJANGO_SETTINGS_MODULE"):
        return str(getattr(settings, "TIKA_SERVER_URL", "") or "")
    return os.environ.get("TIKA_SERVER_URL", "")


def close_workers() -> None:
    """End the worker processes of this process; the next call starts new ones."""
    with _lock:
        for worker in _workers.values():
            worker.close()
        _workers.clear()


def _recognise(
    path: Path,
    scanned: list[int],
    picture: bool,
    password: str | None,
    limits: Limits,
    on_page: Callable[[int, int], None] | None,
    wanted: bool,
) -> tuple[OcrState, dict[int, str], str]:
    """OCR page by page, so that one bad page costs that page only. Returns the state, texts by page, the version."""
    if not wanted:
        return "pending", {}, ""
    worker = _worker("read_picture", limits.ocr_memory_mb, network=False)
    found: dict[int, str] = {}
    version = ""
    state: OcrState = "done"
    deadline = time.monotonic() + limits.ocr_seconds
    for done, index in enumerate(scanned, start=1):
        seconds = min(limits.ocr_seconds_per_page, deadline - time.monotonic())
        if seconds <= 0:
            return "failed", found, version
        try:
            answer = worker.run(str(path), index, picture, password, seconds, limits, seconds=seconds)
        except isolation.ParserFailed as error:
            if error.kind == "OcrMissing":
                return "pending", found, version
            if picture and len(scanned) == 1 and error.kind in _BY_NAME:
                raise _BY_NAME[error.kind](error.message) from error
            state = "failed"
        except isolation.CouldNotStart as error:
            raise errors.ServiceDown(str(error)) from error
        except isolation.IsolationError:
            state = "failed"
        else:
            found[index], version = str(answer["text"]), str(answer["version"])
        if on_page is not None:
            on_page(done, len(scanned))
    return state, found, version


def _worker(function: str, memory_mb: int, *, network: bool) -> Isolated:
    name = f"search.extraction.worker:{function}" + (":network" if network else "")
    with _lock:
        if (name, memory_mb) not in _workers:
            _workers[name, memory_mb] = Isolated(
                f"search.extraction.worker:{function}",
                seconds=math.inf,
                memory_mb=memory_mb,
                network=network,
                workers=_WORKERS,
            )
        return _workers[name, memory_mb]


def _run(worker: Isolated, *args: Any, seconds: float) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = worker.run(*args, seconds=seconds)
    except isolation.TooLate as error:
        raise errors.TooLate(str(error)) from error
    except isolation.TooLarge as error:
        raise errors.TooLarge(str(error)) from error
    except isolation.CouldNotStart as error:
        raise errors.ServiceDown(str(error)) from error
    except isolation.Crashed as error:
        raise errors.Damaged(f"the parser crashed: {error}") from error
    except isolation.ParserFailed as error:
        if error.kind in _BY_NAME:
            raise _BY_NAME[error.kind](error.message) from error
        raise _unforeseen(error.kind)(str(error)) from error
    return answer


def _unforeseen(kind: str) -> type[ExtractionError]:
    """A parser's exception that nobody foresaw: the file's, unless the machine could not read it at all."""
    return ExtractionError if kind in {"FileNotFoundError", "PermissionError", "ImportError"} else errors.Damaged


def _joined(pages: list[str]) -> tuple[str, tuple[int, ...]]:
    starts, position = [], 0
    for page in pages:
        starts.append(position)
        position += len(page) + 1
    return "\n".join(pages), tuple(starts)
