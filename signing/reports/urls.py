"""Addresses of reports."""

from django.urls import path

from signing.reports import pages

urlpatterns = [
    path("files/<uuid:file_id>/signatures/", pages.file_signatures, name="file_signatures"),
    path("files/<uuid:file_id>/evidence/", pages.file_bundle, name="file_bundle"),
    path("runs/<uuid:run_id>/", pages.run_page, name="run"),
    path("runs/<uuid:run_id>/report.pdf", pages.run_pdf, name="run_pdf"),
    path("runs/<uuid:run_id>/report.json", pages.run_json, name="run_json"),
    path("runs/<uuid:run_id>/report.xml", pages.run_xml, name="run_xml"),
    path("dossiers/<uuid:dossier_id>/signatures/", pages.dossier_signatures, name="dossier_signatures"),
    path("dossiers/<uuid:dossier_id>/signatures/report/", pages.dossier_report, name="dossier_report"),
    path("dossiers/<uuid:dossier_id>/evidence/", pages.dossier_bundle, name="dossier_bundle"),
]
