#!/usr/bin/env python3
"""The command line of Văn Khố: every command is an action with a bar for people and --json for machines."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as wrong:
        # A wrong setting is the operator's to mend: one line that says so, not a traceback.
        sys.exit(f"Văn Khố cannot start: {wrong}")


if __name__ == "__main__":
    main()
