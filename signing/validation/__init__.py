"""Validation of PDF signatures: `run.validate_file` is the door, `verdicts` what comes out of it."""
