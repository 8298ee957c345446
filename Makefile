# Each target sets up what it needs first. Needs Python 3.11+, git and make; nothing else.
.PHONY: help setup dev run test coverage lint format bench soak constraints clean

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	2>/dev/null && echo $$p && break; done)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

help:
	@echo "make run     set up and chat with Ribao on the console"
	@echo "make test    set up and run lint and all tests"
	@echo "make setup   only leave the command at $(BIN)/ribao"
	@echo "make coverage  all tests, and which lines they reach"
	@echo "make lint    ruff, mypy, import contracts"
	@echo "make bench   timings, printed with the machine they were taken on"
	@echo "make soak    the long tests"

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Ribao needs Python 3.11 or newer; none was found."; exit 1; }
	@echo "Setting up with $$($(PYTHON) --version) ..." >&2
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing; on Debian: apt install python3-venv"; exit 1; }

# The stamps say what was installed, so that a second start is quick.
$(VENV)/.runtime: $(BIN)/python pyproject.toml constraints.txt
	@$(PIP) -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime pyproject.toml constraints.txt
	@$(PIP) -e '.[dev]'
	@touch $@

setup: $(VENV)/.runtime

dev: $(VENV)/.dev

run: setup
	@$(BIN)/ribao run

lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

format: dev
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

test: lint
	$(BIN)/pytest -n 3 --dist worksteal

# Apart, since counting lines is slow in the many processes that tests start.
coverage: dev
	$(BIN)/pytest -n 2 --cov --cov-report=term:skip-covered

soak: dev
	$(BIN)/pytest -n 2 -m soak

bench: dev
	$(BIN)/python -m benchmarks

# Resolves the newest versions that pyproject.toml allows, names and versions only.
constraints: dev
	$(BIN)/python -m pip install --quiet --upgrade --upgrade-strategy eager -e '.[dev]'
	$(BIN)/python -m pip freeze --exclude-editable | sort -f > constraints.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*
