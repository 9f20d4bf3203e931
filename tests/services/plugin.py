"""The marks `services` and `both_profiles`: which tests need which real server.

- `@pytest.mark.services("postgresql")`: only against that server (several may be named; none means all four).
- `@pytest.mark.both_profiles`: in the embedded run, and once more in the run with the servers.

A test whose servers the environment does not name is skipped with the variables that are missing.
"""

import os

import pytest

VARIABLES = {
    "postgresql": "DATABASE_URL",
    "redis": "REDIS_URL",
    "elasticsearch": "ELASTICSEARCH_URL",
    "tika": "TIKA_SERVER_URL",
}


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("services"):
        if unknown := set(mark.args) - set(VARIABLES):
            pytest.fail(f"no such server: {', '.join(sorted(unknown))}; there are {', '.join(VARIABLES)}")
        missing = [VARIABLES[name] for name in mark.args or VARIABLES if not os.environ.get(VARIABLES[name])]
        if missing:
            pytest.skip(f"{', '.join(missing)} not set; python -m tests.services up starts the servers")
