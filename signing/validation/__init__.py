"""Validation of PDF signatures: `run.validate_file` is the door, `verdicts` what comes out of it.

Whoever imports any part of it has pyhanko-certvalidator mended (`exact`).
"""

from signing.validation import exact as exact
