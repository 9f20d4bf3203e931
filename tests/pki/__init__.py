"""The authority that tests sign and verify under; made once on a machine and shared by all test processes."""

import os
import tempfile
from functools import cache
from pathlib import Path

from demo.pki import DemoPki


@cache
def authority() -> DemoPki:
    owner = os.getuid() if hasattr(os, "getuid") else "user"
    return DemoPki(Path(tempfile.gettempdir()) / f"van-kho-test-pki-{owner}")
