"""What people answer to the four national questions: who writes it down, and who sees it."""

from datetime import timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.service.model import call_kw
from odoo.tools import mute_logger

from ...tools.self_audit import KEYS
from ...tools.wellbeing import QUESTIONS
from ..common import TODAY
from ..wellbeing_common import WellbeingCase


class TestWellbeingAnswers(WellbeingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wave = cls._make_wave()
        cls.wave.with_user(cls.coordinator).action_invite()

    def _asked(self, person):
        return self.wave.invitation_ids.filtered(lambda one: one.partner_id == person)

    def _said(self, person):
        [response] = self.wave.response_ids.filtered(lambda one: one.partner_id == person)
        return [response[name] for name in QUESTIONS]

    def test_unsaid_is_not_0(self):
        self._make_answer(self.wave, self.people[0], (0, None, 10, 3))
        self.env.flush_all()
        self.env.invalidate_all()
        said = self._said(self.people[0])
        self.assertEqual(said, [0, False, 10, 3])
        self.assertIsNot(said[0], False)
        self._make_answer(self.wave, self.people[1], (4, 8, 10, 3))
        [(satisfied, worthwhile)] = self.env["timebank.wellbeing.response"]._read_group(
            [("wave_id", "=", self.wave.id)], [], ["satisfied:avg", "worthwhile:avg"]
        )
        self.assertEqual((satisfied, worthwhile), (2, 8))

    def test_numbers_from_0_to_10(self):
        for answers in ((11, 5, 5, 5), (5, -1, 5, 5), (5, 5, 5, 100)):
            with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
                self._make_answer(self.wave, self.people[0], answers)
                self.env.flush_all()

    def test_who_wrote_it_down(self):
        response = self._make_answer(self.wave, self.people[0], (5, 5, 5, 5))
        self.assertEqual((response.way, response.typed_by_id), ("paper", self.coordinator))
        self.assertEqual(self._asked(self.people[0]).state, "answered")
        with self.assertRaises(AccessError):
            self._make_answer(self.wave, self.people[1], (5, 5, 5, 5), way="link")
        with self.assertRaises(AccessError):
            self._make_answer(self.wave, self.people[1], (5, 5, 5, 5), typed_by_id=self.manager.id)
        self._asked(self.people[2]).sudo()._answer(dict.fromkeys(QUESTIONS, 7), "link")
        own = self.wave.response_ids.filtered(lambda one: one.partner_id == self.people[2])
        self.assertEqual((own.way, own.typed_by_id.id), ("link", False))
        with self.assertRaises(AccessError):
            self._as(self.coordinator, own).write({"happy": 1})
        with self.assertRaises(AccessError):
            self._as(self.coordinator, response).write({"partner_id": self.people[5].id})
        with self.assertRaises(AccessError):
            self._as(self.coordinator, response).unlink()
        self._as(self.manager, response).write({"happy": 1})
        self.assertEqual(response.typed_by_id, self.manager)

    def test_age_and_consent_are_asked_however_it_comes(self):
        for given in (False, None, "no", 1):
            with self.assertRefused("16 or over"):
                self._make_answer(self.wave, self.people[0], (5, 5, 5, 5), age_and_consent=given)
        response = self._make_answer(self.wave, self.people[0], (5, 5, 5, 5))
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(response.age_and_consent, "it is asked, and not kept")
        self._asked(self.people[1]).sudo()._settle("young")
        self._asked(self.people[2]).sudo()._settle("declined")
        for person, words in ((self.people[1], "is under 16"), (self.people[2], "would rather not")):
            with self.assertRefused(words):
                self._make_answer(self.wave, person, (5, 5, 5, 5))

    def test_records_are_made_of_what_the_contract_names(self):
        """By programs that know no more: nothing else has to be said."""
        env = self.env(user=self.coordinator)
        for purpose in ("joining", "regular", "leaving", "course"):
            vals = {"scheme_id": self.scheme.id, "purpose": purpose, "date_from": TODAY, "date_to": TODAY}
            self.assertEqual(env["timebank.wellbeing.wave"].create(vals).state, "draft")
        person = self.people[0]
        answers = dict(satisfied=7, worthwhile=7, happy=7, anxious=2)
        for person, way in zip(self.people, ("paper", "read_out"), strict=False):
            vals = {"wave_id": self.wave.id, "partner_id": person.id, "answered_on": TODAY, "way": way}
            self.assertTrue(env["timebank.wellbeing.response"].create({**vals, **answers}).typed_by_id)
        file = env["timebank.wellbeing.response"].with_context(import_file=True)
        with self.assertRefused("16 or over"):
            file.create({**vals, **answers, "partner_id": self.people[5].id})
        story = env["timebank.story"].create({"partner_ids": person.ids, "text": "Twelve of us."})
        self.assertEqual((story.scheme_id, story.state, story.name), (self.scheme, "draft", "A story"))
        audit = env["timebank.self.audit"].create({"scheme_id": self.scheme.id})
        audit.line_ids[0].write({"score": 3, "evidence": "We met in May"})
        self.assertEqual((audit.line_ids[0].agreed_level, len(audit.line_ids)), ("3", len(KEYS)))

    def test_one_answer_each_and_only_of_members(self):
        self._make_answer(self.wave, self.people[0], (5, 5, 5, 5))
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._make_answer(self.wave, self.people[0], (6, 6, 6, 6))
        with self.assertRaises(ValidationError):
            self._make_answer(self.wave, self.away.partner_id, (6, 6, 6, 6))
        self.wave.with_user(self.coordinator).action_close()
        with self.assertRaises(UserError):
            self._make_answer(self.wave, self.people[1], (6, 6, 6, 6))

    def test_sheets_typed_in(self):
        """Code, four figures, next."""
        desk = (
            self.env["timebank.wellbeing.answer"]
            .with_user(self.coordinator)
            .browse(self.wave.with_user(self.coordinator).action_type_sheets()["res_id"])
        )
        for person, typed in ((self.people[0], "7 8 10 0"), (self.people[1], "- 3 4 x")):
            code = self._asked(person).sheet_code
            desk.write({"sheet_code": f" {code.lower()} ", "age_and_consent": True})
            self.assertEqual(desk.asked_name, person.name)
            desk.write(dict(zip(QUESTIONS, typed.split(), strict=True)))
            desk = desk.browse(desk.action_next()["res_id"])
            self.assertIn(person.name, desk.last_deed)
            self.assertFalse(desk.age_and_consent or desk.satisfied)
        self.assertEqual(desk.typed_count, 2)
        self.assertEqual(self._said(self.people[0]), [7, 8, 10, 0])
        self.assertEqual(self._said(self.people[1]), [False, 3, 4, False])
        for code, agreed, satisfied, words in (
            ("ZZZZZZ", True, "5", "no sheet"),
            (self._asked(self.people[2]).sheet_code, False, "5", "16 or over"),
            (self._asked(self.people[2]).sheet_code, True, "11", "is no answer"),
            (self._asked(self.people[2]).sheet_code, True, "", "No question is answered"),
        ):
            desk.write({"sheet_code": code, "age_and_consent": agreed})
            desk.satisfied = satisfied
            with self.assertRefused(words):
                desk.action_next()

    def test_the_last_sheet_is_saved_as_the_dialog_closes(self):
        desks = self.env["timebank.wellbeing.answer"].with_user(self.coordinator)
        first, second = (self._asked(self.people[place]) for place in (0, 1))

        def fill(desk, invitation):
            desk.write({"sheet_code": invitation.sheet_code, "age_and_consent": True, "happy": "8"})
            return desk

        desk = fill(desks.create({"wave_id": self.wave.id}), first)
        desk = fill(desks.browse(desk.action_next()["res_id"]), second)
        told = desk.action_save_last()
        self.assertEqual(told["params"]["text"], "Sheets written down: 2.")
        self.assertEqual(self._said(self.people[1])[2], 8)
        # an empty sheet after another is none, but what was begun isn't lost
        empty = desks.create({"wave_id": self.wave.id, "typed_count": 1, "last_deed": "Written down: Pat."})
        self.assertEqual(empty.action_save_last()["params"]["text"], "Written down: Pat.")
        empty.happy = "7"
        with self.assertRefused("There is no sheet"):
            empty.action_save_last()
        with self.assertRefused("There is no sheet"):
            desks.create({"wave_id": self.wave.id}).action_save_last()

    def test_read_out(self):
        invitation = self._asked(self.people[0])
        action = invitation.with_user(self.coordinator).action_read_out()
        desk = self.env["timebank.wellbeing.answer"].with_user(self.coordinator).browse(action["res_id"])
        desk.write({"age_and_consent": True, "satisfied": "6", "anxious": "2"})
        desk.action_save()
        self.assertEqual(self._said(self.people[0]), [6, False, False, 2])
        response = self.wave.response_ids
        self.assertEqual((response.way, response.typed_by_id), ("read_out", self.coordinator))
        # they change their mind
        action = invitation.with_user(self.coordinator).action_read_out()
        desk = desk.browse(action["res_id"])
        with self.assertRefused("Written down already on", "What was written down before goes"):
            desk.action_decline()
        desk.replaces = True
        desk.action_decline()
        self.assertEqual(invitation.state, "declined")
        self.assertFalse(self.wave.response_ids.exists())

    def _desks(self):
        return self.env["timebank.wellbeing.answer"].with_user(self.coordinator)

    def test_what_came_by_their_own_link_nobody_else_changes(self):
        """Neither a sheet, nor reading out, nor that they would rather not, nor that they are too young."""
        invitation = self._asked(self.people[0])
        opened = self._desks().browse(invitation.with_user(self.coordinator).action_read_out()["res_id"])
        invitation.sudo()._answer(dict(zip(QUESTIONS, (1, 2, 3, 4), strict=True)), "link")
        self.env.invalidate_all()
        with self.assertRefused("by their own link", "They take it back"):
            invitation.with_user(self.coordinator).action_read_out()
        self.assertFalse(self._as(self.coordinator, invitation).takes_answer)
        typed = {"age_and_consent": True, "replaces": True, "happy": "9"}
        sheet = self._desks().create({"wave_id": self.wave.id, "sheet_code": invitation.sheet_code, **typed})
        self.assertIn("by their own link", sheet.refusal)
        self.assertFalse(sheet.earlier)
        opened.write(typed)
        for desk in (sheet, opened):
            for deed in ("action_save", "action_next", "action_save_last", "action_decline", "action_young"):
                with self.subTest(way=desk.way, deed=deed), self.assertRefused("by their own link"):
                    getattr(desk, deed)()
        [answer] = self.wave.response_ids
        self.assertEqual((answer.way, self._said(self.people[0])), ("link", [1, 2, 3, 4]))

    def test_what_was_typed_before_goes_only_if_somebody_says_so(self):
        self._make_answer(self.wave, self.people[0], (1, 2, 3, 4))
        code = self._asked(self.people[0]).sheet_code
        for deed in ("action_next", "action_save_last", "action_decline", "action_young"):
            desk = self._desks().create({"wave_id": self.wave.id, "sheet_code": code})
            desk.write({"age_and_consent": True, "happy": "9"})
            self.assertIn("Written down already on", desk.earlier)
            with self.subTest(deed=deed), self.assertRefused("What was written down before goes"):
                getattr(desk, deed)()
        self.assertEqual(self._said(self.people[0]), [1, 2, 3, 4])
        desk.write({"age_and_consent": True, "happy": "9", "replaces": True})
        following = desk.browse(desk.action_next()["res_id"])
        self.assertEqual(self._said(self.people[0]), [False, False, 9, False])
        self.assertFalse(following.replaces or following.earlier)

    def test_a_dialog_is_about_who_was_asked_in_its_round(self):
        """Also for who fills it in over the API, in a bank of their own."""
        other = self._make_wave()
        other.with_user(self.coordinator).action_invite()
        theirs = other.invitation_ids.filtered(lambda one: one.partner_id == self.people[0])
        for way in ("read_out", "paper"):
            desk = self._desks().create({"wave_id": self.wave.id, "way": way})
            desk.write({"invitation_id": theirs.id})
            desk.write({"age_and_consent": True, "happy": "9"})
            for deed in ("action_save", "action_decline", "action_young"):
                with self.subTest(way=way, deed=deed), self.assertRefused("was asked in"):
                    getattr(desk, deed)()
        self.assertFalse(self.wave.response_ids | other.response_ids)

    def test_somebody_takes_back_what_they_answered(self):
        """However it came, and after the round too; who wrote it down is kept, and what it was isn't."""
        linked, typed, silent = (self._asked(person) for person in self.people[:3])
        linked.sudo()._answer(dict.fromkeys(QUESTIONS, 7), "link")
        self._make_answer(self.wave, typed.partner_id, (5, 5, 5, 5))
        self.wave.with_user(self.coordinator).action_close()
        for invitation in (linked, typed):
            mine = self._as(self.coordinator, invitation)
            self.assertTrue(mine.takes_back)
            dialog = mine.action_ask_take_back()
            self.assertEqual(invitation.state, "answered", "nothing goes by asking whether it is meant")
            reason = self.env["timebank.reason"].with_user(self.coordinator).with_context(**dialog["context"])
            asks = reason.create({})
            self.assertIn(invitation.partner_id.name, asks.explanation)
            self.assertIn("can’t be brought back", asks.explanation)
            asks.action_confirm()
            self.assertEqual(invitation.state, "declined")
            note = invitation.message_ids[0]
            self.assertEqual(note.author_id, self.coordinator.partner_id)
            self.assertIn("taken back what they answered", note.body)
        self.assertFalse(self.wave.response_ids.exists())
        self.assertEqual(self.wave.asked_count, len(self.wave.invitation_ids))
        self.assertFalse(self._as(self.coordinator, silent).takes_back)
        with self.assertRefused("nothing to take back"):
            silent.with_user(self.coordinator).action_ask_take_back()
        for user in (self.coordinator2, self.finance, self.portal):
            for name in ("action_ask_take_back", "action_take_back"):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    getattr(self._as(user, typed), name)()

    def test_nothing_is_lost_in_a_round_that_was_closed_meanwhile(self):
        invitation = self._asked(self.people[0])
        dialogs = self.env["timebank.wellbeing.answer"].with_user(self.coordinator)
        desk = dialogs.browse(invitation.with_user(self.coordinator).action_read_out()["res_id"])
        self._make_answer(self.wave, self.people[0], (5, 5, 5, 5))
        self.wave.with_user(self.coordinator).action_close()
        for deed in (desk.action_decline, desk.action_young):
            with self.assertRefused("takes no more answers"):
                deed()
        self.assertEqual(self._said(self.people[0]), [5, 5, 5, 5])
        self.assertEqual(invitation.state, "answered")

    def test_nothing_is_written_down_of_who_is_under_16(self):
        invitation = self._asked(self.people[0])
        dialogs = self.env["timebank.wellbeing.answer"].with_user(self.coordinator)
        desk = dialogs.browse(invitation.with_user(self.coordinator).action_read_out()["res_id"])
        desk.action_young()
        self.assertFalse(invitation.with_user(self.coordinator).takes_answer)
        desk = dialogs.create({"wave_id": self.wave.id, "sheet_code": invitation.sheet_code})
        desk.write({"age_and_consent": True, "happy": "5"})
        with self.assertRefused("is under 16"):
            desk.action_save()
        with self.assertRefused("is under 16"):
            invitation.with_user(self.coordinator).action_read_out()

    def test_calls_close_with_the_answer(self):
        self.people[0].write({"email": False, "phone": "01632 960001"})
        wave = self._make_wave(audience="all")
        wave.with_user(self.coordinator).action_invite()
        invitation = wave.invitation_ids.filtered(lambda one: one.partner_id == self.people[0])
        self.assertTrue(invitation.activity_ids)
        self._make_answer(wave, self.people[0], (5, 5, 5, 5))
        self.assertFalse(invitation.activity_ids)

    def test_forgetting_takes_the_answers_along(self):
        member = self.env["timebank.member"].search([("partner_id", "=", self.people[0].id)])
        self._make_answer(self.wave, self.people[0], (5, 5, 5, 5))
        self._leave(member)
        self.assertTrue(self.wave.response_ids, "who leaves is kept until their time is up")
        member.with_user(self.manager).action_forget("Asked for it")
        self.assertFalse(self.env["timebank.wellbeing.response"].search([("wave_id", "=", self.wave.id)]))
        self.assertFalse(
            self.wave.invitation_ids.exists().filtered(lambda one: one.partner_id == self.people[0])
        )

    def test_who_becomes_one_has_one_answer(self):
        """The later answer stays, and one invitation."""
        self._make_answer(self.wave, self.people[0], (1, 1, 1, 1))
        with freeze_time(TODAY + timedelta(days=1)):
            self._make_answer(self.wave, self.people[1], (9, 9, 9, 9), answered_on=TODAY + timedelta(days=1))
        gone, kept = self.people[0], self.people[1]
        gone.write({"email": kept.email, "name": kept.name})
        self.manager.group_ids |= self.env.ref("base.group_partner_manager")
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(self.manager)
        wizard._merge((gone + kept).ids, kept.with_user(self.manager))
        self.env.invalidate_all()
        [answer] = self.env["timebank.wellbeing.response"].search([("partner_id", "=", kept.id)])
        self.assertEqual(answer.happy, 9)
        self.assertEqual(len(self.wave.invitation_ids.filtered(lambda one: one.partner_id == kept)), 1)


class TestWellbeingAccess(WellbeingCase):
    """Members their own; coordinators their banks'; managers all; finance no name and no answer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wave = cls._make_wave(name="Spring Quillfeather")
        cls.wave.with_user(cls.coordinator).action_invite()
        cls.own = cls._make_answer(cls.wave, cls.ann.partner_id, (3, 4, 5, 6))
        cls.others = cls._make_answer(cls.wave, cls.people[0], (7, 7, 7, 7))
        for user in (cls.coordinator, cls.coordinator2, cls.manager, cls.finance, cls.staff):
            user.group_ids |= cls.env.ref("base.group_allow_export")
        cls.env.flush_all()

    def _call(self, user, model, method, *args, **kwargs):
        env = self.env(user=user, context={}, su=False)
        self.env.flush_all()
        self.env.invalidate_all()
        return call_kw(env[model], method, list(args), kwargs)

    def test_what_each_sees(self):
        answers = "timebank.wellbeing.response"
        seen = {
            self.portal: self.own,
            self.portal2: self.env[answers],
            self.staff: self.env[answers],
            self.finance: self.env[answers],
            self.coordinator2: self.env[answers],
            self.coordinator: self.own | self.others,
            self.manager: self.own | self.others,
        }
        for user, records in seen.items():
            with self.subTest(user=user.login):
                found = self._call(user, answers, "search", [("wave_id", "=", self.wave.id)])
                self.assertEqual(set(found), set(records.ids))
                read = self._call(user, answers, "search_read", [], ["satisfied", "partner_id"])
                self.assertEqual({one["id"] for one in read}, set(records.ids))
                groups = self._call(user, answers, "formatted_read_group", [], ["partner_id"], ["happy:avg"])
                self.assertEqual(len(groups), len(records))
                if not user.share:
                    exported = self._call(user, answers, "export_data", records.ids, ["partner_id", "happy"])
                    self.assertEqual(len(exported["datas"]), len(records))

    def test_by_name_of_the_record(self):
        everything = (self.own | self.others).ids
        for user in (self.finance, self.coordinator2, self.staff, self.portal2):
            for method, args in (
                ("read", [["satisfied"]]),
                ("export_data", [["satisfied"]]),
                ("write", [{"satisfied": 1}]),
                ("unlink", []),
            ):
                with self.subTest(user=user.login, method=method), self.assertRaises(UserError) as caught:
                    self._call(user, "timebank.wellbeing.response", method, everything, *args)
                if not user.share:  # who has no right to export at all is told that
                    self.assertIsInstance(caught.exception, AccessError)

    def test_finance_and_members_see_no_rounds(self):
        for user in (self.finance, self.staff, self.portal):
            for model in ("timebank.wellbeing.wave", "timebank.wellbeing.invitation"):
                with self.subTest(user=user.login, model=model), self.assertRaises(AccessError):
                    self._call(user, model, "search_read", [], [])
        for model in ("timebank.wellbeing.wave", "timebank.wellbeing.invitation"):
            self.assertFalse(self._call(self.coordinator2, model, "search", []))

    def test_members_dont_answer_over_rpc(self):
        vals = {"wave_id": self.wave.id, "partner_id": self.portal2.partner_id.id, "way": "link", "happy": 5}
        for user in (self.portal2, self.staff, self.finance):
            with self.assertRaises(AccessError):
                self._call(user, "timebank.wellbeing.response", "create", [vals])
        with self.assertRaises(AccessError):
            self._call(self.coordinator2, "timebank.wellbeing.response", "create", [{**vals, "way": "paper"}])
        for method in ("_answer", "_find_by_token", "_make", "_settle"):
            with self.assertRaises(AccessError):
                self._call(self.manager, "timebank.wellbeing.invitation", method, [1])
        for method in ("_get_results", "_get_own_results", "_cron_ask"):
            with self.assertRaises(AccessError):
                self._call(self.manager, "timebank.wellbeing.wave", method, [1])

    def test_verbs_of_anothers_bank(self):
        for verb in (
            "action_invite",
            "action_remind",
            "action_close",
            "action_follow_up",
            "action_print_sheets",
        ):
            for user in (self.coordinator2, self.finance):
                with self.subTest(verb=verb), self.assertRaises(AccessError):
                    self._call(user, "timebank.wellbeing.wave", verb, self.wave.ids)
        for verb in ("action_read_out", "action_withdraw"):
            with self.assertRaises(AccessError):
                self._call(
                    self.coordinator2, "timebank.wellbeing.invitation", verb, self.wave.invitation_ids[:1].ids
                )
        # nor with a dialog of one's own bank
        desk = self.env["timebank.wellbeing.answer"].with_user(self.coordinator2)
        with self.assertRaises(AccessError):
            made = desk.create(
                {
                    "wave_id": self._make_wave(scheme_id=self.elsewhere.id).id,
                    "invitation_id": self.wave.invitation_ids[:1].id,
                    "way": "read_out",
                    "age_and_consent": True,
                    "happy": "5",
                }
            )
            made.action_save()
