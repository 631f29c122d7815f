from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..common.hours_field import hours_field
from ..common.personal import OURS


class TimebankAccount(models.Model):
    """A pot: what a group saves up together, and what for."""

    _inherit = "timebank.account"
    _personal_fields = {
        "purpose": OURS,
    }

    holder_ids = fields.Many2many(
        domain="['|', ('user_ids.coordinated_scheme_ids', 'in', [scheme_id]),"
        " ('timebank_member_ids', 'any', [('scheme_id', '=', scheme_id),"
        " ('state', 'in', ('active', 'paused'))])]"
    )
    purpose = fields.Char("What for", help="A trip, driving lessons, a piano for the hall.")
    goal_minutes = fields.Integer()
    goal_hours = hours_field("goal_minutes", "Goal", editable=True)
    goal_date = fields.Date("Wanted by")
    goal_share = fields.Float("Reached", compute="_compute_goal_share", help="In per cent of the goal.")
    open_to_all = fields.Boolean(
        "Every member can give to it",
        help="The bank's members find it by its name. Otherwise its holders alone do, and who runs the bank.",
    )
    apart = fields.Char("Telephone, postcode", compute="_compute_apart")
    is_holder = fields.Boolean(compute="_compute_is_holder", search="_search_is_holder")

    _goal_positive = models.Constraint("CHECK (goal_minutes >= 0)", "A goal is zero hours or more.")

    @api.depends("partner_id.phone", "partner_id.zip")
    @api.depends_context("uid", "formatted_display_name")
    def _compute_display_name(self):
        """In a picker, staff see what tells members of one name apart, and whose bank it is of several."""
        result = super()._compute_display_name()
        if self.env.context.get("formatted_display_name") and not self.env.user.share:
            several = len(self.scheme_id) > 1
            details_of = self._get_apart()
            for account in self.filtered(lambda account: not account._say_own()):
                bank = [account.scheme_id.display_name] if several else []
                details = bank + details_of[account]
                account.display_name = self.partner_id._say_apart(account.display_name, details)
        return result

    @api.depends("partner_id.phone", "partner_id.zip")
    @api.depends_context("uid")
    def _compute_apart(self):
        """The same in lists and on cards."""
        for account, details in self._get_apart().items():
            account.apart = " · ".join(details)

    def _get_apart(self):
        """What tells a member's account from one of the same name, to staff who may read the contact.

        :return: dict of account → list of words
        """
        nobody = self.partner_id.browse()
        people = nobody if self.env.user.share else self.partner_id._filtered_access("read")
        return {account: (account.partner_id & people)._get_apart() for account in self}

    @api.depends("balance_minutes", "goal_minutes")
    def _compute_goal_share(self):
        for account in self:
            goal = account.goal_minutes
            share = 100 * max(account.balance_minutes, 0) / goal if goal else 0
            account.goal_share = min(share, 100)

    @api.depends_context("uid")
    @api.depends("holder_ids")
    def _compute_is_holder(self):
        for account in self:
            account.is_holder = self.env.user.partner_id in account.holder_ids

    def _search_is_holder(self, operator, value):
        if operator != "in":
            return NotImplemented
        mine = [("holder_ids", "in", self.env.user.partner_id.ids)]
        return mine if True in value else ["!", *mine]

    @api.constrains("holder_ids", "scheme_id")
    def _check_holders_are_members(self):
        for account in self:
            if not account.holder_ids:
                continue
            # sudo: who is a member of the bank, for the sentence only
            members = (
                self.env["timebank.member"]
                .sudo()
                .search(
                    [
                        ("scheme_id", "=", account.scheme_id.id),
                        ("partner_id", "in", account.holder_ids.ids),
                        ("state", "!=", "left"),
                    ]
                )
            )
            # A coordinator may hold a pot for people who can't.
            # sudo: only whether the holders are among them is asked
            staff = account.scheme_id.sudo().coordinator_ids.partner_id
            strangers = account.holder_ids - members.partner_id - staff
            if strangers:
                raise ValidationError(
                    self.env._(
                        "%(person)s is not a member of %(bank)s, so they can't hold a pot in it.",
                        person=strangers[0].name,
                        bank=account.scheme_id.name,
                    )
                )

    # Given on the member's pages
    def _get_newest_transfer_id(self):
        """The number of the newest transfer from or to the account: what :meth:`_give_once` takes as seen."""
        self.ensure_one()
        self.check_access("read")
        # sudo: who may read an account reads what moved on it; only a number is told
        transfers = self.env["timebank.transfer"].sudo()
        either = ["|", ("from_account_id", "=", self.id), ("to_account_id", "=", self.id)]
        return transfers.search(either, order="id desc", limit=1).id or 0

    def _give_once(self, target, minutes, memo, since):
        """Give as :meth:`action_give` does, unless just that was given since: a form sent twice gives once.

        :param target: the ``timebank.account`` that receives it
        :param int since: :meth:`_get_newest_transfer_id` when the form was shown
        :return: the transfer
        """
        self.ensure_one()
        self.check_access("read")
        # sudo: only whether the same was given is asked; of two at once the second has to wait
        self.sudo()._lock_rows()
        given = (
            self.env["timebank.transfer"]
            .sudo()
            .search(
                [
                    ("id", ">", since),
                    ("kind", "=", "gift"),
                    ("from_account_id", "=", self.id),
                    ("to_account_id", "=", target.id),
                    ("minutes", "=", minutes),
                    ("memo", "=", (memo or "").strip() or False),
                ],
                limit=1,
            )
        )
        return given.with_env(self.env) or self.action_give(target, minutes, memo)

    def _why_not_pot_for(self, scheme):
        """Why time given in a bank can't be paid from this account, or an empty string."""
        self.ensure_one()
        if self.kind != "pot":
            return self.env._(
                "%s is not a pot: time is paid by whoever received it, or from a pot.", self.name
            )
        if self.scheme_id != scheme:
            return self.env._("%(pot)s is not a pot of %(bank)s.", pot=self.name, bank=scheme.name)
        return ""

    def _get_mail_button(self, mail, member):
        return self.env._("My credits"), "/credits"
