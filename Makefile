# The one place where the project's commands are written down; CI runs these targets.
VENV ?= .venv
BIN := $(VENV)/bin
SERVER := images/thoth-ai
SERVER_VENV ?= $(SERVER)/.venv
PYTHON ?= $(shell for p in /usr/bin/python3 python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
WORKERS ?= 2
PYTEST = pytest --numprocesses $(WORKERS) --dist loadfile
ENCODER := $(wildcard $(SERVER)/thoth_ai/importing/postgres/native/*)

# What depends on the database runs a second time, on PostgreSQL.
ON_POSTGRES := $(addprefix tests/server/test_,access.py any_database.py history.py http.py import.py import_bird_folders.py \
	comparing.py import_comments.py import_exact.py import_fuzz.py import_gold.py import_killed.py import_meanwhile.py \
	import_postgres.py import_refusals.py import_restarted.py import_resumed.py import_verified.py \
	jobs.py knowledge_round_trip.py metrics.py model_answers.py workspaces.py worker.py documents.py examples.py \
	profiles.py describing.py import_hostile.py value_index.py value_renewing.py import_tables.py)

.PHONY: dev server-dev engine browser check unit server test e2e faults large bench bench-backup bench-upgrade bench-import bench-values wheel dist docs clean

dev: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with venv is needed; ./install.sh --yes --no-setup installs it"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/pip install --quiet --group dev --editable .
	@touch $@

server-dev: $(SERVER_VENV)/.installed

$(SERVER_VENV)/.installed: $(SERVER)/requirements.lock $(SERVER)/pyproject.toml $(ENCODER)
	$(PYTHON) -m venv $(SERVER_VENV)
	$(SERVER_VENV)/bin/pip install --quiet --upgrade 'pip>=25.1'
	$(SERVER_VENV)/bin/pip install --quiet --require-hashes -r $(SERVER)/requirements.lock
	cd $(SERVER) && $(abspath $(SERVER_VENV))/bin/pip install --quiet --group dev
	$(SERVER_VENV)/bin/python $(SERVER)/thoth_ai/importing/postgres/native/build.py --install
	@touch $@

engine:
	@docker version >/dev/null 2>&1 && docker compose version >/dev/null 2>&1 && docker buildx version >/dev/null 2>&1 \
		|| ./install.sh --yes --no-setup

browser:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null \
		|| { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; } \
		|| { echo "the tests of the page need Chromium: install it, then try again"; exit 1; }

check: dev server-dev
	$(BIN)/ruff format --check src tests docs $(SERVER)
	$(BIN)/ruff check src tests docs $(SERVER)
	$(BIN)/mypy
	cd $(SERVER) && $(abspath $(SERVER_VENV))/bin/mypy

unit: dev
	$(BIN)/$(PYTEST) tests/unit tests/cli tests/architecture tests/contract tests/docs

server: server-dev
	cd $(SERVER) && $(abspath $(SERVER_VENV))/bin/$(PYTEST)
	cd $(SERVER) && THOTH_TEST_DATABASE=postgres $(abspath $(SERVER_VENV))/bin/$(PYTEST) $(ON_POSTGRES)

test: check engine browser server
	$(BIN)/$(PYTEST) -m "not bench and not faults and not large" tests

e2e: dev engine browser
	$(BIN)/$(PYTEST) -m "not faults and not large" tests/e2e

# Cut-off plans wait most of their time.
faults: WORKERS = 3
faults: dev engine
	@THOTH_FAULTS=docs/reference/faults.json $(BIN)/$(PYTEST) -m faults --timeout 3600 tests/e2e

large: dev engine
	$(BIN)/pytest -m large --show-capture=no tests/e2e/test_round_trip.py

bench: dev engine
	$(BIN)/pytest -m bench tests/bench

bench-backup: dev engine
	$(BIN)/pytest -m bench --timeout 3600 --show-capture=no tests/bench/test_backup.py

bench-upgrade: dev engine
	$(BIN)/pytest -m bench --timeout 3600 tests/bench/test_upgrade.py

bench-values: server-dev
	cd $(SERVER) && $(abspath $(SERVER_VENV))/bin/pip install --quiet --group values-bench
	cd $(SERVER) && PYTHONPATH=.:../../tests $(abspath $(SERVER_VENV))/bin/python -m tests.bench.values_bench --write

bench-import: server-dev
	-cd $(SERVER) && $(abspath $(SERVER_VENV))/bin/pip install --quiet --group import-bench
	cd $(SERVER) && PYTHONPATH=.:../../tests $(abspath $(SERVER_VENV))/bin/python -m tests.bench.import_bench --write

wheel: dev
	$(BIN)/pip wheel --quiet --no-deps --wheel-dir dist .

docs: dev server-dev
	$(BIN)/python docs/generate.py
	cd $(SERVER) && PYTHONPATH=. $(abspath $(SERVER_VENV))/bin/python $(CURDIR)/docs/generate_api.py

dist: wheel
	$(BIN)/thothctl render dist --force

clean:
	rm -rf $(VENV) $(SERVER_VENV) build dist .mypy_cache .ruff_cache .pytest_cache
