from odoo import api, fields, models

from ..common.verb import verb
from ..common.windows import open_list

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
        accounts = self.line_ids.distribution_analytic_account_ids
        return self.env["timebank.grant"].search(
            [("analytic_account_id", "in", accounts.ids), ("state", "!=", "draft")]
        )

    @verb()
    def action_view_timebank_lines(self):
        """The lines of this bill that grants pay for, as the books say now, matched or not."""
        self.env["timebank.bill.line"]._bring_up_to_date(self._get_timebank_grants())
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
