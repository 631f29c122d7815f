# Every command is a function in dev/; `make help` lists them.
#
#   make test T=tests/hours/test_hours.py   one file, on the test database as it is
#   make serve PORT=8070               another port
#   make serve WORKERS=5               as many processes, as on a server
#   make replica LAG=10                read from a replica that is ten seconds behind
#   make load REPLICA=killed           members at once, and the replica lost in their midst
#   make test PYTEST="-k refuse -x"    further options of pytest
#   DB=name                            another database than the usual one
#   PYTHON, ODOO_SRC, PGHOST …, TIMEBANK_CACHE your own Python, Odoo, PostgreSQL server, cache folder

PYTHON ?= python3
PORT ?= 8069
WORKERS ?= 0
LAG ?= 0
MEMBERS ?= 300
MINUTES ?= 5
REPLICA ?= no
DEV = $(PYTHON) -m dev

export DB

help: python
	@$(DEV) help

setup demo shell bench beside suites lint format screenshots map pot reachable accessibility: python
	@$(DEV) $@

serve: python
	@$(DEV) serve $(PORT) $(WORKERS)

replica: WORKERS = 2
replica: python
	@$(DEV) replica $(PORT) $(WORKERS) $(LAG)

load: WORKERS = 5
load: python
	@$(DEV) load $(MEMBERS) $(MINUTES) $(WORKERS) $(REPLICA)

test: python
	@$(DEV) test "$(T)" $(PYTEST)

# INITIALS=1 puts people's initials beside their numbers
audit: python
	@$(DEV) audit $(INITIALS)

test-workers: WORKERS = 5
test-workers: python
	@$(DEV) workers "$(T)" $(WORKERS)

test-upgrade: python
	@$(DEV) upgrade

test-odoo-lint: python
	@$(DEV) odoo_lint

# everything else is installed by `setup`, which is itself Python
python:
	@command -v $(PYTHON) >/dev/null || dev/python.sh

.PHONY: help python setup demo serve replica load test beside suites audit test-workers test-upgrade test-odoo-lint lint format shell bench screenshots map pot reachable accessibility
.DEFAULT_GOAL := help
