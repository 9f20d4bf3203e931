"""Tesseract with Vietnamese, which reads scans: from Debian where we may install it, else said once."""

import shutil
import subprocess
from pathlib import Path

from scripts import debian


def reads_vietnamese() -> bool:
    if shutil.which("tesseract") is None:
        return False
    listed = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, check=False)
    return "vie" in listed.stdout.split()


def provide(data: Path) -> str | None:
    """Installs Tesseract where it is missing and may be installed. Returns what a person should know, once."""
    if reads_vietnamese():
        return None
    try:
        debian.install("tesseract-ocr", "tesseract-ocr-vie")
    except debian.NotInstalled as reason:
        told = data / "cache" / "without-tesseract"
        if told.exists():
            return None
        told.parent.mkdir(parents=True, exist_ok=True)
        told.touch()
        return f'scans will say "OCR pending", for Tesseract is not installed: {reason}'
    return "installed Tesseract, which reads scans, from Debian"
