"""Bytes that nothing holds any more go at once; what a crash leaves behind is cleared at night."""

from __future__ import annotations

from django.db import transaction

from repository import blobs
from repository.models import File, JobItem


def remove_unheld(sha256: str) -> None:
    """Remove the bytes once this transaction is through, unless a record or another item holds them then.

    Judged after the commit: of two that let go of the same bytes at once, the later one sees that nobody is left.
    """
    if sha256:
        transaction.on_commit(lambda: _remove(sha256))


def _remove(sha256: str) -> None:
    if not File.objects.filter(sha256=sha256).exists() and not JobItem.objects.filter(sha256=sha256).exists():
        blobs.remove(sha256)
