from odoo import api, fields, models


class TimebankRetention(models.Model):
    _inherit = "timebank.retention"

    kind = fields.Selection(
        selection_add=[("offer", "Offers and requests that are over")], ondelete={"offer": "cascade"}
    )

    @api.model
    def _get_usual_terms(self):
        return {
            **super()._get_usual_terms(),
            "offer": (
                24,
                self.env._("Who asks for the same again does so within two years."),
                self.env._("What people wrote, and for whom; that there was an offer or a request stays."),
            ),
        }

    def _find_offer(self, before):
        """Requests, as what they say is about more people; an offer's words go with its giver."""
        return self.env["timebank.request"].search(
            [
                ("scheme_id", "=", self.scheme_id.id),
                ("state", "in", ("closed", "expired", "met")),
                ("write_date", "<", before),
                "|",
                ("description", "!=", False),
                ("on_behalf_of", "!=", False),
            ]
        )
