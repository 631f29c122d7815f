from odoo import models
from odoo.tools import SQL, format_date

from ...tools import reconcile
from ...tools.reconcile import Bill, Claim, Entry, Match, Terms

#: Money on a line, and the line's part that it comes from.
AMOUNTS = {
    "cost_amount": "cost",
    "billed_amount": "billed",
    "matched_amount": "to_date",
    "difference_amount": "difference",
}


#: What a line without a claim, or without a bill, doesn't say.
NAMELESS = dict.fromkeys(
    ("claim_name", "claim_code", "claimed_on", "supplier_name", "bill_name", "found_by", "note"), False
)


class TimebankReconciliation(models.Model):
    """The lines of a reconciliation, from the books and the claims as they are now.

    Rows are read in a constant number of queries, and ``tools/reconcile.py`` says which
    line and status each has.
    """

    _inherit = "timebank.reconciliation"

    def _prepare_lines(self):
        """Every line, as ``tools/reconcile.py`` has it: ids and whole minor units."""
        self.ensure_one()
        self.env.flush_all()
        return reconcile.reconcile(
            self._get_terms(),
            self._read_bills(),
            self._read_matches(),
            self._read_claims(),
            [
                Entry(spend.move_line_id, self._minor(spend.amount), spend.date)
                for spend in self.grant_id._get_spend_lines(date_to=self.date_to)
            ],
        )

    def _get_terms(self):
        """What spending is held against.

        What was signed is held against what was agreed when it was signed: an amendment
        of later is no change in the books.
        """
        grant = self.grant_id
        budget, end = grant.reward_budget, grant.date_end
        if self.state != "draft":
            amended = grant.amendment_ids.filtered(lambda change: change.create_date >= self.prepared_on)
            budget, end = self.budget_amount, amended.sorted("id")[:1].old_date_end or end
        return Terms(self.date_from, self.date_to, grant.date_start, end, self._minor(budget))

    # What is read
    def _read_bills(self):
        lines = self.env["timebank.bill.line"]
        lines._follow(self.grant_id)
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
        return [
            Match(number, claim, bill, self._minor(amount))
            for number, claim, bill, amount in self.env.execute_query(
                SQL(
                    """SELECT m.id, m.redemption_id, m.bill_line_id, m.amount
                         FROM timebank_reward_match m JOIN timebank_bill_line l ON l.id = m.bill_line_id
                        WHERE m.grant_id = %s AND l.date <= %s""",
                    self.grant_id.id,
                    self.date_to,
                )
            )
        ]

    def _read_claims(self):
        """The grant's claims; those that stand at the period's end await their bills."""
        return [
            Claim(number, self._minor(cost), day, awaits, done)
            for number, cost, day, awaits, done in self.env.execute_query(
                SQL(
                    """SELECT id, cost_amount, approved_on::date,
                              state IN ('approved', 'fulfilled') AND NOT COALESCE(billing_done, FALSE)
                              AND approved_on::date <= %s, COALESCE(billing_done, FALSE)
                         FROM timebank_redemption
                        WHERE grant_id = %s
                           OR id IN (SELECT redemption_id FROM timebank_reward_match WHERE grant_id = %s)
                        ORDER BY id""",
                    self.date_to,
                    self.grant_id.id,
                    self.grant_id.id,
                )
            )
        ]

    def _minor(self, amount):
        return self.grant_id._minor(amount)

    # What a reader knows them by
    def _prepare_values(self, lines):
        """Field values of these lines, with names as they are today and the notes they suggest."""
        claims = self.env["timebank.redemption"].browse({line.claim for line in lines if line.claim})
        items = self.env["account.move.line"].browse({line.item for line in lines if line.item})
        matches = self.env["timebank.reward.match"].browse({line.match for line in lines if line.match})
        of_claim = {claim.id: claim._prepare_names() for claim in claims}
        of_bill = {item.id: self._prepare_bill_names(item) for item in items}
        ways = dict(matches._fields["found_by"]._description_selection(self.env))
        of_match = {
            match.id: {"found_by": ways[match.found_by], "note": match._get_explanation()}
            for match in matches
        }
        unit = 10**self.currency_id.decimal_places
        return [
            {
                "redemption_id": line.claim or False,
                "move_line_id": line.item or False,
                "status": line.status,
                "sequence": line.rank,
                "billed_on": line.day or False,
                **NAMELESS,
                **of_claim.get(line.claim, {}),
                **of_bill.get(line.item, {}),
                **of_match.get(line.match, {}),
                **self._prepare_note(line, claims),
                **{name: getattr(line, part) / unit for name, part in AMOUNTS.items()},
            }
            for line in lines
        ]

    def _prepare_bill_names(self, item):
        names = {"bill_name": self.env["timebank.bill.line"]._name_of(item.move_name, item.name)}
        return dict(names, supplier_name=item.partner_id.name) if item.partner_id else names

    def _prepare_note(self, line, claims):
        """The explanation that goes without saying."""
        if line.status == "over_budget":
            reason = claims.browse(line.claim).budget_override_reason
            return {"note": reason} if reason else {}
        if line.status == "unbilled":
            approved_on = claims.browse(line.claim).approved_on.date()
            day = reconcile.expected_by(approved_on, self.grant_id.days_after)
            if day >= self.date_to:
                return {"note": self.env._("Bill expected by %s.", format_date(self.env, day))}
        return {}


class TimebankRedemption(models.Model):
    _inherit = "timebank.redemption"

    def _prepare_names(self):
        """What a reconciliation knows a claim by."""
        return {
            "claim_name": self.display_name,
            "claim_code": self.code,
            "claimed_on": self.approved_on and self.approved_on.date(),
            "supplier_name": self.reward_id.supplier_id.name,
        }
