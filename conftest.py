"""At the root, so that every test finds the packages and the marks of `tests/services/plugin.py`."""

pytest_plugins = ["tests.services.plugin"]
