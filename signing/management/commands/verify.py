"""`manage.py verify`: the signatures of PDF, CMS, XML and office files, without a database."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from signing.formats.door import Door, kind_of, signed_name
from signing.validation.anchors import AnchorNotReadable
from signing.validation.trust import read_anchors
from signing.validation.verdicts import FileVerdict, Outcome, SignatureVerdict
from signing.validation.wording import OUTCOMES, text_of


@dataclass(frozen=True)
class Asked:
    """One file to verify, with its own anchors, time and password. `beside`: the file that it signs, where that is another."""

    path: Path
    trust: tuple[bytes, ...]
    at: datetime | None
    password: str | None
    beside: Path | None = None


class Command(BaseCommand):
    """Verify the signatures of files."""

    help = (
        "Verify the signatures of PDF, CMS (.p7s, .p7m), XML and office files. "
        "Needs no database; nothing is fetched from the network."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="files, or folders walked for them")
        parser.add_argument(
            "--list",
            type=Path,
            metavar="FILE",
            help="lines of: file, trust PEMs (commas), time, password; tabs between",
        )
        parser.add_argument("--trust", type=Path, action="append", default=[], metavar="PEM", help="a trust anchor")
        parser.add_argument(
            "--beside",
            type=Path,
            metavar="FILE",
            help="the file that a detached signature signs; x.pdf for x.pdf.p7s where it lies in the same folder",
        )
        parser.add_argument("--bundle", type=Path, metavar="ZIP", help="an evidence bundle, whole and in all its parts")
        parser.add_argument(
            "--repeat",
            action="append",
            default=[],
            metavar="RUN",
            help="a kept run of this archive, by its identity, judged again by its own recorded basis",
        )
        parser.add_argument("--at", metavar="TIME", help="the time to judge by, ISO 8601; now unless given")
        parser.add_argument("--jobs", type=int, default=1, metavar="N", help="files at the same time")
        parser.add_argument("--json", action="store_true", help="one line of JSON per file")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["bundle"] is not None:
            self._verify_bundle(options)
            return
        if options["repeat"]:
            self._repeat(options)
            return
        asked = self._asked(options)
        if not asked:
            raise CommandError("No file to verify.")
        jobs = max(1, options["jobs"])
        validator = Door(workers=jobs)
        failed = 0
        console = Console(stderr=True)
        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        try:
            with bar if console.is_terminal else nullcontext(), ThreadPoolExecutor(jobs) as pool:
                task = bar.add_task("verify", total=len(asked))
                waiting = {pool.submit(_verdict, validator, one): one for one in asked}
                for done in as_completed(waiting):
                    one, verdict = waiting[done], done.result()
                    failed += isinstance(verdict, str) or verdict.outcome is Outcome.UNPROCESSABLE
                    # As everything in the terminal, for people and for machines.
                    with translation.override("en"):
                        self._print(one.path, verdict, as_json=options["json"])
                    bar.advance(task)
        finally:
            validator.close()
        if failed:
            raise SystemExit(1)

    def _repeat(self, options: dict[str, Any]) -> None:
        from signing.repeat_told import lines_of, repeated_runs

        good = True
        for told in repeated_runs(options["repeat"]):
            good = good and told.same is True
            lines = [json.dumps(told.plain(), ensure_ascii=False)] if options["json"] else lines_of(told)
            self.stdout.write("\n".join(lines))
        if not good:
            raise SystemExit(1)

    def _verify_bundle(self, options: dict[str, Any]) -> None:
        from signing.reports.bundle.tell import lines_of, plain
        from signing.reports.bundle.verify import NotVerifiable, verify_bundle

        try:
            checked = verify_bundle(options["bundle"], [_anchor(path, {}) for path in options["trust"]])
        except NotVerifiable as error:
            raise CommandError(f"{options['bundle']} is no evidence bundle: {error}") from None
        except OSError as error:
            raise CommandError(f"{options['bundle']}: {error.strerror}") from None
        lines = [json.dumps(plain(checked), ensure_ascii=False)] if options["json"] else lines_of(checked)
        self.stdout.write("\n".join(lines))
        if not checked.good:
            raise SystemExit(1)

    def _asked(self, options: dict[str, Any]) -> list[Asked]:
        at = _time(options["at"])
        anchors: dict[Path, bytes] = {}
        common = tuple(_anchor(path, anchors) for path in options["trust"])
        asked = [
            Asked(path, common, at, None, options["beside"] or _beside(path))
            for given in options["paths"]
            for path in _files(given)
        ]
        if options["list"] is not None:
            try:
                lines = options["list"].read_text(encoding="utf-8").splitlines()
            except OSError as error:
                raise CommandError(f"{options['list']}: {error.strerror}") from None
            for line in lines:
                if not line.strip():
                    continue
                file, trust, moment, password = (*line.split("\t"), "", "", "")[:4]
                own = tuple(_anchor(Path(name), anchors) for name in trust.split(",") if name)
                asked.append(
                    Asked(Path(file), (*common, *own), _time(moment) or at, password or None, _beside(Path(file)))
                )
        return asked

    def _print(self, path: Path, verdict: FileVerdict | str, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(_json(path, verdict), ensure_ascii=False))
            if isinstance(verdict, str) or verdict.outcome is Outcome.UNPROCESSABLE:
                self.stderr.write(f"{path}: {verdict if isinstance(verdict, str) else text_of(verdict.message)}")
        elif isinstance(verdict, str):
            self.stdout.write(f"{path}: {verdict}")
        elif not verdict.signatures:
            self.stdout.write(f"{path}: {text_of(verdict.message)}")
        else:
            self.stdout.write(f"{path}: {OUTCOMES[verdict.outcome]}")
            for signature in verdict.signatures:
                who = f"{signature.field}, {signature.signer}" if signature.signer else signature.field
                self.stdout.write(f"  {who}: {text_of(signature.message)}")
                for finding in signature.findings:
                    if finding != signature.message:
                        self.stdout.write(f"    {text_of(finding)}")
        self.stdout.flush()


def _verdict(door: Door, one: Asked) -> FileVerdict | str:
    beside = None if one.beside is None else (one.beside, one.beside.name)
    try:
        return door.validate(one.path, beside=beside, trust=one.trust, at=one.at, password=one.password)
    except OSError as error:
        return error.strerror or str(error)


def _json(path: Path, verdict: FileVerdict | str) -> dict[str, Any]:
    if isinstance(verdict, str):
        return {
            "file": str(path),
            "sha256": None,
            "outcome": Outcome.UNPROCESSABLE.value,
            "signatures": [],
            "seconds": 0.0,
        }
    return {
        "file": str(path),
        "sha256": verdict.sha256,
        "outcome": verdict.outcome.value,
        "signatures": [_signature_json(signature) for signature in verdict.signatures],
        "seconds": verdict.seconds,
    }


def _signature_json(signature: SignatureVerdict) -> dict[str, Any]:
    return {
        "field": signature.field,
        "indication": signature.status,
        "sub_indication": signature.sub_indication and signature.sub_indication.value,
        "intact": signature.intact,
        "covers_document": signature.covers_document,
        "changes_after": [
            {
                "revision": change.revision,
                "kind": change.kind.value,
                "allowed": change.allowed,
                "fields": list(change.fields),
            }
            for change in signature.changes_after
        ],
        "level": signature.level,
        "signer": signature.signer,
        "claimed_time": signature.claimed_time and signature.claimed_time.isoformat(),
        "best_time": signature.best_time and signature.best_time.isoformat(),
        "message": text_of(signature.message),
    }


def _files(given: Path) -> Iterator[Path]:
    if given.is_dir():
        yield from sorted(path for path in given.rglob("*") if kind_of("", path.name) is not None and path.is_file())
    else:
        yield given


def _beside(path: Path) -> Path | None:
    """The file that a detached signature signs, where it lies in the same folder under the name that is left."""
    name = signed_name(path.name)
    signed = None if name is None else path.with_name(name)
    return signed if signed is not None and signed.is_file() else None


def _anchor(path: Path, seen: dict[Path, bytes]) -> bytes:
    if path not in seen:
        try:
            seen[path] = path.read_bytes()
            read_anchors([seen[path]])
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from None
        except AnchorNotReadable as error:
            raise CommandError(f"{path} is not a certificate: {error}") from None
    return seen[path]


def _time(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text} is not a time in ISO 8601.") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
