from odoo import api, fields, models


class TimebankRetention(models.Model):
    _inherit = "timebank.retention"

    kind = fields.Selection(
        selection_add=[("check", "Checks that have run out")], ondelete={"check": "cascade"}
    )

    @api.model
    def _get_usual_terms(self):
        return {
            **super()._get_usual_terms(),
            "check": (
                6,
                self.env._("What is on a certificate is kept for half a year at most once it isn't needed."),
                self.env._("The check with its number and document."),
            ),
        }

    def _find_check(self, before):
        """Checks of people of this bank that are in no other."""
        members = self.env["timebank.member"].search([("scheme_id", "=", self.scheme_id.id)])
        people = members.partner_id.filtered(lambda one: one.timebank_member_ids.scheme_id == self.scheme_id)
        return self.env["timebank.check"].search(
            [
                ("partner_id", "in", people.ids),
                "|",
                ("expires_on", "<", before),
                "&",
                ("withdrawn", "=", True),
                ("write_date", "<", before),
            ]
        )

    def _get_day(self, record):
        if record._name == "timebank.check" and record.expires_on:
            return record.expires_on
        return super()._get_day(record)
