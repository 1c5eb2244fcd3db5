# Two commands on a bare machine with Python 3.11 or newer: `make run` and `make test`.
.DEFAULT_GOAL := help
.PHONY: help setup run test lint fmt messages shell bench clean

# The newest name first is not the point: `python3` is taken when it will do.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; done)
DEV = $(or $(PYTHON),$(error Peyvand needs Python 3.11 or newer (python3), and found none)) -m infra.dev

help: ## what can be done here
	@echo "make run      start everything at http://localhost:8000/ (PORT=8000 PEYVAND_VAR=var)"
	@echo "make test     run the tests (ARGS='tests/kernel -k name')"
	@echo "make lint     check style, types, imports, templates and TypeScript"
	@echo "make fmt      put files into shape"
	@echo "make messages gather what is to be translated into the catalogues (fa, en)"
	@echo "make shell    a Python shell with the application loaded"
	@echo "make bench    measure (ONLY=name SIZE=small KEEP=1); one JSON object a line"
	@echo "make setup    only set up: packages, PostgreSQL, front end"
	@echo "make clean    remove what was made from sources (ALL=1: the data too)"

setup run lint fmt messages shell:
	@$(DEV) $@

test:
	@$(DEV) test $(ARGS)

bench:
	@$(DEV) bench $(ONLY) $(if $(SIZE),--size $(SIZE)) $(if $(KEEP),--keep)

clean:
	@$(DEV) clean $(if $(ALL),--all)
