"""The archive's seal for other parts of the program, which give data out and know nothing of keys (repository.registry.Sealer)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from repository.jobs.outcomes import Again, ItemFailed
from signing.audits.closing import key_is_set_up
from signing.audits.verify import signature_check
from signing.sealing.errors import KeyRefused, NoSealKey, SigningFailed
from signing.sealing.seal import purpose_of, sign_bytes


class DataSeal:
    def ready(self) -> bool:
        return key_is_set_up()

    def seal(self, data: bytes, purpose: str) -> bytes:
        try:
            return sign_bytes(data, purpose)
        except (KeyRefused, NoSealKey) as refused:
            # Not tried again by itself: a token locks after several wrong PINs.
            raise ItemFailed("not-signed", refused.said) from refused
        except SigningFailed as failed:
            raise Again("not-signed", failed.said, seconds=60) from failed

    def check(self, data: bytes, seal: bytes, purpose: str) -> tuple[bool | None, str]:
        found = signature_check(data, seal)
        if found.holds is not False and purpose_of(seal) != purpose:
            return False, _("The seal was made for something else.")
        return found.holds, found.said
