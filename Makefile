# The only door. `make` prints what it can do; everything it needs is made on the way.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PORT ?= 8000
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
# Debian leaves ensurepip out of a plain python3: then the machine's pip fills the environment.
PIP := $(PYTHON) -m pip --python $(BIN)/python --disable-pip-version-check -qq
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD := 1

.PHONY: help run serve setup dev browser test check lint types docs accept kit lock bench clean

help: ## Print this
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

$(BIN)/python:
	@echo "Making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || $(PYTHON) -m venv --clear --without-pip $(VENV)

$(VENV)/.run: requirements/run.txt | $(BIN)/python
	@echo "Installing what Handbill needs (once)"
	@$(PIP) install --require-hashes -r requirements/run.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt | $(BIN)/python
	@echo "Installing what the tests need (once)"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@ $(VENV)/.run

setup: $(VENV)/.run ## Make the environment, nothing else

run: $(VENV)/.run ## Start Handbill with a demo site at http://127.0.0.1:8000; another port: make run PORT=9000
	@HANDBILL_ENV=development HANDBILL_BASE_URL=$${HANDBILL_BASE_URL:-http://127.0.0.1:$(PORT)} \
	HANDBILL_PREVIEW_ANONYMOUS=$${HANDBILL_PREVIEW_ANONYMOUS:-on} HANDBILL_LOG_FORMAT=$${HANDBILL_LOG_FORMAT:-text} \
	exec $(BIN)/flask --app wsgi serve --demo --port $(PORT)

dev: $(VENV)/.dev browser node_modules/.stamp ## Make everything that developing needs

browser:
	@command -v chromium >/dev/null || { \
	  if [ "$$(id -u)" = 0 ]; then echo "Installing Chromium (once)"; \
	    apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	  else echo "The browser tests need Chromium. Install it with: sudo apt install chromium" >&2; exit 1; fi; }

node_modules/.stamp: package-lock.json $(VENV)/.dev
	@$(BIN)/python -m embed.kit_build --install
	@touch $@

test: dev ## Run every test, in real browsers and on real databases
	@# The browser's driver keeps an event loop in its process, which the job engine does not bear: two runs.
	@$(BIN)/python -m pytest tests -n 2 --dist loadfile -q --ignore tests/browser
	@$(BIN)/python -m pytest tests/browser -n 3 --dist loadfile -q

check: dev lint types test ## Everything that must be green before a commit

lint: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet . || { echo "Run: .venv/bin/ruff format ." >&2; exit 1; }
	@$(BIN)/deptry . 2>&1 | tail -n 3; exit $${PIPESTATUS[0]}

types: $(VENV)/.dev node_modules/.stamp
	@$(BIN)/mypy
	@$(BIN)/python -m embed.kit_build --types

docs: $(VENV)/.dev ## Write the made parts of the docs anew
	@$(BIN)/python -m docs.made

accept: $(VENV)/.dev ## Take today's answers as the golden ones; read the difference before you commit it
	@$(BIN)/python -m tests.accept

kit: dev ## Build the script's files of this version
	@$(BIN)/python -m embed.kit_build

lock: $(VENV)/.dev ## Pin every requirement with its hashes
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate --no-emit-index-url \
	  --python-version 3.11 pyproject.toml --extra postgres --extra redis -o requirements/run.txt
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate --no-emit-index-url \
	  --python-version 3.11 pyproject.toml --all-extras -c requirements/run.txt -o requirements/dev.txt

bench: dev ## Measure the budgets, with the peers in the same run
	@for script in bench/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

clean: ## Remove what was made, but not the data folder
	@rm -rf $(VENV) node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis
