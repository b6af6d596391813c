# Two commands are enough: `make demo` and `make test`. Both set everything up first.
# Needed: Python 3.11 or newer, make, a C compiler.

VENV     := .venv
BIN      := $(VENV)/bin
STAMP    := $(VENV)/.installed
EXTRAS   ?= dev,fast
JOBS     ?= 2
PORT     ?= 8000
# The tests of the review site run a second time on a PostgreSQL server of their own, where it is installed.
POSTGRES := $(firstword $(wildcard /usr/lib/postgresql/*/bin/initdb) $(shell command -v initdb 2>/dev/null))
ON_POSTGRES := tests/review tests/web tests/programme tests/test_register.py tests/browser/test_standard_path.py
AS_OF    := 2025-01-01
OBSERVATORY := $(BIN)/observatory --workspace .
SAMPLE   := corpora/sample/out
# The first interpreter that is new enough; name another with: make demo PYTHON=/path/to/python
PYTHON   ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)

.DEFAULT_GOAL := help
.PHONY: help demo test check lint format serve bench clean clean-demo

help:  ## Show what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | awk -F'\t' '{printf "  make %-12s %s\n", $$1, $$2}'

$(STAMP): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with venv is needed; on Debian: apt-get install python3-venv" >&2; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$(EXTRAS)]'
	@touch $@

demo: $(STAMP)  ## Find the professions that emerge in the invented sample, and write a dossier
	$(BIN)/python corpora/sample/generate.py --out $(SAMPLE)
	$(OBSERVATORY) taxonomy add corpora/sample/taxonomy.csv --scheme csv --name isco-08 --version 2008 --released 2008-01-01
	$(OBSERVATORY) import $(SAMPLE)/invented-*
	$(OBSERVATORY) run --as-of $(AS_OF)
	@echo
	@$(OBSERVATORY) candidates --as-of $(AS_OF) --limit 20
	@echo
	@echo "The dossier of the first one, to open in a browser:"
	@$(OBSERVATORY) dossier 1 --as-of $(AS_OF)

test: $(STAMP)  ## Run all tests
	$(BIN)/pytest -n $(JOBS) --dist loadfile
	@if [ -z "$(POSTGRES)" ] && [ -z "$$OBSERVATORY_REQUIRE_ALL" ]; then \
	  echo "PostgreSQL is not installed: the tests of the site ran on SQLite only"; \
	else \
	  echo "The tests of the site and its programme again, on PostgreSQL"; \
	  OBSERVATORY_TEST_DATABASE=postgresql $(BIN)/pytest -n $(JOBS) --dist loadfile $(ON_POSTGRES); \
	fi

check: lint  ## Format, lint, types, imports and the fast tests
	$(BIN)/pytest -n $(JOBS) --dist loadfile -m "not slow and not model and not shared and not browser"

lint: $(STAMP)  ## Format, lint, types and imports
	$(BIN)/ruff format --check src tests corpora docs benchmarks
	$(BIN)/ruff check src tests corpora docs benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP)  ## Put the code into its format
	$(BIN)/ruff format src tests corpora docs benchmarks
	$(BIN)/ruff check --fix src tests corpora docs benchmarks

serve: $(STAMP)  ## Serve the review site on PORT (8000), filled from the demo
	$(OBSERVATORY) serve --port $(PORT) --demo

bench: $(STAMP)  ## Measure quality and speed, beside the peers
	$(BIN)/python -m benchmarks

clean:  ## Remove caches and what was built; postings and settings stay
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache $(SAMPLE) benchmarks/out $(STAMP)
	find src tests corpora docs benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

clean-demo: clean  ## Remove also the demo's corpus, which lies in this folder
	rm -rf corpora/store corpora/taxonomies var
