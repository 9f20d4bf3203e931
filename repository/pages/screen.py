"""What a person's screen remembers wherever she signs in: language, light or dark, whether single letters are keys."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.i18n import set_language as of_django

from repository.component_tags.words import THEMES
from repository.pages.base import act
from repository.preferences import remember

CHOICES = {"theme": (*THEMES, "system"), "letters": ("on", "off")}


@act
def screen(request: HttpRequest) -> HttpResponse:
    for key, values in CHOICES.items():
        if request.POST.get(key) in values:
            chosen = request.POST[key]
            remember(request.actor, key, lambda _kept, chosen=chosen: chosen)  # type: ignore[attr-defined,misc]
    return HttpResponse(status=204)


def set_language(request: HttpRequest) -> HttpResponse:
    """Django's own, and for people who are signed in the choice is kept with the account."""
    chosen = request.POST.get("language", "")
    if request.method == "POST" and request.user.is_authenticated and chosen in dict(settings.LANGUAGES):
        remember(request.actor, "language", lambda _kept: chosen)  # type: ignore[attr-defined]
    answer: HttpResponse = of_django(request)
    return answer


def forgotten(request: HttpRequest) -> HttpResponse:
    """No mail goes out from here: an administrator makes a new password."""
    return render(request, "account/password_reset.html")
