"""Saved searches that tell their owner of new documents."""
