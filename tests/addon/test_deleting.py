"""No context from outside switches off what refuses to delete."""

from odoo.exceptions import UserError

from ..common import TimebankCase


class TestDeleting(TimebankCase):
    def test_guards_hold_whatever_the_context_claims(self):
        """Odoo leaves out guards that aren't for uninstallations where ``_force_unlink`` is in the
        context, which a caller over RPC can send. The uninstallation empties our tables itself."""
        guards = {
            (model._name, method.__name__): method._ondelete
            for model in self.env.values()
            for method in model._ondelete_methods
            if method.__module__.startswith("odoo.addons.timebank_coproduction")
        }
        self.assertGreaterEqual(len(guards), 18)
        for guard, always in guards.items():
            with self.subTest(guard=guard):
                self.assertTrue(always, "write @api.ondelete(at_uninstall=True)")

    def test_over_rpc(self):
        hours = self._make_hours(self.ben, 30, "approved")
        for record in (hours, self.ben, self.scheme, self.ben.account_id, hours.transfer_ids):
            with self.subTest(record=record), self.assertRaises(UserError):
                record.with_user(self.manager).with_context(_force_unlink=True).unlink()
