"""What the ledger leans on in Odoo's own models stays."""

from odoo.exceptions import UserError
from odoo.tests import new_test_user

from ..common import TimebankCase


class TestKeptRecords(TimebankCase):
    def test_numbering_of_a_bank(self):
        sequence = self.scheme.sequence_id
        for attempt in (
            lambda: sequence.unlink(),
            lambda: sequence.with_context(_force_unlink=True).unlink(),
            lambda: sequence.write({"number_next_actual": 1}),
            lambda: sequence.write({"number_next": 1}),
            lambda: sequence.write({"implementation": "no_gap"}),
            lambda: sequence.write({"number_increment": 0}),
            lambda: sequence.write({"suffix": "9"}),
            lambda: sequence.write({"use_date_range": True}),
        ):
            with self.assertRaises(UserError) as caught:
                attempt()
            self._check_sentence(str(caught.exception), "River Street")
        sequence.write({"name": "Numbers of River Street", "padding": 8})
        self._fund(self.ann, 5)
        self.assertEqual(self.scheme.check_ledger(), [])

    def test_other_sequences_are_nobody_s_business(self):
        sequence = self.env["ir.sequence"].create({"name": "Letters"})
        sequence.number_next_actual = 7
        sequence.unlink()

    def test_an_unused_bank_takes_its_numbering_along(self):
        scheme = self._make_scheme("Hill Top")
        sequence = scheme.sequence_id
        scheme.unlink()
        self.assertFalse(sequence.exists())

    def test_who_moved_credits_stays(self):
        user = new_test_user(
            self.env,
            "tb_passing",
            groups="timebank_coproduction.group_timebank_manager",
            name="Pat Stay",
        )
        idle = new_test_user(self.env, "tb_idle", groups="base.group_user")
        self.env["timebank.transfer"].with_user(user)._post(
            [
                {
                    "from_account_id": self.scheme.operating_account_id.id,
                    "to_account_id": self.ann.account_id.id,
                    "minutes": 5,
                    "kind": "opening",
                }
            ]
        )
        for records in (user, user.with_context(_force_unlink=True), user | idle):
            with self.assertRaises(UserError) as caught:
                records.unlink()
            self._check_sentence(str(caught.exception), "Pat Stay", "archive")
        idle.unlink()
        user.active = False
