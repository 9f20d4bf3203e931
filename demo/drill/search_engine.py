"""The engine that the drill of the index kills: none of its own where it is embedded, else a real Elasticsearch over data that stay."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from django.conf import settings

if TYPE_CHECKING:
    from tests.services.elasticsearch import Elasticsearch as Service


class Server(Protocol):
    """`settings` point a process at it."""

    settings: dict[str, Any]

    def start(self) -> None: ...

    def wait(self) -> None: ...

    def kill(self) -> bool: ...

    def stop(self) -> None: ...


class Embedded:
    """The engine lives in the processes that index and rebuild: it is killed with them."""

    def __init__(self) -> None:
        self.settings: dict[str, Any] = {"ELASTICSEARCH_URL": None}

    def start(self) -> None:
        """Nothing to start."""

    def wait(self) -> None:
        """Nothing to wait for."""

    def kill(self) -> bool:
        return False

    def stop(self) -> None:
        """Nothing to stop."""


class Elasticsearch:
    """The tests' server, in a folder of the drill, killed without warning and started again over its data."""

    def __init__(self, data: Path) -> None:
        from tests.services.elasticsearch import Elasticsearch as Service
        from tests.services.fleet import HOME

        self.service: Service = Service(data / "elasticsearch", HOME / "downloads", data / "logs" / "elasticsearch.log")
        self.service.fetch()
        self.settings: dict[str, Any] = {}

    def start(self) -> None:
        if self.service.runs:
            return
        if self.service.port:
            self.service.launch_again(dies_with_parent=True)
            return
        # Data of a run that was stopped are of no use here: the index is derived, and the comparison brings it level.
        shutil.rmtree(self.service.folder, ignore_errors=True)
        self.service.launch(dies_with_parent=True)
        self.settings = {"ELASTICSEARCH_URL": self.service.url}
        settings.ELASTICSEARCH_URL = self.service.url

    def wait(self) -> None:
        self.service.wait()

    def kill(self) -> bool:
        if not self.service.runs or self.service.process is None:
            return False
        for process in [*self.service.process.children(recursive=True), self.service.process]:
            process.send_signal(signal.SIGKILL)
        self.service.process.wait()
        return True

    def stop(self) -> None:
        self.service.stop()
