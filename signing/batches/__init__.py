"""Verification of many files at once."""
