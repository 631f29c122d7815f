from odoo import fields, models
from odoo.exceptions import UserError

from ...tools.ledger_ddl import FLOW_KINDS
from ...tools.minutes import clock
from ..common.hours_field import checked_minutes


class TimebankAccount(models.Model):
    """Gifts: credits that somebody hands on to a person or a pot."""

    _inherit = "timebank.account"

    can_give = fields.Boolean(
        compute="_compute_can_give", help="Whether this user may give from the account."
    )

    def _compute_can_give(self):
        for account in self:
            account.can_give = not account._why_not_spend()

    def action_give(self, to_account, minutes, memo=None):
        """Give credits from this account to another of the same bank.

        Members give from their own account, holders from their pot; a coordinator does
        it for those who are offline, and then says why. Only what is there can be given:
        a gift never uses the credit limit.

        :param to_account: a ``timebank.account`` or its id: a person's or a pot
        :param int minutes: how much
        :param str memo: what for; required of a coordinator
        :return: the transfer
        :raises UserError: when the user may not, or the credits can't move
        """
        self.ensure_one()
        self.check_access("read")
        minutes = checked_minutes(self.env, minutes)
        if isinstance(to_account, int):
            to_account = self.browse(to_account)
        # sudo: a member gives to accounts that they can't read; only the name is told.
        source, target, memo = self.sudo(), to_account.sudo().exists(), (memo or "").strip()
        reason = self._why_not_spend() or self._why_not_give_to(target, memo)
        if reason:
            raise UserError(reason)
        transfers = self.env["timebank.transfer"].sudo()
        vals = {
            "from_account_id": source.id,
            "to_account_id": target.id,
            "minutes": minutes,
            "kind": "gift",
            "memo": memo or False,
        }
        refusals = transfers._get_posting_refusals([vals])  # locks both accounts
        if not refusals and source.balance_minutes < minutes:
            refusals = {0: transfers._why_too_little(source, source.balance_minutes, minutes)}
        if refusals:
            raise UserError(refusals[0])
        transfer = transfers._post([vals])
        self._note_gift(source, target, minutes, memo)
        return transfer.with_env(self.env)

    def action_open_gift(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("timebank_coproduction.timebank_gift_action")
        return dict(action, context={"default_from_account_id": self.id})

    def _why_not_spend(self):
        """Why this user can't give from the account, or an empty string."""
        self.ensure_one()
        # sudo: the refusal names the account and its holders, to whoever was given the account
        account = self.sudo()
        if account.kind in FLOW_KINDS:
            return self.env._("%s is the bank's own: nothing is given from it.", account.name)
        if self._is_of_user() or self._is_broker():
            return account._why_not_movable()
        if account.kind == "pot":
            holders = ", ".join(account.holder_ids.mapped("name"))
            return self.env._(
                "Only the holders of %(pot)s can spend it: %(holders)s.",
                pot=account.name,
                holders=holders or self.env._("the bank's coordinators"),
            )
        return self.env._("Only %s can give from that account.", account.name)

    def _why_not_give_to(self, target, memo):
        if not target:
            return self.env._("Choose who receives the gift.")
        if target.kind in FLOW_KINDS:
            return self.env._(
                "Credits can be given to a person or a pot, not to the bank itself: choose the community pot."
            )
        if self._is_of_user() or self.env.su:
            return ""
        if not memo:
            return self.env._("Say in a few words who asked for it: it is not your account that gives.")
        if target.partner_id == self.env.user.partner_id:
            return self.env._("You can't give yourself somebody else's credits: ask another coordinator.")
        return ""

    def _is_of_user(self):
        """Whether the account is the user's own, or a pot that they hold."""
        # sudo: only whether it is the user's own is asked
        account, partner = self.sudo(), self.env.user.partner_id
        if account.kind == "pot":
            return partner in account.holder_ids
        return partner == account.partner_id

    def _is_broker(self):
        """Whether the user coordinates the account's bank, or manages all of them."""
        # sudo: only whose bank it is is asked
        return bool(self.sudo().scheme_id.sudo(self.env.su)._run_by_user())

    def _note_gift(self, source, target, minutes, memo):
        """Leave who gave what on a pot, for its holders."""
        text = self.env._(
            "%(time)s hours from %(giver)s to %(receiver)s. %(memo)s",
            time=clock(minutes),
            giver=source.name,
            receiver=target.name,
            memo=memo,
        )
        for account in source | target:
            if account.kind == "pot":
                account._message_log(body=text, author_id=self.env.user.partner_id.id)
