# Bare `make` lists what there is. Works with GNU make 3.81 and newer.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/installed
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --no-cache-dir --quiet
# Each worker takes a stretch of the tests, so that those which share a hospital stay together.
PYTEST := $(BIN)/python -m pytest -n 2 --dist worksteal
LOCKING ?= uv

.DEFAULT_GOAL := help
.PHONY: help lab viewer test test-all check bench screenshots lock clean install peers

help: ## list these commands
	@echo 'PACS Lab: a hospital in a folder. Commands:'
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -e 's/:.*## /|/' | \
		while IFS='|' read -r name words; do printf '  make %-10s %s\n' "$$name" "$$words"; done

lab: install ## set everything up, start the hospital and open JupyterLab at the first lesson
	$(BIN)/pacslab up

viewer: install ## fetch the OHIF viewer for JupyterLab's tab (50 MB, once; needs npm)
	$(BIN)/python -m simulator.viewer

test: install peers check ## set everything up, then check the code and run the tests
	$(PYTEST)

test-all: install peers check ## as 'make test', with the slow tests too
	$(PYTEST) -m "slow or not slow"

check: install ## check form, rules and types (ruff, mypy)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: install ## measure us and our peers, side by side
	$(BIN)/python -m benchmarks

screenshots: install peers ## make the README's pictures anew (needs Chromium; OHIF if it is there)
	$(BIN)/python -m docs.make_screenshots

lock: ## choose the newest allowed versions again and write requirements.lock (needs uv)
	$(LOCKING) pip compile pyproject.toml --extra test --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-header --no-emit-index-url --no-annotate --upgrade \
		--output-file requirements.lock

clean: ## remove the virtual environment and all caches; seats stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp holds where the checkout is and what was installed: pip runs only when one has changed,
# so that everything works offline afterwards, even after git has touched the files.
install:
	@{ pwd; cksum requirements.lock pyproject.toml; } 2>/dev/null | cmp -s - $(STAMP) || \
		$(MAKE) --no-print-directory .install

.PHONY: .install
.install:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo \
		"PACS Lab needs Python 3.11 or newer. Install it, then say: make PYTHON=python3.11 ..." >&2; \
		exit 1; }
	@echo "Setting up .venv (the first time this takes a few minutes) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@rm -f $(STAMP)
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@{ pwd; cksum requirements.lock pyproject.toml; } > $(STAMP)

peers: install
	@$(BIN)/python -m tests.peers
