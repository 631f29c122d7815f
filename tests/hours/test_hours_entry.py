"""Several people on one side, entered once: one hour of anyone's time stays one credit."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import TODAY
from ..exchange_common import ExchangeCase


@tagged("post_install", "-at_install")
class TestHoursEntry(ExchangeCase):
    def enter(self, givers, receivers=(), user=None, **vals):
        wizard = (
            self.env["timebank.hours.entry"]
            .with_user(user or self.coordinator)
            .create(
                {
                    "scheme_id": self.scheme.id,
                    "date": TODAY,
                    "giver_ids": [Command.set([member.partner_id.id for member in givers])],
                    "receiver_ids": [Command.set([member.partner_id.id for member in receivers])],
                    **vals,
                }
            )
        )
        return wizard.action_confirm()

    def test_one_to_many_shares_the_cost(self):
        self.scheme.credit_limit_minutes = 600
        receivers = [self._make_member(f"Listener {number}") for number in range(7)]
        self.enter([self.ben], receivers, hours=1)
        self.assertEqual(self._balances(self.ben), [60], "an hour is an hour")
        self.assertEqual(sorted(self._balances(*receivers)), [-9] * 4 + [-8] * 3)
        self.assertEqual(self.scheme.check_ledger(), [])

    def test_one_after_the_other(self):
        self.scheme.credit_limit_minutes = 600
        self.enter([self.ben], [self.ann, self.agency], hours=0.5, counting="in_turn")
        self.assertEqual(self._balances(self.ben, self.ann, self.agency), [60, -30, -30])

    def test_many_to_one(self):
        self.scheme.credit_limit_minutes = 600
        self.enter([self.ben, self.agency], [self.ann], hours=1)
        self.assertEqual(self._balances(self.ben, self.agency, self.ann), [60, 60, -120])

    def test_many_to_the_bank(self):
        self.enter([self.ben, self.ann], hours=1.5)
        self.assertEqual(self._balances(self.ben, self.ann), [90, 90])

    def test_left_to_decide(self):
        self.enter([self.ben, self.ann], hours=1, approve=False)
        hours = self.env["timebank.hours"].search([("scheme_id", "=", self.scheme.id)])
        self.assertEqual(hours.mapped("state"), ["submitted"] * 2)

    def test_what_it_was_for(self):
        """Asked for as the bank says: of one entry as of several, and never of what a session says."""
        for policy, given, done in (
            ("asked", False, True),
            ("unused", False, True),
            ("required", False, False),
            ("required", self.category.id, True),
        ):
            self.scheme.category_policy = policy
            with self.subTest(policy=policy, given=given), self.env.cr.savepoint() as savepoint:
                one = self._make_hours(self.ann, 60, category_id=given).with_user(self.coordinator)
                if done:
                    self.enter([self.ben], category_id=given)
                    self.assertIs(one.action_submit(), True)
                else:
                    with self.assertRaisesRegex(UserError, "wants a category with its hours"):
                        self.enter([self.ben], category_id=given)
                    with self.assertRaisesRegex(UserError, "wants a category with its hours"):
                        one.action_submit()
                savepoint.rollback()
                self.env.invalidate_all()

    def test_refused(self):
        with self.assertRaisesRegex(UserError, "both sides"):
            self.enter([self.ben, self.cat], [self.ann, self.agency])
        with self.assertRaisesRegex(UserError, "less than a minute"):
            self.enter([self.ben], [self.ann, self.agency], hours=1 / 60)
        with self.assertRaises(AccessError):
            self.enter([self.ben], user=self.staff)

    def test_what_cant_be_approved_waits(self):
        """It is recorded, she is told which and why, and somebody else is asked; the rest counts."""
        cora = self._make_member(self.coordinator.partner_id)
        self.scheme.coordinator_ids |= self.coordinator2
        empty = self.env["timebank.account"].create(
            {"name": "Trip", "kind": "pot", "scheme_id": self.scheme.id}
        )
        other = "another coordinator has to decide"
        for givers, receivers, vals, states, why in (
            ([cora], [], {}, {cora: "submitted"}, other),
            ([self.ben], [cora], {}, {self.ben: "submitted"}, other),
            ([self.ben], [], {"pot_id": empty.id}, {self.ben: "submitted"}, "Trip"),
            ([self.ben], [self.ann], {}, {self.ben: "submitted"}, "Ann Lee"),
            ([cora, self.ben], [], {}, {cora: "submitted", self.ben: "approved"}, other),
            ([self.agency, self.ben], [cora], {}, {self.agency: "submitted", self.ben: "submitted"}, other),
        ):
            with self.subTest(why=why, givers=len(givers)), self.env.cr.savepoint() as savepoint:
                action = self.enter(givers, receivers, **vals)
                self.assertEqual(action["res_model"], "timebank.outcome")
                told = self.env["timebank.outcome"].browse(action["res_id"])
                waiting = [member for member, state in states.items() if state == "submitted"]
                self.assertIn("waits for approval", told.sentence)
                self.assertEqual(len(told.line_ids), len(waiting))
                for line in told.line_ids:
                    self.assertIn(why, line.reason)
                hours = self.env["timebank.hours"].search([("scheme_id", "=", self.scheme.id)])
                found = {entry.partner_id: entry.state for entry in hours}
                self.assertEqual(found, {member.partner_id: state for member, state in states.items()})
                asked = hours.filtered(lambda entry: entry.state == "submitted").todo_id
                self.assertTrue(asked, "somebody is asked to decide")
                self.assertEqual(self.scheme.check_ledger(), [])
                savepoint.rollback()
                self.env.invalidate_all()
