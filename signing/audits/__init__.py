"""Audits: population, sample, sheets, signed close."""
