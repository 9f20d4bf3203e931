"""A migrated PostgreSQL database that the test databases are copied from: 150 migrations once a server, not once a worker."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]
ONE_AT_A_TIME = 1945_09_02
"""The key of the advisory lock that workers wait for while the first of them migrates."""


def template_database(url: str, state: str) -> str:
    """Returns the name of a database in the state of the migrations that `state` names, made if it is not there yet."""
    name = f"migrated_{state}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return name
        draft = sql.Identifier(f"{name}_draft")  # a killed run leaves a draft, never half a template
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(draft))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(draft))
        address = urlunsplit(urlsplit(url)._replace(path=f"/{name}_draft"))
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--no-input"]
        subprocess.run(migrate, cwd=ROOT, env=os.environ | {"DATABASE_URL": address}, check=True)
        connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(draft, sql.Identifier(name)))
    return name
