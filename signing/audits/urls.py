"""Addresses of audits, and of verifications of many."""

from django.urls import path

from signing.pages import audit_rows, audits, batches

urlpatterns = [
    path("audit/verify/", batches.verify_found, name="verify_found"),
    path("audit/batches/", batches.batches, name="batches"),
    path("audit/batches/<uuid:batch_id>/", batches.batch, name="batch"),
    path("audit/batches/<uuid:batch_id>/resume/", batches.resume, name="batch_resume"),
    path("audit/audits/", audits.audits, name="audits"),
    path("audit/audits/new/", audits.new, name="audit_new"),
    path("audit/audits/<uuid:audit_id>/", audits.audit, name="audit"),
    path("audit/audits/<uuid:audit_id>/draw/", audits.draw, name="audit_draw"),
    path("audit/audits/<uuid:audit_id>/check/", audits.check, name="audit_check"),
    path("audit/audits/<uuid:audit_id>/go-on/", audits.go_on, name="audit_go_on"),
    path("audit/audits/<uuid:audit_id>/close/", audits.close, name="audit_close"),
    path("audit/audits/<uuid:audit_id>/files/<slug:what>/", audits.download, name="audit_file"),
    path("audit/audits/<uuid:audit_id>/sheets/<int:number>/", audit_rows.sheet, name="audit_row"),
]
