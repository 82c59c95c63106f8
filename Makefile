# Every target makes what it needs: `make demo` and `make test` work in a fresh clone.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
NATIVE := runtime/allot_runtime/native/few_rows.c
DERIVED := crds docs/conditions.md docs/metrics.md docs/rules.md
# Binaries of this environment first, so that tools that call tools find the pinned ones.
export PATH := $(CURDIR)/$(BIN):$(PATH)
# Whatever the shell says: a process that finds its modules compiled starts in half the time.
unexport PYTHONDONTWRITEBYTECODE
# Files of tests that run at a time, each process with a control plane of its own.
TEST_PROCESSES ?= 2

.PHONY: help demo down check format generate verify test clean

help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(INSTALLED) ## Start a cluster, install Allot, serve the examples; CONTEXT=name uses a cluster of yours
	@$(BIN)/allot demo $(if $(CONTEXT),--context $(CONTEXT))

down: $(INSTALLED) ## End the demo's cluster (its state stays for the next demo)
	@$(BIN)/allot local down

test: $(INSTALLED) ## Run all tests, on a real control plane of their own
	@# Before the tests: a build of minutes would be the first test's, and count as its time.
	@$(BIN)/allot local build > /dev/null
	@$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(INSTALLED) ## Format, lint, types and import rules
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(INSTALLED) ## Rewrite the code in the house's format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

generate: $(INSTALLED) ## Write what is derived from the code: the CRDs, tables in docs/
	@$(BIN)/python -m allot_api.crd --output crds
	@$(BIN)/python -m allot_api.documentation --output docs
	@$(BIN)/python -m allot_runtime.metrics_page --output docs/metrics.md

verify: generate ## Fail if anything derived is not up to date
	@git diff --exit-code --stat -- $(DERIVED) || { echo "Derived files changed: commit what 'make generate' wrote." >&2; exit 1; }

clean: ## Remove the environment (the clusters' state and caches stay)
	rm -rf $(VENV)

$(INSTALLED): pyproject.toml constraints.txt hatch_build.py $(NATIVE)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Allot needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) --version 2>&1). Name another: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "Making the Python environment in $(VENV) (once; about a minute, 5 GB for torch) ..." >&2
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python -c constraints.txt -e '.[dev]'
	@touch $@
