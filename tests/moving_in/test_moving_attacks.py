"""What is called of a move from outside, as by a request: others get nowhere, nobody takes a short cut."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import call_as
from .test_moving_in import MovingInCase

HOURS = (
    b"Name,Email,Date,Hours,What for\n"
    b"May Park,may@example.org,2026-03-04,1:30,Lunch club\n"
    b"May and Bob,,2026-03-05,2,Lunch club\n"
)
ODD = b"Colour,Wann,Dauer\nMay Park,2026-03-06,90\n"


@tagged("post_install", "-at_install")
class TestMovingAttacks(MovingInCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_scheme("Hill Top", coordinator_ids=[Command.set(cls.coordinator2.ids)])
        cls.env["res.partner"].create({"name": "May Park"})
        env = cls.env(user=cls.coordinator)
        cls.moves = env["timebank.migration"]
        for name, content in (("hours.csv", HOURS), ("odd.csv", ODD)):
            file = env["ir.attachment"].create({"name": name, "raw": content})
            move = env["timebank.migration"].create(
                {"scheme_id": cls.scheme.id, "file_ids": [Command.set(file.ids)]}
            )
            move.action_rehearse()
            cls.moves += move

    def _snapshot(self):
        self.env.flush_all()
        self.env.invalidate_all()
        moves = self.moves.sudo()
        said = [
            (records._name, [one.read(load=False) for one in records])
            for records in (
                moves,
                moves.row_ids,
                moves.person_ids,
                moves.question_ids,
                moves.name_ids,
                moves.sheet_ids,
                moves.sheet_ids.column_ids,
            )
        ]
        return said, self._counts()

    def _check_refused(self, user, model, method, *args, **kwargs):
        before = self._snapshot()
        with (
            self.subTest(user=user.name, model=model, method=method, args=args),
            self.assertRaises(UserError),
            self.env.cr.savepoint(),
        ):
            call_as(self.env(user=user), model, method, *args, **kwargs)
        self.assertEqual(self._snapshot(), before)

    def _get_strangers(self):
        return self.coordinator2, self.portal, self.staff, self.finance

    def test_nobody_else_answers(self):
        move, odd = self.moves
        answers = (
            (move.question_ids[:1], {"given_answer": "leave_out"}),
            (move.row_ids.filtered("question")[:1], {"given_answer": "leave_out"}),
            (move.double_ids[:1], {"sameness": "same"}),
            (move.name_ids[:1], {"sharing": "each"}),
            (move.sheet_ids[:1], {"encoding": "cp1250"}),
            (odd.sheet_ids.column_ids[:1], {"meaning": "name"}),
            (move, {"unit_worth": "600"}),
        )
        for records, vals in answers:
            self.assertTrue(records, vals)
            for user in self._get_strangers():
                self._check_refused(user, records._name, "write", records.ids, vals)

    def test_nobody_else_carries_out_or_undoes(self):
        move = self.moves[:1]
        verbs = (
            "action_rehearse",
            "action_accept_proposals",
            "action_carry_out",
            "action_print_proof",
            "action_view_rows",
        )
        for user in self._get_strangers():
            readers = ("action_print_proof", "action_view_rows") if user == self.finance else ()
            for verb in verbs:
                if verb not in readers:
                    self._check_refused(user, move._name, verb, move.ids)
            self._check_refused(user, move._name, "unlink", move.ids)
        move.action_accept_proposals()
        move.action_carry_out(wait=True)
        self.assertEqual(move.state, "done")
        for user in self._get_strangers():
            self._check_refused(user, move._name, "action_undo", move.ids, reason="Mine now")

    def test_nobody_else_downloads(self):
        file = self.moves[:1].file_ids
        for user in self._get_strangers():
            for model, method, args in (
                ("ir.attachment", "read", [file.ids, ["raw", "datas", "name"]]),
                ("timebank.migration.row", "search_read", []),
                ("timebank.migration.person", "search_read", []),
                ("timebank.scheme", "action_export", [self.scheme.ids]),
            ):
                with self.subTest(user=user.name, model=model, method=method):
                    try:
                        with self.env.cr.savepoint():
                            found = call_as(self.env(user=user), model, method, *args)
                    except UserError:
                        found = []
                    if user != self.finance:
                        self.assertEqual(found, [])
                    elif method != "search_read":
                        self.assertEqual(found, [], "who audits reads rows and no files")

    def test_no_short_cuts(self):
        """Not even who runs the bank writes what the verbs write, or calls their parts."""
        move = self.moves[:1]
        for records, vals in (
            (move, {"state": "done"}),
            (move, {"user_id": self.manager.id}),
            (move.row_ids[:1], {"is_carried": True}),
            (move.row_ids[:1], {"fate": "new"}),
            (move.row_ids[:1], {"minutes": 6000}),
            (move.row_ids[:1], {"person_id": False}),
            (move.person_ids[:1], {"partner_id": self.coordinator.partner_id.id}),
            (move.person_ids[:1], {"opening_minutes": 6000}),
            (move.person_ids[:1], {"limit_minutes": 6000, "says_limit": True}),
            (move.person_ids[:1], {"is_settled": True}),
        ):
            self._check_refused(self.coordinator, records._name, "write", records.ids, vals)
        for method in ("_carry_on", "_rehearse", "_post_rows", "_undo", "_cron_carry_out"):
            self._check_refused(self.coordinator, move._name, method, move.ids)
        for model, method in (
            ("timebank.hours", "_get_refusals_to_move_in"),
            ("timebank.transfer", "_post"),
            ("timebank.migration.row", "_insert_rows"),
            ("timebank.migration.row", "_update_rows"),
        ):
            self._check_refused(self.coordinator, model, method, [])
        self._check_refused(self.coordinator, "timebank.migration.row", "create", [{"migration_id": move.id}])

    def test_context_from_outside(self):
        """What tells the rules that a move brings hours in can't be claimed by a request."""
        self.scheme.max_minutes_per_day = 60
        env = self.env(user=self.coordinator, context={"timebank_moving_in": True})
        with self.assertRaises(UserError), self.env.cr.savepoint():
            call_as(env, "timebank.hours", "create", [self._hours_vals(self.ann, 90)])
