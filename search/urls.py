"""Pages of search."""

from django.urls import path

from search.pages import saved
from search.pages.abbreviations import abbreviations, set_abbreviations
from search.pages.search import search

urlpatterns = [
    path("search/", search, name="search"),
    path("search/saved/", saved.saved, name="saved_searches"),
    path("search/save/", saved.save, name="save_search"),
    path("search/abbreviations/", abbreviations, name="abbreviations"),
    path("search/abbreviations/set/", set_abbreviations, name="set_abbreviations"),
    path("search/forget/", saved.forget, name="forget_search"),
    path("search/saved/<uuid:search_id>/rename/", saved.rename, name="rename_search"),
    path("search/saved/<uuid:search_id>/delete/", saved.delete, name="delete_search"),
]
