"""What has to be so before the processes start: database, translations, fonts, static files, and a demo if wanted.

Each step does nothing where it is done already, so that it may run before every start.
"""

import argparse
import hashlib
import os
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")


def say(text: str) -> None:
    print(f"prepare: {text}", flush=True)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demo", action="store_true", help="make the demo archive where there is no archive yet")
    asked = parser.parse_args(arguments)

    import django
    from django.core.exceptions import ImproperlyConfigured

    from scripts.messages import compile_messages

    try:
        django.setup()
    except ImproperlyConfigured as mistake:
        say(str(mistake))
        return 1
    compile_messages()
    migrate()
    build_static_files()
    if asked.demo and archive_is_empty():
        from django.core.management import call_command

        call_command("make_demo")
    return 0


def migrate() -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("database")
        call_command("migrate", interactive=False, verbosity=0)


def build_static_files() -> None:
    """Fonts are cut to the letters in use, then all static files are collected, when one of them has changed."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command, get_commands

    if "build_fonts" in get_commands():
        call_command("build_fonts", verbosity=0)
    seen = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            changed = Path(storage.path(name)).stat()
            seen.update(f"{name} {changed.st_size} {changed.st_mtime_ns}\n".encode())
    stamp = Path(settings.BUILD_DIR) / "collected.sha256"
    if stamp.exists() and stamp.read_text() == seen.hexdigest() and Path(settings.STATIC_ROOT).exists():
        return
    say("static files")
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(seen.hexdigest())


def archive_is_empty() -> bool:
    from repository.models import Agency

    return not Agency.objects.exists()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
