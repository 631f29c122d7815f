from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..common.personal import TRADE
from ..common.verb import record_id, verb, whole
from ..common.windows import open_form, open_list


class TimebankBillLine(models.Model):
    """A bill line as a grant sees it: how much of it is charged to the grant, and matched.

    A row is made for each posted line charged to a grant when the grant's bills are
    looked at; it follows the books and is never written into them.
    """

    _name = "timebank.bill.line"
    _description = "Bill Line Charged to a Grant"
    _inherit = ["timebank.protected"]
    _order = "date desc, id desc"
    _rec_names_search = ["name", "number", "reference"]
    _allow_sudo_commands = False
    _personal_fields = {
        "partner_id": TRADE,
    }

    grant_id = fields.Many2one("timebank.grant", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="grant_id.company_id")
    currency_id = fields.Many2one(related="grant_id.company_currency_id")
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Journal item",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    move_id = fields.Many2one(related="move_line_id.move_id", string="Bill", related_sudo=True)
    partner_id = fields.Many2one(
        related="move_line_id.partner_id", string="Supplier", store=True, related_sudo=True
    )
    product_id = fields.Many2one(related="move_line_id.product_id", related_sudo=True)
    quantity = fields.Float(related="move_line_id.quantity", related_sudo=True)
    name = fields.Char(related="move_line_id.name", string="Label", related_sudo=True)
    reference = fields.Char(related="move_line_id.move_id.ref", string="Bill reference", related_sudo=True)
    number = fields.Char(related="move_line_id.move_name", string="Number", related_sudo=True)
    date = fields.Date(related="move_line_id.date", store=True, related_sudo=True)
    share_amount = fields.Monetary(
        "Charged to the grant", readonly=True, help="As posted; a credit note is below zero."
    )
    matched_amount = fields.Monetary("Matched", readonly=True, default=0)
    open_amount = fields.Monetary("To match", compute="_compute_open_amount", store=True)
    match_ids = fields.One2many("timebank.reward.match", "bill_line_id", string="Claims", readonly=True)
    status = fields.Selection(
        [
            ("open", "To match"),
            ("part", "Matched in part"),
            ("matched", "Matched"),
            ("changed", "Changed after matching"),
        ],
        compute="_compute_open_amount",
        store=True,
        index=True,
    )
    paid_amount = fields.Monetary("Paid", compute="_compute_paid", compute_sudo=True)
    unpaid_amount = fields.Monetary("Still to pay", compute="_compute_paid", compute_sudo=True)
    payment_status = fields.Selection(
        [("unpaid", "To pay"), ("part", "Paid in part"), ("paid", "Paid")],
        "Payment",
        compute="_compute_paid",
        compute_sudo=True,
    )

    is_prepaid = fields.Boolean("Paid in advance", readonly=True, default=False)

    _line_unique = models.UniqueIndex("(move_line_id, grant_id)", "A grant sees a bill line once.")

    @api.depends("share_amount", "matched_amount")
    def _compute_open_amount(self):
        for line in self:
            line.update(self._prepare_standing(line.currency_id, line.share_amount, line.matched_amount))

    @api.depends("share_amount")
    @api.depends_context("timebank_date")
    def _compute_paid(self):
        grants = self.grant_id
        owed = grants._get_unpaid(grants._get_figures_date(), self.move_line_id)
        for line in self:
            line.unpaid_amount = owed.get((line.grant_id.id, line.move_line_id.id), 0)
            line.paid_amount = line.share_amount - line.unpaid_amount
            if line.currency_id.is_zero(line.unpaid_amount):
                line.payment_status = "paid"
            else:
                line.payment_status = "unpaid" if line.currency_id.is_zero(line.paid_amount) else "part"

    def _prepare_standing(self, currency, share, matched):
        """What is left to match of a line, and how it stands.

        :param float share: what is charged to the grant
        :param float matched: what of it pays for claims already
        :return: a dict of both columns
        """
        left = currency.round(share - matched)
        if currency.is_zero(left):
            status = "matched"
        elif abs(matched) > abs(share) or matched * share < 0:
            status = "changed"
        else:
            status = "part" if matched else "open"
        return {"open_amount": left, "status": status}

    @api.depends("number", "name")
    def _compute_display_name(self):
        for line in self:
            named = line.number or line.name
            line.display_name = self._get_line_name(line.number, line.name) if named else ""

    def _get_line_name(self, number, label):
        """What a bill line is called: the bill's number and the line's label."""
        return " ".join(filter(None, (number, label))) or "?"

    @verb(single=True)
    def action_view_bill(self):
        """The bill or journal entry that the line is on.

        :raises UserError: for others than those who work in the accounts
        """
        self.ensure_one()
        if not self.env["account.move"].has_access("read"):
            raise UserError(self.env._("Bills are opened by those who work in the accounts: ask finance."))
        return open_form(self.move_id)

    # ------------------------------------------------------------
    # What is paid in advance, for claims to come
    # ------------------------------------------------------------

    @verb(single=True, reward=record_id("timebank.reward"), quantity=whole(least=1))
    def action_prepaid(self, reward, quantity):
        """Keep this line for claims to come: so many of a reward, paid for in advance.

        :param int reward: the ``timebank.reward`` that was bought
        :param int quantity: how many
        :return: the new ``timebank.prepayment``
        :raises UserError: for a line that is matched, or nothing is charged by; for a reward of another
            organisation, or that nobody expects to cost anything
        """
        self.ensure_one()
        self.env["timebank.grant"]._check_finance()
        reward = self.env["timebank.reward"].browse(reward)
        self._bring_up_to_date(self.grant_id)
        line = self.sudo()  # sudo: the bill's name and amount, for finance
        if line.matched_amount or line.is_prepaid or line.share_amount <= 0:
            raise UserError(
                self.env._(
                    "%s is matched, paid in advance or charges nothing: only an open bill line can be kept"
                    " for claims to come.",
                    line.display_name,
                )
            )
        if reward.company_id != line.company_id or not reward.expected_cost:
            raise UserError(
                self.env._(
                    "“%s” is of another organisation, or nothing is expected to be paid for it.", reward.name
                )
            )
        # sudo: what is paid in advance is made by this verb alone
        made = (
            self.env["timebank.prepayment"]
            .sudo()
            ._in_verb()
            .create(
                {
                    "grant_id": line.grant_id.id,
                    "move_line_id": line.move_line_id.id,
                    "reward_id": reward.id,
                    "bill_name": line.number or line.display_name,
                    "quantity": quantity,
                    "amount": line.share_amount,
                }
            )
        )
        line.grant_id._mark_committed()
        self._set_prepaid(line.grant_id, line.move_line_id, True)
        line.grant_id._message_log(
            body=self.env._("Paid in advance: %s", made.display_name),
            author_id=self.env.user.partner_id.id,
        )
        return made.with_env(self.env)

    @api.private
    def _set_prepaid(self, grant, item, on):
        """Keep the line of a bill for claims to come, or have it matched like any other."""
        # sudo: rows that mirror the books change through verbs alone
        line = self.sudo().search([("grant_id", "=", grant.id), ("move_line_id", "=", item.id)])
        line._in_verb().write({"is_prepaid": on})

    def _is_kept(self):
        """Whether more of this line is kept for claims to come."""
        return self.is_prepaid and self.status in ("open", "part")

    # ------------------------------------------------------------
    # What the books say
    # ------------------------------------------------------------

    @api.model
    @verb()
    def action_open(self):
        """The lines still to match, as the books say now.

        :raises AccessError: for who doesn't read bill lines
        """
        self.check_access("read")
        self._follow_books(self.env["timebank.grant"].search([("state", "!=", "draft")]))
        return open_list(self.env, "timebank_bill_line_action")

    @api.private
    def _bring_up_to_date(self, grants):
        """Bring the lines of ``grants`` up to what the books say now. Returns all of them."""
        self._follow_books(grants)
        # sudo: rows that mirror the books; callers show of them what their users may see
        return self.sudo().search([("grant_id", "in", grants.ids)], order="id")

    @api.private
    def _follow_books(self, grants):
        """Make the lines of ``grants`` what the books say now; what is so already isn't written or read.

        A line no longer charged to the grant (reset to draft, another distribution) keeps
        its row while it is matched, with a share of zero: that shows as changed. Where a request
        may only read, the lines stay as they were when they were looked at last.
        """
        if self.env.cr.readonly:
            return
        # sudo: rows that mirror the books are nobody's to write but this method's.
        self = self.sudo()
        currencies = {grant.id: grant.company_currency_id for grant in grants}
        stale, changed, missing = [], {}, {}
        for number, grant_id, move_line_id, matched, charged in self._find_changes(grants):
            share = currencies[grant_id].round(float(charged or 0))
            if not number:
                missing[grant_id, move_line_id] = share
            elif charged is None and not matched:
                stale.append(number)
            else:
                standing = self._prepare_standing(currencies[grant_id], share, matched)
                changed[number] = {"share_amount": share, **standing}
        for number, charged in self.browse(changed)._get_charged_when_matched().items():
            if charged != changed[number]["share_amount"]:
                changed[number]["status"] = "changed"
        self._update_rows(changed)
        if missing:
            # Of two who look at new bills at once, the second one's request is tried again.
            grants.browse({grant_id for grant_id, _item in missing})._mark_committed()
            self._insert_rows(self._prepare_new(missing, currencies))
        self.browse(stale).unlink()

    def _find_changes(self, grants):
        """Where the books say something else than the lines of ``grants``.

        :return: rows of a line's id (none for a new one), grant id, journal item id, what is matched,
            and what is charged now, or nothing
        """
        grants = grants.sudo()  # sudo: what the books charge; the rows are shown by their own rules
        self.flush_model(["grant_id", "move_line_id", "share_amount", "matched_amount"])
        return grants.ids and grants._query_books(
            SQL(
                """
                SELECT l.id, g.id, COALESCE(l.move_line_id, s.item), COALESCE(l.matched_amount, 0), s.amount
                  FROM (SELECT grant_id, item, SUM(amount) AS amount FROM (%(spend)s) spend
                         WHERE item IS NOT NULL GROUP BY grant_id, item) s
                  FULL JOIN (SELECT * FROM timebank_bill_line WHERE grant_id IN %(grants)s) l
                    ON l.grant_id = s.grant_id AND l.move_line_id = s.item
                  JOIN timebank_grant g ON g.id = COALESCE(l.grant_id, s.grant_id)
                  JOIN res_company c ON c.id = g.company_id
                  JOIN res_currency u ON u.id = c.currency_id
                 WHERE l.id IS NULL OR (s.item IS NULL AND COALESCE(l.matched_amount, 0) = 0)
                    OR ABS(COALESCE(l.share_amount, 0) - COALESCE(s.amount, 0)) >= u.rounding / 2
                 ORDER BY g.id, COALESCE(l.move_line_id, s.item)
                """,
                spend=grants._get_lines_query(grants._get_posted()),
                grants=tuple(grants.ids),
            )
        )

    def _prepare_new(self, shares, currencies):
        """The columns of lines not seen before.

        :param dict shares: (grant id, journal item id) → what is charged
        :param dict currencies: grant id → the currency of that amount
        """
        items = self.env["account.move.line"].browse(item_id for _grant_id, item_id in shares)
        items.fetch(["partner_id", "date"])
        # sudo: which lines are kept for claims to come, whoever looks
        prepaid = (
            self.env["timebank.prepayment"]
            .sudo()
            .search([("move_line_id", "in", items.ids), ("ended_on", "=", False)])
        )
        kept = {(prepayment.grant_id.id, prepayment.move_line_id.id) for prepayment in prepaid}
        return [
            {
                "is_prepaid": (grant_id, item.id) in kept,
                "grant_id": grant_id,
                "move_line_id": item.id,
                "partner_id": item.partner_id.id,
                "date": item.date,
                "share_amount": currencies[grant_id].round(share),
                "matched_amount": 0,
                **self._prepare_standing(currencies[grant_id], share, 0),
            }
            for item, ((grant_id, _item_id), share) in zip(items, shares.items(), strict=True)
        ]

    @api.private
    def _get_charged_line(self, grant, move_line):
        """The line of ``grant`` for one journal item.

        :raises UserError: when it is not posted, another company's, or not charged to the grant
        """
        # sudo: finance matches lines it may not open; only these three facts are looked at.
        item = move_line.sudo()
        if item.company_id != grant.company_id:
            raise UserError(
                self.env._(
                    "%(bill)s is a bill of %(company)s, and the grant belongs to %(other)s.",
                    bill=item.move_name or item.name,
                    company=item.company_id.name,
                    other=grant.company_id.name,
                )
            )
        if item.parent_state != "posted":
            raise UserError(
                self.env._("Only posted bills are matched: post %s first.", item.move_id.display_name)
            )
        line = self._bring_up_to_date(grant).filtered(lambda line: line.move_line_id == item)
        if not line:
            carried = grant.sudo().analytic_account_id in item.distribution_analytic_account_ids
            raise UserError(
                self.env._(
                    "%(bill)s is charged to “%(grant)s” and doesn't count as its rewards: %(reason)s",
                    bill=item.move_name or item.name,
                    grant=grant.name,
                    reason=reason,
                )
                if carried and (reason := grant._why_not_counted(item))
                else self.env._(
                    "%(bill)s is not charged to “%(grant)s”: give its line the grant's analytic account"
                    " first.",
                    bill=item.move_name or item.name,
                    grant=grant.name,
                )
            )
        return line.with_env(self.env)

    def _get_charged_when_matched(self):
        """What was charged to the grant when these lines were matched last: dict of record id → amount."""
        matches = self.env["timebank.reward.match"].search_fetch(
            [("bill_line_id", "in", self.ids)], ["bill_line_id", "charged_amount"], order="id"
        )
        return {match.bill_line_id.id: match.charged_amount for match in matches}

    def _get_paid_claims(self):
        """Which claims these lines pay for: dict of record id → set of claim ids."""
        paid = {}
        groups = self.env["timebank.reward.match"]._read_group(
            [("bill_line_id", "in", self.ids)], ["bill_line_id"], ["redemption_id:array_agg"]
        )
        for line, claim_ids in groups:
            paid[line.id] = set(claim_ids)
        return paid

    def _find_doubles(self):
        """Lines of other bills that these look like entered again: dict of record id → the line before.

        The supplier, its reference, the label, the product and the amount are the same. The one
        that is matched already was there before, or else the one on the earlier bill.
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT ON (l.id) l.id, e.id
                     FROM timebank_bill_line l
                     JOIN account_move_line i ON i.id = l.move_line_id
                     JOIN account_move m ON m.id = i.move_id
                     JOIN timebank_bill_line e ON e.partner_id = l.partner_id
                                              AND e.share_amount = l.share_amount
                     JOIN account_move_line j ON j.id = e.move_line_id AND j.move_id != i.move_id
                     JOIN account_move n ON n.id = j.move_id AND n.move_type = m.move_type
                    WHERE l.id IN %s AND TRIM(COALESCE(m.ref, '')) != '' AND l.share_amount > 0
                      AND LOWER(TRIM(n.ref)) = LOWER(TRIM(m.ref)) AND n.company_id = m.company_id
                      AND n.state = 'posted' AND j.name IS NOT DISTINCT FROM i.name
                      AND j.product_id IS NOT DISTINCT FROM i.product_id
                      AND COALESCE(l.matched_amount, 0) = 0 AND (e.matched_amount != 0 OR n.id < m.id)
                    ORDER BY l.id, e.matched_amount = 0, e.id""",
                tuple(self.ids) or (0,),
            )
        )
        return {number: self.browse(before) for number, before in rows}

    def _say_doubles(self):
        """What looks like these lines entered before, for a person to judge: dict of record id → its name.

        Beside what `_find_doubles` finds, which is never matched automatically: another bill in which Odoo
        finds the same supplier and reference, or where one of the two has none, supplier, amount and date.
        """
        said = {number: before.display_name for number, before in self._find_doubles().items()}
        for line in self:
            for like in line.move_id.duplicated_ref_ids:
                refs = {(move.ref or "").strip().lower() for move in (line.move_id, like)} - {""}
                same = len(refs) < 2 and like.move_type == line.move_id.move_type and like.state == "posted"
                if same and like.commercial_partner_id == line.move_id.commercial_partner_id:
                    said.setdefault(line.id, like.name)
        return said

    def _lock(self):
        """Lock these rows in the order of their ids, and read them afresh."""
        self._lock_rows("matched_amount", "open_amount", "status", whole=True)

    def _add_matched(self, amounts):
        """:param dict amounts: record id → what is matched more (or, below zero, less)"""
        rows = {}
        for line, (share, before) in zip(
            self, self._get_columns("share_amount", "matched_amount"), strict=True
        ):
            currency = line.currency_id
            matched = currency.round(before + amounts[line.id])
            rows[line.id] = {
                "matched_amount": matched,
                **self._prepare_standing(currency, share, matched),
            }
        self._update_rows(rows)

    # ------------------------------------------------------------
    # The row that finance sees while matching by hand
    # ------------------------------------------------------------

    def _prepare_row(self):
        return {
            "id": self.id,
            "number": self.number or "",
            "label": self.name or "",
            "reference": self.reference or "",
            "partner": self.partner_id.name or "",
            "date": fields.Date.to_string(self.date),
            "quantity": self.quantity,
            "share": self.share_amount,
            "open": self.open_amount,
            "status": self.status,
            "move_id": self.move_id.id,
        }
