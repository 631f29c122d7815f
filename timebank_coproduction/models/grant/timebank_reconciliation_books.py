from odoo import fields, models
from odoo.tools import SQL


class TimebankReconciliation(models.Model):
    """The figures of a reconciliation, from the books and the claims as they are now."""

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
        digest = door._get_inputs_digest()
        lines = door._prepare_values(door._prepare_lines())
        door._replace_lines(lines)
        door.write(
            {
                **door._prepare_figures(sum(vals["billed_amount"] for vals in lines)),
                "inputs_digest": digest,
            }
        )

    def _replace_lines(self, vals_list):
        """Make the lines those of ``vals_list``. What is as it was keeps its row, and notes are kept.

        Inserted in one statement: the ORM takes seconds for the lines of a large grant.
        """
        lines = self.env["timebank.reconciliation.line"]
        names = [name for name in vals_list[0] if name != "note"] if vals_list else []
        before = {}
        for row in self.line_ids.read([*names, "note"], load=None):
            key = (row["redemption_id"], row["move_line_id"], row["status"]) if names else row["id"]
            before.setdefault(key, []).append(row)
        new = []
        for vals in vals_list:
            same = before.get((vals["redemption_id"], vals["move_line_id"], vals["status"]), [])
            kept = [
                row
                for row in same
                if all(row[name] == vals[name] for name in names) and (row["note"] or not vals["note"])
            ]
            if kept:
                same.remove(kept[0])
            else:
                notes = [row["note"] for row in same if row["note"]]
                new.append(dict(vals, note=notes[0] if notes else vals["note"]))
        lines.browse(row["id"] for rows in before.values() for row in rows).unlink()
        lines._insert([dict(vals, reconciliation_id=self.id) for vals in new])
        self.invalidate_recordset(["line_ids", "exception_count", "unexplained_count"])

    # The fund
    def _prepare_figures(self, lines_total):
        """Values of the money fields.

        :param float lines_total: what the lines bill this period
        """
        grant, currency = self.grant_id, self.currency_id
        books = self._prepare_books()
        opening, spent = books["opening_amount"], books["to_date_amount"] - books["opening_amount"]
        at_end = grant.with_context(timebank_date=self.date_to)
        minutes, cost = grant._get_exposure(self.date_to)
        expected = currency.round(grant.reward_budget * at_end.time_percentage / 100)
        return {
            "award_amount": grant.amount_company,
            "budget_amount": grant.reward_budget,
            **books,
            "spent_amount": lines_total,
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

    def _prepare_books(self):
        """Values of the figures that the books alone give."""
        grant, round_money = self.grant_id, self.currency_id.round
        day_before = fields.Date.subtract(self.date_from, days=1)
        opening = grant._get_spend_totals(date_to=day_before)[grant]
        spent = grant._get_spend_totals(self.date_from, self.date_to)[grant]
        ledger = grant._get_analytic_spend(self.date_from, self.date_to)
        return {
            "opening_amount": opening,
            "to_date_amount": round_money(opening + spent),
            "ledger_amount": ledger,
            "other_amount": round_money(ledger - spent),
        }


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
        # sudo: sums over all claims of the grant's banks; nobody is named
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
