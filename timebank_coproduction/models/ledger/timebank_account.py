from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.ledger_ddl import FLOW_KINDS
from ...tools.minutes import clock
from ..common.hours_field import hours_field, valid_minutes
from ..common.jobs import job
from ..common.personal import ABOUT, KEPT, NAMED, OURS
from ..common.verb import record, text, verb, whole
from ..common.windows import open_list
from ..common.words import say_day

#: How long before credits expire their owner is told.
NOTICE = relativedelta(months=1)


class TimebankAccount(models.Model):
    _name = "timebank.account"
    _description = "Time Credit Account"
    _inherit = ["timebank.of.bank", "timebank.protected", "timebank.told", "mail.thread"]
    _order = "kind, name, id"
    _rec_names_search = ["name", "partner_id"]
    _protected_fields = frozenset({"balance_minutes", "state", "kind", "scheme_id", "partner_id"})
    _own_terms = frozenset({"has_own_limit", "credit_limit_minutes", "credit_limit_hours"})
    _personal_fields = {
        "name": KEPT,
        "partner_id": ABOUT,
        "holder_ids": NAMED,
        "merged_into_id": OURS,
    }

    # Whose
    name = fields.Char(required=True, compute="_compute_name", store=True, precompute=True, readonly=False)
    scheme_id = fields.Many2one(
        "timebank.scheme", string="Time bank", required=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="scheme_id.company_id", store=True, precompute=True)
    kind = fields.Selection(
        [("member", "Member"), ("pot", "Pot"), ("operating", "Operating"), ("voucher", "Vouchers")],
        required=True,
        default="pot",
    )
    partner_id = fields.Many2one("res.partner", string="Person", ondelete="restrict", index="btree_not_null")
    holder_ids = fields.Many2many("res.partner", string="Holders", help="Who may spend what is in the pot.")
    state = fields.Selection(
        [("open", "Open"), ("frozen", "Frozen"), ("closed", "Closed")],
        required=True,
        default="open",
        tracking=True,
    )
    frozen_with_scheme = fields.Boolean(readonly=True)
    # A former account of the same person: what still moves on it is carried over at once
    merged_into_id = fields.Many2one(
        "timebank.account", "Continued by", readonly=True, copy=False, index="btree_not_null"
    )
    takes_until = fields.Date(
        readonly=True,
        copy=False,
        help="Though the account isn't open: what is dated until that day still moves on it.",
    )
    # What is in it
    balance_minutes = fields.Integer(readonly=True, default=0, copy=False, aggregator="sum")
    balance_hours = hours_field("balance_minutes", "Balance")
    has_own_limit = fields.Boolean(string="Own limit", help="Otherwise the bank's limit holds.")
    credit_limit_minutes = fields.Integer(
        compute="_compute_credit_limit_minutes", store=True, precompute=True, readonly=False, aggregator=None
    )
    credit_limit_hours = hours_field("credit_limit_minutes", "Credit limit", editable=True)
    available_minutes = fields.Integer(compute="_compute_available_minutes")
    available_hours = hours_field("available_minutes", "Available")
    below_warning = fields.Boolean("Below the warning", compute="_compute_below_warning")

    # Expiry
    expiry_notice_on = fields.Date(
        "Expiry announced on",
        readonly=True,
        copy=False,
        help="Empty, or older than the last movement, means not.",
    )
    expiry_on = fields.Date("Expires on", compute="_compute_expiry_on")

    # Gifts
    can_give = fields.Boolean(
        compute="_compute_can_give",
        search="_search_can_give",
        help="Whether this user may give from the account.",
    )

    _member_unique = models.UniqueIndex(
        "(scheme_id, partner_id) WHERE kind = 'member' AND merged_into_id IS NULL",
        "This person has an account in this bank already.",
    )
    _operating_unique = models.UniqueIndex(
        "(scheme_id, kind) WHERE kind IN ('operating', 'voucher')", "A bank has one such account."
    )
    _member_has_partner = models.Constraint(
        "CHECK (kind != 'member' OR partner_id IS NOT NULL)", "A member's account belongs to a person."
    )
    _limit_positive = models.Constraint(
        "CHECK (credit_limit_minutes >= 0)", "A limit is zero or more: how far below zero the balance may go."
    )
    _within_limit = models.Constraint(
        "CHECK (kind IN ('operating', 'voucher') OR balance_minutes >= -credit_limit_minutes)",
        "The account would be further below zero than its limit allows.",
    )

    @api.depends("partner_id.name", "kind", "scheme_id.name")
    def _compute_name(self):
        for account in self:
            if account.kind == "member" and account.partner_id:
                account.name = account.partner_id.name or account.partner_id.display_name
            elif own := account._say_own():
                account.name = own
            elif not account.name:
                account.name = dict(self._fields["kind"]._description_selection(self.env)).get(account.kind)

    @api.depends("name", "kind", "scheme_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for account in self:
            account.display_name = account._say_own() or account.name

    def _say_own(self):
        """What an account of the bank's own is called, by the bank's name; nothing for the others."""
        # sudo: the name of the bank of an account that is named
        bank = self.sudo().scheme_id.name
        if self.kind == "operating" and bank:
            return self.env._("%s (the bank itself)", bank)
        if self.kind == "voucher" and bank:
            return self.env._("%s (vouchers that are out)", bank)
        return ""

    @api.depends("scheme_id.credit_limit_minutes", "has_own_limit", "kind")
    def _compute_credit_limit_minutes(self):
        for account in self:
            if account.kind != "member":
                account.credit_limit_minutes = 0
            elif not account.has_own_limit:
                account.credit_limit_minutes = account.scheme_id.credit_limit_minutes
            else:
                account.credit_limit_minutes = account.credit_limit_minutes

    @api.depends("balance_minutes", "credit_limit_minutes")
    def _compute_available_minutes(self):
        for account in self:
            account.available_minutes = max(account.balance_minutes + account.credit_limit_minutes, 0)

    @api.depends("balance_minutes", "scheme_id.warn_limit_minutes", "kind")
    def _compute_below_warning(self):
        for account in self:
            account.below_warning = (
                account.kind == "member" and account.balance_minutes < -account.scheme_id.warn_limit_minutes
            )

    @api.depends("expiry_notice_on")
    def _compute_expiry_on(self):
        for account in self:
            notice = account.expiry_notice_on
            account.expiry_on = notice and notice + NOTICE

    def _compute_can_give(self):
        for account in self:
            account.can_give = not account._why_not_spend()

    def _search_can_give(self, operator, value):
        if operator != "in" or False in value:
            return NotImplemented
        return Domain([("kind", "in", ("member", "pot")), ("state", "=", "open")]) & (
            self._get_held_domain() | Domain("scheme_id.is_run_by_user", "=", True)
        )

    def _field_to_sql(self, alias, field_expr, query=None):
        """The balance of an account that everybody uses includes its tail.

        In hours it can be sorted and summed as well.
        """
        if field_expr == "balance_hours":
            return SQL("(%s / 60.0)", self._field_to_sql(alias, "balance_minutes", query))
        column = super()._field_to_sql(alias, field_expr, query)
        if field_expr != "balance_minutes":
            return column
        return SQL(
            """(%(balance)s + CASE WHEN %(kind)s IN %(flow)s THEN COALESCE((
                SELECT SUM(tail.minutes) FROM timebank_account_tail tail WHERE tail.account_id = %(id)s
            ), 0) ELSE 0 END)::int""",
            balance=column,
            kind=SQL.identifier(alias, "kind"),
            id=SQL.identifier(alias, "id"),
            flow=FLOW_KINDS,
        )

    @api.constrains("credit_limit_minutes")
    def _check_within_limit(self):
        for account in self:
            if account.kind == "member" and account.balance_minutes < -account.credit_limit_minutes:
                raise ValidationError(
                    self.env._("%s is further below zero than that limit allows.", account.name)
                )

    @api.constrains("holder_ids", "kind")
    def _check_holders_of_pots(self):
        for account in self:
            if account.holder_ids and account.kind != "pot":
                raise ValidationError(self.env._("Only a pot has holders."))

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        """People make pots; the other kinds are opened by the bank and its members."""
        if not self._is_in_verb():
            named = {"scheme_id", "kind"} | ({"partner_id"} if self.env.su else set())
            for vals in vals_list:
                self._refuse_protected(
                    name
                    for name in vals.keys() - named
                    if self._is_protected(name) and not self._is_usual(name, vals)
                )
        if not (self.env.su or self._is_in_verb()):
            for vals in vals_list:
                if vals.get("kind", "pot") != "pot":
                    raise UserError(
                        self.env._(
                            "Only a pot can be opened here: a member's account opens with the membership."
                        )
                    )
            accounts = self._in_verb()
            return super(TimebankAccount, accounts).create(vals_list).with_env(self.env)
        return super(TimebankAccount, self._in_verb()).create(vals_list).with_env(self.env)

    def write(self, vals):
        if "holder_ids" not in vals or self.env.su:
            return super().write(vals)
        others = self - self._get_held()
        result = super().write(vals)
        taken = others._get_refusals_to_gain()
        if taken:
            raise AccessError(
                self.env._("Nobody makes themselves the holder of a pot. %s", next(iter(taken.values())))
            )
        return result

    @api.ondelete(at_uninstall=True)
    def _unlink_only_unused(self):
        # sudo: any transfer counts, also one that the user may not read; none is shown
        used = (
            self.env["timebank.transfer"]
            .sudo()
            .search(["|", ("from_account_id", "in", self.ids), ("to_account_id", "in", self.ids)], limit=1)
        )
        if used:
            raise UserError(self.env._("An account with transfers can't be deleted: close it instead."))

    # Actions
    @verb()
    def action_freeze(self):
        """Stop anything moving in or out until the account is opened again."""
        self._set_state("frozen")

    @verb()
    def action_reopen(self):
        self._set_state("open")

    @verb()
    def action_close(self):
        """:raises UserError: while there is something on the account"""
        for account in self:
            if account.balance_minutes:
                raise UserError(
                    self.env._("%s still has a balance: move it before closing the account.", account.name)
                )
        self._set_state("closed")

    @verb(single=True)
    def action_view_statement(self):
        self.ensure_one()
        own = [("account_id", "=", self.id)]
        return open_list(self.env, "timebank_statement_line_action", own, display_name=self.name)

    def _set_state(self, state):
        self.check_access("write")
        if any(account.kind in FLOW_KINDS for account in self) and not self.env.su:
            raise UserError(self.env._("The bank's own accounts follow the bank: close the bank instead."))
        self._in_verb().write({"state": state, "takes_until": False})

    def _end(self, day):
        """Close empty accounts and freeze the others. What is dated until ``day`` still moves on them."""
        empty = self.filtered(lambda account: not account.balance_minutes)
        empty._in_verb().write({"state": "closed", "takes_until": day})
        (self - empty)._in_verb().write({"state": "frozen", "takes_until": day})

    def _freeze_what_came_late(self):
        """Closed accounts on which something moved after all are not empty any more."""
        self.filtered("balance_minutes")._in_verb().write({"state": "frozen"})

    def _freeze_for_scheme(self):
        self.filtered(lambda account: account.state == "open")._in_verb().write(
            {"state": "frozen", "frozen_with_scheme": True}
        )

    def _thaw_for_scheme(self):
        self.filtered("frozen_with_scheme")._in_verb().write({"state": "open", "frozen_with_scheme": False})

    def _why_not_movable(self, day=None, back=False):
        """Why nothing can move on this account now, or an empty string.

        :param day: the day of what is to move, which may be one before the account ended
        :param bool back: whether it only puts back what moved before
        """
        self.ensure_one()
        if self.takes_until and (back or day and day <= self.takes_until):
            return ""
        state = self.state
        if state == "frozen":
            return self.env._("The account of %s is frozen: open it again first.", self.name)
        if state == "closed":
            return self.env._("The account of %s is closed.", self.name)
        return ""

    # ------------------------------------------------------------
    # Credits that nobody moved for long go to the community pot, where the policy says so.
    # ------------------------------------------------------------

    @job
    def _cron_expire(self):
        """Nightly: announce what will expire in a month, and move what was announced a month ago."""
        banks = self.env["timebank.scheme"].search([("expiry", "=", "to_pot"), ("state", "=", "open")])
        work = [(type(self)._expire_or_announce, self._search_unmoved(one, one._today())) for one in banks]
        self.env["timebank.job"]._in_parts(work)

    def _expire_or_announce(self):
        today, announced = self.scheme_id._today(), self.filtered("expiry_notice_on")
        announced.filtered(lambda account: account.expiry_on <= today)._expire()
        (self - announced)._announce_expiry(today)

    def _search_unmoved(self, scheme, today):
        """Members' accounts with credits that nothing moved on for the months of the policy, less the
        month of the notice. An announcement that a later movement has overtaken is forgotten.
        """
        since = today + NOTICE - relativedelta(months=scheme.expiry_months)
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """WITH still AS (
                       SELECT a.id, a.expiry_notice_on, a.balance_minutes,
                              (SELECT max(t.date) FROM timebank_transfer t
                                WHERE a.id IN (t.from_account_id, t.to_account_id)) AS moved_on
                         FROM timebank_account a
                        WHERE a.scheme_id = %s AND a.kind = 'member' AND a.state = 'open'
                   ), overtaken AS (
                       UPDATE timebank_account a SET expiry_notice_on = NULL FROM still
                        WHERE still.id = a.id AND a.expiry_notice_on IS NOT NULL
                          AND (still.moved_on > %s OR still.balance_minutes <= 0)
                   )
                   SELECT id FROM still WHERE balance_minutes > 0 AND moved_on <= %s""",
                scheme.id,
                since,
                since,
            )
        )
        self.invalidate_model(["expiry_notice_on"])
        return self.browse(account_id for (account_id,) in rows)

    def _announce_expiry(self, today):
        """Tell these members, by mail or through their coordinator."""
        self._in_verb().write({"expiry_notice_on": today})
        unreached = self._mail_people("timebank_coproduction.mail_template_expiry")
        unreached._plan_calls(
            lambda account: self.env._("credits that expire"),
            note=lambda account: self.env._(
                "No mail reaches %(person)s. On %(day)s, %(hours)s unused hours go to the"
                " community pot unless something moves on the account.",
                person=account.name,
                day=say_day(self.env, account.expiry_on),
                hours=clock(account.balance_minutes),
            ),
        )

    def _get_call_place(self):
        """Accounts have no to-dos of their own."""
        return self.scheme_id

    def _expire(self):
        """Move what these accounts hold to the community pots of their banks."""
        self.env["timebank.transfer"]._post(
            [
                {
                    "from_account_id": account.id,
                    "to_account_id": account.scheme_id.pot_account_id.id,
                    "minutes": account.balance_minutes,
                    "kind": "expiry",
                    "memo": self.env._("Unused for %s months", account.scheme_id.expiry_months),
                }
                for account in self
            ]
        )
        self._in_verb().write({"expiry_notice_on": False})

    # ------------------------------------------------------------
    # Gifts: credits that somebody hands on to a person or a pot.
    # ------------------------------------------------------------

    @verb(single=True, to_account=record("timebank.account", seen=False), minutes=whole(), memo=text())
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
        minutes = valid_minutes(self.env, minutes)
        if isinstance(to_account, int):
            to_account = self.browse(to_account)
        # sudo: a member gives to accounts that they can't read; only the name is told.
        source, memo = self.sudo(), (memo or "").strip()
        target = self._get_giveable(to_account).sudo()
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
        if source.balance_minutes < minutes and (not refusals or source.available_minutes < minutes):
            refusals = {0: transfers._why_too_little(source, source.balance_minutes, minutes)}
        if refusals:
            raise UserError(refusals[0])
        transfer = transfers._post([vals])
        self._note_gift(source, target, minutes, memo)
        return transfer.with_env(self.env)

    @verb(single=True)
    def action_open_gift(self):
        """Ask how much is given from this account, and to whom."""
        self.ensure_one()
        return open_list(self.env, "timebank_gift_action", context={"default_from_account_id": self.id})

    @verb(single=True)
    def action_open_gift_to(self):
        """Ask how much is given to this account, and by whom."""
        self.ensure_one()
        return open_list(self.env, "timebank_gift_action", context={"default_to_account_id": self.id})

    def _get_takers_domain(self):
        """The accounts to which this user may give from this one; with none, from some account."""
        domain = Domain(
            [("kind", "in", ("member", "pot")), ("state", "=", "open"), ("id", "not in", self.ids)]
        )
        if self:
            domain &= Domain("scheme_id", "=", self.scheme_id.id)
        return domain if self._is_own() else domain & ~self._get_held_domain()

    def _get_givers_domain(self):
        """The accounts from which this user may give to this one; with none, to some account."""
        domain = Domain([("can_give", "=", True), ("id", "not in", self.ids)])
        if self:
            domain &= Domain("scheme_id", "=", self.scheme_id.id)
        return domain & self._get_own_domain() if self._get_held() else domain

    def _why_not_spend(self):
        """Why this user can't give from the account, or an empty string."""
        self.ensure_one()
        # sudo: the refusal names the account and its holders, to whoever was given the account
        account = self.sudo()
        if account.kind in FLOW_KINDS:
            return self.env._("%s is the bank's own: nothing is given from it.", account.name)
        if self._is_held_by_user() or self._is_broker():
            return account._why_not_movable()
        if account.kind == "pot":
            holders = ", ".join(account.holder_ids.mapped("name"))
            return self.env._(
                "Only the holders of %(pot)s can spend it: %(holders)s.",
                pot=account.name,
                holders=holders or self.env._("the bank's coordinators"),
            )
        return self.env._("Only %s can give from that account.", account.name)

    def _get_giveable(self, target):
        """``target``, if the user may name it to give to it.

        :raises AccessError: the same for what isn't there and for what the user can't see
        """
        seen = self.browse(target.id).exists()
        if seen and not self.env.su and not seen.has_access("read"):
            # sudo: whether it can be named all the same is asked here
            seen = self._get_nameable("to_account_id", seen.sudo(), []).with_env(self.env)
        if target and not seen:
            raise AccessError(
                self.env._("There is no such record among those that you can see: %s.", self._description)
            )
        return seen

    def _get_nameable(self, name, records, vals_list):
        """Credits can be given to whoever has an account in the same bank."""
        if name != "to_account_id":
            return super()._get_nameable(name, records, vals_list)
        # sudo: only in which bank they are
        return records.filtered(lambda account: account.scheme_id == self.sudo().scheme_id)

    def _why_not_give_to(self, target, memo):
        foreign = target.scheme_id != self.sudo().scheme_id  # sudo: only whether it is the same bank
        if not target:
            return self.env._("Choose who receives the gift.")
        if foreign and not target.sudo(self.env.su).has_access("read"):
            return self.env._("The two accounts are in different time banks: choose one of the same bank.")
        if target.kind in FLOW_KINDS:
            return self.env._(
                "Credits can be given to a person or a pot, not to the bank itself: choose the community pot."
            )
        if self._is_held_by_user() or self.env.su:
            return ""
        if not memo:
            return self.env._("Say in a few words who asked for it: it is not your account that gives.")
        if target.partner_id == self.env.user.partner_id:
            return self.env._(
                "You can't give yourself somebody else's credits: ask another coordinator. %s",
                target.scheme_id._say_whom_to_ask(target.partner_id),
            )
        return ""

    # ------------------------------------------------------------
    # Gain: nobody decides what makes an account grow that they hold.
    # ------------------------------------------------------------

    def _is_own(self):
        """Whether it is the user's own account as a member: what they move on from it is no gain."""
        # sudo: only whether it is the user's own is asked
        return bool(self) and self.sudo().partner_id == self.env.user.partner_id

    def _get_own_domain(self):
        return Domain("partner_id", "=", self.env.user.partner_id.id)

    def _get_held_domain(self):
        """As :meth:`_get_held`, to search by."""
        return self._get_own_domain() | Domain("holder_ids", "in", self.env.user.partner_id.ids)

    def _get_held(self):
        """Those of these accounts that the user holds: their own, and pots of which they are a holder."""
        me = self.env.user.partner_id
        # sudo: only whether they are the user's own is asked
        return self.browse(account.id for account in self.sudo() if account._is_held_by(me))

    def _is_held_by_user(self):
        """Whether the account is the user's own, or a pot that they hold."""
        # sudo: only whether it is the user's own is asked
        return self.sudo()._is_held_by(self.env.user.partner_id)

    def _is_held_by(self, partner):
        """Whether the account is that person's own, or a pot of which they are a holder."""
        return self.partner_id == partner or (self.kind == "pot" and partner in self.holder_ids)

    def _get_refusals_to_gain(self):
        """Accounts that the user holds, and that others have to decide about: dict of id → a sentence.

        The ledger itself asks here for whatever is decided by a person, and so may any verb,
        to say so earlier.
        """
        # sudo: the sentence names an account of the user's own, and the bank's coordinators
        return {
            account.id: self.env._(
                "%(account)s is an account of your own: others decide what it gets. %(whom)s",
                account=account.name,
                whom=account.scheme_id._say_whom_to_ask(self.env.user.partner_id),
            )
            for account in self._get_held().sudo()
        }

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
