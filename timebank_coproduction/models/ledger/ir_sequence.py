from odoo import api, models
from odoo.exceptions import UserError

#: What decides which number comes next.
COUNTING = frozenset(
    {
        "active",
        "date_range_ids",
        "implementation",
        "number_increment",
        "number_next",
        "number_next_actual",
        "suffix",
        "use_date_range",
    }
)


class IrSequence(models.Model):
    """The sequences that number banks' transfers count on, each number once, for ever."""

    _inherit = "ir.sequence"

    def write(self, vals):
        if COUNTING.intersection(vals):
            self._refuse_numbering_banks()
        return super().write(vals)

    @api.ondelete(at_uninstall=True)
    def _unlink_no_numbering_of_banks(self):
        self._refuse_numbering_banks()

    def _refuse_numbering_banks(self):
        """:raises UserError: for a sequence that a bank numbers its transfers with"""
        # sudo: a sequence's bank may be another company's
        schemes = self.env["timebank.scheme"].sudo()
        numbered = schemes.search([("sequence_id", "in", self.ids)], limit=1)
        if numbered:
            raise UserError(
                self.env._(
                    "“%(sequence)s” numbers the transfers of %(bank)s: it goes on counting as it does, and"
                    " can't be removed.",
                    sequence=numbered.sequence_id.name,
                    bank=numbered.name,
                )
            )
