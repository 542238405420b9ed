# `make demo` opens the dashboard on a demo cluster; `make test` runs every check.
# Both first set up what is missing in .venv (Python 3.11 or newer and pip are enough).

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST_ARGS ?= -n 2 --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help demo test check fmt lint types layers unit snap bench test-envtest control-plane lock clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.runtime ## Open the dashboard on a demo cluster
	@$(BIN)/grove-tui --demo

test: check unit ## Run every check: format, lint, types, layers, tests

check: fmt lint types layers ## Run the static checks

fmt: $(VENV)/.dev
	$(BIN)/ruff format --check .

lint: $(VENV)/.dev
	$(BIN)/ruff check .

types: $(VENV)/.dev
	$(BIN)/mypy

layers: $(VENV)/.dev
	$(BIN)/lint-imports

unit: $(VENV)/.dev ## Run the tests (PYTEST_ARGS adds arguments)
	$(BIN)/pytest $(PYTEST_ARGS)

snap: $(VENV)/.dev ## Store the screens of the snapshot tests anew; look at the difference
	$(BIN)/pytest tests/screens --snapshot-update

bench: $(VENV)/.dev ## Measure speed and memory; one line per figure
	@$(BIN)/python -m benchmarks

test-envtest: $(VENV)/.dev ## Run the workload tests on a real control plane (KUBEBUILDER_ASSETS)
	$(BIN)/pytest tests/envtest -m envtest

control-plane: ## Build a current Kubernetes for test-envtest and print its directory (needs Go)
	@tests/envtest/kubernetes/build

lock: $(VENV)/.dev ## Choose dependency versions anew
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
	  pyproject.toml -o requirements/runtime.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
	  pyproject.toml --group dev -o requirements/dev.txt

$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "grove-tui needs Python 3.11 or newer: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: $(VENV)/bin/pip requirements/runtime.txt pyproject.toml
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	$(BIN)/pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/dev.txt
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

clean: ## Remove the virtual environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
