from odoo import api, fields, models


class TimebankRetention(models.Model):
    _inherit = "timebank.retention"

    kind = fields.Selection(
        selection_add=[("claim", "Why claims were refused")], ondelete={"claim": "cascade"}
    )

    @api.model
    def _get_usual_terms(self):
        return {
            **super()._get_usual_terms(),
            "claim": (
                84,
                self.env._("Funders may ask what was spent, and on what terms, up to seven years later."),
                self.env._("The reason of a refusal; claim, cost and bill stay."),
            ),
        }

    def _find_claim(self, before):
        return self.env["timebank.redemption"].search(
            [
                ("scheme_id", "=", self.scheme_id.id),
                ("refusal_reason", "!=", False),
                ("requested_on", "<", before),
                ("state", "in", ("refused", "cancelled", "fulfilled")),
            ]
        )
