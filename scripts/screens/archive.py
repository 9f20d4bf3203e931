"""The archive that is photographed: the demonstration in a folder of its own, served in this process by a clock that stands still."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENTS = 60
# "2 days ago" is the same on every picture, whenever the archive was made.
LATER = timedelta(days=2)


def make(folder: Path) -> None:
    """The demonstration archive in `folder`, where there is none yet; fonts, translations and static files up to date."""
    environment = os.environ | {"REPOSITORY_DATA": str(folder)}
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-m", "scripts.prepare"], cwd=ROOT, env=environment, check=True)
    if not (folder / "demo" / "accounts.json").exists():
        command = [sys.executable, "manage.py", "make_demo", "--documents", str(DOCUMENTS)]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)


def moment() -> datetime:
    """When the pictures are taken: a while after the last thing that happened to a record."""
    from repository.models import Event

    last = Event.objects.filter(object_kind__in=("dossier", "document", "file"), kind__in=DEEDS).order_by("-at").first()
    if last is None:
        raise LookupError("the archive holds no event: remove its folder and begin again")
    return last.at + LATER


# What was done, and not what was read: looking at the archive must not move its clock.
DEEDS = ("dossier.opened", "document.confirmed", "dossier.submitted", "dossier.accepted", "dossier.returned")


@contextmanager
def served(when: datetime) -> Iterator[str]:
    """The address at which the archive answers, while the block lasts, as if it were `when`."""
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application

    from repository.clock import clock_at

    application = get_wsgi_application()

    def standing_still(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with clock_at(when):
            return application(environ, start_response)

    class Silent(WSGIRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            """Answers are judged by the browser."""

    server = ThreadedWSGIServer(("127.0.0.1", 0), Silent)
    server.daemon_threads = True
    server.set_app(standing_still)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
