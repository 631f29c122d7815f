"""Run by `odoo shell`: writes the books down for hledger and beancount; nothing in the database changes."""

import os
import sys
from pathlib import Path

from dev.inside.plain_books import export

told = export(env, Path(os.environ["TIMEBANK_AUDIT"]), bool(os.environ.get("TIMEBANK_INITIALS")))  # noqa: F821
if told:
    sys.exit("\n".join(told))
