from collections import defaultdict

from odoo import fields, models
from odoo.tools import SQL, format_date


class TimebankReconciliation(models.Model):
    """What a reconciliation shows, computed from the books and the claims as they are now.

    Every penny that the analytic account has for the period is on one line, under one
    status: the lines' *billed this period* add up to the books.
    """

    _inherit = "timebank.reconciliation"

    other_amount = fields.Monetary(
        "Other spending",
        readonly=True,
        help="On the same analytic account, on accounts or products that are not rewards.",
    )

    def action_refresh(self):
        """Bring a draft's figures and lines up to date. Notes on lines that are still there are kept."""
        self.check_access("write")
        self._refuse_signed()
        for reconciliation in self:
            reconciliation._refresh()
        return True

    def _refresh(self):
        self.ensure_one()
        door = self.sudo()._through_door()  # sudo: the figures take in claims and bills the user may not open
        notes = {line._get_key(): line.note for line in door.line_ids if line.note}
        lines = door._prepare_lines()
        for vals in lines:
            key = (vals["redemption_id"], vals["move_line_id"], vals["status"])
            vals["note"] = notes.get(key) or vals.get("note") or False
        door.line_ids.unlink()
        self.env["timebank.reconciliation.line"].sudo()._through_door().create(
            [dict(vals, reconciliation_id=self.id) for vals in lines]
        )
        door.write(door._prepare_figures(sum(vals["billed_amount"] for vals in lines)))

    # The fund
    def _prepare_figures(self, lines_total):
        """Values of the money fields.

        :param float lines_total: what the lines bill this period
        """
        grant, currency = self.grant_id, self.currency_id
        day_before = fields.Date.subtract(self.date_from, days=1)
        opening = grant._get_spend_totals(date_to=day_before)[grant] if grant.analytic_account_id else 0
        spent = grant._get_spend_totals(self.date_from, self.date_to).get(grant, 0)
        ledger = grant._get_analytic_spend(self.date_from, self.date_to)
        at_end = grant.with_context(timebank_date=self.date_to)
        minutes, cost = grant._get_exposure(self.date_to)
        expected = currency.round(grant.reward_budget * at_end.time_percentage / 100)
        return {
            "award_amount": grant.amount_company,
            "budget_amount": grant.reward_budget,
            "opening_amount": opening,
            "spent_amount": lines_total,
            "to_date_amount": opening + spent,
            "ledger_amount": ledger,
            "other_amount": currency.round(ledger - spent),
            "gap_amount": currency.round(spent - lines_total),
            "draft_amount": grant._get_draft_spend().get(grant, 0),
            "unbilled_amount": at_end.unbilled_amount,
            "closing_amount": currency.round(grant.reward_budget - opening - spent - at_end.unbilled_amount),
            "exposure_minutes": minutes,
            "exposure_amount": currency.round(cost),
            "expected_amount": expected,
            "variance_amount": currency.round(opening + spent - expected),
            "spent_percentage": at_end.spent_percentage,
            "time_percentage": at_end.time_percentage,
        }

    # The lines
    def _prepare_lines(self):
        """Values of all lines, in a constant number of queries."""
        self.ensure_one()
        grant = self.grant_id
        bill_lines = self.env["timebank.bill.line"]._follow(grant)
        matches = self.env["timebank.reward.match"].search(
            [("grant_id", "=", grant.id), ("bill_line_id.date", "<=", self.date_to)], order="id"
        )
        to_date = defaultdict(float)
        for match in matches:
            to_date[match.redemption_id] += match.amount
        inside = bill_lines.filtered(
            lambda line: line.date and self.date_from <= line.date <= self.date_to
        ).sorted(lambda line: (line.date, line.id))
        by_bill = matches.grouped("bill_line_id")
        spent = {}
        manual = []
        for spend in grant._get_spend_lines(self.date_from, self.date_to):
            if spend.move_line_id:
                spent[spend.move_line_id] = spent.get(spend.move_line_id, 0) + spend.amount
            else:
                manual.append(spend)
        lines = []
        for bill in inside:
            lines += self._prepare_bill_lines(
                bill, spent.get(bill.move_line_id.id, 0), by_bill.get(bill, matches.browse()), to_date
            )
        lines += [self._prepare_manual_line(spend) for spend in manual]
        self._flag_beyond_budget(lines)
        return lines + self._prepare_unbilled_lines(to_date)

    def _prepare_bill_lines(self, bill, share, matches, to_date):
        """One line for each claim that the bill pays for, and one for what is left of it."""
        currency, lines = self.currency_id, []
        for match in matches:
            claim = match.redemption_id
            difference = currency.round(to_date[claim] - claim.cost_amount)
            partly = difference < 0 and not claim.billing_done
            vals = self._prepare_line(bill=bill, claim=claim)
            vals.update(
                status="matched" if partly or currency.is_zero(difference) else "amount_differs",
                billed_amount=match.amount,
                matched_amount=currency.round(to_date[claim]),
                difference_amount=0 if partly else difference,
                found_by=dict(match._fields["found_by"]._description_selection(self.env))[match.found_by],
                note=match._get_explanation(),
            )
            if not self._is_in_grant_period(bill.date):
                vals["status"] = "out_of_period"
            lines.append(vals)
        rest = currency.round(share - sum(matches.mapped("amount")))
        if not currency.is_zero(rest):
            beyond = matches and (abs(share) < abs(share - rest) or share * (share - rest) < 0)
            vals = self._prepare_line(bill=bill)
            vals.update(
                status="bill_changed" if beyond else "billed_without_claim",
                billed_amount=rest,
                difference_amount=rest,
            )
            if not beyond and not self._is_in_grant_period(bill.date):
                vals["status"] = "out_of_period"
            lines.append(vals)
        return lines

    def _prepare_unbilled_lines(self, to_date):
        """One line for each standing claim of which something is not billed by the period's end."""
        currency, lines = self.currency_id, []
        claims = self.env["timebank.redemption"].search(
            [
                ("grant_id", "=", self.grant_id.id),
                ("state", "in", ("approved", "fulfilled")),
                ("approved_on", "<", fields.Date.add(self.date_to, days=1)),
                ("billing_done", "=", False),
            ],
            order="id",
        )
        for claim in claims:
            left = currency.round(claim.cost_amount - to_date.get(claim, 0))
            if left <= 0:
                continue
            expected_by = fields.Date.add(claim.approved_on.date(), days=self.grant_id.days_after)
            vals = self._prepare_line(claim=claim)
            vals.update(
                status="unbilled",
                matched_amount=currency.round(to_date.get(claim, 0)),
                difference_amount=-left,
                note=expected_by >= self.date_to
                and self.env._("Bill expected by %s.", format_date(self.env, expected_by)),
            )
            lines.append(vals)
        return lines

    def _prepare_manual_line(self, spend):
        return dict(
            self._prepare_line(),
            status="manual_entry",
            billed_on=spend.date,
            billed_amount=spend.amount,
            difference_amount=spend.amount,
        )

    def _prepare_line(self, bill=None, claim=None):
        """What a line says about its bill and its claim, without amounts of its own."""
        supplier = bill.partner_id if bill and bill.partner_id else claim and claim.reward_id.supplier_id
        return {
            "redemption_id": claim.id if claim else False,
            "move_line_id": bill.move_line_id.id if bill else False,
            "claim_name": claim.display_name if claim else False,
            "claim_code": claim.code if claim else False,
            "claimed_on": claim.approved_on.date() if claim and claim.approved_on else False,
            "cost_amount": claim.cost_amount if claim else 0,
            "supplier_name": supplier.name if supplier else False,
            "bill_name": bill.display_name if bill else False,
            "billed_on": bill.date if bill else False,
            "billed_amount": 0,
            "matched_amount": 0,
            "difference_amount": 0,
        }

    def _flag_beyond_budget(self, lines):
        """From the day on which spending passes the reward budget, what agrees is beyond it."""
        grant = self.grant_id
        total = grant._get_spend_totals(date_to=fields.Date.subtract(self.date_from, days=1)).get(grant, 0)
        for vals in sorted(lines, key=lambda vals: (vals["billed_on"], vals["move_line_id"] or 0)):
            total += vals["billed_amount"]
            if (
                vals["status"] == "matched"
                and self.currency_id.compare_amounts(total, grant.reward_budget) > 0
            ):
                claim = self.env["timebank.redemption"].browse(vals["redemption_id"] or [])
                vals.update(status="over_budget", note=claim.budget_override_reason or vals.get("note"))

    def _is_in_grant_period(self, day):
        return self.grant_id.date_start <= day <= self.grant_id.date_end


class TimebankReconciliationLine(models.Model):
    _inherit = "timebank.reconciliation.line"

    def _get_key(self):
        return (self.redemption_id.id, self.move_line_id.id, self.status)


class TimebankRewardMatch(models.Model):
    _inherit = "timebank.reward.match"

    def _get_explanation(self):
        """Why bill and claim differ, as finance has said."""
        reason = dict(self._fields["difference_reason"]._description_selection(self.env)).get(
            self.difference_reason, ""
        )
        return ": ".join(filter(None, (reason, self.note))) or False


class TimebankGrant(models.Model):
    _inherit = "timebank.grant"

    def _get_analytic_spend(self, date_from, date_to):
        """Odoo's own balance of the grant's analytic account for a period, spending above zero."""
        self.ensure_one()
        total = 0.0
        for column, grant in self._by_plan_column():
            ((amount,),) = self._analytic_lines()._read_group(
                grant._get_spend_domain(column, date_from, date_to), [], ["amount:sum"]
            )
            total -= amount or 0
        return self.company_currency_id.round(total)

    def _get_exposure(self, date):
        """Credits that the grant's banks owed on ``date``, and what they would cost.

        At the average cost per credit of the claims approved in the year before.

        :return: minutes, amount in company currency
        """
        self.ensure_one()
        schemes = self.scheme_ids
        if not schemes:
            return 0, 0.0
        self.env.flush_all()
        ((minutes,),) = self.env.execute_query(
            SQL(
                """SELECT COALESCE(SUM(CASE WHEN t.from_account_id = s.operating_account_id THEN t.minutes
                                            ELSE -t.minutes END), 0)::int
                     FROM timebank_scheme s
                     JOIN timebank_transfer t
                       ON s.operating_account_id IN (t.from_account_id, t.to_account_id)
                    WHERE s.id IN %s AND t.date <= %s""",
                tuple(schemes.ids),
                date,
            )
        )
        ((cost, spent),) = (
            self.env["timebank.redemption"]
            .sudo()
            ._read_group(
                [
                    ("scheme_id", "in", schemes.ids),
                    ("state", "in", ("approved", "fulfilled")),
                    ("approved_on", ">", fields.Date.subtract(date, years=1)),
                    ("approved_on", "<", fields.Date.add(date, days=1)),
                ],
                [],
                ["cost_amount:sum", "minutes:sum"],
            )
        )
        return minutes, max(minutes, 0) * (cost or 0) / spent if spent else 0.0
