"""Somebody at a browser who is signed in already, for what measures, photographs or tests pages."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.test import Client

if TYPE_CHECKING:
    from repository.models import User


def signed_in(user: "User") -> Client:
    """A client in a session of this person's. The database holds the session."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def session_of(user: "User") -> str:
    """The cookie that makes another browser this person's."""
    return str(signed_in(user).cookies[settings.SESSION_COOKIE_NAME].value)
