"""The page of exports; what they make is fetched from the page of tasks."""

from django.urls import path

from search.exports.pages import export_found

urlpatterns = [path("search/export/", export_found, name="export_found")]
