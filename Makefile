# Every command is a function in dev/; `make help` lists them.
#
#   make test T=tests/hours/test_hours.py   one file, on the test database as it is
#   make serve PORT=8070               another port
#   make serve WORKERS=5               as many processes, as on a server
#   make test PYTEST="-k refuse -x"    further options of pytest
#   DB=name                            another database than the usual one
#   ODOO_SRC, PGHOST …, TIMEBANK_CACHE your own Odoo, PostgreSQL server, cache folder

PYTHON ?= python3
PORT ?= 8069
WORKERS ?= 0
DEV = $(PYTHON) -m dev

export DB

help: python
	@$(DEV) help

setup demo shell bench beside suites lint format screenshots map pot reachable accessibility: python
	@$(DEV) $@

serve: python
	@$(DEV) serve $(PORT) $(WORKERS)

test: python
	@$(DEV) test "$(T)" $(PYTEST)

# INITIALS=1 puts people's initials beside their numbers
audit: python
	@$(DEV) audit $(INITIALS)

test-upgrade: python
	@$(DEV) upgrade

test-odoo-lint: python
	@$(DEV) odoo_lint

# everything else is installed by `setup`, which is itself Python
python:
	@command -v $(PYTHON) >/dev/null || dev/python.sh

.PHONY: help python setup demo serve test beside suites audit test-upgrade test-odoo-lint lint format shell bench screenshots map pot reachable accessibility
.DEFAULT_GOAL := help
