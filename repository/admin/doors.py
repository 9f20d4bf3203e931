"""Wagtail's addresses, closed unless they stand on a list. A closed one keeps its name, because Wagtail's pages reverse it, and is a
404 for everybody, superusers included. What a new version of Wagtail adds is closed until somebody opens it here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver

from repository.admin.entry import ENTER, ROLES
from repository.refusals import Forbidden

View = Callable[..., HttpResponse]

# Wagtail's own views that stay open, and why.
OPEN = {
    "wagtailadmin_logout": "the menu signs out here",
    "wagtailadmin_sprite": "icons, the same for everybody",
    "wagtailadmin_javascript_catalog": "words of its scripts, the same for everybody",
}
# Served before anybody has signed in: they hold nothing of the office.
PUBLIC = {"wagtailadmin_sprite", "wagtailadmin_javascript_catalog"}


def closed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


def to_account(request: HttpRequest) -> HttpResponse:
    """Wagtail's account page changes accounts past our acts; ours is where a person changes her own password."""
    return redirect("account_change_password")


def to_today(request: HttpRequest) -> HttpResponse:
    """There is one first page, made of the parts of a person's roles; Wagtail's links to its own lead there."""
    return redirect("home")


def gate(view: View) -> View:
    """Only people with a role that works here come in; the others are told which roles do."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not request.user.has_perm(ENTER):
            raise Forbidden("enter", None, ROLES)
        return view(request, *args, **kwargs)

    return wrapped


def guarded(
    patterns: Iterable[URLPattern | URLResolver], *, ours: set[str], instead: dict[str, View]
) -> list[URLPattern | URLResolver]:
    """Wagtail's patterns with every door closed but those of the namespaces `ours`, those in OPEN, and those replaced by `instead`."""
    kept = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace in ours:
                _gate_all(pattern)
            else:
                guarded(pattern.url_patterns, ours=ours, instead=instead)
        else:
            pattern.callback = _view_of(pattern, instead)
        kept.append(pattern)
    return kept


def _gate_all(resolver: URLResolver) -> None:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            _gate_all(pattern)
        else:
            pattern.callback = gate(pattern.callback)


def _view_of(pattern: URLPattern, instead: dict[str, View]) -> View:
    name = pattern.name or ""
    if name in PUBLIC:
        return pattern.callback
    if name in instead:
        return gate(instead[name])
    return gate(pattern.callback if name in OPEN else closed)
