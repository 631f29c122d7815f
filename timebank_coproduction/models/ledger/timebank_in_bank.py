from odoo import api, fields, models
from odoo.exceptions import AccessError


class TimebankInBank(models.AbstractModel):
    """A record that somebody makes in a bank of their choice, usually the only one they work in."""

    _name = "timebank.in.bank"
    _description = "What Belongs to a Time Bank"
    _inherit = ["timebank.of.bank"]
    #: Fields that protect others, such as the checks that are asked for: those who run the bank
    #: set them, and nobody on what is their own.
    _safeguards = frozenset()

    scheme_id = fields.Many2one(
        "timebank.scheme",
        string="Time bank",
        required=True,
        ondelete="restrict",
        index=True,
        domain="[('is_on_screen', '=', True)]",
        default=lambda self: self.env["timebank.scheme"]._get_usual(),
    )
    company_id = fields.Many2one(related="scheme_id.company_id", store=True, precompute=True)

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        if self._safeguards and not self.env.su:
            guarded = records.filtered(lambda record: any(record[name] for name in self._safeguards))
            guarded._refuse_unguarding(self._safeguards)
        return records

    def write(self, vals):
        if not self.env.su and self._safeguards.intersection(vals):
            self._refuse_unguarding(self._safeguards.intersection(vals))
            if "partner_id" in self._fields:
                self._refuse_own_terms(vals, self._safeguards)
        return super().write(vals)

    def _refuse_unguarding(self, names):
        """:raises AccessError: unless the user runs these records' banks"""
        # sudo: only which banks they are, whoever may read them
        schemes = self.sudo().scheme_id.sudo(self.env.su)
        if schemes - schemes._run_by_user():
            labels = sorted(self._fields[name]._description_string(self.env) for name in names)
            raise AccessError(
                self.env._("%s: that is for a coordinator to say, as it protects others.", ", ".join(labels))
            )
