"""Repeat a kept run: the same bytes at the recorded time with the recorded policy, anchors and knowledge give the recorded verdict.

Whatever has happened since: an anchor withdrawn, the cache filled, the policy changed, none of it enters. What may differ are the
versions of the libraries, and they are named. Figures of effort (seconds, how many pages there was time to draw) are no part of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import transaction
from django.utils.translation import gettext as _

from repository.access import fetch_for
from repository.actors import SYSTEM, Actor, actor_of
from repository.bytes import find
from repository.clock import clock_at, now
from repository.events import record
from repository.jobs.engine import enqueue
from repository.jobs.outcomes import ItemFailed, Save
from repository.models import File, Job, Verification
from repository.refusals import NotVisible
from signing.anchors import Trusted
from signing.evidence import bytes_of
from signing.judging import validate
from signing.models import RunBasis, RunRepeat
from signing.validation.canonical import from_plain
from signing.validation.policy import Policy
from signing.validation.verdicts import FileVerdict

KIND = "repeat"
# Dotted names of what is no part of the verdict.
EFFORT = ("seconds", "file.pages_compared", "tools")
SHOWN = 500  # letters of a value that is named as differing


class NotRepeatable(Exception):
    """The run cannot be repeated; `code` says why, the text says it to people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True)
class Difference:
    """A field, dotted, with what the run said and what is found now."""

    field: str
    before: str
    now: str


@dataclass(frozen=True)
class Repeated:
    """`tools`: names of libraries whose version is another by now, with both versions."""

    verdict: FileVerdict
    differing: tuple[Difference, ...]
    tools: dict[str, tuple[str, str]]

    @property
    def same(self) -> bool:
        return not self.differing


def repeat(run: Verification) -> Repeated:
    """Raises NotRepeatable."""
    basis = RunBasis.objects.filter(pk=run.pk).first()
    if basis is None:
        raise NotRepeatable("no-basis", _("This run is from a time when what it rested on was not kept yet."))
    kept = bytes_of([*(one["sha256"] for one in basis.anchors), *basis.knowledge])
    missing = [one for one in (*(one["sha256"] for one in basis.anchors), *basis.knowledge) if one not in kept]
    if missing:
        raise NotRepeatable("evidence-missing", _("A piece of evidence of this run is missing: %s.") % missing[0])
    path = find(run.sha256)
    beside = find(basis.beside_sha256) if basis.beside_sha256 else None
    if path is None or (basis.beside_sha256 and beside is None):
        raise NotRepeatable("bytes-missing", _("The file's bytes are nowhere to be found."))
    with clock_at(basis.judged_at):
        verdict = validate(
            path,
            basis.mime,
            basis.name,
            beside=(beside, basis.beside_name) if beside is not None else None,
            trust=[_anchor(one, kept[one["sha256"]]) for one in basis.anchors],
            knowledge=[kept[digest] for digest in basis.knowledge],
            policy=from_plain(Policy, basis.policy),
            at=basis.at,
        )
    if verdict.sha256 != run.sha256:
        raise NotRepeatable("bytes-changed", _("The file's bytes are not those that were judged."))
    return compare(FileVerdict.from_dict(run.verdict), verdict)


def compare(before: FileVerdict, now_: FileVerdict) -> Repeated:
    """Every field of the two verdicts side by side."""
    first, second = dict(_leaves(before.to_dict())), dict(_leaves(now_.to_dict()))
    differing = tuple(
        Difference(name, _shown(first.get(name)), _shown(second.get(name)))
        for name in dict.fromkeys((*first, *second))
        if first.get(name) != second.get(name) and _counts(name)
    )
    names = dict.fromkeys((*before.tools, *now_.tools))
    tools = {name: (before.tools.get(name, ""), now_.tools.get(name, "")) for name in names}
    return Repeated(now_, differing, {name: both for name, both in tools.items() if both[0] != both[1]})


def _anchor(kept: dict[str, Any], der: bytes) -> Trusted:
    pem = x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM).decode()
    until = kept.get("until")
    return Trusted(kept["sha256"], pem, kept["purpose"], datetime.fromisoformat(until) if until else None)


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for key, part in value.items():
            yield from _leaves(part, f"{name}.{key}" if name else key)
    elif isinstance(value, list) and value:
        for place, part in enumerate(value):
            yield from _leaves(part, f"{name}[{place}]")
    else:
        yield name, value


def _counts(name: str) -> bool:
    """What the run was handed stands in its basis; the bytes of its evidence were moved out of the verdict."""
    if name.endswith(".der_base64") or name == "knowledge" or name.startswith("knowledge["):
        return False
    return not any(name == effort or name.startswith(f"{effort}.") for effort in EFFORT)


def _shown(value: Any) -> str:
    return "–" if value is None else str(value)[:SHOWN]


# ── for people ──────────────────────────────────────────────────────────────


def run_for(actor: Actor, act: str, run_id: UUID | str) -> Verification:
    """The run, if the actor may do the act to its file. Raises NotVisible or Forbidden."""
    try:
        run = Verification.objects.filter(pk=UUID(str(run_id))).first()
    except ValueError:
        run = None
    if run is None:
        raise NotVisible
    run.file = fetch_for(actor, act, File, run.file_id, related=("version__document__agency",))
    return run


@transaction.atomic
def ask_to_repeat(run_id: UUID | str, *, actor: Actor) -> tuple[Verification, Job]:
    """Have the run repeated by a job, which keeps what came out. Raises NotVisible or Forbidden."""
    run = run_for(actor, "verify", run_id)
    job = enqueue(KIND, actor.id, params={"run": str(run.pk)}, total=1)
    record("verification.repeat_asked", actor, run.file.version.document, run=run.pk)
    return run, job


def work_repeat(job: Job) -> Save:
    """`params`: {"run": identity}."""
    run = Verification.objects.select_related("file__version__document__agency").get(pk=job.params["run"])
    try:
        repeated = repeat(run)
    except NotRepeatable as error:
        raise ItemFailed(error.code, str(error)) from error

    def save() -> dict[str, Any]:
        kept = keep_repeat(run, repeated, actor=actor_of(job.actor) if job.actor else SYSTEM)
        return {"same": kept.same, "differing": len(kept.differing)}

    return save


@transaction.atomic
def keep_repeat(run: Verification, repeated: Repeated, *, actor: Actor) -> RunRepeat:
    """Write what came out beside the run."""
    kept = RunRepeat.objects.create(
        verification=run,
        repeated_at=now(),
        same=repeated.same,
        differing=[{"field": one.field, "before": one.before, "now": one.now} for one in repeated.differing],
        tools={name: list(both) for name, both in repeated.tools.items()},
        actor_id=actor.id,
        actor_label=actor.label,
    )
    fields = [one.field for one in repeated.differing[:50]]
    document = run.file.version.document
    record("verification.repeated", actor, document, run=run.pk, same=repeated.same, differing=fields)
    return kept
