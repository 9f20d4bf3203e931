"""Every address of the program. Apps name their own pages; the workbench stands under /workbench/."""

from django.conf import settings
from django.urls import include, path

urlpatterns = [
    path("", include("repository.screen_urls")),
    path("accounts/", include("allauth.urls")),
    path("workbench/", include("repository.admin.urls")),
    path("", include("repository.urls")),
    path("", include("search.urls")),
    path("", include("signing.urls")),
    path("", include("archive.urls")),
]

if settings.DEBUG:
    urlpatterns.append(path("design/", include("repository.design_urls")))
