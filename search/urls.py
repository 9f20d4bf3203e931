"""Pages of search."""

from django.urls import path

from search.alerts.urls import urlpatterns as of_alerts
from search.exports.urls import urlpatterns as of_exports
from search.history.urls import urlpatterns as of_history
from search.pages import saved
from search.pages.abbreviations import abbreviations, set_abbreviations
from search.pages.facets import facet_part
from search.pages.index import compare_index, give_up_index, index, rebuild_index, return_index
from search.pages.search import search, set_columns
from search.pages.similar import similar
from search.pages.suggested import suggested

urlpatterns = [
    path("search/", search, name="search"),
    path("search/suggest/", suggested, name="search_suggest"),
    path("search/facet/<slug:facet>/", facet_part, name="search_facet"),
    path("search/columns/", set_columns, name="search_columns"),
    path("search/similar/<uuid:document_id>/", similar, name="similar"),
    path("search/saved/", saved.saved, name="saved_searches"),
    path("search/save/", saved.save, name="save_search"),
    path("search/abbreviations/", abbreviations, name="abbreviations"),
    path("search/index/", index, name="search_index"),
    path("search/index/compare/", compare_index, name="compare_index"),
    path("search/index/rebuild/", rebuild_index, name="rebuild_index"),
    path("search/index/return/", return_index, name="return_index"),
    path("search/index/give-up/", give_up_index, name="give_up_index"),
    path("search/abbreviations/set/", set_abbreviations, name="set_abbreviations"),
    path("search/forget/", saved.forget, name="forget_search"),
    path("search/saved/<uuid:search_id>/rename/", saved.rename, name="rename_search"),
    path("search/saved/<uuid:search_id>/delete/", saved.delete, name="delete_search"),
    *of_alerts,
    *of_exports,
    *of_history,
]
