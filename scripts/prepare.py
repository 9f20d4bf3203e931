"""What has to be so before the processes start: database, translations, fonts, static files, and a demo if wanted.

Each step does nothing where it is done already, so that it may run before every start.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from scripts import static

ROOT = Path(__file__).resolve().parent.parent
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
    building = start_building_static_files()
    migrate()
    if asked.demo:
        make_demo()
    return 0 if static_files_are_built(building) else 1


def migrate() -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("database")
        call_command("migrate", interactive=False, verbosity=0)


def start_building_static_files() -> subprocess.Popen[str] | None:
    """In a process of its own, beside the database's work; None where nothing has changed."""
    if static.is_current():
        return None
    say("static files")
    command = [sys.executable, "-m", "scripts.static"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def static_files_are_built(process: subprocess.Popen[str] | None) -> bool:
    if process is None:
        return True
    said, _ = process.communicate()
    if process.returncode:
        say(f"the static files could not be built:\n{said}")
    return process.returncode == 0


def make_demo() -> None:
    """Files the demo archive where there is no archive, or goes on where an earlier start was interrupted.

    The program starts without a part of it too: what failed is said, and tried again at the next start.
    """
    from django.conf import settings
    from django.core.management import CommandError, call_command

    from repository.models import Agency

    unfinished = Path(settings.DATA) / "demo" / "unfinished"
    if Agency.objects.exists() and not unfinished.exists():
        return
    say("demo archive")
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    unfinished.touch()
    try:
        call_command("make_demo")
    except CommandError as error:
        say(f"the demo archive is not complete: {error}")
    except SystemExit:
        say("the demo archive is not complete: see above")
    else:
        unfinished.unlink()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        say("stopped; the next start goes on from here")
        sys.exit(130)
