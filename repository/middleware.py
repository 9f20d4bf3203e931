"""Every request has an actor, and every refusal becomes a page that says what to do."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject

from repository.actors import actor_of
from repository.refusals import Forbidden, NotVisible, Refused


class ActorMiddleware:
    """`request.actor`: who acts, read when first asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: actor_of(request.user))  # type: ignore[attr-defined]
        return self.get_response(request)


class RefusalMiddleware:
    """NotVisible is a 404 like any other; Forbidden and Refused say why."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotVisible):
            raise Http404 from exception
        if isinstance(exception, Forbidden):
            return render(request, "403.html", {"refused": exception}, status=403)
        if isinstance(exception, Refused):
            return render(request, "vk/refused.html", {"refused": exception}, status=409)
        return None
