"""Pages of the repository."""

from django.urls import path

from repository.pages.stub import page

urlpatterns = [
    path("", page, name="home"),
    path("dossiers/<uuid:dossier_id>/", page, name="dossier"),
    path("dossiers/<uuid:dossier_id>/edit/", page, name="dossier_edit"),
    path("documents/<uuid:document_id>/", page, name="document"),
    path("documents/<uuid:document_id>/confirm/", page, name="confirm"),
]
