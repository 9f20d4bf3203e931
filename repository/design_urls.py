"""The gallery of components; included under DEBUG only."""

from django.urls import path

from repository.design_views import gallery, take_file

urlpatterns = [
    path("", gallery, name="design"),
    path("take/", take_file, name="design_take"),
]
