"""The indexer ends without warning at one line of its work after another: what was not acknowledged is written again, and nothing twice matters."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import Any

import pytest
from django.conf import settings
from django.db import connections

from repository.actions.confirm_document import confirm_document
from search import outbox
from search.comparison import compare
from search.indexer import drain

STEP = 6
WATCHED = ("search/indexer.py", "search/outbox.py", "search/engines/tantivy.py", "search/engines/tantivy_index.py")


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(bool(settings.ELASTICSEARCH_URL or settings.DATABASE_URL), reason="forks what runs in one process")
def test_killed_before_any_line_of_writing_and_acknowledging_nothing_is_lost(records, cast):
    document = records.document(records.dossier())
    drain()
    line, ended = 1, 0
    while not ended:
        confirm_document(document.pk, {"subject": f"Bản thứ {line}"}, actor=cast.clerk)
        ended = killed_before(line)
        drain()
        assert outbox.lag()[0] == 0
        assert compare().differing == 0, f"killed before line {line}"
        line += STEP
    assert line > 10 * STEP, "there was work to be killed in"


def killed_before(number: int) -> int:
    """Index in a process that kills itself before the given line of ours; 1 where it came to its end."""
    connections.close_all()
    child = os.fork()
    if not child:
        left = number

        def trace(frame: FrameType, event: str, _: Any) -> Any:
            nonlocal left
            if not frame.f_code.co_filename.endswith(WATCHED):
                return None
            if event == "line":
                left -= 1
                if not left:
                    os.kill(os.getpid(), signal.SIGKILL)
            return trace

        sys.settrace(trace)
        try:
            drain()
        finally:
            sys.settrace(None)
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return 0 if os.WIFSIGNALED(status) else 1
