"""/workbench/: Wagtail's addresses behind our doors."""

from django.urls import include, path
from wagtail.admin.urls import urlpatterns as of_wagtail

from repository.admin.doors import closed, gate, guarded, to_account, to_today
from repository.admin.viewsets import VIEWSETS

door = gate(closed)

# Wagtail's frame names the addresses of its API, also those of apps that are not installed: they exist, and are closed.
_api = [
    path(f"{name}/", include(([path("", door, name="listing")], name), namespace=name))
    for name in ("pages", "documents", "images")
]

urlpatterns = [
    path("api/main/", include((_api, "wagtailadmin_api"), namespace="wagtailadmin_api")),
    *guarded(
        [pattern for pattern in of_wagtail if str(pattern.pattern) != "api/"],
        ours={viewset.url_namespace for viewset in VIEWSETS},
        instead={"wagtailadmin_home": to_today, "wagtailadmin_account": to_account},
    ),
]
