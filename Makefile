# The commands of everyday life; what they do in detail is in docs/operations.md.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
# Hundreds of processes would compile a thousand modules each, where a machine forbids Python to keep what it compiled.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install run test check test-embedded test-services bench bench-relevance drill screens lock fmt clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

install: ## the Python environment in .venv, by the lock file
	@$(PYTHON) -m scripts.install

run: install ## everything: environment, demo archive, web, worker, beat (PORT=8000, REPOSITORY_DATA=var)
	@$(BIN)/python -m scripts.run

test: install ## checks, the suite embedded, and the suite against real servers
	@$(BIN)/python -m scripts.test

check: install ## only the checks: formatting, types, import directions, migrations, messages, compose file
	@$(BIN)/python -m scripts.test --only checks

test-embedded: install ## only the embedded suite
	@$(BIN)/python -m scripts.test --only embedded

test-services: install ## only the suite against real servers
	@$(BIN)/python -m scripts.test --only services

bench: install ## intake and search, measured (BENCH="--documents 100000")
	@$(BIN)/python manage.py bench $(BENCH)

bench-relevance: install ## how well questions find what answers them, on samples/retrieval (BENCH="--fit")
	@$(BIN)/python manage.py bench_relevance $(BENCH)

drill: install ## SIGKILL at random instants, a full disk, broken files; then everything is counted (DRILL="kills --seed 2")
	@$(BIN)/python manage.py drill $(DRILL)

screens: install ## the guide's pictures anew, and every page as every role into var/screens (SCREENS="--guide")
	@$(BIN)/python -m scripts.screens $(SCREENS)

lock: install ## requirements*.lock from requirements*.in, with hashes and without addresses
	@$(BIN)/python -m scripts.lock

fmt: install ## formats and mends what can be mended
	@$(BIN)/ruff check --fix-only --quiet . ; $(BIN)/ruff format .

clean: ## removes the environment and caches; the archive in REPOSITORY_DATA stays
	rm -rf $(VENV) var/cache var/services .ruff_cache .import_linter_cache
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
