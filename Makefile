# The commands of everyday life; what they do in detail is in docs/operations.md.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: help install run test check test-embedded test-services bench drill lock fmt clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

install: ## the Python environment in .venv, by the lock file
	@$(PYTHON) scripts/install.py

run: install ## everything: environment, demo archive, web, worker, beat (PORT=8000, REPOSITORY_DATA=var)
	@$(BIN)/python scripts/run.py

test: install ## checks, the suite embedded, and the suite against real servers
	@$(BIN)/python scripts/test.py

check: install ## only the checks: formatting, types, import directions, migrations, messages, compose file
	@$(BIN)/python scripts/test.py --only checks

test-embedded: install ## only the embedded suite
	@$(BIN)/python scripts/test.py --only embedded

test-services: install ## only the suite against real servers
	@$(BIN)/python scripts/test.py --only services

bench: install ## intake and search, measured (BENCH="--documents 100000")
	@$(BIN)/python manage.py bench $(BENCH)

drill: install ## SIGKILL at random instants, then started again and counted (DRILL="--kills 50")
	@$(BIN)/python -m tests.drill $(DRILL)

lock: install ## requirements*.lock from requirements*.in, with hashes and without addresses
	@$(BIN)/python scripts/lock.py

fmt: install ## formats and mends what can be mended
	@$(BIN)/ruff check --fix-only --quiet . ; $(BIN)/ruff format .

clean: ## removes the environment and caches; the archive in REPOSITORY_DATA stays
	rm -rf $(VENV) var/cache var/services .ruff_cache .import_linter_cache
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
