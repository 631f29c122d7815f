from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...tools.shares import worth
from ..common.personal import OURS
from ..common.verb import text, verb
from .timebank_grant_books import claim_day


class TimebankPrepayment(models.Model):
    """Rewards that a grant has paid for in advance: so many on one bill line, used up by later claims.

    The earliest bill's go first, each at its unit cost, to the penny over them all. What is left is
    worth what of the bill line is not matched yet.
    """

    _name = "timebank.prepayment"
    _description = "Rewards Paid in Advance"
    _inherit = ["timebank.protected", "timebank.reasoned"]
    _order = "date, id"
    _verbs_with_reason = frozenset({"action_end"})
    _allow_sudo_commands = False
    _personal_fields = {
        "bill_name": OURS,
    }

    grant_id = fields.Many2one(
        "timebank.grant", required=True, readonly=True, ondelete="restrict", index=True
    )
    move_line_id = fields.Many2one(
        "account.move.line", "Bill line", required=True, readonly=True, ondelete="cascade", index=True
    )
    reward_id = fields.Many2one(
        "timebank.reward", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="grant_id.company_id")
    currency_id = fields.Many2one(related="grant_id.company_currency_id")
    date = fields.Date(related="move_line_id.date", store=True, related_sudo=True)
    bill_name = fields.Char("Bill", readonly=True)
    quantity = fields.Integer("Bought", readonly=True)
    amount = fields.Monetary("Paid", readonly=True, help="What the bill line charged to the grant.")
    ended_on = fields.Date("Ended on", readonly=True, help="Nothing is taken from it any more.")
    used_quantity = fields.Integer("Used", compute="_compute_left")
    left_quantity = fields.Integer("Left", compute="_compute_left")
    left_amount = fields.Monetary("Worth", compute="_compute_left", help="What is left, at its unit cost.")
    match_ids = fields.One2many("timebank.reward.match", "prepayment_id", string="Used by")

    _once = models.UniqueIndex("(move_line_id, grant_id)", "That bill line is paid in advance already.")
    _some = models.Constraint("CHECK (quantity > 0)", "Say how many were bought.")

    @api.depends("quantity", "amount", "ended_on", "match_ids")
    @api.depends_context("timebank_date")
    def _compute_left(self):
        """What is left by now, or (context ``timebank_date``) at the end of a day."""
        used = self._get_used(fields.Date.to_date(self.env.context.get("timebank_date")))
        for prepayment in self:
            count, amount = used.get(prepayment.id, (0, 0))
            prepayment.used_quantity = count
            # sudo: whether its bill is posted
            gone = prepayment.ended_on or prepayment.move_line_id.sudo().parent_state != "posted"
            prepayment.left_quantity = 0 if gone else prepayment.quantity - count
            prepayment.left_amount = 0 if gone else prepayment.currency_id.round(prepayment.amount - amount)

    def _get_used(self, date=None):
        """What claims took of these, all or those approved up to a day: dict of id → (count, amount)."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT m.prepayment_id, SUM(m.prepaid_quantity), SUM(m.amount)
                     FROM timebank_reward_match m JOIN timebank_redemption r ON r.id = m.redemption_id
                    WHERE m.prepayment_id IN %s %s GROUP BY m.prepayment_id""",
                tuple(self.ids) or (0,),
                SQL("AND %s <= %s", claim_day(self.env, "r"), date) if date else SQL(),
            )
        )
        return {number: (int(count), float(amount)) for number, count, amount in rows}

    @api.depends("quantity", "reward_id.name", "bill_name")
    def _compute_display_name(self):
        for prepayment in self:
            reward = prepayment.reward_id.name
            what = reward and f"{prepayment.quantity} × {reward}"
            prepayment.display_name = ", ".join(filter(None, (what, prepayment.bill_name)))

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_in_verb():
            raise AccessError(self.env._("Use “Paid in advance” on the bill line."))
        return super().create(vals_list)

    @api.ondelete(at_uninstall=True)
    def _unlink_only_in_verb(self):
        """Bills that are deleted take it along; anybody else ends it."""
        if not self._is_in_verb():
            raise AccessError(self.env._("End it with its button: what claims used of it stays."))

    @verb(reason=text())
    def action_end(self, reason):
        """Let no more claims use up what is left; it is an ordinary bill line again.

        :param str reason: why; kept in the grant's history
        :raises UserError: without a reason, or where it has ended
        """
        self.env["timebank.grant"]._check_finance()
        reason = self._require_reason(reason, self.env._("Say why no more is taken from it."))
        for prepayment in self:
            if prepayment.ended_on:
                raise UserError(self.env._("“%s” has ended.", prepayment.display_name))
            # sudo: what is paid in advance changes through these verbs alone
            prepayment.sudo()._in_verb().write({"ended_on": fields.Date.context_today(self)})
            prepayment.grant_id._message_log(
                body=self.env._(
                    "No longer paid in advance: %(what)s. %(reason)s",
                    what=prepayment.display_name,
                    reason=reason,
                ),
                author_id=self.env.user.partner_id.id,
            )
            self.env["timebank.bill.line"]._set_prepaid(prepayment.grant_id, prepayment.move_line_id, False)
        return True

    # ------------------------------------------------------------
    # What claims take
    # ------------------------------------------------------------

    def _find_stock(self, grants, rewards):
        """What is left of these rewards on these grants: the prepayments with some, the earliest first."""
        found = self.search(
            [("grant_id", "in", grants.ids), ("reward_id", "in", rewards.ids), ("ended_on", "=", False)]
        )
        found = found.with_context(timebank_date=False)  # whatever day somebody's screen shows figures at
        found.invalidate_recordset(["used_quantity", "left_quantity", "left_amount"])
        return found.filtered(lambda prepayment: prepayment.left_quantity > 0)

    def _get_worth(self, used, count):
        """What the next ``count`` cost after ``used`` others: all of them the whole, to the penny."""
        unit = 10**self.currency_id.decimal_places
        return worth(round(self.amount * unit), self.quantity, used, count) / unit
