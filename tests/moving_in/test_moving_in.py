from datetime import datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.timebank_coproduction.tools.names import folded

from ..common import TimebankCase, undone
from ..moving_in_common import LIMIT, MOVING_DAY, SAMPLES_TO_TRY


class MovingInCase(TimebankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(f"{MOVING_DAY} 10:00:00"))
        cls.startClassPatcher(patch.object(type(cls.cr), "now", lambda cursor: datetime.now()))

    def _move(self, sample, scheme=None, **vals):
        scheme = scheme or self._make_scheme(sample.bank, tz=sample.zone, credit_limit_minutes=LIMIT)
        files = self.env["ir.attachment"].create(
            [{"name": name, "raw": content} for name, content in sample.get_files()]
        )
        vals = {"scheme_id": scheme.id, "file_ids": files.ids, "unit_worth": sample.unit or False, **vals}
        return self.env["timebank.migration"].create(vals)

    def _answer(self, move, sample):
        for key, answer in sample.answers.items():
            rows = move.row_ids.filtered(lambda row, place=key: (row.file_name, row.number) == place)
            rows.filtered("question").write({"given_answer": answer})
        move.action_accept_proposals()

    def _get_balances(self, move):
        return {
            (person.key.split(":")[-1], folded(person.name)): person.member_id.balance_minutes
            for person in move.person_ids
        }


@tagged("post_install", "-at_install")
class TestMovingIn(MovingInCase):
    """Each sample moves into a bank of its own."""

    def test_samples(self):
        for sample in SAMPLES_TO_TRY:
            with self.subTest(sample=sample.name), undone(self.env):
                self._check_sample(sample)

    def _check_sample(self, sample):
        expected, balances = sample.get_expected()
        move = self._move(sample)
        people = self.env["res.partner"].search_count([])
        mails = self.env["mail.mail"].search_count([])
        move.action_rehearse()
        self.assertEqual(move.state, "rehearsed")
        self.assertEqual(self.env["res.partner"].search_count([]), people, "a rehearsal writes nothing")
        fates = {}
        for row in move.row_ids:
            fates.setdefault((row.file_name, row.number), []).append(row.fate)
            self.assertTrue(row.reason or row.fate == "new", row.display_name)
        self.assertEqual(fates, {place: [fate for fate, _why in rows] for place, rows in expected.items()})

        if move.ask_count:
            with self.assertRaises(UserError):
                move.action_carry_out(wait=True)
        self._answer(move, sample)
        self.assertFalse(move.ask_count)
        self.assertTrue(move.action_carry_out(wait=True))
        self.assertEqual(move.state, "done")
        self.assertEqual(move.row_ids.filtered("problem").mapped("problem"), [])
        self.assertEqual(move.left_count, 0)
        self.assertFalse(move.disagree_count)
        got = [(person.name, person.member_id.balance_minutes) for person in move.person_ids]
        self.assertCountEqual(
            [(folded(name), minutes) for name, minutes in got],
            [(folded(name or key), minutes) for (key, name), minutes in balances.items()],
        )
        self.env.flush_all()
        members = move.person_ids.member_id.account_id
        operating = move.scheme_id.operating_account_id
        operating.invalidate_recordset()
        self.assertEqual(operating.balance_minutes, -sum(members.mapped("balance_minutes")))
        self.assertEqual(move.scheme_id.check_ledger(), [])
        self.assertEqual(self.env["mail.mail"].search_count([]), mails, "nobody is mailed")
        self.assertFalse(move.person_ids.partner_id.user_ids, "nobody gets a login")

        again = self._move(sample, move.scheme_id)
        again.action_rehearse()
        self._answer(again, sample)
        self.assertEqual(again.row_ids.filtered(lambda row: row.fate in ("new", "joined")).mapped("name"), [])
        again.action_carry_out(wait=True)
        self.assertEqual(
            [(person.name, person.member_id.balance_minutes) for person in move.person_ids],
            got,
            "nothing moves twice",
        )
        self.assertEqual(move.scheme_id.check_ledger(), [])

        move.action_undo("It was only a try")
        self.assertEqual(move.state, "undone")
        self.assertEqual(set(move.person_ids.member_id.account_id.mapped("balance_minutes")), {0})
        self.assertEqual(move.scheme_id.check_ledger(), [])
