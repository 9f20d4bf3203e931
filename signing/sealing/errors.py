"""Why something could not be signed: each carries a sentence for the person who asked, and never a PIN or what a key answered in bytes."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class SigningFailed(Exception):
    """Nothing was signed. `said` is the sentence for people, `detail` one line in English for the log."""

    said: str | Promise = _("It could not be signed.")

    def __init__(self, detail: str = "", said: str | Promise | None = None) -> None:
        super().__init__(detail or type(self).__name__)
        self.detail = detail
        if said is not None:
            self.said = said


class NoSealKey(SigningFailed):
    said = _("No key for the seal is set up. Ask your administrator.")


class KeyUnavailable(SigningFailed):
    """The key's file, token or service cannot be reached or read."""

    said = _("The key cannot be reached just now: its token is not connected, or its service does not answer.")


class KeyRefused(SigningFailed):
    """The token or the service refuses: wrong PIN, locked, or not this person's."""

    said = _("The key refused: the PIN is wrong, or the key is locked. After several wrong PINs a token locks itself.")


class NoTimestampServer(SigningFailed):
    said = _("No time-stamp server is set up. Ask your administrator.")


class TimestampFailed(SigningFailed):
    said = _("The time-stamp server gave no time-stamp that holds. Nothing was signed; try again later.")


class LevelNotReached(SigningFailed):
    """What was signed does not prove what it was meant to prove; it is not kept."""

    said = _("The signed file does not reach the level that was asked for. Nothing was kept.")
