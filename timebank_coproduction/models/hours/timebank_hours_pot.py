from odoo import fields, models
from odoo.exceptions import UserError


class TimebankHours(models.Model):
    """Time that a pot pays for, instead of whoever received it."""

    _inherit = "timebank.hours"

    pot_id = fields.Many2one(
        "timebank.account",
        string="Paid from",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('kind', '=', 'pot'), ('scheme_id', '=', scheme_id), ('state', '=', 'open')]",
        help="A pot that pays for the time. Empty: whoever received it, or the bank itself.",
    )

    def _check_content(self, vals):
        result = super()._check_content(vals)
        pot = self.env["timebank.account"].browse(vals.get("pot_id") or ())
        if pot and not self.env.su:
            reason = pot._why_not_spend()
            if reason:
                raise UserError(reason)
        return result

    def _get_refusals_to_record(self):
        refusals = super()._get_refusals_to_record()
        if not self.pot_id:
            return refusals
        for entry in self.sudo():  # sudo: the sentence names the pot and the bank only
            if entry.pot_id and entry.id not in refusals:
                reason = entry.pot_id._why_not_pot_of(entry.scheme_id)
                if reason:
                    refusals[entry.id] = reason
        return refusals

    def _prepare_transfers(self):
        vals_list = super()._prepare_transfers()
        if not self.pot_id:
            return vals_list
        for entry, vals in zip(self, vals_list, strict=True):
            if entry.pot_id:
                vals.update(from_account_id=entry.pot_id.id, kind="exchange")
        return vals_list
