"""What the sub-indications of the standard mean, in a sentence each (ETSI EN 319 102-1, tables 5 and 6)."""

from django.utils.translation import gettext_lazy as _

from signing.validation.verdicts import SubIndication as Sub

MEANINGS = {
    Sub.FORMAT_FAILURE: _("The signature or the file around it is not built as the standard asks."),
    Sub.HASH_FAILURE: _("The digest of the bytes is not the one that was signed."),
    Sub.SIG_CRYPTO_FAILURE: _("The signature value does not fit the signed data and the certificate."),
    Sub.REVOKED: _("The certificate was revoked before the signature is known to have existed."),
    Sub.EXPIRED: _("The certificate had ended before the signature was made."),
    Sub.NOT_YET_VALID: _("The signature is older than its certificate."),
    Sub.SIG_CONSTRAINTS_FAILURE: _("The signature lacks something that the policy asks for."),
    Sub.CHAIN_CONSTRAINTS_FAILURE: _("The chain of certificates does not meet the policy."),
    Sub.CERTIFICATE_CHAIN_GENERAL_FAILURE: _("The chain of certificates could not be validated with what is here."),
    Sub.CRYPTO_CONSTRAINTS_FAILURE: _("An algorithm is weaker than the policy allows."),
    Sub.POLICY_PROCESSING_ERROR: _("The policy named in the signature could not be applied."),
    Sub.SIGNATURE_POLICY_NOT_AVAILABLE: _("The policy named in the signature is not at hand."),
    Sub.TIMESTAMP_ORDER_FAILURE: _("The times of the time-stamps contradict each other."),
    Sub.NO_SIGNING_CERTIFICATE_FOUND: _("The signer's certificate was not found."),
    Sub.NO_CERTIFICATE_CHAIN_FOUND: _("No path from the certificate to a trusted root was found."),
    Sub.REVOKED_NO_POE: _("The certificate is revoked, and nothing proves that the signature is older."),
    Sub.REVOKED_CA_NO_POE: _("An issuer's certificate is revoked, and nothing proves that the signature is older."),
    Sub.OUT_OF_BOUNDS_NO_POE: _("The certificate has ended, and nothing proves that the signature is older."),
    Sub.OUT_OF_BOUNDS_NOT_REVOKED: _("The certificate has ended; it is not known to have been revoked before."),
    Sub.REVOCATION_OUT_OF_BOUNDS_NO_POE: _("The revocation data's own issuer has ended, and nothing proves its age."),
    Sub.CRYPTO_CONSTRAINTS_FAILURE_NO_POE: _("An algorithm is too weak today, and nothing proves an earlier time."),
    Sub.NO_POE: _("Nothing proves that the signature existed at the time in question."),
    Sub.TRY_LATER: _("Fresh revocation data is needed; it was not at hand."),
    Sub.SIGNED_DATA_NOT_FOUND: _("The signed data was not found."),
    Sub.GENERIC: _("No conclusion was possible for another reason."),
}
