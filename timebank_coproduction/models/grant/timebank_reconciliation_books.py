from odoo import fields, models
from odoo.tools import SQL

from ...tools import reconcile
from ...tools.reconcile import Bill, Claim, Entry, Match, Terms
from ..common.verb import verb
from ..common.words import say_day
from .timebank_claim_share import claim_parts
from .timebank_grant_books import claim_day
from .timebank_reconciliation_period import NAMELESS

#: Money on a line, and the line's part that it comes from.
AMOUNTS = {
    "cost_amount": "cost",
    "billed_amount": "billed",
    "matched_amount": "to_date",
    "difference_amount": "difference",
}


class TimebankReconciliation(models.Model):
    """The figures of a reconciliation, from the books and the claims as they are now."""

    _inherit = "timebank.reconciliation"

    other_amount = fields.Monetary(
        "Other spending",
        readonly=True,
        help="On the same analytic account, on accounts or products that are not rewards.",
    )

    @verb()
    def action_refresh(self):
        """Bring a draft's figures and lines up to date. Notes on lines that are still there are kept."""
        self.check_access("write")
        self._refuse_signed()
        for reconciliation in self:
            reconciliation._refresh()
        return True

    def _refresh(self):
        self.ensure_one()
        draft = self.sudo()._in_verb()  # sudo: the figures take in claims and bills the user may not open
        digest = draft._get_inputs_digest()
        lines = draft._prepare_values(draft._prepare_lines()) + draft._prepare_late_values()
        draft._replace_lines(lines)
        draft.write({**draft._prepare_figures(lines), "inputs_digest": digest})

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
        lines._insert_rows([dict(vals, reconciliation_id=self.id) for vals in new])
        self.invalidate_recordset(
            ["line_ids", "period_line_ids", "late_line_ids", "exception_count", "unexplained_count"]
        )

    # The fund
    def _prepare_figures(self, lines):
        """Values of the money fields.

        :param list lines: values of the lines
        """
        grant, currency = self.grant_id, self.currency_id
        agreed, books = self._get_agreed(), self._prepare_books()
        spent = currency.round(sum(vals["billed_amount"] for vals in lines if not vals["is_late"]))
        late = currency.round(sum(vals["billed_amount"] for vals in lines if vals["is_late"]))
        to_date = books["to_date_amount"]
        at_end = grant.with_context(timebank_date=self.date_to)
        unbilled = at_end.unbilled_amount
        minutes, cost = grant._get_exposure(self.date_to)
        gone = self._get_time_gone(agreed["end"])
        expected = currency.round(agreed["budget"] * gone)
        return {
            "award_amount": agreed["award"],
            "budget_amount": agreed["budget"],
            "terms_end": agreed["end"],
            **books,
            "late_amount": late,
            "spent_amount": spent,
            "gap_amount": currency.round(to_date - books["opening_amount"] - late - spent),
            "draft_amount": grant._get_draft_spend(self.date_to)[grant],
            "unbilled_amount": unbilled,
            "closing_amount": currency.round(agreed["budget"] - to_date - unbilled),
            "exposure_minutes": minutes,
            "exposure_amount": currency.round(cost),
            "expected_amount": expected,
            "variance_amount": currency.round(to_date - expected),
            "spent_percentage": 100 * (to_date + unbilled) / agreed["budget"] if agreed["budget"] else 0,
            "time_percentage": 100 * gone,
        }

    def _get_time_gone(self, end):
        """The part of the grant's time that has gone by the last day of the period."""
        start = self.grant_id.date_start
        days = (end - start).days + 1
        return min(max((self.date_to - start).days + 1, 0), days) / days

    def _prepare_books(self):
        """Values of the figures that the books alone give, after what was signed before."""
        grant, round_money = self.grant_id, self.currency_id.round
        before = self._get_spent_before()
        spent = grant._get_spend_totals(self.date_from, self.date_to)[grant]
        ledger = grant._get_analytic_spend(self.date_from, self.date_to)
        return {
            "opening_amount": self._get_opening(before),
            "to_date_amount": round_money(before + spent),
            "ledger_amount": ledger,
            "other_amount": round_money(ledger - spent),
        }

    def _get_spent_before(self):
        """What the books have of the time before the period."""
        grant = self.grant_id
        return grant._get_spend_totals(date_to=fields.Date.subtract(self.date_from, days=1))[grant]

    # ------------------------------------------------------------
    # The lines of a reconciliation, from the books and the claims as they are now.
    # ------------------------------------------------------------

    def _prepare_lines(self):
        """Every line, as ``tools/reconcile.py`` has it: ids and whole minor units."""
        self.ensure_one()
        self.env.flush_all()
        return reconcile.reconcile(
            self._get_terms(),
            self._read_bills(),
            self._read_matches(),
            self._read_claims(),
            self._get_entries(),
        )

    def _get_entries(self):
        """Spending in the books up to the period's end."""
        minor = self.grant_id._get_to_minor_units()
        return [
            Entry(spend.move_line_id, minor(spend.amount), spend.date, spend.name)
            for spend in self.grant_id._get_spend_lines(date_to=self.date_to)
        ]

    def _get_terms(self):
        """What spending is held against."""
        agreed = self._get_agreed()
        return Terms(
            self.date_from,
            self.date_to,
            self.grant_id.date_start,
            agreed["end"],
            self._to_minor_units(agreed["budget"]),
        )

    # What is read
    def _read_bills(self):
        lines = self.env["timebank.bill.line"]
        lines._follow_books(self.grant_id)
        return [
            Bill(*row)
            for row in self.env.execute_query(
                SQL(
                    "SELECT id, move_line_id, date FROM timebank_bill_line WHERE grant_id = %s",
                    self.grant_id.id,
                )
            )
            if row[2]
        ]

    def _read_matches(self):
        """Matches of bills up to the period's end."""
        minor = self.grant_id._get_to_minor_units()
        return [
            Match(number, claim, bill, minor(amount), minor(pays))
            for number, claim, bill, amount, pays in self.env.execute_query(
                SQL(
                    """SELECT m.id, m.redemption_id, m.bill_line_id, m.amount, m.pays
                         FROM (%s) m JOIN timebank_bill_line l ON l.id = m.bill_line_id
                        WHERE l.date <= %s""",
                    self.grant_id._get_match_query(self.date_to),
                    self.date_to,
                )
            )
        ]

    def _read_claims(self):
        """The grant's claims; those that stand at the period's end await their bills."""
        minor = self.grant_id._get_to_minor_units()
        return [
            Claim(number, minor(cost), day, awaits, done)
            for number, cost, day, awaits, done in self.env.execute_query(
                SQL(
                    """SELECT id, cost_amount, %(day)s,
                              state IN ('approved', 'fulfilled') AND NOT COALESCE(billing_done, FALSE)
                              AND %(day)s <= %(last)s, COALESCE(billing_done, FALSE)
                         FROM %(parts)s
                        WHERE grant_id = %(grant)s
                        ORDER BY id""",
                    day=claim_day(self.env, "r"),
                    last=self.date_to,
                    grant=self.grant_id.id,
                    parts=claim_parts("r"),
                )
            )
        ]

    def _to_minor_units(self, amount):
        return self.grant_id._to_minor_units(amount)

    # What a reader knows them by
    def _prepare_values(self, lines):
        """Field values of these lines, with names as they are today and the notes they suggest."""
        claims = self.env["timebank.redemption"].browse({line.claim for line in lines if line.claim})
        items = self.env["account.move.line"].browse({line.item for line in lines if line.item})
        matches = self.env["timebank.reward.match"].browse({line.match for line in lines if line.match})
        of_claim, by_id = (
            {claim.id: claim._prepare_names() for claim in claims},
            dict(zip(claims._ids, claims, strict=True)),
        )
        of_bill = {item.id: self._prepare_bill_names(item) for item in items}
        ways = dict(matches._fields["found_by"]._description_selection(self.env))
        of_match = {
            match.id: {"found_by": ways[match.found_by], "note": match._get_explanation()}
            for match in matches
        }
        unit, prepaid = 10**self.currency_id.decimal_places, self._get_prepaid()
        return [
            {
                "redemption_id": line.claim or False,
                "move_line_id": line.item or False,
                "status": line.status,
                "sequence": line.rank,
                "billed_on": line.day or False,
                "is_late": False,
                **NAMELESS,
                **({"bill_name": line.name} if line.name else {}),
                **self._say_parts(by_id.get(line.claim), of_claim.get(line.claim, {}), line.cost / unit),
                **of_bill.get(line.item, {}),
                **of_match.get(line.match, {}),
                **self._prepare_note(line, claims, prepaid),
                **{name: getattr(line, part) / unit for name, part in AMOUNTS.items()},
            }
            for line in lines
        ]

    def _say_parts(self, claim, names, cost):
        """A claim's names, with what this grant pays of it where several do."""
        return {**names, "claim_name": claim._say_part(names["claim_name"], cost)} if names else {}

    def _prepare_bill_names(self, item):
        names = {"bill_name": self.env["timebank.bill.line"]._get_line_name(item.move_name, item.name)}
        return dict(names, supplier_name=item.partner_id.name) if item.partner_id else names

    def _prepare_note(self, line, claims, prepaid):
        """The explanation that goes without saying."""
        if line.status == "over_budget":
            reason = claims.browse(line.claim).budget_override_reason
            return {"note": reason} if reason else {}
        if line.status == "billed_without_claim" and line.item in prepaid:
            return {"note": self.env._("Paid in advance: %s. Later claims use it up.", prepaid[line.item])}
        if line.status == "unbilled":
            approved_on = claims.browse(line.claim)._get_day()
            day = reconcile.expected_by(approved_on, self.grant_id.days_after)
            if day >= self.date_to:
                return {"note": self.env._("Bill expected by %s.", say_day(self.env, day))}
        return {}

    def _get_prepaid(self):
        """What of the grant's bill lines was paid in advance, in words: dict of item id → text."""
        return {
            prepayment.move_line_id.id: f"{prepayment.quantity} × {prepayment.reward_id.name}"
            for prepayment in self.grant_id.prepayment_ids
            if not prepayment.ended_on
        }

    @verb()
    def action_match(self):
        return self.grant_id.action_match_screen()
