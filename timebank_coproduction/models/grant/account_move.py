from odoo import api, fields, models

from ..common.verb import verb
from ..common.windows import open_list
from ..common.words import say_day

FINANCE = "timebank_coproduction.group_timebank_finance"


class AccountMove(models.Model):
    """The claims that a vendor bill pays for, and how far its lines are matched."""

    _inherit = "account.move"

    timebank_claim_count = fields.Integer(
        "Claims paid", compute="_compute_timebank_claim_count", compute_sudo=False, groups=FINANCE
    )
    timebank_line_count = fields.Integer(
        "Lines on grants", compute="_compute_timebank_line_count", compute_sudo=False, groups=FINANCE
    )
    timebank_matched_count = fields.Integer(
        "Lines matched", compute="_compute_timebank_line_count", compute_sudo=False, groups=FINANCE
    )

    timebank_signed_text = fields.Char(
        "Signed reconciliation", compute="_compute_timebank_signed_text", compute_sudo=True
    )

    timebank_uncounted_text = fields.Char(
        "Not counted as rewards", compute="_compute_timebank_uncounted_text", compute_sudo=True
    )

    @api.depends("state", "line_ids.analytic_distribution", "line_ids.account_id", "line_ids.product_id")
    @api.depends_context("uid")
    def _compute_timebank_line_count(self):
        """Posted lines that a grant pays for, looked up in the bills themselves, and those matched."""
        items = self.line_ids.filtered(lambda item: item.parent_state == "posted")
        charged = {
            (spend.grant_id, spend.move_line_id)
            for spend in self._get_timebank_grants()._get_spend_lines(items=items)
        }
        matched = self.env["timebank.bill.line"].search(
            [("move_line_id", "in", items.ids), ("status", "=", "matched")]
        )
        done = charged & {(line.grant_id.id, line.move_line_id.id) for line in matched}
        for move in self:
            own = set(move.line_ids.ids)
            move.timebank_line_count = sum(item in own for _grant, item in charged)
            move.timebank_matched_count = sum(item in own for _grant, item in done)

    def _get_timebank_grants(self):
        """The grants whose analytic accounts the lines of these bills carry."""
        return self._find_timebank_grants(self.line_ids.distribution_analytic_account_ids)

    @verb()
    def action_view_timebank_lines(self):
        """The lines of this bill that grants pay for, as the books say now, matched or not."""
        self.env["timebank.bill.line"]._follow_books(self._get_timebank_grants())
        own = [("move_line_id", "in", self.line_ids.ids)]
        return open_list(self.env, "timebank_bill_line_action", own, {})

    @api.depends("line_ids")
    @api.depends_context("uid")
    def _compute_timebank_claim_count(self):
        counts = dict.fromkeys(self.ids, 0)
        groups = self.env["timebank.reward.match"]._read_group(
            [("move_line_id.move_id", "in", self.ids)], ["move_line_id"], ["redemption_id:count_distinct"]
        )
        for line, count in groups:
            counts[line.sudo().move_id.id] += count  # sudo: only which bill the line is of
        for move in self:
            move.timebank_claim_count = counts.get(move._origin.id, 0)

    @verb()
    def action_view_timebank_claims(self):
        """The claims matched with this bill's lines."""
        matches = self.env["timebank.reward.match"].search([("move_line_id.move_id", "in", self.ids)])
        paid = [("id", "in", matches.redemption_id.ids)]
        return open_list(self.env, "timebank_redemption_action", paid, {})

    # ------------------------------------------------------------
    # Whoever posts into a period that was signed, or takes out of it, is told; nothing is forbidden.
    # ------------------------------------------------------------

    @api.depends(
        "state",
        "date",
        "invoice_date",
        "line_ids.analytic_distribution",
        "invoice_line_ids.analytic_distribution",
    )
    def _compute_timebank_signed_text(self):
        for move in self:
            signed = move._find_timebank_signed() if move.state == "draft" else ()
            move.timebank_signed_text = "\n".join(map(self._say_timebank_late, signed)) or False

    @api.depends(
        "move_type",
        "invoice_line_ids.analytic_distribution",
        "invoice_line_ids.account_id",
        "invoice_line_ids.product_id",
    )
    def _compute_timebank_uncounted_text(self):
        """What of a bill is charged to a grant and is no spending on its rewards, and why."""
        for move in self:
            lines = move.invoice_line_ids if move.is_purchase_document(include_receipts=True) else ()
            said = {}
            for line in lines:
                accounts = line.distribution_analytic_account_ids._origin
                for grant in move._find_timebank_grants(accounts):
                    reason = line.account_id and grant._why_not_counted(line)
                    if reason:
                        said[grant.name, reason] = True
            move.timebank_uncounted_text = (
                "\n".join(
                    self.env._(
                        "Charged to “%(grant)s”, and not counted as its rewards: %(reason)s",
                        grant=name,
                        reason=reason,
                    )
                    for name, reason in said
                )
                or False
            )

    def _find_timebank_grants(self, accounts):
        return self.env["timebank.grant"].search(
            [("analytic_account_id", "in", accounts.ids), ("state", "!=", "draft")]
        )

    # As account has it; the texts are two more things that alerts depend on.
    @api.depends("timebank_signed_text", "timebank_uncounted_text")
    def _compute_alerts(self):
        return super()._compute_alerts()

    def _get_alerts(self):
        alerts = super()._get_alerts()
        if self.timebank_signed_text:
            alerts["timebank_signed"] = {"level": "warning", "message": self.timebank_signed_text}
        if self.timebank_uncounted_text:
            alerts["timebank_uncounted"] = {"level": "info", "message": self.timebank_uncounted_text}
        return alerts

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._warn_timebank_signed(self._say_timebank_late)
        return posted

    def button_draft(self):
        self.filtered(lambda move: move.state == "posted")._warn_timebank_signed(self._say_timebank_taken)
        return super().button_draft()

    def _find_timebank_signed(self):
        """The signed reconciliations of the grants that this entry is charged to, over its day."""
        # sudo: an accrual of claims changes no figure of a grant, whoever posts it
        accruals = self.env["timebank.grant.accrual"].sudo()
        if self._origin and accruals.search_count(
            ["|", ("move_id", "=", self._origin.id), ("reversal_id", "=", self._origin.id)], limit=1
        ):
            return self.env["timebank.reconciliation"]
        day = self.date or self.invoice_date or fields.Date.context_today(self)
        # while a new one is typed, only its own lines are there
        accounts = (self.line_ids | self.invoice_line_ids).distribution_analytic_account_ids._origin
        if not accounts:
            return self.env["timebank.reconciliation"]
        # sudo: whoever keeps the books is told that a period is signed, and of which grant
        return (
            self.env["timebank.reconciliation"]
            .sudo()
            .search(
                [
                    ("grant_id.analytic_account_id", "in", accounts.ids),
                    ("company_id", "=", self.company_id.id),
                    ("state", "!=", "draft"),
                    ("date_from", "<=", day),
                    ("date_to", ">=", day),
                ]
            )
        )

    def _say_timebank_late(self, signed):
        return self.env._(
            "“%(grant)s” was reconciled and signed up to %(day)s: what is dated until then is taken up late,"
            " by its next reconciliation.",
            grant=signed.grant_id.name,
            day=say_day(self.env, signed.date_to),
        )

    def _say_timebank_taken(self, signed):
        return self.env._(
            "“%(grant)s” was reconciled and signed up to %(day)s with this entry in it:"
            " its next reconciliation takes up what changes.",
            grant=signed.grant_id.name,
            day=say_day(self.env, signed.date_to),
        )

    def _warn_timebank_signed(self, say):
        """Tell the user, and each entry's chatter, of the signed periods that these are dated into.

        :param say: what makes a sentence of a reconciliation
        """
        said = {}
        for move in self:
            sentences = [say(signed) for signed in move._find_timebank_signed()]
            if sentences:
                move._message_log(body="\n".join(sentences), author_id=self.env.user.partner_id.id)
                said.update(dict.fromkeys(sentences))
        if said:
            self.env.user._bus_send(
                "simple_notification",
                {
                    "type": "warning",
                    "sticky": True,
                    "title": self.env._("Signed already"),
                    "message": "\n".join(said),
                },
            )


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    _timebank_taxes = models.Index("(id) WHERE tax_line_id IS NOT NULL AND analytic_distribution IS NOT NULL")

    def unlink(self):
        """A bill line that is deleted gives its claims back, and the grant's chatter says so."""
        # sudo: whoever keeps the books may delete a draft's lines without knowing of the matches.
        lines = self.env["timebank.bill.line"].sudo().search([("move_line_id", "in", self.ids)])
        matched = lines.filtered("match_ids")
        for line in matched:
            line.grant_id._message_log(
                author_id=self.env.user.partner_id.id,
                body=self.env._("%s was deleted: its claims are open again.", line.display_name),
            )
        matched.match_ids._undo()
        return super().unlink()

    def _is_timebank_tax_of(self, item):
        """Whether this tax line is part of what a bill line costs."""
        tax = self.group_tax_id or self.tax_line_id
        return item.move_id == self.move_id and tax in item.tax_ids

    def _get_timebank_part(self, item, account):
        """Which part of this tax line, as far as ``account`` carries it, is that bill line's (0 to 1).

        As the books share it out: over the lines of the same distribution, or else over all that
        carry the account, in proportion to what they charge to it.
        """
        bases = self.move_id.line_ids.filtered(
            lambda base: (
                not base.tax_line_id
                and self._is_timebank_tax_of(base)
                and account in base.distribution_analytic_account_ids
            )
        )
        if not self.tax_repartition_line_id.account_id:
            bases = bases.filtered(lambda base: base.account_id == self.account_id)
        same = bases.filtered(lambda base: base.analytic_distribution == self.analytic_distribution)
        weights = {base: base._get_timebank_charged(account) for base in same or bases}
        total = sum(weights.values())
        return weights.get(item, 0) / total if total else 0

    def _get_timebank_charged(self, account):
        """What analytic entries charge to an account for this line."""
        column = account.plan_id._column_name()
        return -sum(entry.amount for entry in self.analytic_line_ids if entry[column] == account)
