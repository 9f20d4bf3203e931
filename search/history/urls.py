"""Pages of what was opened, taken away and searched for."""

from django.urls import path

from search.history import pages

urlpatterns = [
    path("history/", pages.own_readings, name="own_readings"),
    path("history/searches/", pages.own_searches, name="own_searches"),
    path("use/", pages.search_report, name="search_report"),
    path("use/readings/", pages.readings, name="readings"),
    path("use/searches/", pages.searches, name="searches"),
    path("documents/<uuid:document_id>/readers/", pages.readers, name="readers"),
]
