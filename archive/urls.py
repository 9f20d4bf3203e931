"""Pages about the store."""

from django.urls import path

from archive.pages import give_up, retry

urlpatterns = [
    path("dossiers/<uuid:dossier_id>/seal/retry/", retry, name="retry_sealing"),
    path("dossiers/<uuid:dossier_id>/seal/give-up/", give_up, name="give_up_sealing"),
]
