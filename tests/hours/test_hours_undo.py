"""Approvals taken back: by whoever approved, for an hour, through the ledger, and waiting again."""

from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import TODAY, TimebankCase
from ..exchange_common import ExchangeCase
from ..session_common import AFTER, SessionCase

NOON = f"{TODAY} 12:00:00"
TOLD = {"timebank_told": True}


@tagged("post_install", "-at_install")
@freeze_time(NOON)
class TestHoursUndo(TimebankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(NOON))
        cls.entries = cls.env["timebank.hours"]
        for day in range(1, 4):
            cls.entries |= cls._make_hours(
                cls.ann, 90, "submitted", date=TODAY - timedelta(days=day), description="Shopping"
            )
        cls.entries |= cls._make_hours(cls.cat, 60, "submitted", date=TODAY - timedelta(days=1))

    def _waiting(self):
        return self.env["timebank.hours"].search(
            [("state", "=", "submitted"), ("scheme_id", "=", self.scheme.id)]
        )

    def _approve(self, user=None):
        return self.entries.with_user(user or self.coordinator).with_context(**TOLD).action_approve()

    def test_a_reason_is_asked_for_by_name_and_wanted(self):
        entry = self._make_hours(self.ann, 30, "submitted")
        context = {"timebank_verb": "action_refuse", "active_model": entry._name, "active_ids": entry.ids}
        dialog = self.env["timebank.reason"].with_user(self.coordinator).with_context(**context).create({})
        self.assertEqual(dialog.explanation, entry.display_name)
        self.assertIn(self.ann.name, dialog.explanation)
        for words in (False, "  "):
            dialog.reason = words
            with self.assertRefused("Say why, in a few words."):
                dialog.action_confirm()

    def test_told_how_many_and_how_much(self):
        told = self._approve()
        self.assertEqual(told["tag"], "timebank_told")
        self.assertEqual(told["params"]["text"], "4 approved: 5:30 hours.")
        self.assertEqual(sorted(told["params"]["undo"]["ids"]), sorted(self.entries.ids))
        one = self._make_hours(self.ben, 30, "submitted")
        told = one.with_user(self.coordinator).with_context(**TOLD).action_approve()
        self.assertRegex(told["params"]["text"], "^“Ben Okoro, 0:30 on .*”: approved.$")
        other = self._make_hours(self.ben, 45, "submitted")
        self.assertIs(other.with_user(self.coordinator).action_approve(), True)

    def test_what_was_left_is_listed_with_the_way_back(self):
        mine = self._make_member(self.coordinator.partner_id)
        self.entries |= self._make_hours(mine, 60, "submitted")
        action = self._approve()
        outcome = self.env["timebank.outcome"].with_user(self.coordinator).browse(action["res_id"])
        self.assertEqual(outcome.sentence, "4 approved: 5:30 hours.")
        self.assertEqual(len(outcome.line_ids), 1)
        told = outcome.with_context(action["context"]).action_undo()
        self.assertEqual(told["params"]["text"], "4 taken back and waiting again: 5:30 hours.")
        self.assertEqual(len(self._waiting()), 5)
        with self.assertRaisesRegex(UserError, "nothing here"):
            outcome.with_context(timebank_undo={"model": "res.partner", "ids": [1]}).action_undo()

    def test_taken_back_and_decided_again(self):
        """Credits go back by reversals; the hours wait as they were handed in, and count once."""
        self._approve()
        self.assertEqual(self._balances(self.ann), [270])
        told = self.entries.with_user(self.coordinator).with_context(**TOLD).action_undo()
        self.assertEqual(told["params"]["text"], "4 taken back and waiting again: 5:30 hours.")
        self.assertEqual(self._balances(self.ann), [0])
        waiting = self._waiting()
        self.assertEqual(sorted(waiting.mapped("minutes")), [60, 90, 90, 90])
        self.assertEqual(set(waiting.mapped("date")), set(self.entries.mapped("date")))
        self.assertEqual(set(waiting.mapped("description")), {"Shopping", False})
        earning = self.entries.filtered("earns_credit")
        self.assertEqual(set(earning.mapped("state")), {"reversed"})
        unpaid = self.entries - earning  # a professional's, which moved nothing, is the same entry
        self.assertEqual((unpaid.state, unpaid.approver_id), ("submitted", self.env["res.users"]))
        self.assertTrue(all(waiting.mapped("todo_id")))
        self.assertFalse(self.scheme.check_ledger())
        waiting.with_user(self.coordinator).action_approve()
        self.assertEqual(self._balances(self.ann), [270])
        self.assertFalse(self.scheme.check_ledger())

    def test_only_by_who_approved(self):
        self._approve(self.manager)
        with self.assertRaisesRegex(UserError, "not approved by you"):
            self.entries.with_user(self.coordinator).action_undo()
        self.assertEqual(set(self.entries.mapped("state")), {"approved"})
        self.entries.with_user(self.manager).action_undo()
        self.assertEqual(len(self._waiting()), 4)

    def test_only_for_a_while(self):
        self._approve()
        with freeze_time(f"{TODAY} 13:00:01"), self.assertRaisesRegex(UserError, "more than an hour"):
            self.entries.with_user(self.coordinator).action_undo()

    def test_the_rules_of_reversal_hold(self):
        """Not what was spent since, nor in closed books, nor twice."""
        self._approve()
        self.ann.account_id.with_user(self.portal).action_give(self.ben.account_id, 200)
        action = self.entries.with_user(self.coordinator).action_undo()
        reasons = [one["reason"] for one in action["context"]["timebank_refusals"]]
        self.assertTrue(reasons)
        for reason in reasons:
            self.assertIn("hours to spend", reason)
        self.assertFalse(self.scheme.check_ledger())
        with self.assertRaises(UserError):
            self.entries.with_user(self.coordinator).action_undo()

    def test_refused_in_bulk_with_one_reason(self):
        context = {
            "timebank_verb": "action_refuse",
            "active_model": "timebank.hours",
            "active_ids": self.entries.ids,
        }
        dialog = (
            self.env["timebank.reason"]
            .with_user(self.coordinator)
            .with_context(**context)
            .create({"reason": "Given twice"})
        )
        self.assertEqual(dialog.explanation, "4 chosen, 5:30 hours.")
        self.assertEqual(dialog.action_confirm()["params"]["text"], "4 refused: 5:30 hours.")
        self.assertEqual(set(self.entries.mapped("refusal_reason")), {"Given twice"})


@tagged("post_install", "-at_install")
class TestOriginsUndo(SessionCase, ExchangeCase):
    """Hours from a register and from an introduction keep where they come from."""

    now = AFTER

    def test_from_a_register(self):
        """The line goes on with the copy that waits; it is counted once, and can be undone as ever."""
        line = self._make_line(self.ben)
        self.session.with_user(self.coordinator).action_close()
        first = line.hours_id
        self.assertEqual(first.state, "submitted")
        first.with_user(self.coordinator).action_approve()
        first.with_user(self.coordinator).action_undo()
        self.assertEqual((first.state, line.hours_id.state), ("reversed", "submitted"))
        self.assertEqual(line.hours_id.session_id, self.session)
        line.hours_id.with_user(self.coordinator).action_approve()
        self.assertEqual(self._balances(self.ben), [first.minutes])
        self.assertFalse(self.scheme.check_ledger())
        self.session.with_user(self.coordinator).action_reopen("Ben left early")
        self.assertEqual(self._balances(self.ben), [0])
        self.assertFalse(self.scheme.check_ledger())

    def test_from_an_introduction(self):
        introduction = self._introduce(self._make_offer(self.ann), self._make_request(self.ben))
        hours = self._make_hours(self.ann, 60, "submitted", receiver_id=self.ben.partner_id.id)
        hours._in_verb().write({"introduction_id": introduction.id})
        self._fund(self.ben, 60)
        hours.with_user(self.coordinator).action_approve()
        hours.with_user(self.coordinator).action_undo()
        waiting = introduction.hours_ids - hours
        self.assertEqual((hours.state, waiting.state), ("reversed", "submitted"))
        self.assertEqual(waiting.receiver_id, self.ben.partner_id)
        waiting.with_user(self.coordinator).action_approve()
        self.assertEqual(self._balances(self.ann, self.ben), [60, 0])
        self.assertFalse(self.scheme.check_ledger())
