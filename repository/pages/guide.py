"""The guide, for everybody who is signed in: a list of its pages, and each of them."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from repository.guide import BY_NAME, TOPICS
from repository.pages.base import page


@page
def guide(request: HttpRequest) -> HttpResponse:
    return render(request, "repository/guide.html", {"topics": TOPICS})


@page
def topic(request: HttpRequest, topic: str) -> HttpResponse:
    found = BY_NAME.get(topic)
    if found is None:
        raise Http404
    place = TOPICS.index(found)
    context = {
        "topics": TOPICS,
        "topic": found,
        "previous": TOPICS[place - 1] if place else None,
        "next": TOPICS[place + 1] if place + 1 < len(TOPICS) else None,
    }
    return render(request, "repository/guide_topic.html", context)
