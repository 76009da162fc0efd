# Everything a fresh machine with Python 3.11 or newer, git and make needs: each target sets up what it uses.
# The project's own environment is .venv, caches are .cache; both are ignored by git and safe to delete.

PYTHON ?= python3
BOOTSTRAP := .cache/bootstrap
UV := $(BOOTSTRAP)/bin/uv
BIN := .venv/bin
# TensorFlow has wheels for these; uv finds such an interpreter, or fetches one.
PYTHON_FOR_TENSORFLOW ?= >=3.11,<3.14
# Models beside the corpus, each written by tasks/fixtures_SET.py into tests/golden.
FIXTURE_SETS := bare_addons columns keras1 rescue tfjs training users weights

export UV_CACHE_DIR ?= $(CURDIR)/.cache/uv
export TF_CPP_MIN_LOG_LEVEL ?= 3

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast test-live lint format bench bench-load bench-rescue fixtures golden knowledge docs clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "loadstone needs Python 3.11 or newer; $(PYTHON) is older. Name one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "setting up: uv" >&2
	@$(PYTHON) -m venv $(BOOTSTRAP)
	@$(BOOTSTRAP)/bin/python -m pip install --quiet --disable-pip-version-check "uv>=0.5"

.venv/.user: pyproject.toml | $(UV)
	@echo "setting up: loadstone, Keras 3 and TensorFlow's CPU build in .venv" >&2
	@test -x $(BIN)/python || $(UV) venv --quiet --python "$(PYTHON_FOR_TENSORFLOW)" .venv
	@$(UV) pip install --quiet --python $(BIN)/python --editable ".[keras]" --group backend
	@touch $@

.venv/.developer: .venv/.user
	@echo "setting up: test and lint tools in .venv" >&2
	@$(UV) pip install --quiet --python $(BIN)/python --editable ".[keras]" --group dev
	@touch $@

demo: .venv/.user ## see a model that Keras 3 refuses explained, converted and run
	@$(BIN)/python examples/demo.py

test: .venv/.developer ## run all tests, with branch coverage; those of the addons once more on JAX
	@$(BIN)/python -m pytest -m "not eras" --numprocesses 2 --dist loadfile --cov --cov-report=term
	@KERAS_BACKEND=jax $(BIN)/python -m pytest --numprocesses 2 --dist loadfile tests/addons

test-live: .venv/.developer ## build and prove an environment of every era (half an hour; cached in .cache/live)
	@$(BIN)/python -m pytest -m eras -s -q

test-fast: .venv/.developer ## run the tests that build no environment of the past
	@$(BIN)/python -m pytest -m "not live and not eras"

lint: .venv/.developer ## formatting, lint, types, import contracts, generated documentation
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python tasks/docs.py --check

format: .venv/.developer ## format and fix what can be fixed
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

bench: .venv/.developer ## measure, side by side in one run
	@$(BIN)/python benchmarks/loading.py
	@$(BIN)/python benchmarks/diagnose.py
	@PYTHONPATH=. $(BIN)/python benchmarks/many.py
	@$(BIN)/python benchmarks/eras.py
	@$(BIN)/python benchmarks/safety.py
	@$(BIN)/python benchmarks/addons.py

bench-load: .venv/.developer ## load models of 400 MB beside Keras: time and memory (ten minutes)
	@$(BIN)/python benchmarks/load.py

bench-rescue: .venv/.developer ## load models of every era four ways (an hour; environments and models stay in .cache)
	@$(BIN)/python benchmarks/rescue.py --failures

fixtures: .venv/.developer ## write all models anew with the releases of the past (hours)
	@$(BIN)/python tasks/fixtures.py
	@$(BIN)/python tasks/oracle.py
	@for set in $(FIXTURE_SETS); do $(BIN)/python tasks/fixtures_$$set.py || exit 1; done
	@$(BIN)/python tasks/operators/golden.py

golden: .venv/.developer ## record what the real TensorFlow Addons computes
	@$(BIN)/python tasks/golden.py

knowledge: .venv/.developer ## read what every release provides from the packages, and measure the eras (hours)
	@$(BIN)/python tasks/knowledge.py
	@$(BIN)/python tasks/eras.py
	@$(BIN)/python tasks/eras_picture.py

docs: .venv/.developer ## write the findings' pages from the rules
	@$(BIN)/python tasks/docs.py

clean: ## remove the environment and all caches
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
