"""Static files: the fonts cut to the letters in use, then the files of all apps collected and compressed in one folder."""

import hashlib
import io
import logging
import os
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")


def is_current() -> bool:
    """Whether nothing has changed since the files were collected."""
    from django.conf import settings

    stamp = _stamp()
    return stamp.exists() and Path(settings.STATIC_ROOT).exists() and stamp.read_text() == _state()


def build() -> None:
    from django.core.management import call_command

    logging.getLogger("fontTools").setLevel(logging.WARNING)
    call_command("build_fonts", stdout=io.StringIO())
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    _stamp().write_text(_state())


def _stamp() -> Path:
    from django.conf import settings

    return Path(settings.BUILD_DIR) / "collected.sha256"


def _state() -> str:
    """A digest of name, size and time of every static file, and of the lock file, which the fonts come from."""
    from django.contrib.staticfiles.finders import get_finders

    seen = hashlib.sha256((Path(__file__).parent.parent / "requirements-image.lock").read_bytes())
    for finder in get_finders():
        for name, storage in finder.list([]):
            changed = Path(storage.path(name)).stat()
            seen.update(f"{name} {changed.st_size} {changed.st_mtime_ns}\n".encode())
    return seen.hexdigest()


if __name__ == "__main__":
    import django

    django.setup()
    build()
