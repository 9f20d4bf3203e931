"""What the demonstration does to stay provable: one time-stamp over the archive, and a few sealed files renewed, by its own authority."""

from __future__ import annotations

import asyncio

from demo.pki import DemoPki
from repository.clock import now
from repository.jobs.outcomes import ItemFailed, ItemHeld
from repository.models import File
from repository.sequencer import sequence
from signing.models import Provable, Renewal
from signing.provable.renew import Stamp, renew_now
from signing.provable.stamping import stamp_once, waiting

RENEWED, TRIED = 2, 4


def keep_provable(pki: DemoPki) -> None:
    """Done once: an archive that has a renewal or a time-stamp of its own is left as it is. A few seconds."""

    def stamp(digest: bytes) -> bytes:
        token: bytes = asyncio.run(pki.time_stamper(now()).async_timestamp(digest, "sha512")).dump()
        return token

    if not Renewal.objects.exists():
        _renew_some(stamp)
    sequence()
    # What is sealed now; the files that are sealed when the demonstration is made again go into a further tree.
    leaves = waiting()
    if any(leaf.file for leaf in leaves):
        stamp_once(leaves, stamp)
        sequence()


def _renew_some(stamp: Stamp) -> None:
    """Archived files whose end can be moved; what cannot be proven longer is left alone, as in life."""
    rows = Provable.objects.filter(document__sealed_at__isnull=False, stamp=False, level__in=("B-LT", "B-LTA"))
    files = list(rows.order_by("provable_until", "file").values_list("file", flat=True).distinct()[:TRIED])
    for pk in files:
        if Renewal.objects.count() >= RENEWED:
            return
        try:
            renew_now(File.objects.select_related("version__document__agency").get(pk=pk), stamp)
        except (ItemFailed, ItemHeld):
            continue
