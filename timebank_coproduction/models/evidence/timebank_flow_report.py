from odoo import fields, models
from odoo.tools import SQL

from . import facts


class TimebankFlowReport(models.Model):
    """What moved in the ledger: a row for each transfer. A reversal is the negative of what it reverses, with
    all that says what that was, on the day of the reversal."""

    _name = "timebank.flow.report"
    _inherit = "timebank.fact.report"
    _description = "Credits That Moved"
    _auto = False
    _rec_name = "transfer_id"

    transfer_id = fields.Many2one("timebank.transfer", readonly=True)
    kind = fields.Selection(
        lambda self: self.env["timebank.transfer"]._fields["kind"]._description_selection(self.env),
        readonly=True,
        help="Of a reversal, what it has put back.",
    )
    direction = fields.Selection(
        [
            ("issued", "Issued by the bank"),
            ("exchanged", "Between members"),
            ("returned", "Returned to the bank"),
            ("given", "Given away"),
            ("expired", "Expired"),
            ("other", "Balances settled"),
        ],
        readonly=True,
    )
    is_reversal = fields.Boolean("Put back", readonly=True)
    role = fields.Selection(string="Role of the giver")
    minutes = fields.Integer(help="Below zero where something was put back.")
    from_account_id = fields.Many2one("timebank.account", string="From", readonly=True)
    to_account_id = fields.Many2one("timebank.account", string="To", readonly=True)

    @property
    def _table_query(self):
        columns = SQL(
            """f.id, f.id AS transfer_id, f.kind, COALESCE(f.flow, 'other') AS direction,
               f.reversed AS is_reversal, f.from_account_id, f.to_account_id"""
        )
        return self._select_facts(columns, facts.moved(self._get_scope()))

    def _get_source(self):
        """The entry, session, claim or whatever else moved these credits; the transfer itself where there is
        nothing behind it."""
        transfer = self.transfer_id.reversal_of_id or self.transfer_id
        origin = transfer._get_origin() or transfer
        return origin.session_id if origin._name == "timebank.attendance" else origin
