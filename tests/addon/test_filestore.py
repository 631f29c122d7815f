from odoo.tests import TransactionCase, tagged
from odoo.tools import config


@tagged("post_install", "-at_install")
class TestFilestore(TransactionCase):
    """Tests that run side by side don't clear away each other's files."""

    def test_each_database_has_its_own(self):
        name = self.env.cr.dbname
        self.assertEqual(self.env["ir.attachment"]._filestore(), config.filestore(name))
        self.assertTrue(config.filestore(name).endswith(name))
