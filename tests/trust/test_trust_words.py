"""What is written for few is read by few, what everybody sees names nobody, and names are text."""

import json

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..exchange_common import ExchangeCase
from ..kiosk_common import KioskCase, LiveKioskCase

LINK = '<a href="http://evil.example">Ann</a><img src="http://evil.example/x.png">'


@tagged("post_install", "-at_install")
class TestTrustWords(ExchangeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hill = cls._make_scheme("Hill Top", coordinator_ids=[Command.set(cls.coordinator2.ids)])
        cls.cole = cls._make_member(cls.coordinator2.partner_id)
        cls.cora = cls._make_member(cls.coordinator.partner_id)

    def _make_check_of_somebody(self, kind):
        somebody = self.env["res.partner"].create({"name": "Not a Member"})
        return self.env["timebank.check"].create({"partner_id": somebody.id, "type_id": kind.id})

    def _make_session_with(self, *members):
        activity = self.env["timebank.activity"].create(
            {"name": "Lunch", "scheme_id": self.scheme.id, "state": "running"}
        )
        session = self.env["timebank.session"].create(
            {
                "activity_id": activity.id,
                "start": fields.Datetime.add(fields.Datetime.now(), days=1),
                "stop": fields.Datetime.add(fields.Datetime.now(), days=1, hours=2),
                "tz": "UTC",
            }
        )
        session.action_open()
        for member in members:
            session.sign_up(member.partner_id)
        session.attendance_ids.invalidate_recordset()
        return session

    def _fields(self):
        """Each field that is kept as words for the coordinators, found by where it is kept."""
        for name in self.env["timebank.words"]._fields:
            field = self.env["timebank.words"]._fields[name]
            if field.type == "many2one" and name not in (
                "scheme_id",
                "company_id",
                "create_uid",
                "write_uid",
            ):
                yield field.comodel_name

    def test_decline_reason(self):
        pair = self._make_offer(self.cole), self._make_request(self.ann)
        introduction = self._introduce(*pair)
        introduction.with_user(self.portal).action_decline("He frightens me")
        for user in (self.portal, self.coordinator2):
            mine = self._as(user, introduction)
            self.assertFalse(mine.decline_reason)
            self.assertFalse(mine.read(["decline_reason"])[0]["decline_reason"])
            self.assertFalse(mine.search([("decline_reason", "ilike", "frightens")]))
            self.assertNotIn("frightens", str(mine.sudo().message_ids.mapped("body")))
        for user in (self.coordinator, self.manager):
            theirs = self._as(user, introduction)
            self.assertEqual(theirs.decline_reason, "He frightens me")
            self.assertEqual(theirs.search([("decline_reason", "ilike", "frightens")]), theirs)
        with self.assertRaises(AccessError):
            introduction.with_user(self.coordinator).decline_reason = "Something else"

    def test_notes_on_members(self):
        """Read in the bank alone; not about oneself, nor from another bank."""
        self.cole.with_user(self.coordinator).note = "<p>Watch the <b>cash box</b></p>"
        self.assertIn("cash box", self._as(self.coordinator, self.cole).note)
        self.assertIn("cash box", self._as(self.manager, self.cole).note)
        self.assertFalse(self._as(self.coordinator2, self.cole).note)
        self.assertFalse(self._as(self.coordinator2, self.cole).search([("note", "ilike", "cash")]))
        self.cora.note = "About Cora"
        self.assertFalse(self._as(self.coordinator, self.cora).note)
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            self.cora.with_user(self.coordinator).note = "Splendid"
        self.cole.with_user(self.coordinator).note = False
        self.assertFalse(self.env["timebank.words"].search([("member_id", "=", self.cole.id)]))
        without = self._as(self.coordinator, self.env["timebank.member"]).search([("note", "=", False)])
        self.assertIn(self.ann, without)
        self.cole.with_user(self.coordinator).note = "<script>alert(1)</script>Hello"
        self.assertNotIn("script", self.cole.note)

    def test_nothing_is_kept_where_it_could_be_read(self):
        for model in self._fields():
            for name, field in self.env[model]._fields.items():
                if "coordinators" in (field.help or "") and field.type in ("char", "text", "html"):
                    self.assertFalse(field.store, f"{model}.{name}")

    def test_words_and_checks_are_kept(self):
        """Evidence isn't removed by those whom it may embarrass: words go into the past, checks are ended."""
        words = self.env["timebank.words"].with_context(active_test=False)
        member = self.cole.with_user(self.coordinator)
        for note in ("<p>Took the cash box</p>", "<p>A pleasant person</p>", False):
            member.note = note
        self.assertFalse(self._as(self.coordinator, self.cole).note)
        rows = words.search([("member_id", "=", self.cole.id)])
        self.assertEqual(rows.mapped("active"), [False, False])
        self.assertFalse(self._as(self.coordinator, self.cole).search([("note", "ilike", "cash box")]))
        quiet = mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
        for row in rows:
            theirs = row.with_user(self.coordinator)
            with quiet, self.assertRaises(AccessError):
                theirs.unlink()
            for vals in ({"text": "Nothing"}, {"active": True}):
                with self.assertRaises(AccessError):
                    theirs.write(vals)
        kind = self.env["timebank.check.type"].search([], limit=1)
        check = self.env["timebank.check"].create({"partner_id": self.ann.partner_id.id, "type_id": kind.id})
        with self.assertRaisesRegex(AccessError, "withdrawn instead of deleted"):
            check.with_user(self.coordinator).unlink()
        check.with_user(self.coordinator).withdrawn = True
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self._make_check_of_somebody(kind).partner_id.unlink()
        check.with_user(self.manager).unlink()
        rows[0].with_user(self.manager).unlink()
        self.assertEqual(len(rows.exists()), 1)

    def test_why_on_the_register(self):
        """Why somebody could not be logged, was let off or may clash, is for coordinators: not for them."""
        people = self.cole, self.ann, self.cora
        register = self._make_session_with(*people)
        lines = [
            register.attendance_ids.filtered(lambda one, who=one: one.partner_id == who.partner_id)
            for one in people
        ]
        for line in lines:
            texts = {line.id: "Owes twelve hours"}
            line._keep_words(problem=texts, waived_reason=texts, clash_reason=texts)
        for line, person in zip(lines, (self.coordinator2, self.portal, self.coordinator), strict=True):
            for user in (person, self.finance, self.coordinator2):
                theirs = self._as(user, line)
                if theirs.has_access("read"):
                    for name in ("problem", "waived_reason", "clash_reason"):
                        self.assertFalse(theirs.read([name])[0][name])
                        self.assertFalse(theirs.search([(name, "ilike", "twelve")]) & line)
        other = self._as(self.coordinator, lines[0])
        self.assertEqual(other.problem, "Owes twelve hours")

    def test_words_go_with_their_record(self):
        guest = self.env["timebank.member"].create(
            {"scheme_id": self.scheme.id, "partner_id": self.env["res.partner"].create({"name": "Guest"}).id}
        )
        guest.note = "Came once"
        self.assertTrue(self.env["timebank.words"].search([("member_id", "=", guest.id)]))
        guest_id = guest.id
        guest.unlink()
        self.env.flush_all()
        self.assertFalse(self.env["timebank.words"].search([("member_id", "=", guest_id)]))

    # Contacts that others rely on
    def _intake(self, partner, **vals):
        intake = (
            self.env["timebank.intake"]
            .with_user(self.coordinator)
            .create(
                {
                    "scheme_id": self.scheme.id,
                    "partner_id": partner.id,
                    "skill_ids": [Command.set(self.archery.ids)],
                    **vals,
                }
            )
        )
        intake.action_finish()

    def test_contacts_of_others_are_not_written(self):
        admin = self.env["res.partner"].create({"name": "Ada Min"})
        self.env["res.users"].create({"name": "Ada Min", "login": "ada", "partner_id": admin.id})
        admin.email = False
        elsewhere = self.env["res.partner"].create({"name": "Ed Else"})
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self._make_member(elsewhere, scheme=self._make_scheme("Far Away", company_id=company.id))
        known = self.env["res.partner"].create({"name": "Kay Known"})
        self.env["project.project"].create({"name": "For Kay", "partner_id": known.id})
        for partner in (admin, elsewhere, known):
            self._intake(partner, email="thief@example.com", phone="01248 111111")
            self.assertFalse(partner.email or partner.phone, partner.name)
            todo = self.scheme.activity_ids.filtered(lambda one, who=partner: who.name in one.note)
            self.assertIn("thief@example.com", todo.note)
        nobody = self.env["res.partner"].create({"name": "Una Known"})
        self._intake(nobody, email="una@example.com")
        self.assertEqual(nobody.email, "una@example.com")

    def test_nobody_takes_over_a_login(self):
        """The address to which a member's password is sent, for whoever may edit contacts."""
        editor = new_test_user(self.env, "editor", groups="base.group_user,base.group_partner_manager")
        managing = new_test_user(
            self.env, "logins", groups="base.group_user,base.group_partner_manager,base.group_erp_manager"
        )
        ann = self.portal.partner_id
        ann.email = before = "ann@example.com"
        for vals in ({"email": "thief@example.com"}, {"email": False, "phone": "1"}):
            for user in (editor, self.manager, self.coordinator):
                quiet = mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
                with self.subTest(user=user.login, vals=vals), quiet, self.assertRaises(AccessError):
                    ann.with_user(user).write(vals)
        with self.assertRaisesRegex(AccessError, "a new password is sent there"):
            ann.with_user(editor).email = "thief@example.com"
        self.assertEqual(ann.email, before)
        ann.with_user(editor).write({"email": before, "phone": "01248 222222"})
        ann.with_user(managing).email = "ann@example.org"
        nobody = self._make_member("Without a Login").partner_id
        nobody.with_user(editor).email = "without@example.com"

    # Names are text
    def test_names_are_text(self):
        """A name with a link or a picture in it is read, in each to-do and note that a verb leaves."""
        self.ben.partner_id.write({"name": f"Ben {LINK}", "email": False})
        self.ann.partner_id.write({"name": f"Ann {LINK}", "email": False})
        self.scheme.name = f"Bank {LINK}"
        self.ben.account_id.name = f"Ben {LINK}"
        introduction = self._introduce(self._make_offer(self.ben), self._make_request(self.ann))
        introduction.with_user(self.coordinator).action_decline(LINK)
        entry = self._make_hours(self.ben, 30, "submitted", description=LINK)
        entry.with_user(self.coordinator).action_refuse(LINK)
        approved = self._make_hours(self.ben, 45, "approved")
        approved.with_user(self.coordinator).action_reverse(LINK)
        self._make_hours(self.ben, 50, "approved")
        pot = self.env["timebank.account"].create({"name": f"Pot {LINK}", "scheme_id": self.scheme.id})
        self.ben.account_id.with_user(self.coordinator).action_give(pot, 5, LINK)
        self.ben.account_id._announce_expiry(fields.Date.today())
        self.ben.with_user(self.coordinator).action_ask_to_give_back()
        self._make_offer(self.ben, expires_on=fields.Date.today())._remind()
        for model in self.env.registry:
            if model.startswith("timebank.") and hasattr(type(self.env[model]), "activity_schedule"):
                record = (
                    self.env[model].browse()
                    if self.env[model]._abstract
                    else self.env[model].search([], limit=1)
                )
                if record:
                    record.activity_schedule("mail.mail_activity_data_todo", note=LINK, user_id=self.env.uid)
        self.env.flush_all()
        ours = [("res_model", "like", "timebank.%"), ("note", "ilike", "evil")]
        todos = self.env["mail.activity"].with_context(active_test=False).search(ours)
        notes = self.env["mail.message"].search(
            [("model", "like", "timebank.%"), ("body", "ilike", "evil"), ("message_type", "!=", "email")]
        )
        self.assertGreater(len(todos), 3)
        self.assertGreater(len(notes), 3)
        for text in [*todos.mapped("note"), *notes.mapped("body")]:
            self.assertNotIn("<a ", text)
            self.assertNotIn("<img", text)


@tagged("post_install", "-at_install")
class TestTrustDoor(KioskCase):
    def test_the_door_names_nobody_in_full(self):
        """Whatever a verb refuses, the door says a first name and an initial, and whom to see."""
        kind = self.env["timebank.check.type"].search([], limit=1)
        line = self.session.sign_up(self.dora.partner_id, "helper")
        self.activity.check_type_ids = kind
        self.session.with_user(self.coordinator).action_open_kiosk()
        with self.assertRaises(UserError) as caught:
            with self.env.cr.savepoint():
                line.state = "signed_up"
                self.session._put_on_list(line, line.partner_id, {"state": "attended"})
        self.assertIn(kind.name, str(caught.exception))
        for key, name in (
            (line.id, "Dora Q."),
            (self.ann.card_code, "Ann L."),
            (self.hid.card_code, "Hidden"),
        ):
            sorry = self.session._kiosk_sorry(key)
            self.assertEqual(sorry, f"{name}, please see the coordinator.")
        self.assertNotIn("None", self.session._kiosk_sorry("AAAA"))


@tagged("post_install", "-at_install")
class TestTrustPages(LiveKioskCase):
    def test_move(self):
        kind = self.env["timebank.check.type"].search([], limit=1)
        self.live.activity_id.check_type_ids = kind
        answer = self.url_open(
            f"{self.url}/move",
            data=json.dumps(
                {"jsonrpc": "2.0", "method": "call", "params": {"key": self.line.id, "way": "in"}}
            ),
            headers={"Content-Type": "application/json"},
        )
        self.assertEqual(answer.json()["result"], {"error": "Dora Q., please see the coordinator."})

    def test_pages_are_private(self):
        """Each page without a login is kept by nobody, and tells no other site where it is."""
        member = self.dora
        offer = self.env["timebank.offer"].create(
            {
                "scheme_id": self.scheme.id,
                "partner_id": member.partner_id.id,
                "skill_id": self.env.ref("timebank_coproduction.skill_archery").id,
            }
        )
        offer.action_publish()
        opt_out = member._get_stop_url("session_mails").removeprefix(member.get_base_url())
        renew = offer._get_renew_url().replace(offer.get_base_url(), "")
        for path in (
            self.url,
            opt_out,
            renew,
            "/timebank/claim",
            f"/timebank/place/{'x' * 43}",
            renew[:-4] + "0000",
        ):
            page = self.url_open(path)
            with self.subTest(path=path):
                self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
                self.assertEqual(page.headers["Cache-Control"], "no-store")
        attempts = self.env["timebank.code.attempt"].search([("what", "=", "link")])
        self.assertGreaterEqual(len(attempts), 2, "Wrong links are counted, those that renew too.")

    def test_a_guesser_is_slowed(self):
        attempts = self.env["timebank.code.attempt"]
        self.assertEqual(attempts._get_delay("10.0.0.9"), 0)
        for _guess in range(10):
            attempts._note_attempt("link", "10.0.0.9", "unknown")
        delays = []
        for _guess in range(3):
            delays.append(attempts._get_delay("10.0.0.9"))
            attempts._note_attempt("link", "10.0.0.9", "blocked")
        self.assertEqual(delays, [0.25, 0.5, 0.75])
        self.assertEqual(attempts._get_delay("10.0.0.8"), 0)
