"""Real servers for the tests, without containers: PostgreSQL, Redis, Elasticsearch and Tika Server.

`python -m tests.services --help` says how to use them by hand.
"""
