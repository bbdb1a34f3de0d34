# Every target works from nothing: it makes its own virtual environment under .build/ and touches no other.
# `make help` lists them.

PYTHON ?= python3
ENVIRONMENT = $(PYTHON) scripts/environment.py
MAIN = .build/main/bin
PYTEST_OPTIONS ?= -n 2
# Where a second interpreter is found: everything but what is the same on each of them.
AGAIN = -m "not once"

# The vendor's client for Node, which the tests run against the emulator.
NODE_CLIENT = tests/clients/node_modules/.package-lock.json

.NOTPARALLEL:
.PHONY: help test test-all lint docs demo bench reliability clean system main-environment

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

test: lint docs $(NODE_CLIENT) ## Lint, types, import floors, docs, all tests; then the tests again on CPython 3.13 and the newest Django
	$(MAIN)/pytest $(PYTEST_OPTIONS)
	scripts/test-on 3.13 6.1 $(PYTEST_OPTIONS) $(AGAIN)

test-all: lint docs $(NODE_CLIENT) ## As test, on every supported pair of CPython and Django
	$(MAIN)/pytest $(PYTEST_OPTIONS)
	scripts/test-on 3.12 5.2 $(PYTEST_OPTIONS) $(AGAIN)
	scripts/test-on 3.12 6.0 $(PYTEST_OPTIONS) $(AGAIN)
	scripts/test-on 3.12 6.1 $(PYTEST_OPTIONS) $(AGAIN)
	scripts/test-on 3.13 5.2 $(PYTEST_OPTIONS) $(AGAIN)
	scripts/test-on 3.13 6.0 $(PYTEST_OPTIONS) $(AGAIN)
	scripts/test-on 3.13 6.1 $(PYTEST_OPTIONS) $(AGAIN)

lint: main-environment ## Style, types, import floors
	$(MAIN)/ruff check
	$(MAIN)/ruff format --check
	$(MAIN)/mypy
	$(MAIN)/lint-imports

docs: main-environment ## The documentation, in .build/docs; warnings are errors
	$(MAIN)/sphinx-build -q -W --keep-going -b html docs .build/docs

demo: ## A site with uploads, links and an embedded OSS; DEMO_ONCE=1 walks through it and exits
	scripts/system-packages python
	$(ENVIRONMENT) demo --group demo
	exec .build/demo/bin/python example_project/demo.py

bench: system ## Every benchmark beside its peer; writes docs/performance.md
	$(ENVIRONMENT) bench --group bench
	.build/bench/bin/python benchmarks/run.py

reliability: main-environment ## What credentials survive, done to real processes; writes docs/reliability.md
	$(MAIN)/python benchmarks/reliability.py

clean: ## Removes what the other targets made
	rm -rf .build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis tests/clients/node_modules

$(NODE_CLIENT): tests/clients/package-lock.json
	npm ci --prefix tests/clients --no-audit --no-fund --loglevel=error

system:
	scripts/system-packages

main-environment: system
	$(ENVIRONMENT) main --django 5.2 --group test --group lint --group docs
