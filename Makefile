# `make demo` and `make test` set up everything they need, with python3 alone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test check recordings falsify benchmark clean

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; say which: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

demo: $(READY) ## judge the sandbox: ten controls, no Azure account needed
	$(BIN)/python -m pytest checks --env sandbox

test: $(READY) ## run the suite's own tests
	$(BIN)/python -m pytest tests -n 2

check: $(READY) ## all that must be green before a change lands
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests -n 2

recordings: $(READY) ## make the bundled tape and baselines again, from the sandbox
	$(BIN)/python -m sandbox.record

falsify: $(READY) ## prove that every check can fail; the score goes to docs/falsifiability.html
	$(BIN)/apex-assurance falsify --write

benchmark: $(READY) ## measure the suite against its floor
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info
