from odoo import api, fields, models


class TimebankRetention(models.Model):
    _inherit = "timebank.retention"

    kind = fields.Selection(
        selection_add=[("wellbeing", "Answers about well-being")], ondelete={"wellbeing": "cascade"}
    )

    @api.model
    def _get_usual_terms(self):
        return {
            **super()._get_usual_terms(),
            "wellbeing": (
                36,
                self.env._("A grant of three years compares how people are at its beginning and its end."),
                self.env._("What each person answered; reports that were sent keep their figures."),
            ),
        }

    def _find_wellbeing(self, before):
        return self.env["timebank.wellbeing.response"].search(
            [("scheme_id", "=", self.scheme_id.id), ("answered_on", "<", before)]
        )
