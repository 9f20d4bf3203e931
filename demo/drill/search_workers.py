"""What the drill of the index starts and kills: who indexes, and who rebuilds. Imported by the process they are forked from."""

from __future__ import annotations

import os
import threading
from typing import Any

import django
from django.apps import apps

if not apps.ready:
    django.setup()

from django.conf import settings

from search.engines.base import EngineError
from search.indexer import drain
from search.rebuild import reindex

PAUSE = 0.02


def index_for_ever(server: dict[str, Any]) -> None:
    """As the indexer does: whatever waits, until killed. An engine that is away is tried again."""
    _point_at(server)
    pause, parent = threading.Event(), os.getppid()
    while os.getppid() == parent:
        try:
            drain()
        except EngineError:
            pause.wait(0.2)
        pause.wait(PAUSE)


def rebuild_once(server: dict[str, Any]) -> None:
    """One rebuild, or what is left of the one before."""
    _point_at(server)
    try:
        reindex()
    except EngineError:
        return


def _point_at(server: dict[str, Any]) -> None:
    for name, value in server.items():
        setattr(settings, name, value)
