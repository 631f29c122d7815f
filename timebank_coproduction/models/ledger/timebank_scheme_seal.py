from odoo import fields, models


class TimebankScheme(models.Model):
    """The seals of a bank, as its page shows them."""

    _inherit = "timebank.scheme"

    seal_count = fields.Integer("Seals", compute="_compute_seal_count")

    def _compute_seal_count(self):
        counts = dict(
            self.env["timebank.seal"]._read_group([("scheme_id", "in", self.ids)], ["scheme_id"], ["__count"])
        )
        for scheme in self:
            scheme.seal_count = counts.get(scheme._origin, 0)

    def action_seal_now(self):
        """:meth:`action_seal` as a button: tells what was sealed."""
        seals = self.action_seal()
        count = sum(seals.mapped("transfer_count"))
        if seals:
            message = self.env._("Transfers sealed: %s. Any later change to them will show.", count)
        else:
            message = self.env._("Every transfer was sealed already.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": "success",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_view_seals(self):
        return self._action_on("timebank_coproduction.timebank_seal_action")
