# Needs git, make and python3; everything else is installed by `make run` (see docs/operations.md).
.DEFAULT_GOAL := help
.PHONY: help run test bench lint setup database screenshots pins clean
SETUP := @python3 -m scripts.setup

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## set up what is missing, start everything, print the address (PORT=8000, DEMO=0)
	$(SETUP) run

test: ## run every test (ARGS="tests/layers -k yards" for some)
	$(SETUP) test $(ARGS)

bench: ## run the benchmarks, write var/bench/latest.json (ARGS="tiles search" for some)
	$(SETUP) bench $(ARGS)

lint: ## check style, import rules, templates and translations
	$(SETUP) lint

setup: ## install what is missing, start nothing
	$(SETUP) setup

screenshots: ## make the pictures of docs/img from a running Citymap (URL=http://127.0.0.1:8000)
	$(SETUP) screenshots $(ARGS)

database: ## start the database alone
	$(SETUP) database

pins: ## write constraints.txt from what .venv has
	$(SETUP) pins

clean: ## remove the databases of this checkout with all their data
	$(SETUP) clean
