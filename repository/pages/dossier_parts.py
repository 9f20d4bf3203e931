"""Addresses of what a dossier's page is made of: its parts, the order of its documents, the place of its paper, its sheets, its ZIP."""

from django.urls import path

from repository.pages import dossier_acts, dossier_blockers, dossier_documents, dossier_history, dossier_sheets
from repository.printing.facts import NAMES

_ONE = "dossiers/<uuid:dossier_id>/"

urlpatterns = [
    path(f"{_ONE}order/", dossier_documents.order, name="order"),
    path(f"{_ONE}documents/", dossier_documents.documents, name="dossier_documents"),
    path(f"{_ONE}documents/<uuid:document_id>/place/", dossier_documents.place, name="dossier_document"),
    path(f"{_ONE}blockers/", dossier_blockers.blockers, name="dossier_blockers"),
    path(f"{_ONE}period/", dossier_acts.take_period, name="dossier_period"),
    path(f"{_ONE}location/", dossier_acts.locate, name="dossier_location"),
    path(f"{_ONE}history/", dossier_history.history, name="dossier_history"),
    path(f"{_ONE}download/", dossier_sheets.everything, name="dossier_download"),
    *(path(f"{_ONE}print/{what}/", dossier_sheets.sheets, {"what": what}, name=f"print_{what}") for what in NAMES),
]
