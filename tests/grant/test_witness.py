"""Books that nobody would think of, against a witness that knows nothing of the addon."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import tagged

from ..generated import same
from .witness import Witness, exact
from .witness_books import (
    FIRST,
    LAST,
    NEXT,
    ZONES,
    WitnessBooks,
    accruals,
    bills,
    claims,
    matches,
    prepayments,
    shares,
    steps,
)

#: Books made in one run of the tests; ``TIMEBANK_EXAMPLES`` asks for many more.
EXAMPLES = 12
#: What a signed reconciliation says of the books; what is in drafts is no part of that.
SIGNED = ("opening_amount", "spent_amount", "other_amount", "unbilled_amount")


@tagged("post_install", "-at_install")
class TestWitness(WitnessBooks):
    # What is compared
    def _compare(self):
        self.env.flush_all()
        self.env.invalidate_all()
        witness = Witness(self.env)
        for grant in self.grants:
            for day in (None, FIRST, LAST):
                seen = grant.with_context(timebank_date=day).with_user(self.finance)
                seen._refresh_figures()
                for name, amount in witness.figures(grant.id, day).items():
                    self.assertEqual(exact(seen[name]), amount, (grant.name, day, name))
            agreed = witness.terms(grant.id, NEXT)
            self.assertEqual(exact(grant.reward_budget), agreed["budget_amount"])
            self.assertEqual(grant.date_end, agreed["terms_end"])
            lines = self.env["timebank.bill.line"]._bring_up_to_date(grant)
            said = {line.move_line_id.id: exact(line.share_amount) for line in lines if line.share_amount}
            spent = {}
            for (item, _entry, _day), amount in witness.spending(grant.id).items():
                spent[item] = spent.get(item, 0) + amount
            self.assertEqual(said, {item: share for item, share in spent.items() if item and share})
            self._compare_mirrors(witness, grant, lines, sum(spent.values()))
        self._compare_claims(witness)
        return witness

    def _compare_claims(self, witness):
        """What is left to bill of each claim, over the grants that pay for it, and its parts."""
        left = dict.fromkeys(self.claims.ids, 0)
        for grant in self.grants:
            paid, parts = witness.paid(grant.id), {part["id"]: part for part in witness.parts(grant.id)}
            for claim in self.claims.filtered(lambda claim, parts=parts: claim.id in parts):
                part = parts[claim.id]
                if claim.state in ("approved", "fulfilled") and not part["billing_done"]:
                    left[claim.id] += max(exact(part["cost_amount"]) - paid[claim.id], 0)
                said = {grant: exact(amount) for grant, amount in claim._get_parts().items()}
                self.assertEqual(said[grant], exact(part["cost_amount"]))
        for claim in self.claims.filtered(lambda claim: claim.grant_id):
            self.assertEqual(exact(claim.unbilled_amount), left[claim.id], claim.display_name)

    def _compare_mirrors(self, witness, grant, lines, spent):
        """What is kept of bill lines beside the books, and the report that is made of it."""
        matched = {line.id: 0 for line in lines}
        for match in witness.matches.values():
            if match["grant_id"] == grant.id:
                matched[match["bill_line_id"]] += exact(match["amount"])
        for line in lines:
            self.assertEqual(exact(line.matched_amount), matched[line.id])
            self.assertEqual(exact(line.open_amount), exact(line.share_amount) - matched[line.id])
        report = self.env["timebank.reward.spend.report"].search([("grant_id", "=", grant.id)])
        self.assertEqual(sum(map(exact, report.mapped("billed_amount"))), spent)
        committed = witness.figures(grant.id)["committed_amount"]
        self.assertEqual(sum(map(exact, report.mapped("committed_amount"))), committed)

    def _sign(self, first, last):
        """A reconciliation of these days, compared with the witness and signed."""
        reconciliation = self._reconcile(grant_id=self.grant.id, date_from=first, date_to=last)
        witness = Witness(self.env)
        said = witness.period(self.grant.id, first, last)
        self.assertEqual({name: exact(reconciliation[name]) for name in said}, said)
        self.assertEqual(reconciliation.terms_end, witness.terms(self.grant.id, last)["terms_end"])
        lines = reconciliation.period_line_ids
        self.assertEqual(sum(exact(line.billed_amount) for line in lines), said["spent_amount"])
        unbilled = lines.filtered(lambda line: line.status == "unbilled")
        self.assertEqual(-sum(exact(line.difference_amount) for line in unbilled), said["unbilled_amount"])
        by_hand = [key for key in witness.spending(self.grant.id, last) if key[1] and key[2] >= first]
        self.assertEqual(len(lines.filtered(lambda line: line.status == "manual_entry")), len(by_hand))
        self._compare_late(witness, reconciliation, said)
        reconciliation.line_ids.filtered(lambda line: not line.note).write({"note": "Known"})
        reconciliation.action_prepare()
        return reconciliation

    def _compare_late(self, witness, reconciliation, said):
        lines, late = reconciliation.late_line_ids, {}
        self.assertEqual(sum(exact(line.billed_amount) for line in lines), said["late_amount"])
        for line in lines.filtered("move_line_id"):
            late[line.move_line_id.id] = exact(line.billed_amount)
        if witness.signed_before(self.grant.id, reconciliation.date_from):
            self.assertEqual(late, witness.late(self.grant.id, reconciliation.date_from))

    def _look(self, first, last):
        """What a signed period says, by the witness."""
        witness = Witness(self.env)
        period, spent = witness.period(self.grant.id, first, last), {}
        signed = witness.signed_before(self.grant.id, first)
        was = witness.signed_items(self.grant.id, first)
        for (item, entry, day), amount in witness.spending(self.grant.id, last).items():
            key = (item, day)
            if day < first and not signed:
                key = None
            elif day < first:  # what was signed before is taken up whatever its day, and by hand by its name
                key = item or (day, witness.entries[entry]["name"])
                if day < signed[0]["date_from"] and item not in was:
                    key = None
            spent[key] = spent.get(key, 0) + amount
        return (
            {name: period[name] for name in SIGNED},
            {key: amount for key, amount in spent.items() if amount},
            witness.claims_told(self.grant.id, first, last),
        )

    def _compare_drift(self, signed):
        """Whether each signed period has changed is known, and the latest of them waits for somebody."""
        for reconciliation, then in signed:
            reconciliation.invalidate_recordset()
            now = self._look(reconciliation.date_from, reconciliation.date_to)
            told = f"{reconciliation.display_name}: {then} → {now}\n{reconciliation.drift}"
            self.assertEqual(reconciliation.has_drift, now != then, told)
        latest = signed[-1][0]
        self.assertEqual(latest._get_overtaken(self.grant.ids), latest.filtered("has_drift"))

    def _post_drafts(self):
        """What was said to be in drafts is what is billed more once all of them are posted."""
        with self._undone():
            drafts = [move for move in self.moves if move.state == "draft"]
            said = self._get_billed("draft_amount")
            before = self._get_billed("billed_amount")
            for move in drafts:
                move.action_post()
            self.env.flush_all()
            self.env.invalidate_all()
            after = self._get_billed("billed_amount")
            self.assertEqual([now - was for now, was in zip(after, before, strict=True)], said)

    def _get_billed(self, name):
        self.grants._refresh_figures()
        return [exact(grant[name]) for grant in self.grants]

    @same(EXAMPLES, shrinks=False)
    @given(
        st.sampled_from(ZONES),
        st.lists(bills, min_size=2, max_size=5),
        st.lists(claims, min_size=1, max_size=3),
        st.lists(st.one_of(matches, shares, prepayments), min_size=1, max_size=3),
        st.lists(claims, min_size=1, max_size=2),
        st.lists(accruals, min_size=1, max_size=2),
        st.lists(steps, max_size=6),
        st.lists(steps, min_size=1, max_size=3),
        st.lists(steps, max_size=2),
    )
    def test_no_figure_differs(self, zone, bills, claims, matches, more, accruals, before, after, later):
        with self._books():
            self.env.company.partner_id.tz = zone
            for step in [*bills, *claims, *matches, *more, *accruals, *before]:
                self._do(step)
            self._compare()
            self._post_drafts()
            signed = [(self._sign(FIRST, LAST), self._look(FIRST, LAST))]
            for step in after:
                self._do(step)
                self._compare()
                self._compare_drift(signed)
            first = LAST + timedelta(days=1)
            signed.append((self._sign(first, NEXT), self._look(first, NEXT)))
            for step in later:
                self._do(step)
                self._compare()
                self._compare_drift(signed)
            # claims are made at moments of all sorts, which looks like a clock set back, as it is
            found = self.scheme.check_ledger()
            self.assertEqual([one for one in found if one["invariant"] != "forged"], [])
