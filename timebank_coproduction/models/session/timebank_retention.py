from odoo import api, fields, models


class TimebankRetention(models.Model):
    _inherit = "timebank.retention"

    kind = fields.Selection(
        selection_add=[("register", "Remarks on registers")], ondelete={"register": "cascade"}
    )

    @api.model
    def _get_usual_terms(self):
        return {
            **super()._get_usual_terms(),
            "register": (
                24,
                self.env._("Why somebody was signed up or not is asked while people remember it."),
                self.env._("What coordinators wrote about a line; who came and for how long stays."),
            ),
        }

    def _find_register(self, before):
        return self.env["timebank.words"].search(
            [("scheme_id", "=", self.scheme_id.id), ("attendance_id.start", "<", before)]
        )
