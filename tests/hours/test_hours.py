from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.exceptions import UserError

from odoo.addons.timebank_coproduction.models.ledger.timebank_verbs import NOTE_EACH

from ..common import TODAY, TimebankCase


class TestHours(TimebankCase):
    def _refusals(self, action):
        return {line["id"]: line["reason"] for line in action["context"]["timebank_refusals"]}

    # One entry, from the member's hand to the ledger and back
    def test_a_members_entry(self):
        self.env = self.env(user=self.portal)
        entry = self.env["timebank.hours"].create(
            {"minutes": 90, "description": "Shopping", "category_id": self.category.id}
        )
        self.assertEqual(
            (entry.partner_id, entry.scheme_id, entry.date, entry.role, entry.source, entry.state),
            (self.portal.partner_id, self.scheme, TODAY, "beneficiary", "portal", "draft"),
        )
        self.assertEqual(entry.hours, 1.5)
        self.assertIs(entry.action_submit(), True)
        self.assertEqual(entry.state, "submitted")
        entry.write({"minutes": 60})  # one's own until approved
        decided = self._as(self.coordinator, entry)
        self.assertIs(decided.action_approve(), True)
        self.assertEqual(
            (decided.state, decided.approver_id, decided.approved_on, decided.earns_credit),
            ("approved", self.coordinator, fields.Datetime.now(), True),
        )
        transfer = decided.transfer_ids
        self.assertEqual(
            (transfer.kind, transfer.minutes, transfer.date, transfer.memo), ("earn", 60, TODAY, "Shopping")
        )
        self.assertEqual(transfer.from_account_id, self.scheme.operating_account_id)
        self.assertEqual(self._balances(self.ann), [60])
        with self.assertRaises(UserError):
            self._as(self.portal, entry).write({"minutes": 600})
        with self.assertRaises(UserError):
            self._as(self.portal, entry).unlink()

    def test_a_change_while_it_waits_is_kept(self):
        """Whoever approves may have looked before: each thing that counts is told, by whoever changed it."""
        entry = self._make_hours(self.ann, 45, "submitted")
        for user, vals, words in (
            (self.portal, {"minutes": 600}, ("0:45", "10:00")),
            (self.portal, {"date": TODAY - relativedelta(days=3)}, ("10:00",)),
            (self.portal, {"start_time": "9:00"}, ("9:00",)),
            (self.portal, {"receiver_id": self.ben.partner_id.id}, ("for Ben Okoro",)),
            (self.coordinator, {"role": "professional"}, ("Beneficiary", "Professional")),
            (self.coordinator, {"partner_id": self.ben.partner_id.id, "receiver_id": False}, ("Ann Lee",)),
        ):
            before = entry.message_ids
            with self.subTest(vals=vals):
                self._as(user, entry).write(vals)
                note = (entry.message_ids - before).filtered(lambda one: "while it waited" in one.body)
                self.assertEqual(note.author_id, user.partner_id)
                for word in words:
                    self.assertIn(word, note.body)
        for vals in ({"description": "Shopping"}, {"minutes": 600}):
            before = entry.message_ids
            self._as(self.coordinator, entry).write(vals)
            self.assertEqual(entry.message_ids, before, "nothing that counts has changed")
        draft = self._make_hours(self.ann, 30)
        before = draft.message_ids
        self._as(self.portal, draft).write({"minutes": 20})
        self.assertEqual(draft.message_ids, before)

    def test_exchange_is_paid_by_the_receiver(self):
        self._fund(self.ann, 100)
        entry = self._make_hours(self.ben, 90, "approved", receiver_id=self.ann.partner_id.id)
        self.assertEqual(entry.transfer_ids.kind, "exchange")
        self.assertEqual(self._balances(self.ann, self.ben), [10, 90])
        self.assertEqual((self.ben.given_minutes, self.ann.received_minutes), (90, 90))

    def test_refused_corrected_approved(self):
        entry = self._make_hours(self.ann, 90, "submitted")
        self._as(self.coordinator, entry).action_refuse(" Which day? ")
        self.assertEqual((entry.state, entry.refusal_reason), ("refused", "Which day?"))
        mine = self._as(self.portal, entry)
        with self.assertRefused("has been decided"):
            mine.write({"minutes": 60})
        mine.action_draft()
        mine.write({"date": TODAY - relativedelta(days=1)})
        mine.action_submit()
        self._as(self.coordinator, entry).action_approve()
        self.assertEqual((entry.state, entry.refusal_reason), ("approved", False))

    def test_reversed(self):
        entry = self._make_hours(self.ben, 90, "approved")
        self._as(self.coordinator, entry).action_reverse("Was last week")
        self.assertEqual((entry.state, entry.refusal_reason), ("reversed", "Was last week"))
        self.assertTrue(entry.transfer_ids.is_reversed)
        self.assertEqual(self._balances(self.ben), [0])
        with self.assertRefused("Ben Okoro", "nothing to reverse"):
            self._as(self.coordinator, entry).action_reverse("Again")
        self.assertEqual(self.ben.given_minutes, 0)

    def test_what_was_spent_can_not_be_taken_back(self):
        entry = self._make_hours(self.ben, 90, "approved")
        self._post(self.ben.account_id, self.ann.account_id, 50)
        with self.assertRefused("Ben Okoro has 0:40 hours to spend, and this takes 1:30."):
            self._as(self.coordinator, entry).action_reverse("Was last week")
        self.assertEqual(entry.state, "approved")

    def test_each_verb_from_each_state(self):
        allowed = {
            "action_submit": ("draft",),
            "action_approve": ("submitted",),
            "action_refuse": ("submitted",),
            "action_draft": ("refused",),
            "action_reverse": ("approved",),
        }
        entries = {
            state: self._make_hours(self.ann, minutes, "draft")
            for minutes, state in enumerate(("draft", "submitted", "approved", "refused", "reversed"), 1)
        }
        for state, entry in entries.items():
            if state != "draft":
                entry.action_submit()
            if state in ("approved", "reversed"):
                entry.action_approve()
            if state == "refused":
                entry.action_refuse("No")
            if state == "reversed":
                entry.action_reverse("No")
        for verb, states in allowed.items():
            reason = ["Because"] if verb in ("action_refuse", "action_reverse") else []
            for state, entry in entries.items():
                entry = self._as(self.coordinator, entry)
                if state in states:
                    with self._undone():
                        self.assertIs(getattr(entry, verb)(*reason), True)
                else:
                    with self.subTest(verb=verb, state=state), self.assertRefused("Ann Lee"):
                        getattr(entry, verb)(*reason)

    def test_only_what_is_undecided_is_deleted(self):
        for state in ("submitted", "approved"):
            entry = self._make_hours(self.ann, 5 if state == "approved" else 6, state)
            with self.assertRefused("Ann Lee", "handed in"):
                self._as(self.coordinator, entry).unlink()
        draft = self._make_hours(self.ann, 7)
        self._as(self.portal, draft).unlink()
        self.assertFalse(draft.exists())

    def test_copy_starts_again(self):
        entry = self._make_hours(self.ann, 45, "approved", date=TODAY - relativedelta(days=3))
        again = entry.copy()
        self.assertEqual(
            (again.state, again.date, again.approver_id, again.approved_on, again.earns_credit),
            ("draft", TODAY, self.env["res.users"], False, False),
        )
        day = TODAY - relativedelta(days=1)
        self.assertEqual(entry.copy({"date": day}).date, day)

    # Many at once
    def test_approving_many_does_what_can_be_done(self):
        good = self._make_hours(self.ann, 10, "submitted") | self._make_hours(self.ben, 20, "submitted")
        mine = self._make_hours(self._make_member(self.coordinator.partner_id), 30, "submitted")
        unpaid = self._make_hours(self.ben, 40, "submitted", receiver_id=self.ann.partner_id.id)
        draft = self._make_hours(self.agency, 50)
        everything = good | mine | unpaid | draft
        action = self._as(self.coordinator, everything).action_approve()
        self.assertEqual(good.mapped("state"), ["approved"] * 2)
        self.assertEqual((mine.state, unpaid.state, draft.state), ("submitted", "submitted", "draft"))
        refusals = self._refusals(action)
        self.assertEqual(set(refusals), set((mine | unpaid | draft).ids))
        self.assertIn("You gave or received", refusals[mine.id])
        self.assertIn("Ann Lee has 0:10 hours to spend, and this takes 0:40.", refusals[unpaid.id])
        self.assertIn("not waiting for approval", refusals[draft.id])
        outcome = self.env["timebank.outcome"].browse(action["res_id"])
        self.assertEqual(outcome.title, "2 approved, 3 could not be")
        self.assertEqual(set(outcome.line_ids.mapped("reason")), set(refusals.values()))
        self.assertFalse(self.scheme.check_ledger())

    def test_every_verb_tells_what_it_left(self):
        first, second = self._make_hours(self.ann, 10), self._make_hours(self.ben, 20)
        both = self._as(self.coordinator, first | second)
        second.action_submit()
        for verb, reason, left in (
            ("action_submit", [], second),
            ("action_refuse", ["No"], None),
            ("action_draft", [], None),
            ("action_submit", [], None),
            ("action_approve", [], None),
            ("action_reverse", ["No"], None),
        ):
            result = getattr(both, verb)(*reason)
            if left:
                self.assertEqual(list(self._refusals(result)), left.ids)
            else:
                self.assertIs(result, True)
        self.assertEqual(both.mapped("state"), ["reversed"] * 2)

    def test_none_of_many(self):
        both = self._make_hours(self.ann) | self._make_hours(self.ben)
        with self.assertRaises(UserError) as caught:
            self._as(self.coordinator, both).action_approve()
        self.assertEqual(len(str(caught.exception).splitlines()), 2)

    def test_same_number_of_queries_for_many(self):
        def count(size, verb, *arguments):
            members = [self._make_member(f"{verb} {size} {number}") for number in range(size)]
            entries = self.env["timebank.hours"].create([self._hours_vals(member, 30) for member in members])
            if verb != "action_submit":
                entries.action_submit()
            if verb == "action_reverse":
                entries.action_approve()
            entries = self._as(self.coordinator, entries)
            before = self.env.cr.sql_log_count
            getattr(entries, verb)(*arguments)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        for verb, arguments in {
            "action_submit": [],
            "action_approve": [],
            "action_refuse": ["No"],
            "action_reverse": ["No"],
        }.items():
            count(2, verb, *arguments)
            with self.subTest(verb=verb):
                self.assertLessEqual(count(NOTE_EACH - 5, verb, *arguments), count(5, verb, *arguments) + 2)

    # The bank's policy
    def test_policy_over_limit(self):
        self.scheme.write({"approval": "over_limit", "approval_over_minutes": 60})
        short, long = self._make_hours(self.ann, 60), self._make_hours(self.ann, 61)
        self._as(self.portal, short | long).action_submit()
        self.assertEqual((short.state, long.state), ("approved", "submitted"))
        self.assertFalse(short.approver_id)
        self.assertEqual(self._balances(self.ann), [60])
        paid_by_another = self._make_hours(self.ann, 5, receiver_id=self.ben.partner_id.id)
        self._as(self.portal, paid_by_another).action_submit()
        self.assertEqual(paid_by_another.state, "submitted")

    def test_policy_trusted(self):
        self.scheme.approval = "trusted"
        self.ann.trusted = True
        entries = self._make_hours(self.ann, 300) | self._make_hours(self.ben, 5)
        entries.action_submit()
        self.assertEqual(entries.mapped("state"), ["approved", "submitted"])

    def test_policy_always(self):
        self.ann.trusted = True
        self.assertEqual(self._make_hours(self.ann, 1, "submitted").state, "submitted")

    def test_professionals_earn_where_the_bank_says_so(self):
        entry = self._make_hours(self.cat, 60, "approved")
        self.assertEqual((entry.state, entry.earns_credit, len(entry.transfer_ids)), ("approved", False, 0))
        self.assertEqual((self._balances(self.cat), self.cat.given_minutes), ([0], 60))
        entry.with_user(self.coordinator).action_reverse("Off duty")
        self.scheme.credit_professionals = True
        entry = self._make_hours(self.cat, 60, "approved")
        self.assertTrue(entry.earns_credit)
        self.assertEqual(self._balances(self.cat), [60])
        self.scheme.credit_professionals = False
        self.assertFalse(self.scheme.check_ledger())  # decided at approval

    def test_professionals_do_not_pass_as_volunteers(self):
        user = self.portal2
        self.ben.role = "professional"
        for role in ("volunteer", False):
            with self._undone():
                try:
                    entry = self._as(user, self.env["timebank.hours"]).create(
                        self._hours_vals(self.ben, role=role)
                    )
                except UserError:
                    continue
                self.assertEqual(entry.role, "professional")
        entry = self._as(user, self.env["timebank.hours"]).create(self._hours_vals(self.ben))
        with self.assertRaises(UserError):
            entry.write({"role": "volunteer"})
        entry.write({"role": False})
        self.assertEqual(entry.role, "professional")

    def test_late(self):
        on_time = self._make_hours(self.ann, 5, "submitted", date=TODAY - relativedelta(days=14))
        late = self._make_hours(self.ann, 6, "submitted", date=TODAY - relativedelta(days=15))
        forgotten = self._make_hours(self.ann, 7, date=TODAY - relativedelta(days=60))
        everything = on_time | late | forgotten
        self.assertEqual(everything.filtered("is_late"), late)
        self.assertEqual(everything.search([("is_late", "=", True), ("id", "in", everything.ids)]), late)

    def test_what_changed_since_it_was_read_is_not_approved(self):
        """Of many, those that were changed wait; who says nothing of what they read approves as it is."""
        first, second = (
            self._make_hours(self.ann, 60, "submitted"),
            self._make_hours(self.ben, 60, "submitted"),
        )
        both = (first | second).with_user(self.coordinator)
        seen = {str(entry.id): entry.revision for entry in both}
        both[0].description = "No other time"
        self.assertEqual(both[0].revision, 0)
        both[0].hours = 3
        self.assertEqual(both.mapped("revision"), [1, 0])
        action = both.action_approve(seen)
        self.assertEqual(both.mapped("state"), ["submitted", "approved"])
        outcome = self.env[action["res_model"]].browse(action["res_id"])
        self.assertIn("Ann Lee, 3:00", outcome.line_ids.reason)
        with self.assertRaisesRegex(UserError, "was changed after you opened this page"):
            both[0].action_approve(seen)
        for wrong in (7, ["x"], {"x": 1}, {"1": "x"}, {"0": 1}, {"9" * 5000: 1}, {first.id: True}):
            with self.subTest(wrong), self.assertRaises(UserError):
                both[0].action_approve(wrong)
        both[0].action_approve({first.id: 1})
        self.assertEqual(first.state, "approved")
        with self.assertRaisesRegex(UserError, "can't be typed in"):
            both[0].revision = 0
