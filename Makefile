# Postroom. `make help` lists what there is. Nothing is written outside this folder, except that `make test`
# installs Debian's own packages (Dovecot, Chromium) with apt where it may; otherwise it says which command would.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_CACHE_DIR := $(CURDIR)/.cache/pip
export npm_config_cache := $(CURDIR)/.cache/npm
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONPATH := $(CURDIR)
export FLASK_APP := wsgi.py

.PHONY: help setup demo run worker test tests kill-test lint format lock clean pictures bench-mail fidelity

help:  ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.runtime build/static/.built  ## Prepare everything and start nothing
	@$(BIN)/python -m tools.prepare_data

demo: $(VENV)/.runtime build/static/.built  ## A running wiki with a real mail server and a sample mailbox (MAILBOX=path.mbox for your own)
	@$(BIN)/python -m demo.run $(if $(MAILBOX),--mailbox "$(MAILBOX)")

run: setup  ## A real instance: prints an address for its set-up the first time
	@$(BIN)/flask serve

worker: setup  ## Only the worker, for installations that start the web server themselves
	@$(BIN)/flask worker

test: $(VENV)/.development build/static/.built  ## Everything that CI runs
	@$(BIN)/python -m tools.test_machine
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory tests

tests: $(VENV)/.development build/static/.built  ## The tests alone
	@$(BIN)/python -m pytest -n 2 --dist worksteal -q

bench-mail: $(VENV)/.development  ## How fast mail comes in, beside notmuch and public-inbox (ARGUMENTS="--messages 5000")
	@$(BIN)/python -m bench.mail $(ARGUMENTS)

kill-test: $(VENV)/.development  ## Kill, starve and trace fetches at length (ROUNDS=1000 random kills: half an hour)
	@KILL_TEST=whole $(BIN)/python -m pytest -q tests/kill
	@$(BIN)/python -m tests.kill --rounds=$(or $(ROUNDS),1000) $(if $(SEED),--seed=$(SEED))

lint: $(VENV)/.development  ## Style, types, import contracts, templates
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/djlint --lint --quiet wiki themes

format: $(VENV)/.development  ## Put the code into the house's format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

fidelity: $(VENV)/.development  ## Compare what we make of other projects' mails with what they expect: docs/fidelity.md
	@$(BIN)/python -m tools.fidelity

lock: $(VENV)/.development  ## Resolve the dependencies anew and write them down with their hashes
	@$(BIN)/python -m tools.lock

clean:  ## Remove what set-up made; never data
	rm -rf $(VENV) build node_modules .cache .mypy_cache .ruff_cache .pytest_cache

$(VENV)/bin/python:
	@$(PYTHON) tools/check_python.py
	@echo "Making the virtual environment ..."
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python cannot make virtual environments here. This would mend it: apt-get install python3-venv" >&2; exit 1; }

$(VENV)/.runtime: requirements/runtime.txt | $(VENV)/bin/python
	@echo "Installing the locked dependencies ..."
	@$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements/runtime.txt
	@touch $@

$(VENV)/.development: requirements/development.txt | $(VENV)/bin/python
	@echo "Installing the locked dependencies for development ..."
	@$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements/development.txt
	@touch $@ $(VENV)/.runtime

build/static/.built: package-lock.json tools/build_assets.py wiki/web/static/css/fonts.css | $(VENV)/bin/python
	@test -e $(VENV)/.runtime || $(MAKE) --no-print-directory $(VENV)/.runtime
	@echo "Building the fonts ..."
	@$(BIN)/python -m tools.build_assets
	@touch $@
