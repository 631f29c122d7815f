"""What the addon leaves in PostgreSQL, on its way in and out."""

from odoo.addons.timebank_coproduction.hooks import uninstall_hook
from odoo.addons.timebank_coproduction.tools import ledger_ddl

from ..common import TimebankCase


class TestInstall(TimebankCase):
    def _get_guards(self):
        """Names of the ledger's triggers and functions that are there."""
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT tgrelid::regclass || '.' || tgname FROM pg_trigger
                WHERE NOT tgisinternal AND tgname LIKE 'timebank_%'
               UNION ALL
               SELECT proname FROM pg_proc WHERE proname LIKE 'timebank_%'"""
        )
        return sorted(name for (name,) in self.env.cr.fetchall())

    def test_upgrade_keeps_the_guards(self):
        before = self._get_guards()
        self.assertIn("timebank_transfer.timebank_keep", before)
        self.env.cr.execute(ledger_ddl.CREATE)
        self.env.cr.execute(ledger_ddl.CREATE)
        self.env["timebank.statement.line"].init()
        self.assertEqual(self._get_guards(), before)
        self._fund(self.ann, 60)
        self.assertEqual(self._balances(self.ann), [60])

    def test_uninstall_leaves_nothing(self):
        self.assertTrue(self._get_guards())
        uninstall_hook(self.env)
        self.assertEqual(self._get_guards(), [])
        uninstall_hook(self.env)  # half an uninstallation can be finished
