from odoo.exceptions import AccessError
from odoo.tests import users

from odoo.addons.timebank_coproduction.tools.minutes import LARGEST

from ..common import TODAY, TimebankCase


class TestPosting(TimebankCase):
    def test_moves_both_sides(self):
        transfer = self._fund(self.ann, 90)
        self.assertEqual(self._balances(self.ann), [90])
        self.assertEqual(self.scheme.operating_account_id.balance_minutes, -90)
        self.assertEqual(self.scheme.outstanding_minutes, 90)
        self.assertEqual((transfer.date, transfer.scheme_id, transfer.hours), (TODAY, self.scheme, 1.5))

    def test_keeps_the_order_given(self):
        operating = self.scheme.operating_account_id
        transfers = self.env["timebank.transfer"]._post(
            [
                {
                    "from_account_id": operating.id,
                    "to_account_id": member.account_id.id,
                    "minutes": minutes,
                    "kind": "opening",
                }
                for member, minutes in ((self.ben, 7), (self.ann, 5), (self.ben, 3))
            ]
        )
        self.assertEqual(transfers.mapped("minutes"), [7, 5, 3])
        self.assertEqual(self._balances(self.ann, self.ben), [5, 10])

    def test_nothing_to_post(self):
        self.assertFalse(self.env["timebank.transfer"]._post([]))

    def test_numbers_run_by_bank(self):
        other = self._make_scheme("Hill Top", code="QXZ")
        guest = self._make_member("Dee Ray", scheme=other)
        first, second = self._fund(self.ann, 1), self._fund(self.ann, 1)
        elsewhere = self._fund(guest, 1)
        prefix, _slash, number = first.name.partition("/")
        self.assertEqual(prefix, self.scheme.code)
        self.assertEqual(int(second.name.split("/")[1]), int(number) + 1)
        self.assertEqual(elsewhere.name, "QXZ/000001")

    def test_same_number_of_queries_for_many(self):
        def post(count):
            source, target = self.scheme.operating_account_id, self.ann.account_id
            vals = {
                "from_account_id": source.id,
                "to_account_id": target.id,
                "minutes": 1,
                "kind": "adjustment",
            }
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["timebank.transfer"]._post([vals] * count)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        post(1)  # fills the caches that last
        self.assertEqual(post(2), post(90))

    # Limits
    def test_spends_down_to_the_limit(self):
        self.scheme.credit_limit_minutes = 60
        self._fund(self.ann, 30)
        self._post(self.ann.account_id, self.ben.account_id, 90)
        self.assertEqual(self._balances(self.ann, self.ben), [-60, 90])
        with self.assertRefused("Ann Lee", "0:00", "0:01"):
            self._post(self.ann.account_id, self.ben.account_id, 1)

    def test_all_or_none(self):
        self._fund(self.ann, 60)
        vals = {
            "from_account_id": self.ann.account_id.id,
            "to_account_id": self.ben.account_id.id,
            "minutes": 40,
            "kind": "gift",
        }
        with self.assertRefused("Ann Lee has 0:20 hours to spend, and this takes 0:40."):
            self.env["timebank.transfer"]._post([vals, vals])
        self.assertEqual(self._balances(self.ann, self.ben), [60, 0])

    def test_credits_received_in_a_batch_can_be_spent_in_it(self):
        vals = {"minutes": 10, "kind": "adjustment"}
        chain = [
            {
                **vals,
                "from_account_id": self.scheme.operating_account_id.id,
                "to_account_id": self.ann.account_id.id,
            },
            {**vals, "from_account_id": self.ann.account_id.id, "to_account_id": self.ben.account_id.id},
        ]
        self.env["timebank.transfer"]._post(chain)
        self.assertEqual(self._balances(self.ann, self.ben), [0, 10])

    def test_own_limit_wins_over_the_banks(self):
        self.ann.account_id.write({"has_own_limit": True, "credit_limit_minutes": 15})
        self.scheme.credit_limit_minutes = 120
        self.assertEqual(self.ann.account_id.available_minutes, 15)
        self.assertEqual(self.ben.account_id.available_minutes, 120)

    def test_pot_has_no_credit(self):
        with self.assertRefused("River Street: community pot"):
            self._post(self.scheme.pot_account_id, self.ann.account_id, 1)

    # What can't be a transfer
    def test_refuses_what_is_no_transfer(self):
        operating, account = self.scheme.operating_account_id, self.ann.account_id
        elsewhere = self._make_member("Dee Ray", scheme=self._make_scheme("Hill Top")).account_id
        for vals, words in (
            ({"minutes": 0}, ["at least one minute"]),
            ({"minutes": -5}, ["at least one minute"]),
            ({"minutes": LARGEST + 1}, ["Ann Lee can't hold that much"]),
            ({"source": account}, ["Ann Lee can't pay credits to itself"]),
            ({"target": elsewhere}, ["different time banks", "Dee Ray"]),
        ):
            with self.subTest(**vals), self.assertRefused(*words):
                self._post(vals.get("source", operating), vals.get("target", account), vals.get("minutes", 5))

    def test_an_account_of_vouchers_moves_by_vouchers_alone(self):
        vouchers = self.scheme._get_voucher_account()
        self._fund(self.ann, 60)
        for kind in ("adjustment", "opening", "gift", "expiry"):
            for pair in ((self.ann.account_id, vouchers), (vouchers, self.ann.account_id)):
                with self.assertRefused("vouchers that are out"):
                    self._post(*pair, 1, kind=kind)
        self.assertFalse(self.scheme.check_ledger())

    def test_refuses_more_than_an_account_can_hold(self):
        self._fund(self.ann, LARGEST)
        with self.assertRefused("Ann Lee"):
            self._fund(self.ann, 1)
        with self.assertRefused("River Street"):  # nor can the bank owe more
            self._fund(self.ben, LARGEST)
        self.assertFalse(self.scheme.check_ledger())

    def test_refuses_frozen_closed_and_locked(self):
        self.ann.account_id.action_freeze()
        with self.assertRefused("account of Ann Lee is frozen"):
            self._fund(self.ann, 1)
        self.ann.account_id.action_reopen()
        self.ben.account_id.action_close()
        with self.assertRefused("account of Ben Okoro is closed"):
            self._fund(self.ben, 1)
        self.scheme.lock_date = TODAY
        with self.assertRefused("River Street", "later date"):
            self._fund(self.ann, 1)
        self.scheme.lock_date = False
        self.scheme.action_close()
        with self.assertRefused("River Street is closed"):
            self._fund(self.ann, 1)

    # Corrections
    @users("tb_manager")
    def test_manager_reverses_once(self):
        transfer = self.env["timebank.transfer"].browse(self._fund(self.ann, 30).id)
        transfer.action_reverse("Counted twice")
        self.assertTrue(transfer.is_reversed)
        self.assertEqual(self._balances(self.ann), [0])
        self.assertEqual(transfer.reversal_ids.memo, "Counted twice")
        with self.assertRefused(transfer.name, "reversed already"):
            transfer.action_reverse("Again")
        with self.assertRefused("reverse that"):
            transfer.reversal_ids.action_reverse("Undo the undoing")

    def test_reversal_takes_a_reason_and_a_manager(self):
        transfer = self._fund(self.ann, 30)
        for reason in ("", "  ", False, None):
            with self.assertRefused("Say why"):
                transfer.with_user(self.manager).action_reverse(reason)
        for user in (self.coordinator, self.finance, self.portal):
            with self.assertRaises(AccessError):
                self._as(user, transfer).action_reverse("Not mine to undo")

    def test_credits_of_hours_are_reversed_with_the_hours(self):
        hours = self._make_hours(self.ben, state="approved")
        with self.assertRefused("Ben Okoro", "reverse that"):
            hours.transfer_ids.with_user(self.manager).action_reverse("Wrong day")

    def test_reversal_needs_the_credits_to_be_there(self):
        transfer = self._fund(self.ann, 30)
        self._post(self.ann.account_id, self.ben.account_id, 20)
        with self.assertRefused("Ann Lee has 0:10"):
            transfer.with_user(self.manager).action_reverse("Counted twice")
