"""Pages of alerts."""

from django.urls import path

from search.alerts import pages

urlpatterns = [
    path("search/saved/<uuid:search_id>/alert/", pages.switch, name="switch_alert"),
    path("search/saved/<uuid:search_id>/look/", pages.look, name="look_alert"),
    path("search/new/<uuid:notice_id>/", pages.notice, name="alert_notice"),
]
