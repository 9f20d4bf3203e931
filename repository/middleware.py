"""Every request has an actor, and every refusal becomes a page that says what to do."""

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import redirect, render
from django.urls import is_valid_path, resolve
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from repository.actors import actor_of
from repository.preferences import MUST_CHANGE, preferred
from repository.refusals import Forbidden, NotVisible, Refused

# Where a person goes who must choose a password of her own first: the form for it, out, and the other language.
ON_THE_WAY = {"account_change_password", "account_logout", "account_reauthenticate", "set_language", "screen"}


class ChosenLanguageMiddleware(LocaleMiddleware):
    """The language that was chosen here; who never chose reads Vietnamese, whatever the browser was installed in."""

    def process_request(self, request: HttpRequest) -> None:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        translation.activate(chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = translation.get_language()  # type: ignore[attr-defined]


class PersonMiddleware:
    """A signed-in person's own language, and the way to a password of her own before anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        language = preferred(request.user, "language")
        if language in dict(settings.LANGUAGES):
            translation.activate(language)
            request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
        if preferred(request.user, MUST_CHANGE) and not self._is_on_the_way(request):
            return redirect("account_change_password")
        return self.get_response(request)

    def _is_on_the_way(self, request: HttpRequest) -> bool:
        match = resolve(request.path_info) if is_valid_path(request.path_info) else None
        return match is not None and match.url_name in ON_THE_WAY


class ActorMiddleware:
    """`request.actor`: who acts, read when first asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: actor_of(request.user))  # type: ignore[attr-defined]
        return self.get_response(request)


class PlainTextMiddleware:
    """Takes NUL out of what is typed and asked: no person writes it, and PostgreSQL's text cannot hold it.

    A body that is no form (a file that is sent) is not touched.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *called: object) -> None:
        # Not before: a middleware in front may answer without the body ever being read.
        request.GET = without_nul(request.GET)  # type: ignore[assignment]
        if request.method == "POST":
            request.POST = without_nul(request.POST)  # type: ignore[assignment]


def without_nul(given: QueryDict) -> QueryDict:
    """The same, with a blank for each NUL; the given itself where there is none."""
    if not any("\0" in value for _name, values in given.lists() for value in values):
        return given
    cleaned = QueryDict(mutable=True)
    for name, values in given.lists():
        cleaned.setlist(name, [value.replace("\0", " ") for value in values])
    cleaned._mutable = False  # type: ignore[attr-defined]
    return cleaned


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
