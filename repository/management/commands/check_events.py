"""Hold every event against its hash, the chain, the Merkle tree and the signed checkpoints; exit status 1 where one differs."""

from __future__ import annotations

from typing import Any

from repository.management.command import Command as Base
from repository.models import Checkpoint
from repository.sequencer import check_events, sequence

WORDS = {
    "position-missing": "a position is missing",
    "event-missing": "the event is missing",
    "event-changed": "the event was changed",
    "chain-broken": "the chain does not fit",
    "root-differs": "the checkpoint's root differs",
    "signature-wrong": "the checkpoint's signature is wrong",
    "events-missing": "events of this checkpoint are missing",
}


class Command(Base):
    help = __doc__
    acts_as_somebody = False

    def handle(self, *args: Any, **options: Any) -> None:
        sequence(all_of_time=True)
        broken = list(check_events())
        for found in broken:
            self.say(options, f"✗ {found.position}: {WORDS[found.what]}", position=found.position, what=found.what)
        size = Checkpoint.objects.order_by("-size").values_list("size", flat=True).first() or 0
        self.say(options, f"{size} events checked, {len(broken)} differ.", events=size, broken=len(broken))
        if broken:
            raise SystemExit(1)
