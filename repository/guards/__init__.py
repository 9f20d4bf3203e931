"""The database's own refusals: triggers that hold whoever asks, a superuser in the admin and raw SQL included."""

from repository.guards.install import install, remove
from repository.guards.rules import Guard, guards, protect

__all__ = ["Guard", "guards", "install", "protect", "remove"]
