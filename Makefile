# Everything that is done with Dangol on a developer's machine. `make` alone lists it.
#
# Needed beforehand: python3 (3.11 or newer) with venv, make and git. The environment is built
# in .venv and rebuilt only when a requirements file changes.

PORT ?= 8000
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)

RUN := .venv/bin/python
PIP := $(RUN) -m pip install --quiet --disable-pip-version-check --no-input --require-hashes

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test check lint types layers security migrations deploy translations \
	bench chaos check-data requirements

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) \
		| awk -F '\t' '{ printf "  %-18s %s\n", $$1, $$2 }'

setup: .venv/for-developing ## build the environment in .venv, with the tools for testing

demo: export PORT := $(PORT)
demo: .venv/for-running ## a demo shop on http://127.0.0.1:8000 (PORT=… for another port); Ctrl-C ends it
	@$(RUN) -m config.demo

test: setup ## every test that this machine allows, and what was left out and why
	@$(RUN) -m tests.run

check: lint types layers security migrations deploy translations ## lint, types, layers, migrations, translations

lint: setup
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m djlint --lint --quiet templates

types: setup
	$(RUN) -m mypy .

layers: setup
	.venv/bin/lint-imports

# The low ones are what ruff's S rules ask about too, each answered where it stands.
security: setup
	$(RUN) -m bandit --quiet --recursive --severity-level medium config orders coupons messaging crm

migrations: export HTTPS := false
migrations: setup
	$(RUN) manage.py makemigrations --check --dry-run

deploy: export HTTPS := true
deploy: setup
	SECRET_KEY=$$($(RUN) -c 'import secrets; print(secrets.token_urlsafe(64))') \
		$(RUN) manage.py check --deploy --fail-level WARNING

translations: setup
	$(RUN) locale/update.py --check

bench: setup ## the figures beside their baselines, on PostgreSQL
	@$(RUN) -m bench

chaos: setup ## kills and faults at random for FOR=60 seconds, then the accounts; on a PostgreSQL of its own
	@$(RUN) -m bench.chaos

check-data: setup ## the whole real order file against independent counts, on DATABASE_URL
	@$(RUN) bench/check_data.py

requirements: ## lock the requirements anew from pyproject.toml (needs uv)
	$(LOCK) --output-file requirements.txt
	$(LOCK) --group dev --output-file requirements-dev.txt

LOCK := uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --no-header pyproject.toml

# --- The environment ---------------------------------------------------------------------------

# The Python it was built with is gone: build it anew.
ifeq ($(wildcard .venv/bin/python),)
.PHONY: .venv/bin/pip .venv/for-running .venv/for-developing
endif

.venv/bin/pip:
	@test -n "$(PYTHON)" || { \
		echo "Dangol needs Python 3.11 or newer as python3 (or name one: make PYTHON=/path/to/python3)." >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Dangol needs Python 3.11 or newer; $(PYTHON) is older." >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "Python's venv is missing. On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 2; }
	@echo "Building the environment in .venv …" >&2
	@$(PYTHON) -m venv --clear .venv

.venv/for-running: requirements.txt | .venv/bin/pip
	@echo "Installing what Dangol needs to run …" >&2
	@$(PIP) -r requirements.txt
	@mkdir -p var
	@touch $@

.venv/for-developing: requirements-dev.txt requirements.txt | .venv/bin/pip
	@echo "Installing what Dangol needs to run and be tested …" >&2
	@$(PIP) -r requirements-dev.txt
	@mkdir -p var
	@touch .venv/for-running $@
