"""Rounds of the four national questions: who is asked, who writes answers down, who sees them."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.service.model import call_kw
from odoo.tools import mute_logger

from ...tools.wellbeing import QUESTIONS
from ..common import TODAY
from ..wellbeing_common import WellbeingCase


class TestWellbeingWave(WellbeingCase):
    def _invite(self, **vals):
        wave = self._make_wave(**vals)
        wave.with_user(self.coordinator).action_invite()
        return wave

    def test_the_published_wording(self):
        questions = [one[0] for one in self.env["timebank.wellbeing.response"]._get_questions().values()]
        self.assertEqual(
            questions,
            [
                "Overall, how satisfied are you with your life nowadays?",
                "Overall, to what extent do you feel that the things you do in your life are worthwhile?",
                "Overall, how happy did you feel yesterday?",
                "Overall, how anxious did you feel yesterday?",
            ],
        )

    def test_everybody_is_asked_by_mail_or_rung(self):
        (self.people[0] | self.people[1]).email = False
        self.env["timebank.member"].search([("partner_id", "=", self.people[2].id)]).wellbeing_mails = False
        wave = self._make_wave()
        told = wave.with_user(self.coordinator).action_invite()
        self.assertEqual(wave.state, "running")
        by_person = {one.partner_id: one for one in wave.invitation_ids}
        self.assertNotIn(self.agency.partner_id, by_person)
        self.assertEqual(by_person[self.people[0]].told_by, "call")
        self.assertEqual(by_person[self.people[2]].told_by, "none")
        self.assertEqual(by_person[self.people[3]].told_by, "mail")
        self.assertIn("To ring: ", told["params"]["text"])
        [call] = by_person[self.people[0]].activity_ids
        self.assertEqual(call.user_id, self.coordinator)
        self.assertFalse(by_person[self.people[2]].activity_ids)
        links = self._find_links()
        self.assertIn("p3@example.org", links)
        self.assertNotIn("p2@example.org", links)
        # a second time only who is new
        told = wave.with_user(self.coordinator).action_invite()
        self.assertIn("Everybody has been asked already", told["params"]["text"])
        self._make_member("Newcomer")
        wave.with_user(self.coordinator).action_invite()
        self.assertEqual(wave.asked_count, len(by_person) + 1)

    def test_the_key_is_kept_as_a_digest(self):
        wave = self._invite()
        links = self._find_links()
        [token] = [path.rpartition("/")[2] for mail, path in links.items() if mail == "p3@example.org"]
        invitation = wave.invitation_ids.filtered(lambda one: one.partner_id == self.people[3])
        self.assertEqual(self.env["timebank.wellbeing.invitation"]._find_by_token(token), invitation)
        self.assertNotEqual(invitation.sudo().token, token)
        for user in (self.coordinator, self.manager):
            with self.assertRaises(AccessError):
                self._as(user, invitation).read(["token"])

    def test_reminded_once(self):
        wave = self._invite()
        first = self._find_links()
        self.env["mail.mail"].search([]).unlink()
        wave.with_user(self.coordinator).action_remind()
        second = self._find_links()
        self.assertEqual(first.keys(), second.keys())
        find = self.env["timebank.wellbeing.invitation"]._find_by_token
        for links in (first, second):  # the first link goes on
            self.assertTrue(find(links["p3@example.org"].rpartition("/")[2]))
        with self.assertRefused("each is reminded once"):
            wave.with_user(self.coordinator).action_remind()

    def test_links_end_with_the_round(self):
        wave = self._invite()
        token = self._find_links()["p3@example.org"].rpartition("/")[2]
        find = self.env["timebank.wellbeing.invitation"]._find_by_token
        with freeze_time(wave.date_to + timedelta(days=1)):
            self.assertFalse(find(token))
        self.assertTrue(find(token))
        one = wave.invitation_ids.filtered(lambda one: one.partner_id == self.people[3])
        one.with_user(self.coordinator).action_withdraw()
        self.assertFalse(find(token))
        other = self._find_links()["p4@example.org"].rpartition("/")[2]
        wave.with_user(self.coordinator).action_close()
        self.assertFalse(find(other))
        self.assertFalse(any(wave.invitation_ids.sudo().mapped("token")))

    def test_who_is_asked_by_purpose(self):
        members = self.env["timebank.member"].search([("partner_id", "in", self.people.ids)])
        members.joined_on = TODAY - timedelta(days=400)
        members[0].joined_on = TODAY - timedelta(days=3)
        (self.ann | self.ben | self.cat).joined_on = TODAY - timedelta(days=400)
        joining = self._make_wave(purpose="joining")
        self.assertEqual(joining._find_people(), members[0].partner_id)
        joining.with_user(self.coordinator).action_invite()
        self.assertFalse(self._make_wave(purpose="joining")._find_people(), "asked in the round before")
        self._leave(members[1])
        self.assertEqual(self._make_wave(purpose="leaving")._find_people(), members[1].partner_id)
        self.assertEqual(self._make_wave(audience="supported")._find_people(), self.ann.partner_id)
        first, _second = self._make_pairs([((5, 5, 5, 5), None)] * 2)
        again = self.waves.browse(first.action_follow_up()["res_id"])
        self.assertEqual(again._find_people(), members[:2].partner_id)

    def test_around_a_course(self):
        with self.assertRaises(ValidationError):
            self._make_wave(purpose="course")
        activity = self.env["timebank.activity"].create(
            {"name": "Cooking", "scheme_id": self.scheme.id, "state": "running"}
        )
        session = self.env["timebank.session"].create(
            {"activity_id": activity.id, "start": f"{TODAY} 14:00:00", "stop": f"{TODAY} 16:00:00"}
        )
        session.action_open()
        session.sign_up(self.people[5])
        wave = self._make_wave(purpose="course", activity_id=activity.id)
        self.assertEqual(wave._find_people(), self.people[5])

    def test_the_nightly_job(self):
        self.scheme.write({"wellbeing_months": 6, "wellbeing_on_joining": True})
        self.waves._cron_ask()
        mine = self.waves.search([("scheme_id", "=", self.scheme.id)])
        self.assertEqual(sorted(mine.mapped("purpose")), ["joining", "regular"])
        self.assertEqual(set(mine.mapped("state")), {"running"})
        self.assertFalse(self.waves.search([("scheme_id", "=", self.elsewhere.id)]))
        asked = {wave.purpose: wave.asked_count for wave in mine}
        self.waves._cron_ask()
        self.assertEqual(self.waves.search([("scheme_id", "=", self.scheme.id)]), mine)
        self.assertEqual({wave.purpose: wave.asked_count for wave in mine}, asked)
        with freeze_time(TODAY + timedelta(days=11)):
            self._make_member("Newcomer", joined_on=TODAY + timedelta(days=11))
            self.waves._cron_ask()
            reminded = mine.invitation_ids.filtered("reminded_on")
            self.assertEqual(reminded.partner_id & self.people, self.people)
            self.assertIn("Newcomer", mine.invitation_ids.partner_id.mapped("name"))
            regular = mine.filtered(lambda wave: wave.purpose == "regular")
            self.assertNotIn("Newcomer", regular.invitation_ids.partner_id.mapped("name"))
        with freeze_time(TODAY + relativedelta(months=6, days=1)):
            self.waves._cron_ask()
            later = self.waves.search([("scheme_id", "=", self.scheme.id)]) - mine
            self.assertEqual(set(mine.mapped("state")), {"done"})
            self.assertIn("regular", later.mapped("purpose"))

    def test_too_many_months_are_refused(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.scheme.wellbeing_months = 61
            self.env.flush_all()

    def test_a_grant_that_serves_the_bank(self):
        grant = self.env["timebank.grant"].create(
            {
                "name": "Elsewhere",
                "funder_id": self.agency.partner_id.id,
                "amount": 10,
                "date_start": TODAY,
                "date_end": TODAY,
                "scheme_ids": [(6, 0, self.elsewhere.ids)],
            }
        )
        with self.assertRaises(ValidationError):
            self._make_wave(grant_id=grant.id)


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
        self.env["timebank.wellbeing.answer"].with_user(self.coordinator).browse(
            action["res_id"]
        ).action_decline()
        self.assertEqual(invitation.state, "declined")
        self.assertFalse(self.wave.response_ids.exists())

    def test_calls_close_with_the_answer(self):
        self.people[0].email = False
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
