"""What pages share: signed in, refusals shown where the person is, keyset paging."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode

from repository.refusals import Refused

View = Callable[..., HttpResponse]
STEP = 50


def page(view: View) -> View:
    """A page for people who are signed in."""
    return login_required(view)


def act(view: View) -> View:
    """A view that acts on POST: what is refused is shown with every reason, on a page of its own."""

    @login_required
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return HttpResponse(status=405, headers={"Allow": "POST"})
        try:
            return view(request, *args, **kwargs)
        except Refused as refused:
            return render(request, "vk/refused.html", {"refused": refused, "back": came_from(request)}, status=409)

    return wrapped


def came_from(request: HttpRequest) -> str:
    """The page of ours that the request came from, or the first page."""
    from django.utils.http import url_has_allowed_host_and_scheme

    given = request.POST.get("next") or request.headers.get("Referer") or "/"
    safe = url_has_allowed_host_and_scheme(given, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return given if safe else "/"


def number_in(given: str) -> int | None:
    """The whole number that was typed; None for anything else, also for what only looks like a figure (²) or is endless."""
    return int(given) if given.isdecimal() and len(given) <= 9 else None


def done(request: HttpRequest, message: str, to: Any) -> HttpResponse:
    messages.success(request, message)
    return redirect(to)


def stretch(rows: QuerySet[Any], request: HttpRequest, *, step: int = STEP) -> tuple[list[Any], str]:
    """One stretch of a list ordered by identity, newest first, and the address of the next one (empty on the last)."""
    before = request.GET.get("before", "")
    try:
        rows = rows.filter(pk__lt=UUID(before)) if before else rows
    except ValueError:
        rows = rows.none()
    found = list(rows.order_by("-pk")[: step + 1])
    if len(found) <= step:
        return found, ""
    query = {key: value for key, value in request.GET.items() if key != "before"}
    return found[:step], "?" + urlencode({**query, "before": found[step - 1].pk})
