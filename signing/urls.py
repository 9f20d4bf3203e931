"""Pages about signatures."""

from django.urls import path

from signing.pages import verify

urlpatterns = [path("files/<uuid:file_id>/verify/", verify, name="verify_file")]
