from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..common.words import say_day
from .timebank_reconciliation import SIGNED_FORM


class TimebankReconciliation(models.Model):
    """Which days a reconciliation is about, after which other one, and what was agreed then.

    A grant's reconciliations follow each other: none overlaps another, each begins with what the
    last one was signed with, and days between two are named.
    """

    _inherit = "timebank.reconciliation"

    gap_text = fields.Char("Days left out", compute="_compute_gap_text")

    @api.depends("grant_id", "date_from")
    def _compute_gap_text(self):
        for reconciliation in self:
            reconciliation.gap_text = reconciliation._say_gap()

    def _say_gap(self):
        grant, first = self.grant_id, self.date_from
        if not (grant and first):
            return False
        others = [("grant_id", "=", grant._origin.id), ("date_to", "<", first)]
        last = self.search(others, order="date_to desc", limit=1)
        missing = fields.Date.add(last.date_to, days=1) if last else grant.date_start
        if not missing or missing >= first:
            return False
        return self.env._(
            "No reconciliation is about %(start)s to %(end)s.",
            start=say_day(self.env, missing),
            end=say_day(self.env, fields.Date.subtract(first, days=1)),
        )

    @api.constrains("grant_id", "date_from", "date_to")
    def _check_period(self):
        # Of two made at once for the same days, the second one's request is tried again.
        self.grant_id._mark_committed()
        for reconciliation in self:
            sentence = reconciliation._why_not_period()
            if sentence:
                raise ValidationError(sentence)

    def _why_not_period(self):
        """Why the grant can't be reconciled over these days, or an empty string."""
        self.ensure_one()
        grant = self.grant_id
        if grant.state == "draft":
            return self.env._("“%s” is a draft: open it first.", grant.name)
        if self.date_from > grant.date_end:
            return self.env._(
                "“%(grant)s” ended on %(end)s, and this period begins after it.",
                grant=grant.name,
                end=say_day(self.env, grant.date_end),
            )
        if self.date_to < grant.date_start:
            return self.env._(
                "“%(grant)s” starts on %(start)s, and this period ends before it.",
                grant=grant.name,
                start=say_day(self.env, grant.date_start),
            )
        others = [("grant_id", "=", grant.id), ("id", "!=", self.id)]
        overlapping = self.search(
            [*others, ("date_from", "<=", self.date_to), ("date_to", ">=", self.date_from)], limit=1
        )
        if overlapping:
            return self.env._(
                "“%s” is about some of these days already: choose others.", overlapping.display_name
            )
        later = self.search(
            [*others, ("state", "!=", "draft"), ("date_from", ">", self.date_to)], limit=1
        )
        if later:
            return self.env._(
                "“%s” is signed already: it and what follows take up what came in before.",
                later.display_name,
            )
        return ""

    def _refuse_out_of_turn(self):
        """:raises UserError: while an earlier one isn't signed, or once a later one is"""
        self.ensure_one()
        grant = [("grant_id", "=", self.grant_id.id)]
        earlier = self.search(
            [*grant, ("state", "=", "draft"), ("date_to", "<", self.date_from)], order="date_to", limit=1
        )
        if earlier:
            raise UserError(
                self.env._("“%s” comes first: sign it, or delete it.", earlier.display_name)
            )
        later = self.search([*grant, ("state", "!=", "draft"), ("date_from", ">", self.date_to)], limit=1)
        if later:
            raise UserError(
                self.env._("“%s” was signed after it, and begins with its figures.", later.display_name)
            )

    def _get_signed_before(self):
        """What was signed of the time before this one, the latest first.

        Nothing for those signed before reconciliations began with what the last one had.
        """
        self.ensure_one()
        if self.state != "draft" and not (self.hash or "").startswith(SIGNED_FORM):
            return self.browse()
        return self.search(
            [
                ("grant_id", "=", self.grant_id.id),
                ("state", "!=", "draft"),
                ("date_to", "<", self.date_from),
            ]
        )

    def _get_opening(self, before):
        """What the period opens with: as it was signed, or what the books have where nothing was.

        :param float before: what the books have of the time before
        """
        signed = self._get_signed_before()[:1]
        return signed.to_date_amount if signed else before

    def _get_agreed(self):
        """What was agreed with the funder by the period's last day, or when it was signed.

        :return: dict of ``award``, ``budget`` (in company currency) and ``end``
        """
        self.ensure_one()
        grant, currency = self.grant_id, self.currency_id
        if self.state != "draft":
            end = self.terms_end
            if not end:  # signed before the end was kept
                made = grant.amendment_ids.filtered(lambda change: change.create_date < self.prepared_on)
                end = grant._get_terms_after(made)["date_end"]
            return {"award": self.award_amount, "budget": self.budget_amount, "end": end}
        terms = grant._get_terms_on(self.date_to)
        award = currency.round(terms["amount"] * grant.rate)
        budget = currency.round(award * terms["reward_percentage"] / 100)
        return {"award": award, "budget": budget, "end": terms["date_end"]}
