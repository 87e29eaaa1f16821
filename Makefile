# The one place where the project's commands are written down; CI runs these targets.
VENV ?= .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

.PHONY: dev check unit test clean

dev: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with venv is needed; ./install.sh --no-setup installs it"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/pip install --quiet --group dev --editable .
	@touch $@

check: dev
	$(BIN)/ruff format --check src tests
	$(BIN)/ruff check src tests
	$(BIN)/mypy

unit: dev
	$(BIN)/pytest tests/unit tests/cli tests/architecture

test: check
	$(BIN)/pytest tests/unit tests/cli tests/architecture

e2e: dev
	$(BIN)/pytest tests/e2e

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache
