from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from ..grants_common import GrantCase


@tagged("post_install", "-at_install")
class TestMatchingScreen(HttpCase, GrantCase):
    """Finance matches by hand, in a browser."""

    frozen = False

    def test_matching_in_a_browser(self):
        today = fields.Date.today()
        self.grant = self._make_grant(
            "Next Year", date_start=today - timedelta(days=30), date_end=today + timedelta(days=20)
        )
        self.env["timebank.grant"].search([("id", "!=", self.grant.id), ("state", "=", "open")]).with_user(
            self.finance
        ).action_close()
        claim = self._claims(1)
        self.assertEqual(claim.grant_id, self.grant)
        self._bill({"name": "Half a swim", "price_unit": 5, "share": {self.grant: 100}}, day=today)
        self.start_tour(
            f"/odoo/timebank-grants/{self.grant.id}/action-{self._make_action().id}",
            "timebank_matching_tour",
            login="tb_finance",
        )
        self.assertFalse(claim.match_ids)
        self.assertEqual(claim.matched_amount, 0)
        self.assertFalse(claim.billing_done, "taken apart, the claim waits for its bill again")

    def _make_action(self):
        """The screen under an address, as a favourite would keep it."""
        return self.env["ir.actions.client"].create(
            {"name": "Match", "tag": "timebank_matching", "params": {"grant_id": self.grant.id}}
        )
