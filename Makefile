# VibeluX: everything that is done from a checkout. GNU make 3.81 and newer.
#
#   make PYTHON=python3.12 …      another Python (3.11 or newer)
#   make test TORCH_FLAGS="--index-url URL"     where PyTorch's CPU or CUDA builds come from
#   make … VIBELUX_NO_PAGE=1                    without the page, which needs npm's registry

PYTHON ?= python3
TORCH := torch==2.13.0
TORCH_FLAGS ?=

ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
PIP := $(BIN)/python -m pip --disable-pip-version-check
NPM := $(BIN)/python web/node.py
PAGE := $(wildcard web/*.html web/*.json web/*.ts web/public/* web/src/*.* web/src/*/*.* \
	src/vibelux/language/*.json)
export VIBELUX_NO_PAGE
# Many tests wait for a server, a browser or a song: two processes share the files of tests.
PYTEST := $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: help demo test test-core faults page-test bench schema clean
.NOTPARALLEL:

help:
	@echo "make demo            sample music, a sample mood, the songs that fit it, the page"
	@echo "make demo CAMERA=1   the same for the face before the camera"
	@echo "make test            lint, types and all tests"
	@echo "make test-core       lint, types and the tests that need no torch, browser or server"
	@echo "make faults          kill, damage and fill what the program works with, many times over"
	@echo "make bench           measure speed and size into docs/benchmarks.md"
	@echo "make schema          tell the page what the API has become"
	@echo "make clean           remove what these made, .venv included"

demo: .venv/core.stamp
	@$(BIN)/vibelux demo $(if $(filter-out 0,$(CAMERA)),--camera)

test: .venv/dev.stamp page-test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PYTEST)

# The types of what needs PyTorch or beets are checked by `make test`.
test-core: .venv/test.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --exclude 'src/(vibelux/training|beetsplug)' --follow-imports silent --ignore-missing-imports
	$(BIN)/lint-imports
	$(PYTEST) --core

# A small part of each runs in `make test`.
faults: .venv/dev.stamp
	VIBELUX_FAULTS=1 $(BIN)/pytest tests/faults --timeout 3600

ifeq ($(filter-out 0,$(VIBELUX_NO_PAGE)),)
page-test: .venv/dev.stamp web/node_modules/.package-lock.json
	$(NPM) run --silent types
	$(NPM) run --silent format
	$(NPM) test --silent
	$(BIN)/python web/built_page.py
else
page-test:
	@echo "the page is not checked: VIBELUX_NO_PAGE is set"
endif

schema: .venv/dev.stamp web/node_modules/.package-lock.json
	$(BIN)/python web/schema.py

bench: .venv/core.stamp
	$(BIN)/python benchmarks/run.py

clean:
	rm -rf .venv build dist web/node_modules src/vibelux/service/page .mypy_cache .ruff_cache \
		.pytest_cache .hypothesis .import_linter_cache
	find src tests benchmarks research -name __pycache__ -type d -prune -exec rm -rf {} +

# Either stamp is newer than pyproject.toml while its packages are up to date. A development
# install contains the core, so it renews both; the core alone never removes anything.

.venv/made.stamp:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(f"VibeluX needs Python 3.11 or newer, this is {v.major}.{v.minor}; call make PYTHON=python3.x" if v < (3, 11) else 0)'
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/core.stamp: pyproject.toml $(PAGE) | .venv/made.stamp
	@echo "installing VibeluX into .venv; the first time takes a minute or two"
	@$(PIP) install --quiet --no-compile --editable .  # Python compiles what is used: a fraction
	@touch $@

.venv/test.stamp: pyproject.toml | .venv/made.stamp
	@echo "installing VibeluX and what its core is tested with into .venv"
	VIBELUX_NO_PAGE=1 $(PIP) install --quiet --editable ".[test]"
	touch $@

# PyTorch first and by its exact version: a range would let pip choose builds of several gigabytes.
.venv/dev.stamp: pyproject.toml | .venv/made.stamp
	@echo "installing PyTorch and the development tools into .venv; this takes minutes"
	$(PIP) install --quiet "$(TORCH)" $(TORCH_FLAGS)
	$(PIP) install --quiet --editable ".[train,dev]" "$(TORCH)"
	touch .venv/core.stamp .venv/test.stamp $@

# No package needs the script that it would run when it is installed.
web/node_modules/.package-lock.json: web/package-lock.json | .venv/dev.stamp
	$(NPM) ci --ignore-scripts --no-audit --no-fund
	touch $@
