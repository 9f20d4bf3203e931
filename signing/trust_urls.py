"""Pages about trust, revocation data and kept runs."""

from django.urls import path

from signing.pages import run, trust
from signing.pages.revocation import revocation

urlpatterns = [
    path("trust/", trust.trust, name="trust"),
    path("trust/propose/", trust.propose, name="anchor_propose"),
    path("trust/revocation/", revocation, name="revocation"),
    path("trust/proposals/<uuid:proposal_id>/", trust.proposal, name="anchor_proposal"),
    path("trust/proposals/<uuid:proposal_id>/approve/", trust.approve, name="anchor_approve"),
    path("trust/proposals/<uuid:proposal_id>/refuse/", trust.refuse, name="anchor_refuse"),
    path("trust/<uuid:anchor_id>/", trust.anchor, name="anchor"),
    path("trust/<uuid:anchor_id>/anchor.pem", trust.anchor_pem, name="anchor_pem"),
    path("trust/<uuid:anchor_id>/withdraw/", trust.withdraw, name="anchor_withdraw"),
    path("verifications/<uuid:run_id>/", run.run, name="verification"),
    path("verifications/<uuid:run_id>/repeat/", run.repeat, name="verification_repeat"),
    path("verifications/<uuid:run_id>/evidence/<str:sha256>/", run.evidence, name="verification_evidence"),
]
