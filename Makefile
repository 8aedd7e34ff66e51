# Everything runs from a clean clone with Python ≥ 3.11: no server, no token, no sudo.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCALES := bot/locales
EXTRACT := $(BIN)/pybabel -q extract -F $(LOCALES)/babel.cfg -k mark --no-location --sort-output --no-wrap \
	--project nhacchuan --copyright-holder "the Nhắc Chuẩn developers" bot handlers
export NHACCHUAN_HOME ?= var
unexport PYTHONDONTWRITEBYTECODE # what is compiled once is not compiled again by every process

.PHONY: help demo test bench profiles drills check texts texts-check migrate run env env-dev lock

help: ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

demo: env ## sample province, a short real conversation, then the web chat on http://127.0.0.1:8080 (DEMO_ONCE=1: only the conversation)
	@NHACCHUAN_HOME=$${NHACCHUAN_HOME:-var}/demo $(BIN)/nhacchuan demo $(if $(DEMO_ONCE),--once)

test: env-dev ## the whole test suite (COVERAGE=1: measured as well, as .ci/run does; fails below the floor)
	@$(BIN)/python -m compileall -q -j 0 bot handlers knowledge storage tests
	$(BIN)/python -m pytest -n auto $(if $(COVERAGE),--cov --cov-report=term)

bench: env-dev ## every benchmark, one table, peers in the same run (SHORT=1: each in small, to see that it runs)
	$(BIN)/python -m tests.bench $(if $(SHORT),--short)

profiles: env-dev ## where the time of the slowest parts goes, under a profiler, into docs/profiles (ONLY=judging)
	$(BIN)/python -m tests.bench.profiles $(ONLY)

drills: env-dev ## what goes wrong on purpose: kill -9, no database, no platform, broken clocks and inputs (SHORT=1: some minutes; ONLY=kills)
	$(BIN)/python -m tests.drills $(if $(SHORT),--short) $(foreach one,$(ONLY),--only $(one))

check: env-dev texts-check ## lint, types, catalogues, layers, known weaknesses of what is installed (ADVISORIES=URL: of another source)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m tests.advisories
	$(BIN)/python -m pytest -q tests/test_layers.py tests/test_catalogues.py

texts: env-dev ## extract, update and compile the catalogues
	$(EXTRACT) -o $(LOCALES)/messages.pot
	$(BIN)/pybabel -q update -i $(LOCALES)/messages.pot -d $(LOCALES) -l vi --no-fuzzy-matching --no-wrap --ignore-pot-creation-date
	$(BIN)/pybabel -q compile -d $(LOCALES)

texts-check: env-dev
	@$(BIN)/pybabel -q compile -d $(LOCALES)

migrate: env ## create or migrate the database
	$(BIN)/nhacchuan init

run: env ## web chat, console, Telegram and Zalo where they are set, and a worker that plans and sends
	$(BIN)/nhacchuan run

lock: env-dev ## pin every dependency anew
	$(BIN)/python -m pip install -q uv
	$(BIN)/uv pip compile pyproject.toml -q --universal --python-version 3.11 --no-emit-index-url --no-header --no-annotate -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml -q --extra dev -c requirements.lock --universal --python-version 3.11 --no-emit-index-url --no-header --no-annotate -o requirements-dev.lock

env: $(VENV)/.ready

env-dev: $(VENV)/.ready-dev

$(VENV)/.ready: requirements.lock pyproject.toml $(wildcard $(LOCALES)/*/LC_MESSAGES/messages.po)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is " + sys.version.split()[0])'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what is needed (once) …"
	@$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	@$(BIN)/pybabel -q compile -d $(LOCALES)
	@echo "Learning to read questions (once, some seconds) …"
	@$(BIN)/python -m knowledge.understanding.learned
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements-dev.lock
	@touch $@
