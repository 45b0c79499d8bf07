# Every target does its own set-up: a virtual environment in .venv, dependencies pinned by the lock files.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo run test lint types check-tests soak bench lock format clean
demo: .venv/run.stamp
	$(BIN)/newsrelay demo $(ARGS)

run: .venv/run.stamp
	$(BIN)/newsrelay run $(ARGS)

test: lint types check-tests

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/dev.stamp
	$(BIN)/mypy

check-tests: .venv/dev.stamp
	$(BIN)/pytest -n 3 --dist loadfile -m "not soak" $(ARGS)

soak: .venv/dev.stamp
	$(BIN)/pytest -m soak $(ARGS)

bench: .venv/dev.stamp
	for file in benchmarks/*.py; do \
		case $$file in */delivery.py|*/rules.py|*/polling.py) size=--quick ;; *) size= ;; esac; \
		$(BIN)/python $$file $$size || exit 1; \
	done

format: .venv/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# After a change of dependencies in pyproject.toml: pin them anew, for every platform, with hashes.
lock: .venv/python.stamp
	$(PIP) install uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-annotate --extra build pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-annotate --extra build --extra dev --extra fulltext pyproject.toml -o requirements-dev.lock

clean:
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache

.venv/python.stamp:
	@test -n "$(PYTHON)" || { echo "newsrelay needs Python 3.11 or newer; install it, or say make PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/run.stamp: .venv/python.stamp requirements.lock pyproject.toml
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.lock
	$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@
