"""What leans on Odoo's private methods stands in one file, where whoever upgrades Odoo finds it."""

import re
from pathlib import Path

from odoo.tests import BaseCase

ADDON = Path(__file__).resolve().parents[2] / "timebank_coproduction"

#: The one file.
HERE = ADDON / "models" / "common" / "odoo_private.py"

#: Private functions of Odoo's modules, and what keeps the ORM's books.
PRIVATE = re.compile(
    r"from odoo[\w.]* import [^\n]*\b_\w"
    r"|\b(_write_multi|_validate_fields|_check_field_access|field_inverses|add_to_compute"
    r"|(_insert|_update|_get)_cache)\b"
    r"|\.protecting\("
)


class TestOdooPrivate(BaseCase):
    def test_in_one_file(self):
        files = [path for path in ADDON.rglob("*.py") if "tests" not in path.parts]
        found = {path for path in files if PRIVATE.search(path.read_text())}
        self.assertEqual(found, {HERE})
