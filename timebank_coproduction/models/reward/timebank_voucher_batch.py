from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools import codes
from ...tools.minutes import clock
from ..common.figures import counts_by
from ..common.hours_field import hours_field
from ..common.verb import verb
from ..common.windows import open_list

#: More than anybody prints and cuts at once.
LARGEST_BATCH = 10_000

CONTENT = frozenset({"scheme_id", "minutes", "quantity", "account_id", "expires_on"})


class TimebankVoucherBatch(models.Model):
    """Numbered notes worth credits, issued together and printed on sheets."""

    _name = "timebank.voucher.batch"
    _description = "Batch of Vouchers"
    _inherit = ["timebank.prepared", "timebank.in.bank", "timebank.protected", "mail.thread"]
    _order = "id desc"
    _rec_names_search = ["scheme_id"]
    _check_company_auto = True
    _protected_fields = frozenset({"state", "issued_on"})
    _typed_hours = {"hours": "minutes"}

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
    outstanding_count = fields.Integer("In circulation", compute="_compute_counts")
    returned_count = fields.Integer("Handed in", compute="_compute_counts")
    ended_count = fields.Integer("Lost or expired", compute="_compute_counts")

    _worth_something = models.Constraint("CHECK (minutes > 0)", "A voucher is worth at least one minute.")
    _size = models.Constraint(
        f"CHECK (quantity BETWEEN 1 AND {LARGEST_BATCH})", "A batch holds between 1 and 10,000 vouchers."
    )

    @api.depends("scheme_id.code", "quantity", "minutes")
    def _compute_name(self):
        for batch in self:
            name = self.env._(
                "%(count)s vouchers of %(time)s h", count=batch.quantity, time=clock(batch.minutes)
            )
            batch.name = f"{batch.scheme_id.code}: {name}" if batch.scheme_id.code else name

    @api.depends("quantity", "minutes")
    def _compute_total_minutes(self):
        for batch in self:
            batch.total_minutes = batch.quantity * batch.minutes

    @api.depends("scheme_id")
    def _compute_expires_on(self):
        today = fields.Date.context_today(self)
        for batch in self:
            months = batch.scheme_id.voucher_months
            batch.expires_on = today + relativedelta(months=months) if months else False

    def _compute_counts(self):
        # sudo: figures of batches that the user reads, not the codes; finance sees no vouchers
        vouchers = self.env["timebank.voucher"].sudo()
        for batch, count in counts_by(self, vouchers, "batch_id", "state"):
            batch.outstanding_count = count.get("issued", 0)
            batch.returned_count = count.get("returned", 0)
            batch.ended_count = count.get("cancelled", 0) + count.get("expired", 0)

    # CRUD
    @api.ondelete(at_uninstall=True)
    def _unlink_only_drafts(self):
        for batch in self:
            if batch.state != "draft":
                raise UserError(self.env._("%s were issued: cancel the vouchers instead.", batch.name))

    def _prepare_vals(self, vals):
        vals = super()._prepare_vals(vals)
        if not 1 <= vals.get("quantity", 1) <= LARGEST_BATCH:
            raise UserError(self.env._("A batch holds between 1 and 10,000 vouchers."))
        if CONTENT.intersection(vals) and any(batch.state != "draft" for batch in self):
            raise UserError(self.env._("Vouchers that were issued stay as they are."))
        return vals

    # Actions
    @verb()
    def action_issue(self):
        """Make the vouchers of drafts, and move what they are worth out of the account that pays.

        :raises UserError: issued already, in the past, or not enough on the account
        """
        self.check_access("write")
        today = fields.Date.context_today(self)
        for batch in self:
            reason = batch._why_not_issuable(today)
            if reason:
                raise UserError(reason)
        # sudo: coordinators issue through this verb; the voucher account is the bank's own.
        batches = self.sudo()
        self.env["timebank.transfer"]._post([batch._prepare_issue() for batch in batches])
        batches._in_verb().write({"state": "issued", "issued_on": today})
        for batch in batches:
            batch._insert_vouchers()
        return True

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

    def _why_not_issuable(self, today):
        """Why this batch can't be issued, or an empty string."""
        self.ensure_one()
        if self.state != "draft":
            return self.env._("%s have been issued already.", self.name)
        if self.expires_on and self.expires_on < today:
            return self.env._("Vouchers can't end before they are issued: choose a later day.")
        account = self.account_id.sudo()  # sudo: only its bank and kind are looked at
        if account and (account.scheme_id != self.scheme_id or account.kind == "voucher"):
            return self.env._("Vouchers of %s are paid from one of its accounts.", self.scheme_id.name)
        return ""

    def _prepare_issue(self):
        """Values of the one transfer that a batch makes."""
        self.ensure_one()
        return {
            "from_account_id": self._get_issuer().id,
            "to_account_id": self.scheme_id._get_voucher_account().id,
            "minutes": self.total_minutes,
            "kind": "voucher_issue",
            "memo": self.name,
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
