"""Where the real sample files are; tests on them skip with a reason where the folder is absent."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def samples_folder() -> Path | None:
    """The folder named by VANKHO_SAMPLES, else `../shared/samples` beside the checkout; None where there is none."""
    folder = Path(os.environ.get("VANKHO_SAMPLES") or ROOT.parent / "shared" / "samples")
    return folder if folder.is_dir() else None


needs_samples = pytest.mark.skipif(
    samples_folder() is None, reason="no sample files: set VANKHO_SAMPLES or lay them in ../shared/samples"
)
