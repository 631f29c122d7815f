from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.common.hours_field import hours_field
from ..models.common.verb import verb
from ..models.common.windows import tell
from ..models.common.words import say_day
from ..tools.minutes import clock


class TimebankLeaving(models.TransientModel):
    """End memberships: what is open is listed, and settled before anything is left behind."""

    _name = "timebank.leaving"
    _description = "End a Membership"

    member_ids = fields.Many2many("timebank.member", string="Members", required=True, readonly=True)
    scheme_id = fields.Many2one("timebank.scheme", compute="_compute_scheme_id")
    day = fields.Date(
        "Last day",
        required=True,
        compute="_compute_day",
        store=True,
        precompute=True,
        readonly=False,
        help="Time given until that day can still be approved.",
    )
    reason = fields.Char("Why", help="Kept with the credits that move, and where something is called off.")
    matters = fields.Html("What is open", compute="_compute_matters", sanitize=False)
    # Credits and debts
    credit_minutes = fields.Integer(compute="_compute_balances")
    credit_hours = hours_field("credit_minutes", "Credits left")
    credit_to = fields.Selection(
        [
            ("pot", "Go to a pot"),
            ("person", "Go to another member"),
            ("bank", "Go back to the time bank"),
            ("keep", "Stay, in case they come back"),
        ],
        string="The credits",
        default="pot",
    )
    credit_account_id = fields.Many2one(
        "timebank.account",
        string="To",
        compute="_compute_credit_account_id",
        store=True,
        readonly=False,
        domain="[('scheme_id', '=', scheme_id), ('state', '=', 'open'),"
        " ('partner_id', 'not in', partner_ids), ('kind', '=', credit_to == 'pot' and 'pot' or 'member')]",
    )
    debt_minutes = fields.Integer(compute="_compute_balances")
    debt_hours = hours_field("debt_minutes", "Debts left")
    debt_by = fields.Selection(
        [
            ("pot", "Are paid from a pot"),
            ("bank", "Are written off"),
            ("keep", "Stay, in case they come back"),
        ],
        string="The debts",
        default="bank",
    )
    debt_account_id = fields.Many2one(
        "timebank.account",
        string="From",
        domain="[('scheme_id', '=', scheme_id), ('state', '=', 'open'), ('kind', '=', 'pot')]",
    )
    partner_ids = fields.Many2many("res.partner", compute="_compute_scheme_id")

    @api.depends("member_ids")
    def _compute_scheme_id(self):
        for leaving in self:
            schemes = leaving.member_ids.scheme_id
            leaving.scheme_id = schemes if len(schemes) == 1 else False
            leaving.partner_ids = leaving.member_ids.partner_id

    @api.depends("member_ids")
    def _compute_day(self):
        """Today at their bank: of several, where it is still the day before."""
        for leaving in self:
            leaving.day = leaving.day or leaving.member_ids.scheme_id._get_days()[0]

    @api.depends("member_ids", "day")
    def _compute_balances(self):
        for leaving in self:
            balances = [
                member.balance_minutes + leaving._get_coming_back(member) for member in leaving.member_ids
            ]
            leaving.credit_minutes = sum(balance for balance in balances if balance > 0)
            leaving.debt_minutes = -sum(balance for balance in balances if balance < 0)

    def _get_coming_back(self, member):
        """Minutes that what is called off puts back on the member's account."""
        return member._get_minutes_coming_back() if member.state != "left" else 0

    @api.depends("credit_to", "member_ids")
    def _compute_credit_account_id(self):
        for leaving in self:
            pot = leaving.scheme_id.pot_account_id if leaving.credit_to == "pot" else False
            leaving.credit_account_id = pot or False

    @api.depends("member_ids", "day")
    def _compute_matters(self):
        for leaving in self:
            parts = [leaving._say_matters(member) for member in leaving.member_ids]
            leaving.matters = Markup().join(parts)

    def _say_matters(self, member):
        """HTML: what is open for one member, and what becomes of each."""
        matters = member._get_open_matters(self.day or member.scheme_id._today())
        rows = Markup().join(
            Markup("<li>%s <span class='text-muted'>%s</span></li>") % matter for matter in matters
        ) or Markup("<li>%s</li>") % self.env._("Nothing is open.")
        balance = self.env._("Balance %s", clock(member.balance_minutes))
        return Markup("<div><b>%s</b> · %s<ul>%s</ul></div>") % (member.name, balance, rows)

    @verb(single=True)
    def action_confirm(self):
        """End the memberships, and settle all that is open.

        :return: an action that closes the dialog and says what was done
        :raises UserError: naming what is missing, or can't be settled; nothing is done then
        """
        self.ensure_one()
        members = self.member_ids
        members._check_can_leave()
        self._check_day()
        reason = (self.reason or "").strip()
        going = members.filtered(lambda member: member.state != "left")
        members._end(self.day, reason)
        # sudo: the account follows the membership; where credits go is the ledger's question
        (members - going).account_id.sudo().action_reopen()
        moved = self._settle_balances(members, reason)
        members._end_accounts()
        return self._tell_done(going, moved)

    def _check_day(self):
        if self.day > self.member_ids.scheme_id._get_days()[0]:
            raise UserError(self.env._("A membership ends today or earlier: come back on the day."))
        for member in self.member_ids:
            if member.joined_on and self.day < member.joined_on:
                raise UserError(
                    self.env._(
                        "%(person)s joined on %(day)s, and can't have left before.",
                        person=member.name,
                        day=say_day(self.env, member.joined_on),
                    )
                )

    def _settle_balances(self, members, reason):
        """Move what is on these accounts, as chosen.

        :return: the transfers
        """
        vals_list = []
        for member in members:
            account, minutes = member.account_id, member.balance_minutes
            other = self._get_other_side(member, minutes)
            if not other:
                continue
            if not reason:
                raise UserError(self.env._("Say why in a few words: it stays with the credits that move."))
            source, target = (account, other) if minutes > 0 else (other, account)
            vals_list.append(
                {
                    "from_account_id": source.id,
                    "to_account_id": target.id,
                    "minutes": abs(minutes),
                    "kind": "adjustment",
                    "memo": reason,
                }
            )
        # sudo: posting serves every verb; who may end the membership was asked
        return (
            self.env["timebank.transfer"].sudo()._post(vals_list)
            if vals_list
            else self.env["timebank.transfer"]
        )

    def _get_other_side(self, member, minutes):
        """The account that takes a member's credits or pays their debt, or an empty recordset."""
        way, chosen = (
            (self.credit_to, self.credit_account_id) if minutes > 0 else (self.debt_by, self.debt_account_id)
        )
        kind = "member" if way == "person" else "pot"
        if not minutes or way == "keep":
            return chosen.browse()
        if way == "bank":
            # sudo: every bank has one; nothing of it is shown
            return member.sudo().scheme_id.operating_account_id
        if not chosen or chosen.scheme_id != member.scheme_id or chosen.kind != kind:
            raise UserError(
                self.env._(
                    "Choose where the credits of %s go: a pot or a member of the same bank.", member.name
                )
                if minutes > 0
                else self.env._("Choose the pot of the same bank that pays the debt of %s.", member.name)
            )
        return chosen

    def _tell_done(self, going, moved):
        names = ", ".join(self.member_ids.mapped("name"))
        lines = [self.env._("Left: %s.", names) if going else self.env._("Settled: %s.", names)]
        if moved:
            lines.append(self.env._("%s hours moved.", clock(sum(moved.mapped("minutes")))))
        return tell(" ".join(lines))
