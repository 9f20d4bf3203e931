"""Pages about signatures."""

from django.urls import path

from signing.audits.urls import urlpatterns as audits
from signing.pages import compare, verify
from signing.pages.changes import changes, seen
from signing.pages.desk import desk
from signing.provable.urls import urlpatterns as provable
from signing.reports.urls import urlpatterns as reports
from signing.sealing.urls import urlpatterns as sealing
from signing.trust_urls import urlpatterns as trust

urlpatterns = [
    *reports,
    *provable,
    *audits,
    *sealing,
    *trust,
    path("files/<uuid:file_id>/verify/", verify, name="verify_file"),
    path("files/<uuid:file_id>/compare/", compare.compare_signed, name="compare_signed"),
    path("files/<uuid:file_id>/compare/before/<int:number>.png", compare.before_image, name="compare_before"),
    path("files/<uuid:file_id>/compare/after/<int:number>.png", compare.after_image, name="compare_after"),
    path("audit/", desk, name="desk"),
    path("audit/changes/", changes, name="desk_changes"),
    path("audit/changes/seen/", seen, name="desk_changes_seen"),
]
