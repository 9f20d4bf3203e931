"""Addresses of requests to sign, of copies sealed in one go, and of the keys."""

from django.urls import path

from signing.pages import asking, requests, signing, signing_keys

urlpatterns = [
    path("signing/", requests.requests, name="signing_requests"),
    path("signing/keys/", signing_keys.keys, name="signing_keys"),
    path("signing/keys/<uuid:key_id>/withdraw/", signing_keys.withdraw_key, name="signing_key_withdraw"),
    path("signing/<uuid:request_id>/", signing.signing_request, name="signing_request"),
    path("signing/<uuid:request_id>/preview.png", signing.signing_preview, name="signing_preview"),
    path("signing/<uuid:request_id>/sign/", signing.sign, name="signing_sign"),
    path("signing/<uuid:request_id>/fetch/", signing.fetch_ahead, name="signing_fetch"),
    path("signing/<uuid:request_id>/refuse/", signing.refuse, name="signing_refuse"),
    path("signing/<uuid:request_id>/cancel/", signing.cancel, name="signing_cancel"),
    path("documents/<uuid:document_id>/ask-to-sign/", asking.ask, name="signing_ask"),
    path("dossiers/<uuid:dossier_id>/seal-copies/", asking.seal_copies, name="seal_copies"),
]
