"""Pages of search."""

from django.urls import path

from search.pages.search import search

urlpatterns = [path("search/", search, name="search")]
