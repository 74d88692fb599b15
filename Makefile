# Every command of the project. `make run` and `make check` are the two to know.

PYTHON ?= python3
PORT ?= 8000
WORKERS ?= 2

BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard */locale/*/LC_MESSAGES/django.po superapp/*/locale/*/LC_MESSAGES/django.po))

export PORT

.PHONY: run serve install setup demo compile check begin ready style check-deep check-bare check-api check-web test test-sqlite test-postgres deep-sqlite deep-postgres test-js lint types contracts migrations templates deploy-check docs docs-check release screens messages emoji regions mutants audit programs clean
.DEFAULT_GOAL := run

# --- Using it --------------------------------------------------------------------------------------------------------

run: install  ## Set up whatever is missing, with a demo world if nobody is registered, then serve the product on PORT
	@exec $(MANAGE) serve --port $(PORT) --demo-if-empty

serve: install  ## The same product as several processes, on PostgreSQL and Redis
	@exec $(MANAGE) serve_all

install: .venv/base.stamp $(CATALOGUES)  ## What the product needs in order to run, and nothing else: no data is touched

setup: install .venv/dev.stamp  ## The same, and the tools for working on it
	git config core.hooksPath .githooks

demo: install  ## The demo world, on explicit wish, in an instance without people; refused where codes go out for real
	@$(MANAGE) demo

compile: $(CATALOGUES)  ## The catalogues of translations, in the form that is read

# --- Checking it -----------------------------------------------------------------------------------------------------

check: ready lint types test  ## All that must hold; CI runs this and nothing else
	@$(SUITE) --count
	@$(BIN)/python -m tests.harness.budget

# When a part of a check is over; the closing lines are made from it.
over = @mkdir -p .pytest_cache && echo "$(1) $$(date +%s)" >> .pytest_cache/parts.txt

begin:
	@rm -f .pytest_cache/parts.txt .pytest_cache/timings-*.json
	$(call over,begin)

ready: begin programs .venv/dev.stamp $(CATALOGUES)
	$(call over,setup)

check-deep: export NUSA_FLAKY = fail
check-deep: export NUSA_DEPTH = deep
check-deep: check deep-sqlite deep-postgres check-web check-bare  ## Before a release: all of it, and what takes minutes

BARE ?= run check

check-bare:  ## A clean clone in a Debian with nothing but what the README asks for, as root; BARE="run test check" for all
	@tests/harness/bare.sh $(BARE)

# One after the other: they restore clusters, kill servers and measure. No test marked deep is no fault.
define deep
NUSA_TEST_DB=$(1) $(BIN)/pytest --quiet -m deep || [ $$? -eq 5 ]
endef

deep-sqlite: programs .venv/dev.stamp $(CATALOGUES)
	$(call deep,sqlite)

deep-postgres: programs .venv/dev.stamp $(CATALOGUES)
	$(call deep,postgres)

lint: style contracts migrations templates deploy-check docs-check
	$(call over,lint)

style: .venv/dev.stamp
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/python -m tests.harness.sql_digests

types: .venv/dev.stamp
	$(BIN)/mypy
	$(call over,types)

contracts: .venv/dev.stamp
	$(BIN)/lint-imports --no-logo

# A directory of their own, so that a check never touches the data of this machine.
migrations: .venv/dev.stamp
	VAR_DIR=$$(mktemp -d) $(MANAGE) makemigrations --check --dry-run --verbosity 0

templates: .venv/dev.stamp
	git ls-files -z '*.html' | xargs -0 -r $(BIN)/djade --check --target-version 5.2

deploy-check: .venv/dev.stamp
	VAR_DIR=$$(mktemp -d) DATABASE_URL=postgres://nusa@localhost/nusa REDIS_URL=redis://localhost:6379/0 \
	PUBLIC_URL=https://nusa.example ALLOWED_HOSTS=nusa.example SMS_URL=https://sms.example/send \
	SECRET_KEY=$$(head -c 48 /dev/urandom | base64 | tr -d '\n') \
	RECEIPT_KEY=$$(head -c 32 /dev/urandom | base64 | tr '+/' '-_') \
	$(MANAGE) check --deploy --fail-level WARNING

docs: .venv/dev.stamp  ## The pages of docs/ that are made from the code
	$(MANAGE) write_docs

docs-check: .venv/dev.stamp
	$(MANAGE) write_docs --check

test: test-js test-sqlite test-postgres  ## The whole suite, embedded and served, and the journeys in a browser

# What fails beside others and passes alone is named, counted and kept in .pytest_cache/flaky-*.txt; it fails check-deep.
SUITE := $(BIN)/python -m tests.harness.run_suite

test-sqlite: programs .venv/dev.stamp $(CATALOGUES)
	NUSA_TEST_DB=sqlite $(SUITE) sqlite --numprocesses $(WORKERS) --dist worksteal
	$(call over,sqlite)

test-postgres: programs .venv/dev.stamp $(CATALOGUES)
	NUSA_TEST_DB=postgres $(SUITE) postgres --numprocesses $(WORKERS) --dist worksteal
	$(call over,postgres)

check-web: programs .venv/dev.stamp $(CATALOGUES)  ## Markup, structured data, axe and links of every page of the demo world
	@tests/web_check/nu.sh .venv/vnu.jar
	$(BIN)/python -m tests.web_check .venv/vnu.jar

check-api: programs .venv/dev.stamp $(CATALOGUES)  ## The part of check-deep that tries the API against its description, 500 examples an operation
	NUSA_DEPTH=deep NUSA_TEST_DB=sqlite $(BIN)/pytest --quiet --numprocesses $(WORKERS) tests/api
	NUSA_DEPTH=deep NUSA_TEST_DB=postgres $(BIN)/pytest --quiet --numprocesses $(WORKERS) tests/api

test-js: programs
	node --test $(wildcard tests/js/*.test.js)
	$(call over,js)

programs:  ## PostgreSQL, Redis, Chromium, Node, nginx and fonts from Debian, which the tests use
	@tests/harness/programs.sh

# Apart from the other tools: it brings setproctitle, with which gunicorn renames its processes.
mutants: .venv/dev.stamp  ## Break the ledger in hundreds of small ways and see which ones the tests miss; takes minutes
	$(BIN)/pip install --quiet --upgrade --target .venv/mutants mutmut
	dir=$$(mktemp -d) && chmod 755 $$dir && PYTHONPATH=.venv/mutants NUSA_TEST_DIRECTORY=$$dir \
	nice $(BIN)/python -m mutmut run --max-children $(WORKERS); \
	rm -rf $$dir; PYTHONPATH=.venv/mutants $(BIN)/python -m mutmut results

audit: .venv/dev.stamp  ## Known weaknesses of what we depend on; needs an advisory service within reach
	$(BIN)/pip-audit --strict --require-hashes --disable-pip --requirement requirements/base.lock

# --- Making things that are kept -------------------------------------------------------------------------------------

release: .venv/dev.stamp programs  ## Keep the version of pyproject.toml as fixtures with data, from which later ones are upgraded
	$(BIN)/python -m tests.releases

screens: programs .venv/dev.stamp $(CATALOGUES)  ## Draw the main screens into docs/screens
	$(BIN)/python -m tests.screens

emoji:  ## The data of the emoji picker, from Unicode's annotations as npm has them
	@made=$$(mktemp -d) && cd $$made && for name in cldr-annotations-full@48.2.0 cldr-annotations-derived-full@48.2.0 unicode-emoji-json@0.9.0; do \
	  mkdir $${name%@*} && tar -xzf $$(npm pack --silent $$name) -C $${name%@*} --strip-components=1 || exit 1; done && cd - > /dev/null && $(MANAGE) draw_emoji $$made

regions:  ## The regions of Indonesia, from the npm package idn-area-data
	@made=$$(mktemp -d) && cd $$made && tar -xzf $$(npm pack --silent idn-area-data@3.1.2) && cd - > /dev/null && $(MANAGE) make_regions $$made/package

messages: .venv/dev.stamp  ## Gather what is to be translated into the catalogues, then compile them
	$(MANAGE) gather_messages
	$(MAKE) --no-print-directory compile

clean:  ## Forget everything that can be made again; data in var/ stays
	rm -rf mutants .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache $(CATALOGUES)

# --- Files -----------------------------------------------------------------------------------------------------------

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=python3.11")'
	$(PYTHON) -m venv .venv

# Touched last, so that an interrupted installation is done again.
.venv/base.stamp: requirements/base.lock | .venv/bin/python
	$(PIP) --requirement requirements/base.lock
	@touch $@

.venv/dev.stamp: requirements/dev.lock .venv/base.stamp
	$(PIP) --requirement requirements/dev.lock
	@touch $@

%.mo: %.po | .venv/base.stamp
	@$(BIN)/pybabel --quiet compile --use-fuzzy --input-file $< --output-file $@
