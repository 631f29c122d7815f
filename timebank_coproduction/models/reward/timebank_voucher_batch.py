from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools import codes
from ..common.figures import counts_by
from ..common.hours_field import hours_field
from ..common.personal import THROUGH, WORDS
from ..common.verb import text, verb
from ..common.windows import ask, open_list, tell
from ..common.words import say_day, say_hours, say_number

#: More than anybody prints and cuts at once.
LARGEST_BATCH = 10_000

CONTENT = frozenset({"scheme_id", "minutes", "quantity", "account_id", "reason", "expires_on"})


class TimebankVoucherBatch(models.Model):
    """Numbered notes worth credits, issued together and printed on sheets."""

    _name = "timebank.voucher.batch"
    _description = "Batch of Vouchers"
    _inherit = [
        "timebank.prepared",
        "timebank.in.bank",
        "timebank.protected",
        "timebank.reasoned",
        "mail.thread",
    ]
    _order = "id desc"
    _rec_names_search = ["scheme_id"]
    _check_company_auto = True
    _protected_fields = frozenset({"state", "issued_on"})
    _typed_hours = {"hours": "minutes"}
    _verbs_with_reason = frozenset({"action_cancel"})
    _verbs_to_confirm = frozenset({"action_issue"})
    _personal_fields = {
        "account_id": THROUGH,
        "reason": WORDS,
    }

    name = fields.Char(compute="_compute_name")
    minutes = fields.Integer("Minutes each", required=True, default=60, aggregator=None)
    hours = hours_field("minutes", "Worth", editable=True, aggregator=None)
    quantity = fields.Integer("How many", required=True, default=8)
    total_minutes = fields.Integer(compute="_compute_total_minutes")
    total_hours = hours_field("total_minutes", "Worth together")
    account_id = fields.Many2one(
        "timebank.account",
        string="Paid from",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('scheme_id', '=', scheme_id), ('kind', 'in', ('operating', 'member', 'pot'))]",
        help="Empty means the bank itself; otherwise the member or pot that buys the vouchers.",
    )
    needs_reason = fields.Boolean(compute="_compute_needs_reason")
    reason = fields.Char(
        help="Why these credits leave the account: whoever it belongs to reads it on their statement.",
    )
    expires_on = fields.Date(
        "Valid until",
        compute="_compute_expires_on",
        store=True,
        precompute=True,
        readonly=False,
        help="The last day on which one can be handed in.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("issued", "Issued")], required=True, default="draft", tracking=True
    )
    issued_on = fields.Date("Issued on", readonly=True, copy=False)
    voucher_ids = fields.One2many(
        "timebank.voucher",
        "batch_id",
        string="Vouchers",
        groups="timebank_coproduction.group_timebank_coordinator",
    )
    outstanding_count = fields.Integer("Still out", compute="_compute_counts")
    returned_count = fields.Integer("Handed in", compute="_compute_counts")
    ended_count = fields.Integer("Cancelled or expired", compute="_compute_counts")

    _worth_something = models.Constraint("CHECK (minutes > 0)", "A voucher is worth at least one minute.")
    _size = models.Constraint(
        f"CHECK (quantity BETWEEN 1 AND {LARGEST_BATCH})", "A batch holds between 1 and 10,000 vouchers."
    )

    @api.depends("scheme_id.code", "quantity", "minutes")
    def _compute_name(self):
        for batch in self:
            count, time = say_number(batch.env, batch.quantity), say_hours(batch.env, batch.minutes)
            if batch.quantity == 1:
                name = self.env._("1 voucher of %s", time)
            else:
                name = self.env._("%(count)s vouchers of %(time)s", count=count, time=time)
            batch.name = f"{batch.scheme_id.code}: {name}" if batch.scheme_id.code else name

    @api.depends("quantity", "minutes")
    def _compute_total_minutes(self):
        for batch in self:
            batch.total_minutes = batch.quantity * batch.minutes

    @api.depends("account_id")
    def _compute_needs_reason(self):
        """Vouchers that a member or a pot pays for."""
        for batch in self:
            # sudo: whose account it is, which coordinators know
            batch.needs_reason = batch.account_id.sudo().kind in ("member", "pot")

    @api.depends("scheme_id")
    def _compute_expires_on(self):
        for batch in self:
            months = batch.scheme_id.voucher_months
            batch.expires_on = batch.scheme_id._today() + relativedelta(months=months) if months else False

    def _compute_counts(self):
        # sudo: figures of batches that the user reads, not the codes; finance sees no vouchers
        vouchers = self.env["timebank.voucher"].sudo()
        for batch, count in counts_by(self, vouchers, "batch_id", "state"):
            batch.outstanding_count = count.get("issued", 0)
            batch.returned_count = count.get("returned", 0)
            batch.ended_count = count.get("cancelled", 0) + count.get("expired", 0)

    @api.onchange("quantity")
    def _onchange_quantity(self):
        """Say while it is typed what can't be saved."""
        self._refuse_size(self.quantity)

    @api.model
    def _refuse_size(self, quantity):
        if not 1 <= quantity <= LARGEST_BATCH:
            raise UserError(self.env._("A batch holds between 1 and 10,000 vouchers."))

    # CRUD
    @api.ondelete(at_uninstall=True)
    def _unlink_only_drafts(self):
        for batch in self:
            if batch.state != "draft":
                raise UserError(self.env._("%s were issued: cancel the vouchers instead.", batch.name))

    def _prepare_vals(self, vals):
        vals = super()._prepare_vals(vals)
        self._refuse_size(vals.get("quantity", 1))
        if CONTENT.intersection(vals) and any(batch.state != "draft" for batch in self):
            raise UserError(self.env._("Vouchers that were issued stay as they are."))
        return vals

    # Actions
    @verb(single=True)
    def action_ask_to_issue(self):
        """Issue a draft at once, or ask about it first where it is worth more than its bank says.

        :return: an action that says what was issued, or a dialog that asks
        :raises UserError: as :meth:`action_issue`
        """
        reason = self._why_not_issuable()
        if reason:
            raise UserError(reason)
        if self.total_minutes > self.scheme_id.voucher_ask_minutes:
            return ask(self, "action_issue", self.env._("Issue these vouchers?"))
        return self.with_context(timebank_told=True).action_issue()

    @verb()
    def action_issue(self):
        """Make the vouchers of drafts, and move what they are worth out of the account that pays.

        :raises UserError: issued already, in the past, not enough on the account, or no reason why a
            member or a pot pays
        """
        self.check_access("write")
        for batch in self:
            reason = batch._why_not_issuable()
            if reason:
                raise UserError(reason)
        # sudo: coordinators issue through this verb; the voucher account is the bank's own.
        batches = self.sudo()
        self.env["timebank.transfer"]._post([batch._prepare_issue() for batch in batches])
        for batch in batches:
            batch._in_verb().write({"state": "issued", "issued_on": batch.scheme_id._today()})
            batch._insert_vouchers()
        if self.env.context.get("timebank_told"):
            return tell(self.env._("Issued: %s.", ", ".join(batch._say_worth() for batch in self)))
        return True

    @verb(single=True, reason=text())
    def action_cancel(self, reason):
        """Call in the vouchers of a batch that are still out; what they were worth goes back to who paid.

        :param str reason: why, in a few words
        :return: an action that says how many that were, and how many had been handed in
        :raises UserError: without a reason, or when none is out any more
        """
        self.check_access("write")
        reason = self._require_reason(reason)
        # sudo: the coordinators of a bank end its vouchers, which nobody may write to.
        ended = self.sudo().voucher_ids._call_in(reason)
        if not ended:
            raise UserError(self.env._("None of %s is out any more.", self.name))
        self.invalidate_recordset(["outstanding_count", "ended_count"])
        sentence = self.env._(
            "%(done)s of %(all)s cancelled, %(hours)s went back to %(account)s.",
            done=say_number(self.env, len(ended)),
            all=say_number(self.env, self.quantity),
            hours=say_hours(self.env, sum(ended.mapped("minutes"))),
            account=ended._get_payer().display_name,
        )
        self._message_log(
            author_id=self.env.user.partner_id.id,
            body=self.env._("%(what)s %(why)s", what=sentence, why=reason),
        )
        return tell(sentence)

    @verb()
    def action_print(self):
        """:return: the action of the sheets, eight vouchers to a page"""
        if any(batch.state != "issued" for batch in self):
            raise UserError(self.env._("Issue the vouchers before you print them."))
        return self.env.ref("timebank_coproduction.action_report_vouchers").report_action(self)

    @verb(single=True)
    def action_view_vouchers(self):
        self.ensure_one()
        return open_list(self.env, "timebank_voucher_action", [("batch_id", "=", self.id)], {})

    def _explain(self, verb):
        """What issuing, or cancelling, comes to."""
        return "\n".join(batch._explain_one(verb) for batch in self)

    def _explain_one(self, verb):
        payer = self.sudo()._get_issuer().display_name  # sudo: the bank's own account, which the user runs
        if verb == "action_issue":
            lines = [
                self._say_worth(),
                self.env._("Paid from: %s", payer),
                self.needs_reason and self.reason and self.env._("Why: %s", self.reason),
                self.expires_on and self.env._("Valid until %s", say_day(self.env, self.expires_on)),
            ]
        else:
            lines = [
                self.env._("Still out, and cancelled now: %s", say_number(self.env, self.outstanding_count)),
                self.env._(
                    "Handed in already, and staying so: %s", say_number(self.env, self.returned_count)
                ),
                self.env._(
                    "Back to %(account)s: %(hours)s",
                    account=payer,
                    hours=say_hours(self.env, self.outstanding_count * self.minutes),
                ),
            ]
        return "\n".join(filter(None, lines))

    def _say_worth(self):
        """How many vouchers of how much, and what they are worth together."""
        parts = {
            "count": say_number(self.env, self.quantity),
            "each": say_hours(self.env, self.minutes),
            "total": say_hours(self.env, self.total_minutes),
        }
        if self.quantity == 1:
            return self.env._("1 voucher of %(each)s", **parts)
        return self.env._("%(count)s vouchers of %(each)s: %(total)s", **parts)

    def _why_not_issuable(self):
        """Why this batch can't be issued, or an empty string."""
        self.ensure_one()
        if self.state != "draft":
            return self.env._("%s have been issued already.", self.name)
        if self.expires_on and self.expires_on < self.scheme_id._today():
            return self.env._("Vouchers can't end before they are issued: choose a later day.")
        account = self.account_id.sudo()  # sudo: only its bank and kind are looked at
        if account and (account.scheme_id != self.scheme_id or account.kind == "voucher"):
            return self.env._("Vouchers of %s are paid from one of its accounts.", self.scheme_id.name)
        if self.needs_reason and not (self.reason or "").strip():
            return self.env._(
                "Say why %s pays for these vouchers, in a few words: they are read on the statement.",
                account.name,
            )
        return ""

    def _prepare_issue(self):
        """Values of the one transfer that a batch makes."""
        self.ensure_one()
        return {
            "from_account_id": self._get_issuer().id,
            "to_account_id": self.scheme_id._get_voucher_account().id,
            "minutes": self.total_minutes,
            "kind": "voucher_issue",
            "memo": f"{self.name}: {self.reason.strip()}" if self.needs_reason else self.name,
            "voucher_batch_id": self.id,
        }

    def _get_issuer(self):
        """The account that pays for the vouchers."""
        return self.account_id or self.scheme_id.operating_account_id

    def _insert_vouchers(self):
        """Add the vouchers in one query: there are many."""
        self.ensure_one()
        common = {
            "batch_id": self.id,
            "scheme_id": self.scheme_id.id,
            "company_id": self.company_id.id,
            "minutes": self.minutes,
            "expires_on": self.expires_on,
            "state": "issued",
        }
        self.env["timebank.voucher"]._insert_rows(
            [{**common, "code": codes.new(codes.VOUCHER_LENGTH)} for _voucher in range(self.quantity)]
        )
