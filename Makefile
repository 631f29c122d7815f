# Every command is a function in dev/; `make help` lists them.
#
#   make test T=tests/test_hours.py    one file, on the test database as it is
#   make serve PORT=8070               another port
#   make test PYTEST="-k refuse -x"    further options of pytest
#   DB=name                            another database than the usual one
#   ODOO_SRC, PGHOST …, TIMEBANK_CACHE your own Odoo, PostgreSQL server, cache folder

PYTHON ?= python3
PORT ?= 8069
DEV = $(PYTHON) -m dev

export PYTHONDONTWRITEBYTECODE = 1
export DB

help:
	@$(DEV) help

setup demo shell bench lint screenshots:
	@$(DEV) $@

serve:
	@$(DEV) serve $(PORT)

test:
	@$(DEV) test "$(T)" $(PYTEST)

.PHONY: help setup demo serve test lint shell bench screenshots
.DEFAULT_GOAL := help
