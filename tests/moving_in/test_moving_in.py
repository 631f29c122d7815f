from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.timebank_coproduction.models.moving_in import timebank_migration_carrying as carrying
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


@tagged("post_install", "-at_install")
class TestMoving(MovingInCase):
    """Who may, what is refused, and what happens half-way."""

    HOURS = (
        b"Name,Email,Date,Hours,What for\n"
        b"May Park,may@example.org,2026-03-04,1:30,Lunch club\n"
        b"May Park,may@example.org,2026-03-05,2,Lunch club\n"
        b"Bob Lee,bob@example.org,2026-03-05,0.75,Garden\n"
    )

    def _hours(self, content=HOURS, name="hours.csv", user=None, scheme=None, **vals):
        env = self.env(user=user or self.coordinator)
        files = env["ir.attachment"].create({"name": name, "raw": content})
        vals = {"scheme_id": (scheme or self.scheme).id, "file_ids": [Command.set(files.ids)], **vals}
        return env["timebank.migration"].create(vals)

    def test_coordinator_moves_in(self):
        move = self._hours()
        move.action_rehearse()
        self.assertEqual(move.source, "generic_hours")
        self.assertEqual(move.row_ids.mapped("fate"), ["new"] * 3)
        self.assertIn("1:30", move.row_ids[0].reason)
        move.action_carry_out(wait=True)
        self.assertEqual(move.state, "done")
        entries = move.row_ids.hours_id
        self.assertEqual(set(entries.mapped("state")), {"approved"})
        self.assertEqual(entries.approver_id, self.coordinator)
        self.assertEqual(set(entries.mapped("source")), {"import"})
        self.assertEqual(sorted(move.person_ids.member_id.mapped("balance_minutes")), [45, 210])
        self.assertEqual(self.scheme.check_ledger(), [])

    def test_proof(self):
        """On paper: every row by its fate, every balance, what was rounded, and what the bank stands for."""
        move = self._hours(self.HOURS + b"Bob Lee,bob@example.org,2026-03-06,0.33,\nBob Lee,,2026-03-06,0,\n")
        move.action_rehearse()
        self.assertEqual(move.rounded_count, 1)
        move.action_carry_out(wait=True)
        proof = move._get_proof()
        [(file, fates, count)] = proof["files"]
        self.assertEqual((file, fates["new"], fates["refused"], count), ("hours.csv", 4, 1, 5))
        self.assertEqual((proof["moved"], proof["bank"]), (275, -275))
        self.assertEqual(proof["rounded"].mapped("exact_minutes"), ["19.8"])
        self.assertEqual(proof["left_out"].mapped("fate"), ["refused"])
        action = move.action_print_proof()
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(action["report_name"], move.ids)
        text = " ".join(html.decode().split())
        for said in ("Every row is accounted for", "May Park", "19.8", "no time moves", "-275"):
            self.assertIn(said, text)
        with self.assertRaises(AccessError):
            self.env["ir.actions.report"].with_user(self.coordinator2)._render_qweb_html(
                action["report_name"], move.ids
            )

    def test_history_of_a_long_day(self):
        """How long a day may be is for what is recorded here; another bank's hours don't keep history out."""
        self.scheme.max_minutes_per_day = 60
        move = self._hours()
        move.action_rehearse()
        move.action_carry_out(wait=True)
        self.assertEqual(move.row_ids.hours_id.mapped("minutes"), [90, 120, 45])
        elsewhere = self._make_scheme("Hill Top", coordinator_ids=[Command.set(self.coordinator.ids)])
        move = self._hours(scheme=elsewhere)
        move.action_rehearse()
        move.action_carry_out(wait=True)
        self.assertEqual(move.row_ids.mapped("problem"), [False] * 3)

    def test_choosing_people(self):
        """Whom a name means is chosen once for all rows, or for one; several share, or each has all."""
        move = self._hours(
            self.HOURS
            + b"May and Bob,,2026-03-06,1:01,\n"
            + b"May and Bob,,2026-03-07,1,\n"
            + b"Bob & Ann,,2026-03-08,2,\n"
        )
        move.action_rehearse()
        self.assertEqual(set(move.name_ids.mapped("name")), {"May and Bob", "Bob & Ann"})
        both, other = move.name_ids.sorted("row_count", reverse=True)
        may, bob = move.person_ids.sorted("name", reverse=True)
        with self.assertRaisesRegex(UserError, "share"), self.env.cr.savepoint():
            both.person_ids = may + bob
        both.write({"person_ids": [Command.set((may + bob).ids)], "sharing": "equally"})
        ann = self.ann.partner_id
        other.write({"person_ids": [Command.set(bob.ids)], "partner_ids": ann.ids, "sharing": "each"})
        self.assertTrue(move.is_answered)
        row = move.row_ids.filtered(lambda one: one.number == 5)
        dialog = row.action_choose_person()
        alone = self.env["timebank.migration.name"].with_user(self.coordinator).browse(dialog["res_id"])
        self.assertEqual((alone.name, alone.row_number), ("May and Bob", 5))
        alone.person_ids = may
        move.action_rehearse()
        self.assertFalse(move.ask_count)
        self.assertCountEqual(
            [(row.number, row.person_id.name, row.minutes) for row in move.row_ids if row.number > 3],
            [
                (4, "May Park", 31),
                (4, "Bob Lee", 30),
                (5, "May Park", 60),
                (6, "Bob Lee", 120),
                (6, ann.name, 120),
            ],
        )
        move.action_carry_out(wait=True)
        self.assertEqual(move.state, "done")
        self.assertFalse(move.disagree_count)
        self.env.invalidate_all()
        self.assertEqual(move.person_ids.member_id.filtered(lambda one: one == self.ann).balance_minutes, 120)
        with self.assertRaises(UserError):
            move.name_ids[0].sharing = "each"
        again = self._hours(move.file_ids.raw)
        again.action_rehearse()
        self.assertEqual(set(again.row_ids.mapped("fate")), {"present"})

    def test_choosing_is_for_the_bank(self):
        move = self._hours(self.HOURS + b"May and Bob,,2026-03-06,1,\n")
        move.action_rehearse()
        with self.assertRaises(AccessError):
            move.name_ids.with_user(self.coordinator2).sharing = "each"
        self.assertFalse(move.row_ids[0].action_choose_person(), "there is nothing to choose")
        other = self._hours()
        other.action_rehearse()
        with self.assertRaises(UserError):
            move.name_ids.person_ids = other.person_ids[0]

    def test_others_are_refused(self):
        for user in (self.portal, self.staff, self.finance):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self._hours(user=user)
        elsewhere = self._make_scheme("Hill Top", coordinator_ids=[Command.set(self.coordinator2.ids)])
        with self.assertRaises(AccessError):
            self._hours(scheme=elsewhere)
        move = self._hours()
        with self.assertRaises(AccessError):
            move.with_user(self.coordinator2).action_rehearse()

    def test_file_of_somebody_else(self):
        """Nobody reads what they may not by naming it as a file of a move."""
        file = self.env["ir.attachment"].with_user(self.manager).create({"name": "a.csv", "raw": self.HOURS})
        with self.assertRaises(AccessError):
            self.env["timebank.migration"].with_user(self.coordinator).create(
                {"scheme_id": self.scheme.id, "file_ids": [Command.set(file.ids)]}
            )

    def test_file_of_something_else(self):
        """A move takes no file with it, when it goes, that others can see or that belongs elsewhere."""
        files = self.env["ir.attachment"].create(
            [
                {"name": "logo.png", "raw": b"-", "public": True},
                {
                    "name": "Paper",
                    "raw": b"-",
                    "res_model": "res.partner",
                    "res_id": self.scheme.company_id.partner_id.id,
                },
            ]
        )
        moves = self.env["timebank.migration"].with_user(self.coordinator)
        move = moves.create({"scheme_id": self.scheme.id})
        for file in files:
            for way in (
                lambda one=file: moves.create(
                    {"scheme_id": self.scheme.id, "file_ids": [Command.set(one.ids)]}
                ),
                lambda one=file: move.write({"file_ids": [Command.link(one.id)]}),
            ):
                with self.subTest(file=file.name), self.assertRaisesRegex(UserError, "something else"):
                    way()
        move.unlink()
        self.assertEqual(files.exists(), files)

    def test_unreadable(self):
        """What can't be read is said in plain words, and nothing is half-written."""
        for name, content in (
            ("a.xls", b"<html><body><table></table>"),
            ("c.pdf", b"%PDF-1.4"),
        ):
            move = self._hours(content, name)
            with self.subTest(name=name), self.assertRaises(UserError) as caught:
                move.action_rehearse()
            self.assertNotIn("Traceback", str(caught.exception))
            self.assertEqual(move.state, "draft")
            self.assertFalse(move.row_ids)

    def test_mapping(self):
        """Headings that nobody knows are asked about, with a proposal; what was said holds next time."""
        content = (
            b"Colour;Wann;Dauer;Wem\n"
            b"May Park;13/05/2026;90;Bob Lee\n"
            b"May Park;14/05/2026;20;\n"
            b"Bob Lee;04/06/2026;45;May Park\n"
        )
        move = self._hours(content, "odd.csv")
        move.action_rehearse()
        self.assertEqual((move.state, move.asks_columns, move.row_count), ("draft", True, 0))
        sheet = move.sheet_ids
        self.assertEqual((sheet.separator, sheet.encoding, sheet.day_order), ("semicolon", "utf-8", "dmy"))
        who, when, length, whom = sheet.column_ids
        self.assertEqual((who.heading_text, who.examples), ("Colour", "May Park | Bob Lee"))
        self.assertEqual(when.meaning, "day")
        move.action_accept_proposals()
        self.assertEqual(sheet.treatment, "ask", "what is not enough is not taken")
        who.meaning, length.meaning, whom.meaning = "name", "time", "receiver"
        with self.assertRaisesRegex(UserError, "can't both be"), self.env.cr.savepoint():
            whom.meaning = "name"
        with self.assertRaisesRegex(UserError, "bare numbers"), self.env.cr.savepoint():
            sheet.write({"treatment": "read", "holds": "hours"})
        sheet.write({"treatment": "read", "holds": "hours", "bare_unit": "minutes"})
        move.action_rehearse()
        self.assertEqual(move.state, "rehearsed")
        self.assertIn("1:30", sheet.examples)
        rows = [(row.person_id.name, row.other_id.name, row.minutes) for row in move.row_ids]
        self.assertEqual(
            rows, [("May Park", "Bob Lee", 90), ("May Park", False, 20), ("Bob Lee", "May Park", 45)]
        )
        self.assertEqual(str(move.row_ids[0].date), "2026-05-13")

        again = self._hours(content.replace(b";90;", b";30;"), "next.csv")
        again.action_rehearse()
        self.assertEqual(again.row_ids.mapped("minutes"), [30, 20, 45], "it is read by itself")
        again.sheet_ids.bare_unit = "hours"
        self.assertTrue(again.is_answered)
        again.action_rehearse()
        self.assertEqual(again.row_ids.mapped("fate"), ["ask", "new", "ask"], "longer than a day")
        again.sheet_ids.treatment = "skip"
        with self.assertRaises(UserError):
            again.action_rehearse()

    def test_letters_are_said(self):
        """How a file is read is proposed, shown, and can be said otherwise."""
        move = self._hours("Name,Date,Hours\nŁukasz Żak,2026-03-04,1\n".encode("cp1250"))
        move.action_rehearse()
        self.assertEqual(move.sheet_ids.encoding, "cp1252")
        self.assertNotIn("Łukasz Żak", move.person_ids.mapped("name"))
        move.sheet_ids.encoding = "cp1250"
        move.action_rehearse()
        self.assertEqual(move.person_ids.name, "Łukasz Żak")
        with self.assertRaises(AccessError):
            move.sheet_ids.with_user(self.coordinator2).encoding = "utf-16"

    def test_no_files(self):
        move = self.env["timebank.migration"].create({"scheme_id": self.scheme.id})
        with self.assertRaises(UserError):
            move.action_rehearse()

    def test_goes_on_where_it_was(self):
        """A job that is killed has done whole batches: another finds the rest, and does none twice."""
        lines = [
            f"Person {number},p{number}@example.org,2026-03-0{1 + number % 9},1," for number in range(30)
        ]
        move = self._hours(self.HOURS + "\n".join(lines).encode())
        move.action_rehearse()
        with patch.object(carrying, "BATCH", 7), patch.object(carrying, "PEOPLE_AT_ONCE", 7):
            move._in_verb().write({"state": "running", "user_id": self.coordinator.id})
            for _step in range(7):
                move._carry_on()
            done = move.row_ids.filtered("is_carried")
            self.assertTrue(0 < len(done) < 33)
            move.action_carry_out(wait=True)
        self.assertEqual(move.state, "done")
        self.assertEqual(len(move.row_ids.hours_id), 33)
        self.assertEqual(sum(move.person_ids.member_id.mapped("balance_minutes")), 30 * 60 + 255)
        self.assertEqual(self.scheme.check_ledger(), [])

    def test_job(self):
        move = self._hours()
        move.action_rehearse()
        move.action_carry_out()
        self.assertEqual(move.state, "running")
        with self.enter_registry_test_mode():
            self.env.ref("timebank_coproduction.cron_migration").method_direct_trigger()
        self.assertEqual(move.state, "done")
        self.assertEqual(move.row_ids.hours_id.approver_id, self.coordinator)

    def test_own_rows_wait(self):
        """What is somebody's own, another coordinator carries out."""
        self.scheme.coordinator_ids |= self.coordinator2
        self.coordinator.partner_id.email = "cora@example.org"
        move = self._hours(self.HOURS + b"Cora Hart,cora@example.org,2026-03-06,3,Mine\n")
        move.action_rehearse()
        self.assertIn(self.coordinator.partner_id, move.person_ids.partner_id)
        move.action_carry_out(wait=True)
        self.assertEqual(move.state, "running")
        self.assertEqual(move.problem_count, 1)
        move.with_user(self.coordinator2).action_carry_out(wait=True)
        self.assertEqual(move.state, "done")
        self.assertEqual(move.problem_count, 0)
        member = move.person_ids.member_id.filtered(lambda one: one.name == "Cora Hart")
        self.assertEqual(member.balance_minutes, 180)

    def test_used_stays(self):
        """What was spent since can't be undone as a whole, and the sentence says whose it is."""
        move = self._hours()
        move.action_rehearse()
        move.action_carry_out(wait=True)
        may = move.person_ids.member_id.filtered(lambda one: one.name == "May Park")
        self._post(may.account_id, self.ann.account_id, 30)
        with self.assertRaises(UserError) as caught:
            move.action_undo("A try")
        self.assertIn("May Park", str(caught.exception))
        self.assertEqual(move.state, "done")

    def test_books_closed(self):
        """Days whose books are closed are asked about, and can be taken into the opening."""
        self.scheme.lock_date = "2026-03-04"
        move = self._hours()
        move.action_rehearse()
        self.assertEqual(move.row_ids.mapped("fate"), ["ask", "new", "new"])
        move.action_accept_proposals()
        move.action_carry_out(wait=True)
        self.assertEqual(sorted(move.person_ids.member_id.mapped("balance_minutes")), [45, 210])
        self.assertEqual(self.scheme.check_ledger(), [])

    def test_contact_is_joined(self):
        contact = self.env["res.partner"].create({"name": "May  PARK", "email": "May@example.org"})
        move = self._hours()
        move.action_rehearse()
        move.action_carry_out(wait=True)
        self.assertIn(contact, move.person_ids.member_id.partner_id)
        move.action_undo("A try")
        self.assertTrue(contact.active, "who was here before stays")
        self.assertFalse((move.person_ids.partner_id - contact).active)

    def test_doubles(self):
        """A contact with the name alone is somebody else, unless the coordinator says that it is them."""
        contact = self.env["res.partner"].create({"name": "May Park", "phone": "555 01", "street": "1 Quay"})
        move = self._hours()
        move.action_rehearse()
        may = move.double_ids
        self.assertEqual((may.name, may.double_id, may.double_reach), ("May Park", contact, "555 01, 1 Quay"))
        self.assertFalse(may.partner_id)
        may.sameness = "same"
        move.action_rehearse()
        may = move.double_ids
        self.assertEqual((may.partner_id, may.sameness), (contact, "same"))
        contact.email = "may@example.org"
        may.sameness = "other"
        move.action_rehearse()
        self.assertFalse(move.double_ids.partner_id)
        with self.assertRaises(AccessError):
            move.double_ids.with_user(self.coordinator2).sameness = "same"
        with self.assertRaises(AccessError):
            move.double_ids.name = "Somebody"

    def test_files_go(self):
        """They name everybody: 90 days after a move they are deleted, and its rows stay."""
        move, other = self._hours(), self._hours(name="other.csv")
        move.action_rehearse()
        move.action_carry_out(wait=True)
        self.env.flush_all()
        with freeze_time(f"{MOVING_DAY + timedelta(days=91)} 10:00:00"):
            self.env["timebank.migration"]._gc_files()
        self.assertFalse(move.file_ids)
        self.assertEqual(len(move.row_ids), 3)
        self.assertTrue(other.file_ids, "what is not carried out yet keeps its files")

    def test_done_stays(self):
        move = self._hours()
        move.action_rehearse()
        move.action_carry_out(wait=True)
        with self.assertRaises(UserError):
            move.unlink()
        with self.assertRaises(UserError):
            move.action_rehearse()
        with self.assertRaises(UserError):
            move.write({"source": "nexus"})
