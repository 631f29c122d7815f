from odoo import api, fields, models
from odoo.tools import SQL

from ..common.hours_field import hours_field
from ..common.verb import verb


class TimebankStatementLine(models.Model):
    """A transfer as one of its two accounts sees it, with the balance after it."""

    _name = "timebank.statement.line"
    _description = "Account Statement Line"
    _auto = False
    _order = "date desc, transfer_id.id desc"

    transfer_id = fields.Many2one("timebank.transfer", readonly=True)
    account_id = fields.Many2one("timebank.account", readonly=True)
    other_account_id = fields.Many2one("timebank.account", string="With", readonly=True)
    scheme_id = fields.Many2one("timebank.scheme", string="Time bank", readonly=True)
    name = fields.Char(related="transfer_id.name", string="Number")
    date = fields.Date(readonly=True)
    kind = fields.Selection(related="transfer_id.kind")
    memo = fields.Char(related="transfer_id.memo")
    minutes = fields.Integer(readonly=True, help="Positive when credits came in.")
    hours = hours_field("minutes", "In or out")
    balance_minutes = fields.Integer(compute="_compute_balance_minutes")
    balance_hours = hours_field("balance_minutes", "Balance")
    is_mine = fields.Boolean(compute="_compute_is_mine", search="_search_is_mine")

    @verb()
    def init(self):
        # The sides stay apart, so that PostgreSQL can walk the two indexes of an
        # account side by side and stop after a page, however long the ledger is.
        self.env.cr.execute(
            """
            CREATE OR REPLACE VIEW timebank_statement_line AS
            SELECT 2 * id AS id, id AS transfer_id, to_account_id AS account_id,
                   from_account_id AS other_account_id, scheme_id, date, minutes
              FROM timebank_transfer
            UNION ALL
            SELECT 2 * id + 1, id, from_account_id, to_account_id, scheme_id, date, -minutes
              FROM timebank_transfer
            """
        )

    @api.depends("account_id", "date", "transfer_id", "minutes")
    def _compute_balance_minutes(self):
        """Each account's balance now, less all that has moved since the line.

        One query for each account on the page, over the lines newer than its oldest
        one here; the balance itself is kept, not summed.
        """
        for account, lines in self.grouped("account_id").items():
            newest_first = lines.sorted(lambda line: (line.date, line.transfer_id.id), reverse=True)
            after = account.balance_minutes - newest_first._moved_since()
            for line in newest_first:
                line.balance_minutes = after
                after -= line.minutes

    def _get_own_accounts(self):
        # sudo: only which accounts are the user's own is asked
        return (
            self.env["timebank.account"]
            .sudo()
            .search([("kind", "=", "member"), ("partner_id", "=", self.env.user.partner_id.id)])
        )

    @api.depends_context("uid")
    @api.depends("account_id")
    def _compute_is_mine(self):
        """Whether it is on the user's own account, as a member."""
        own = self._get_own_accounts()
        for line in self:
            line.is_mine = line.account_id in own

    def _search_is_mine(self, operator, value):
        if operator != "in" or False in value:
            return NotImplemented
        # by ids, for PostgreSQL to walk the two indexes of an account
        return [("account_id", "in", self._get_own_accounts().ids)]

    def _moved_since(self):
        """Minutes moved on the account after the newest of these lines (sorted newest first)."""
        newest = self[0]
        self.env.cr.execute(
            SQL(
                """SELECT COALESCE(SUM(minutes), 0)::int FROM timebank_statement_line
                    WHERE account_id = %s AND (date, transfer_id) > (%s, %s)""",
                newest.account_id.id,
                newest.date,
                newest.transfer_id.id,
            )
        )
        return self.env.cr.fetchone()[0]

    def _get_other_name(self):
        """Who is on the other side: a person, a pot, or the bank itself."""
        self.ensure_one()
        other = self.other_account_id
        return self.scheme_id.name if other.kind == "operating" else other.name
