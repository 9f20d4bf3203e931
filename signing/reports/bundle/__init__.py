"""The evidence of a file or of a dossier in one ZIP that verifies without the archive: a bag (RFC 8493) with a signed manifest."""
