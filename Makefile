# Bare `make` explains itself.
.DEFAULT_GOAL := help
.PHONY: help demo demo-lines test lint types unit emulated pictures bench constraints clean

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11,$(shell $(p) -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $(p))))
STATE := .demo
GUARD ?=

help: ## What can be made here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | awk -F'|' '{printf "%-20s %s\n", $$1, $$2}'

$(VENV)/.runtime: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "runvpc needs Python 3.11 or newer: install it, or say make PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.runtime
	$(BIN)/python -m pip install --disable-pip-version-check --constraint constraints.txt --editable '.[test]'
	@touch $@

demo: $(VENV)/.runtime ## The wizard on the sandbox cloud: from "cannot reach 10.0.0.3" to "connected, proven"
	@RUNVPC_STATE_DIR=$(CURDIR)/$(STATE) $(BIN)/runvpc --sandbox tutorial

demo-lines: $(VENV)/.runtime ## The same without pages, as lines of text, in about half a minute
	@RUNVPC_STATE_DIR=$(CURDIR)/$(STATE) sh docs/demo.sh $(BIN)/runvpc

test: lint types unit ## Everything that must hold

lint: $(VENV)/.test ## Style, formatting and the directions of import
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/.test ## Strict types of source and tests
	$(BIN)/mypy

unit: $(VENV)/.test ## The tests
	$(GUARD) $(BIN)/python -m pytest --numprocesses auto --dist worksteal

emulated: $(VENV)/.test ## Write docs/sandbox.md, the table of what the sandbox emulates
	$(BIN)/python -m wizard.sandbox.emulated docs/sandbox.md

pictures: $(VENV)/.test ## The walk as one moving picture, and the page of keys, for docs/
	$(BIN)/python -m tests.pictures

bench: $(VENV)/.test ## Ratios, measured in one run
	$(BIN)/python -m tests.bench

constraints: $(VENV)/.test ## Write the exact versions in use to constraints.txt
	$(BIN)/python -m pip freeze --exclude-editable > constraints.txt

clean: ## Remove what was made here
	rm -rf $(VENV) $(STATE) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
