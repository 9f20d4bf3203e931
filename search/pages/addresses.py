"""Addresses of the page of results: the same question with one thing changed, always back at its first page."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.urls import reverse

_PLACE = ("after", "n", "at", "name")


def changed(asked: QueryDict, **changes: Any) -> str:
    """The address with these parameters instead; None takes one out."""
    query = _start(asked)
    for name, value in changes.items():
        query.pop(name, None)
        if value not in (None, ""):
            query[name] = str(value)
    return _address(query)


def going_on(asked: QueryDict, after: str, first: int) -> str:
    """The address of the page that goes on after `after`, whose first result is the `first` one."""
    query = _start(asked)
    query["after"], query["n"] = after, str(first)
    return _address(query)


def adding(asked: QueryDict, name: str, value: str) -> str:
    query = _start(asked)
    query.appendlist(name, value)
    return _address(query)


def without(asked: QueryDict, name: str, value: str) -> str:
    query = _start(asked)
    query.setlist(name, [one for one in query.getlist(name) if one != value])
    return _address(query)


def _start(asked: QueryDict) -> QueryDict:
    query = asked.copy()
    for name in _PLACE:
        query.pop(name, None)
    return query


def _address(query: QueryDict) -> str:
    return f"{reverse('search')}?{query.urlencode()}"
