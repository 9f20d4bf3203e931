"""The embedded engine: tantivy in this process, folders on this disk, no service to start.

    FOLDER/state.json      which index is live, which is being rebuilt, which was live before
    FOLDER/writer.lock     held by the one process that writes
    FOLDER/index-000001/   an index

Readers in other processes see a commit with their next question. A write is acknowledged only after tantivy has synced
its files and swapped `meta.json`; a process killed before that has changed nothing.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from tantivy import IndexWriter

from search.engines.base import (
    Answer,
    BadCursor,
    Change,
    EngineError,
    Health,
    Held,
    IndexMissing,
    Query,
    Which,
    WriterBusy,
    Written,
)
from search.engines.rows import LAYOUT
from search.engines.tantivy_index import TantivyIndex, sync_folder
from search.engines.tantivy_search import answer, counts, pages
from search.query import ParsedQuery

_Role = Literal["live", "rebuild", "previous"]

WRITER_MEMORY = 64_000_000
"""Bytes a writer may gather before it writes a segment."""


@dataclass(frozen=True, slots=True)
class _State:
    live: str | None = None
    rebuild: str | None = None
    previous: str | None = None
    layouts: dict[str, str] | None = None
    """By which layout each index was made."""

    def outdated(self, name: str) -> bool:
        """Whether the index has other fields or words than this program's."""
        return (self.layouts or {}).get(name) != LAYOUT


class TantivyEngine:
    """The engine over one folder. Safe to use from several threads and processes; one at a time may write."""

    name = "tantivy"

    def __init__(self, folder: Path, *, memory: int = WRITER_MEMORY) -> None:
        self.folder = folder
        self.memory = memory
        self._open: dict[str, TantivyIndex] = {}
        self._opening = threading.Lock()

    def exists(self) -> bool:
        """Return whether there is a live index where the folder says that it is."""
        try:
            live = self.state().live
        except IndexMissing:
            return False
        return live is not None and (self.folder / live / "meta.json").exists()

    def ensure(self) -> None:
        """Make an empty index where no other was named before."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.state().live:
            return
        # Two processes may start at once; the second finds the work done.
        with _locked(self.folder / "setup.lock", wait=True):
            if not self.state().live:
                name = self.add_index()
                self.set_state(replace(self.state(), live=name))

    @contextmanager
    def writer(self) -> Iterator[TantivyWriter]:
        """Enter to write. Raises WriterBusy at once if another process, or another thread, is writing."""
        with _locked(self.folder / "writer.lock", wait=False):
            writer = TantivyWriter(self)
            try:
                yield writer
            finally:
                writer.close()

    def search(self, query: Query) -> Answer:
        """Answer `query`. Raises IndexMissing where there is no index of this program's layout."""
        with _typed():
            return answer(self.index("live"), query)

    def counts(self, keys: frozenset[str], questions: Sequence[ParsedQuery]) -> tuple[int, ...]:
        """Return how many documents each question finds for who holds the keys."""
        with _typed():
            return counts(self.index("live"), keys, questions)

    def walk(self, query: Query) -> Iterator[Answer]:
        """Yield all that `query` finds, page after page, as of the commit that the first page saw."""
        with _typed():
            yield from pages(self.index("live"), query)

    def refresh(self) -> None:
        """Do nothing: a commit is found by the next question."""

    def name_of(self, which: Which | Literal["previous"]) -> str | None:
        """Return the folder of the index that is this now."""
        try:
            name: str | None = getattr(self.state(), which)
        except IndexMissing:
            return None
        return name

    def resumable(self) -> bool:
        """Return whether there is an index being rebuilt, of this program's layout."""
        try:
            state = self.state()
        except IndexMissing:
            return False
        return (
            state.rebuild is not None and not state.outdated(state.rebuild) and (self.folder / state.rebuild).exists()
        )

    def versions(self, ids: Iterable[str], which: Which = "live") -> dict[str, Held]:
        """Return what the index holds of `ids`."""
        with _typed():
            return self.index(which).held(ids)

    def scan(self, which: Which = "live") -> Iterator[Held]:
        """Yield everything held."""
        with _typed():
            yield from self.index(which).scan()

    def count(self, which: Which = "live") -> int:
        """Return how many documents can be found."""
        with _typed():
            return self.index(which).count()

    def health(self) -> Health:
        """Return the state of the engine; never raises."""
        known = Health(ok=False, engine=self.name)
        try:
            state = self.state()
            outdated = state.live is not None and state.outdated(state.live)
            known = replace(
                known, outdated=outdated, rebuilding=state.rebuild is not None, kept=state.previous is not None
            )
            return replace(known, ok=not outdated, documents=0 if outdated else self.count())
        except EngineError as error:
            return replace(known, detail=str(error), missing=isinstance(error, IndexMissing))

    def close(self) -> None:
        """Let go of the open indexes."""
        self._open.clear()

    def index(self, which: Which) -> TantivyIndex:
        """Return the open index that is `which` now."""
        state = self.state()
        name = state.live if which == "live" else state.rebuild
        if name is None:
            raise IndexMissing("the search index has not been built" if which == "live" else "no rebuild is under way")
        if state.outdated(name):
            raise IndexMissing("the search index was made by another version and has to be rebuilt")
        with self._opening:
            if name not in self._open:
                self._open = {n: i for n, i in self._open.items() if n in (state.live, state.rebuild)}
                with _typed():
                    self._open[name] = TantivyIndex(self.folder / name)
            return self._open[name]

    def state(self) -> _State:
        """Return which index is which."""
        try:
            return _State(**json.loads((self.folder / "state.json").read_text()))
        except FileNotFoundError:
            return _State()
        except (ValueError, TypeError, RecursionError) as error:
            # Which folder was live is not known any more: as good as no index, and a rebuild puts it right.
            raise IndexMissing("the file that says which search index is live cannot be read") from error
        except OSError as error:
            raise EngineError(f"the folder of the search index cannot be read: {error}") from error

    def set_state(self, state: _State) -> None:
        """Change which index is which, in one step that survives a crash, and remove the folders it no longer names."""
        kept = {name for name in (state.live, state.rebuild, state.previous) if name}
        layouts = {name: layout for name, layout in (state.layouts or {}).items() if name in kept}
        layouts |= dict.fromkeys(kept - set(layouts), LAYOUT)
        _replace_durably(self.folder / "state.json", json.dumps(asdict(replace(state, layouts=layouts))))
        for folder in self.folder.glob("index-*"):
            if folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)

    def add_index(self) -> str:
        """Make an empty index under a new name, and return the name."""
        names = {folder.name for folder in self.folder.glob("index-*")} | {
            self.name_of(which) for which in get_args(_Role)
        }
        numbers = [int(name.removeprefix("index-")) for name in names if name]
        name = f"index-{max(numbers, default=0) + 1:06d}"
        TantivyIndex(self.folder / name, create=True)
        return name


class TantivyWriter:
    """The right to change the folder's indexes, held by one process."""

    def __init__(self, engine: TantivyEngine) -> None:
        self.engine = engine
        self._writers: dict[str, IndexWriter] = {}

    def write(self, changes: Iterable[Change]) -> Written:
        """Apply `changes` to the live index, and to the one being rebuilt."""
        changes, state = list(changes), self.engine.state()
        if not state.rebuild:
            return self._apply("live", changes)
        rebuilt = self._apply("rebuild", changes)
        try:
            self.engine.index("live")
        except EngineError:
            # One that is gone, damaged or of another version is past writing to: the rebuild is what will replace it.
            return rebuilt
        return self._apply("live", changes)

    def refresh(self) -> None:
        """Do nothing: a commit is found by the next question."""

    def start_rebuild(self) -> None:
        """Begin an empty index beside the live one."""
        self.close()
        try:
            self.abandon_rebuild()
        except IndexMissing:
            # Nothing says any more what the folders are.
            self.engine.set_state(_State())
        name = self.engine.add_index()
        self.engine.set_state(replace(self.engine.state(), rebuild=name))

    def write_rebuild(self, changes: Iterable[Change]) -> Written:
        """Apply `changes` to the index being rebuilt only."""
        return self._apply("rebuild", list(changes))

    def finish_rebuild(self) -> None:
        """Swap: the rebuilt index is live, the one before is kept."""
        self.engine.index("rebuild")
        self.close()
        state = self.engine.state()
        previous = state.live if self.engine.exists() else None
        self.engine.set_state(replace(state, live=state.rebuild, rebuild=None, previous=previous))

    def abandon_rebuild(self) -> None:
        """Drop the index being rebuilt."""
        self.close()
        self.engine.set_state(replace(self.engine.state(), rebuild=None))

    def reopen_previous(self) -> None:
        """Take the index before the last rebuild as the one being rebuilt."""
        state = self.engine.state()
        if state.rebuild:
            raise EngineError("a rebuild is under way: finish it or give it up first")
        if not state.previous:
            raise IndexMissing("no earlier index is kept")
        if state.outdated(state.previous):
            raise IndexMissing("the earlier index was made by another version and cannot be read")
        self.close()
        self.engine.set_state(replace(state, rebuild=state.previous, previous=None))

    def close(self) -> None:
        """Let merges under way end, and release tantivy's own locks."""
        while self._writers:
            _, writer = self._writers.popitem()
            writer.wait_merging_threads()

    def _apply(self, which: Which, changes: list[Change]) -> Written:
        index = self.engine.index(which)
        name = index.folder.name
        try:
            if name not in self._writers:
                self._writers[name] = index.open_writer(self.engine.memory)
            return index.apply(self._writers[name], changes)
        except Exception as error:
            # What was added since the last commit must not slip into the next one.
            if broken := self._writers.pop(name, None):
                _quietly(broken.rollback)
                # Lets go of tantivy's lock, whoever still holds the error and with it this frame.
                _quietly(broken.wait_merging_threads)
            if isinstance(error, ValueError | OSError | KeyError):
                raise EngineError(f"cannot write to {name}: {error}") from error
            raise


@contextmanager
def _typed() -> Iterator[None]:
    """Raise IndexMissing where a file of the index is gone, EngineError where tantivy cannot read what there is."""
    try:
        yield
    except (EngineError, BadCursor):
        raise
    except FileNotFoundError as error:
        raise IndexMissing("the search index is gone and has to be rebuilt") from error
    except (ValueError, OSError, KeyError) as error:
        raise EngineError(f"the search index cannot be read: {error}") from error
    except BaseException as error:
        # What Rust panics with over damaged files is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise EngineError("the search index is damaged") from error


def _quietly(act: Callable[[], object]) -> None:
    try:
        act()
    except (ValueError, OSError):
        return


@contextmanager
def _locked(path: Path, *, wait: bool) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError as error:
            raise WriterBusy(f"another process holds {path.name}") from error
        yield


def _replace_durably(path: Path, text: str) -> None:
    staged = path.with_suffix(".new")
    with staged.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    staged.replace(path)
    sync_folder(path.parent)
