from odoo import fields, models
from odoo.exceptions import ValidationError

from ..common.figures import figures_over
from ..common.verb import verb
from ..common.windows import open_list


class TimebankGrant(models.Model):
    """What the funder calls sustained involvement, and what the funder is told."""

    _name = "timebank.grant"
    _inherit = ["timebank.grant", "timebank.sustained"]

    sustained_minutes = fields.Integer(default=0)
    sustained_months = fields.Integer(default=0)

    _sustained_positive = models.Constraint(
        "CHECK (sustained_minutes >= 0 AND sustained_months BETWEEN 0 AND 120)",
        "Involvement is sustained from so many minutes, in up to 120 months; 0 is as its time banks say.",
    )

    report_count = fields.Integer("Number of reports", compute="_compute_report_count")

    def _compute_report_count(self):
        for grant, count in figures_over(self, self.env["timebank.funder.report"], "grant_id"):
            grant.report_count = count

    def _check_serves(self, scheme):
        """:raises ValidationError: for a grant, if there is one, that doesn't serve this bank"""
        # sudo: which banks it serves, of a grant that somebody named
        grant = self.sudo()
        if grant and scheme not in grant.scheme_ids:
            raise ValidationError(
                self.env._("“%s” doesn’t serve this time bank: choose a grant that does.", grant.name)
            )

    @verb(single=True)
    def action_view_funder_reports(self):
        """:return: the list of the grant's reports to its funder"""
        return open_list(
            self.env,
            "timebank_funder_report_action",
            [("grant_id", "=", self.id)],
            {"default_grant_id": self.id, "default_kind": "grant"},
        )
