# Two commands do everything on a machine with Python 3.10 or newer and make:
#
#   make demo    see the driver at work
#   make test    run every test
#
# `make help` lists the rest. Works with GNU make 3.81 (macOS) and newer.

# The first Python that is new enough; say `make PYTHON=/path/to/python3 ...` for another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.10; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check
VERSIONS := 3.10 3.11 3.12 3.13
# Given to pytest: make test ARGS='-k cursor -x'
ARGS ?=
# How many processes run the tests, one for each core if not said; 0: none beside pytest's own.
JOBS ?= auto
PYTEST := -m pytest -n $(JOBS) --maxprocesses=8 --dist loadfile

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-all foreign lint format types check property fuzz integration soak coverage bench docs clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /|/' | \
		awk -F'|' '{ printf "  make %-12s %s\n", $$1, $$2 }'

demo: $(VENV)/.demo  ## start the embedded engine, load data, query it, print rows
	$(BIN)/python examples/demo.py

test: $(VENV)/.test  ## every test: unit, property, integration
	$(BIN)/python $(PYTEST) $(ARGS)

test-all:  ## the tests under each Python from 3.10 to 3.13 that is here
	@ran=""; for version in $(VERSIONS); do \
		python=$$($(call find_python,$$version)); \
		if [ -z "$$python" ]; then echo "Python $$version: not here, left out"; continue; fi; \
		echo "Python $$version: $$python"; \
		$(MAKE) --no-print-directory test PYTHON="$$python" VENV=.venvs/$$version || exit 1; \
		ran="$$ran $$version"; \
	done; \
	[ -n "$$ran" ] || { echo "none of $(VERSIONS) is here"; exit 1; }; echo "passed under:$$ran"

foreign: .venvs/foreign/.foreign  ## every client that is not ours, against the fake server
	RS_DRIVER_TEST_FOREIGN=1 .venvs/foreign/bin/python $(PYTEST) \
		tests/integration/test_foreign_matrix.py tests/integration/test_foreign_clients.py \
		"tests/integration/test_testing_docs.py::test_block[fake-server.md-test_redshift_connector]" \
		$(ARGS)

lint: $(VENV)/.dev  ## ruff: rules and format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: $(VENV)/.dev  ## let ruff fix what it can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

types: $(VENV)/.dev  ## mypy --strict
	$(BIN)/mypy

check: lint types test  ## lint, types and test

property: $(VENV)/.test  ## the property tests with ten times the examples
	$(BIN)/python $(PYTEST) tests/property --hypothesis-profile=thorough $(ARGS)

fuzz: $(VENV)/.test  ## every decoder against damaged bytes: ARGS="--seconds 600 --target 'codec:*'"
	cd tests && ../$(BIN)/python -m support.fuzz --directory ../fuzz-findings $(ARGS)

integration: $(VENV)/.test  ## against a PostgreSQL that the tests start
	$(BIN)/python $(PYTEST) tests/integration $(ARGS)

soak: $(VENV)/.test  ## ten thousand interrupts and thousands of cancelled tasks, over TLS
	RS_DRIVER_TEST_SOAK=20 $(BIN)/python -m pytest -s tests/integration/test_interrupts.py $(ARGS)

coverage: $(VENV)/.dev  ## every test, with branch coverage
	$(BIN)/coverage run -m pytest $(ARGS)
	$(BIN)/coverage report

bench: .venvs/bench/.bench  ## against the other drivers: numbers to read, nothing passes or fails
	PYTHONPATH=tests .venvs/bench/bin/python benchmarks/run.py $(ARGS)

docs: $(VENV)/.test  ## links, ADR index and what the docs say of the code
	$(BIN)/python -m pytest tests/unit/test_docs.py $(ARGS)

clean:  ## remove what make and the tools created
	rm -rf .venv .venvs build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache .coverage htmlcov
	find src tests examples benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# A Python of the version $(1): on PATH, or among pyenv's. Prints its path or nothing.
define find_python
for p in python$(1) "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/$(1).*/bin/python3; do \
	"$$p" -c "import sys; print(sys.executable) if '%d.%d' % sys.version_info[:2] == '$(1)' \
	else sys.exit(1)" 2>/dev/null && break; done
endef

# Debian keeps venv's pip apart, in python3-venv. Where that is not installed but pip is,
# pip can fill the environment itself.
$(BIN)/python:
	@[ -n "$(PYTHON)" ] || { echo "Python 3.10 or newer is needed; none was found on PATH"; exit 1; }
	@$(PYTHON) -m venv $(VENV) 2>/dev/null || { \
		rm -rf $(VENV); $(PYTHON) -m venv --without-pip $(VENV) && \
		$(PYTHON) -m pip --python $(BIN)/python install --quiet pip; } || { \
		rm -rf $(VENV); \
		echo "$(PYTHON) cannot make a virtual environment; on Debian: apt-get install python3-venv"; \
		exit 1; }

# One stamp for each set of packages: installed again only when pyproject.toml changes.
$(VENV)/.demo: pyproject.toml | $(BIN)/python
	$(BIN)/python $(PIP_INSTALL) -e ".[engine]"
	@touch $@

$(VENV)/.test: pyproject.toml | $(BIN)/python
	$(BIN)/python $(PIP_INSTALL) -e ".[test]"
	@touch $@ $(VENV)/.demo

# An environment of its own: redshift_connector and pg8000 do not agree on scramp for long.
.venvs/foreign/.foreign: pyproject.toml
	@$(MAKE) --no-print-directory VENV=.venvs/foreign .venvs/foreign/bin/python
	.venvs/foreign/bin/python $(PIP_INSTALL) -e ".[foreign]"
	@touch $@

# For the same reason.
.venvs/bench/.bench: pyproject.toml
	@$(MAKE) --no-print-directory VENV=.venvs/bench .venvs/bench/bin/python
	.venvs/bench/bin/python $(PIP_INSTALL) -e ".[bench]"
	@touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	$(BIN)/python $(PIP_INSTALL) -e ".[dev]"
	@touch $@ $(VENV)/.test $(VENV)/.demo
