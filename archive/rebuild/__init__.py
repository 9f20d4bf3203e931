"""Restore the database from the archive store: what was sealed, field by field (docs/rebuild.md)."""
