from odoo import fields, models


class TimebankGrant(models.Model):
    """The ways out of a grant's form."""

    _inherit = "timebank.grant"

    reconciliation_ids = fields.One2many("timebank.reconciliation", "grant_id", string="Reconciliations")
    reconciliation_count = fields.Integer(
        "Number of reconciliations", compute="_compute_reconciliation_count"
    )

    def _compute_reconciliation_count(self):
        counts = dict(
            self.env["timebank.reconciliation"]
            .sudo()  # sudo: only the number is shown to those who may not open them
            ._read_group([("grant_id", "in", self.ids)], ["grant_id"], ["__count"])
        )
        for grant in self:
            grant.reconciliation_count = counts.get(grant._origin.sudo(), 0)

    def action_reconcile(self):
        """Open the grant's draft reconciliation, making one for the next period where there is none."""
        self.ensure_one()
        self._check_finance()
        reconciliations = self.env["timebank.reconciliation"]
        draft = reconciliations.search([("grant_id", "=", self.id), ("state", "=", "draft")], limit=1)
        draft = draft or reconciliations.create({"grant_id": self.id})
        draft.action_refresh()
        return {
            "type": "ir.actions.act_window",
            "res_model": "timebank.reconciliation",
            "res_id": draft.id,
            "views": [(False, "form")],
        }

    def action_view_claims(self):
        return self._open("timebank_redemption_action")

    def action_view_bills(self):
        self.env["timebank.bill.line"]._follow(self)
        return self._open("timebank_bill_line_action")

    def action_view_reconciliations(self):
        return self._open("timebank_reconciliation_action")

    def _open(self, name):
        return self.env["ir.actions.act_window"]._open_timebank(
            name, [("grant_id", "in", self.ids)], default_grant_id=self[:1].id
        )


class TimebankReconciliation(models.Model):
    _inherit = "timebank.reconciliation"

    def action_match(self):
        return self.grant_id.action_match_screen()
