"""Run by `odoo shell`: writes down which methods of the addon can be called from outside."""

import os
from pathlib import Path

from odoo.addons.timebank_coproduction.tests.trust.reachable import page

Path(os.environ["TIMEBANK_PAGE"]).write_text(page(env))  # noqa: F821
