# Jisr. `make demo` and `make test` do all their own set-up: Python 3.11 or newer and make are enough.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/ready
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help setup browser demo run test long check format semantic bench messages lock clean

help: ## Show what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

setup: $(STAMP) ## Create .venv with the pinned libraries (seconds when nothing changed)

$(STAMP): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Jisr needs Python 3.11 or newer: make PYTHON=python3.11")'
	@echo "Setting up .venv (a minute or two, once)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

browser: setup ## Bring Chromium for the browser tests where the package manager may
	@sh scripts/browser

demo: setup ## Open the sandbox: the whole network on this machine, no account needed
	@$(BIN)/jisr demo

run: setup ## Run Jisr with the accounts named in the environment
	@$(BIN)/jisr run

test: setup browser ## Run every test (minutes; offline but for the set-up)
	@$(PYTEST) -q -n auto --dist worksteal

long: setup browser ## Run every test in its long form (200 kills of 10,000 messages, ...)
	@$(PYTEST) -q --long

check: setup ## Format, lint, types, floors, docstrings, catalogues (seconds)
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/interrogate --quiet bot handlers network locales
	@$(BIN)/python -m locales.check
	@$(PYTEST) -q tests/house

format: setup ## Put the code in the house's form
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .

messages: setup ## Take new texts into the catalogues
	@$(BIN)/python -m locales.update

semantic: setup ## Install the optional search by meaning (90 MB)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/semantic.txt

bench: semantic ## Measure, beside a reference in the same run (minutes; BENCH=--quick: one round)
	@$(BIN)/python -m benchmarks $(BENCH)

lock: setup ## Resolve the pinned versions again (needs uv)
	uv pip compile pyproject.toml -p 3.11 --universal --generate-hashes --no-emit-index-url --no-annotate --no-header -q -o requirements/run.txt
	uv pip compile pyproject.toml --group dev -p 3.11 --universal --generate-hashes --no-emit-index-url --no-annotate --no-header -q -c requirements/run.txt -o requirements/dev.txt
	uv pip compile pyproject.toml --extra semantic -p 3.11 --universal --generate-hashes --no-emit-index-url --no-annotate --no-header -q -c requirements/run.txt -o requirements/semantic.txt
	uv pip compile --group build -p 3.11 --universal --generate-hashes --no-emit-index-url --no-annotate --no-header -q -c requirements/dev.txt -o requirements/build.txt

clean: ## Remove what was built (never the data folder)
	rm -rf .venv dist .pytest_cache .mypy_cache .ruff_cache .hypothesis tests/output
