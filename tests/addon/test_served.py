"""What `make serve` says to Odoo before it starts."""

import subprocess
import sys
import unittest
from pathlib import Path

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged

#: The checkout, of which the tests of an installed addon have none.
ROOT = next((folder for folder in Path(__file__).resolve().parents if (folder / "dev").is_dir()), None)
POINT = """
import sys
from dev.serving import point_reports
point_reports(*sys.argv[1:])
"""


@unittest.skipUnless(ROOT, "Only a checkout has commands.")
@tagged("post_install", "-at_install")
class TestServed(BaseCase):
    def test_papers_are_fetched_from_the_port_that_is_served(self):
        """An administrator's last login says another address: the port that is served goes before it."""
        database = get_db_name()
        self.addCleanup(self._set_address, False)
        for port in ("8071", "8072"):
            subprocess.run([sys.executable, "-c", POINT, database, port], cwd=ROOT, check=True)
            self.assertEqual(self._get_address(database), f"http://127.0.0.1:{port}")

    def _get_address(self, database):
        registry = Registry(database)
        registry.clear_all_caches()
        with registry.cursor() as cursor:
            return api.Environment(cursor, SUPERUSER_ID, {})["ir.actions.report"]._get_report_url()

    def _set_address(self, address):
        with Registry(get_db_name()).cursor() as cursor:
            parameters = api.Environment(cursor, SUPERUSER_ID, {})["ir.config_parameter"]
            parameters.set_param("report.url", address)
