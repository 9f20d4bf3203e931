"""The kinds of findings of the watch, and the sentences that tell people of them."""

from __future__ import annotations

from django.utils.translation import gettext as _

from repository.models import Finding
from repository.registry import registry

STORE_CHANGED = "store-changed"
STORE_UNEXPECTED = "store-unexpected"
BYTES_MISSING = "bytes-missing"
BYTES_CHANGED = "bytes-changed"
RETENTION_ENDED = "retention-ended"


def _store_changed(finding: Finding) -> str:
    words = {
        "checksum-mismatch": _("A sealed file is not what it was: %(path)s"),
        "file-missing": _("A sealed file is gone: %(path)s"),
        "unexpected-file": _("Something stands in a sealed object that was not sealed with it: %(path)s"),
        "unreadable": _("A sealed file cannot be read: %(path)s"),
    }
    return words.get(finding.body.get("kind", ""), "%(path)s") % {"path": finding.body.get("path", "")}


def register_titles() -> None:
    registry.finding_titles.update(
        {
            STORE_CHANGED: _store_changed,
            STORE_UNEXPECTED: lambda finding: (
                _("The store holds something that no record speaks of: %(path)s")
                % {"path": finding.body.get("path", "")}
            ),
            BYTES_MISSING: lambda finding: (
                _("The bytes of a file are nowhere to be found: %(name)s") % {"name": finding.body.get("name", "")}
            ),
            BYTES_CHANGED: lambda finding: (
                _("The bytes of a file are not those that were received: %(name)s")
                % {"name": finding.body.get("name", "")}
            ),
            RETENTION_ENDED: lambda finding: _("The retention period has ended; the dossier may be appraised."),
        }
    )
