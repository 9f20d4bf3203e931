"""Signing: keys, time-stamps, looks, and PDFs signed and sealed."""
