"""Every address of the program. Apps name their own pages; the workbench stands under /workbench/."""

from django.conf import settings
from django.urls import include, path

from repository.pages import screen

urlpatterns = [
    path("accounts/password/reset/", screen.forgotten, name="account_reset_password"),
    path("accounts/", include("allauth.urls")),
    path("i18n/setlang/", screen.set_language, name="set_language"),
    path("screen/", screen.screen, name="screen"),
    path("workbench/", include("repository.admin.urls")),
    path("", include("repository.urls")),
    path("", include("search.urls")),
    path("", include("signing.urls")),
    path("", include("archive.urls")),
]

if settings.DEBUG:
    urlpatterns.append(path("design/", include("repository.design_urls")))
