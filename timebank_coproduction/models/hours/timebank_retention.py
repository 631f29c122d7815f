from odoo import api, fields, models


class TimebankRetention(models.Model):
    _inherit = "timebank.retention"

    kind = fields.Selection(selection_add=[("entry", "Descriptions of hours")], ondelete={"entry": "cascade"})

    @api.model
    def _get_usual_terms(self):
        return {
            **super()._get_usual_terms(),
            "entry": (
                84,
                self.env._("Funders may ask what time was given for up to seven years later."),
                self.env._("The description and the reason of a refusal; the hours stay."),
            ),
        }

    def _find_entry(self, before):
        return self.env["timebank.hours"].search(
            [
                ("scheme_id", "=", self.scheme_id.id),
                ("date", "<", before),
                ("state", "in", ("approved", "refused", "reversed")),
                "|",
                ("description", "!=", False),
                ("refusal_reason", "!=", False),
            ]
        )
