# `make demo` and `make test` set up everything they need, with python3 alone.
PYTHON ?= python3
UV ?= uv
VENV := .venv
BIN := $(VENV)/bin
DEMO := $(VENV)/.demo
READY := $(VENV)/.ready
# Bytecode is written when a module is first used, which is less than all of them. Where a shell forbids that, each of
# the hundreds of processes that tests begin would compile all that it imports anew.
unexport PYTHONDONTWRITEBYTECODE
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes --requirement
UNREACHED := "Packages could not be installed, see above. They come from PyPI: behind a proxy set HTTPS_PROXY, from a mirror PIP_INDEX_URL, offline PIP_NO_INDEX=1 and PIP_FIND_LINKS."

.PHONY: demo test check recordings locks wheel falsify benchmark clean

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; say which: make PYTHON=python3.12")'
	@$(PYTHON) -m venv $(VENV)

$(DEMO): requirements-sandbox.lock | $(BIN)/python
	@echo "Installing what a run and its stand-ins need into $(VENV): once, half a minute."
	@$(INSTALL) requirements-sandbox.lock || { echo $(UNREACHED) >&2; exit 1; }
	@printf '#!%s\nimport sys\nfrom runpy import run_module\nsys.path.insert(0, "%s")\nrun_module("assurance", run_name="__main__")\n' \
		"$(CURDIR)/$(BIN)/python" "$(CURDIR)" > $(BIN)/apex-assurance && chmod +x $(BIN)/apex-assurance
	@touch $@

$(READY): requirements.lock pyproject.toml setup.py | $(BIN)/python
	@echo "Installing what the suite and its developers need into $(VENV): once, one to two minutes."
	@$(INSTALL) requirements.lock || { echo $(UNREACHED) >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $(DEMO) $@

demo: $(DEMO) ## judge the sandbox: every control that stand-ins can answer, no Azure account needed
	@$(BIN)/python -m assurance demo

test: $(READY) ## run the suite's own tests
	$(BIN)/python -m pytest tests -n 2 --dist loadfile

check: $(READY) ## all that must be green before a change lands
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests -n 2 --dist loadfile

wheel: $(READY) ## build the distributions: the same bytes for the same commit
	rm -rf build dist
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m build --no-isolation --outdir dist .

locks: ## lock the dependencies again, with uv
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --all-extras pyproject.toml -o requirements.lock
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate -c requirements.lock --extra sandbox pyproject.toml -o requirements-sandbox.lock
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate -c requirements.lock pyproject.toml -o requirements-run.lock

recordings: $(READY) ## make the bundled tape and baselines again, from the sandbox
	$(BIN)/python -m sandbox.record

falsify: $(READY) ## prove that every check can fail; the score goes to docs/falsifiability.html
	$(BIN)/apex-assurance falsify --write

benchmark: $(READY) ## measure the suite against its floor
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info
