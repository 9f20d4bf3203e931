"""Pages about how long signatures can be proven."""

from django.urls import path

from signing.provable.pages import proof, provable, stamp

urlpatterns = [
    path("audit/provable/", provable, name="provable"),
    path("audit/provable/stamp/", stamp, name="provable_stamp"),
    path("files/<uuid:file_id>/proof/", proof, name="proof"),
]
