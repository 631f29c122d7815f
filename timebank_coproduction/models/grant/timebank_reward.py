from odoo import fields, models

#: Who sees what rewards cost.
STAFF = "timebank_coproduction.group_timebank_coordinator,timebank_coproduction.group_timebank_finance"


class TimebankReward(models.Model):
    _inherit = "timebank.reward"

    grant_ids = fields.Many2many(
        "timebank.grant",
        string="Grants",
        check_company=True,
        groups=STAFF,
        help="Which grants may pay for it. Empty means any open grant of the bank.",
    )
