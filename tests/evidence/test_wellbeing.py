"""Rounds of the four national questions: who is asked, when and how."""

from datetime import timedelta
from unittest.mock import patch

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import mute_logger

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
        self.people[0].phone = "01632 960001"
        self.env["timebank.member"].search([("partner_id", "=", self.people[2].id)]).wellbeing_mails = False
        wave = self._make_wave()
        told = wave.with_user(self.coordinator).action_invite()
        self.assertEqual(wave.state, "running")
        by_person = {one.partner_id: one for one in wave.invitation_ids}
        self.assertNotIn(self.agency.partner_id, by_person)
        self.assertEqual(by_person[self.people[0]].told_by, "call")
        self.assertEqual(by_person[self.people[2]].told_by, "none")
        self.assertEqual(by_person[self.people[3]].told_by, "mail")
        self.assertIn("To ring: 1 person;", told["params"]["text"])
        # who can't be rung either
        self.assertEqual(by_person[self.people[1]].told_by, "hand")
        self.assertFalse(by_person[self.people[1]].activity_ids)
        self.assertIn("To be given a sheet: ", told["params"]["text"])
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

    def test_how_many_are_asked_in_which_way_is_said_first(self):
        everybody = self._make_wave()._find_people()
        everybody.email = False
        self.people[:3].write({"email": "p@example.org"})
        self.env["timebank.member"].search([("partner_id", "=", self.people[2].id)]).wellbeing_mails = False
        wave = self._make_wave().with_user(self.coordinator)
        rung = len(everybody) - 3
        silent = f"{rung} by a sheet, as they have no telephone number"
        ways = f"2 by mail, {silent}, want no such mails: 1"
        self.assertEqual((wave.due_count, wave.due_text), (len(everybody), ways))
        everybody.phone = "01632 960001"
        wave.invalidate_recordset()
        ways = f"2 by mail, {rung} to ring, by to-dos of yours, want no such mails: 1"
        self.assertEqual((wave.due_count, wave.due_text), (len(everybody), ways))
        dialog = wave.action_ask_invite()
        self.assertIn(ways, wave._explain("action_invite"))
        self.assertFalse(wave.invitation_ids, "nobody is asked by asking whether it is meant")
        wave.plans_calls = False
        self.assertIn(f"{rung} by a sheet", wave.due_text)
        reason = self.env["timebank.reason"].with_user(self.coordinator).with_context(**dialog["context"])
        told = reason.create({}).action_confirm()["params"]["text"]
        self.assertIn(f"Asked by mail: 2 people. To be given a sheet: {rung} people.", told)
        self.assertFalse(wave.invitation_ids.activity_ids)
        self.assertEqual(wave.waiting_count, len(everybody))
        self.assertFalse(wave._follow_up().plans_calls)
        with self.assertRefused("has nobody to ask"):
            self._make_wave(purpose="leaving").with_user(self.coordinator).action_ask_invite()

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

    def test_reminding_is_offered_while_somebody_is_left_to_remind(self):
        self.people[1:].email = False
        others = self.env["timebank.member"].search([("scheme_id", "=", self.scheme.id)]).partner_id
        (others - self.people).email = False
        wave = self._invite().with_user(self.coordinator)
        self.assertGreater(wave.waiting_count, wave.remindable_count, "who is rung isn't reminded by mail")
        self.assertEqual(wave.remindable_count, 1)
        wave.action_remind()
        self.assertEqual(wave.remindable_count, 0)
        self.assertTrue(wave.waiting_count)

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
        unnamed = self._make_wave(purpose="course").with_user(self.coordinator)
        self.assertFalse(unnamed._find_people())
        with self.assertRefused("Say which course"):
            unnamed.action_invite()
        activity = self.env["timebank.activity"].create(
            {"name": "Cooking", "scheme_id": self.scheme.id, "state": "running"}
        )
        session = self.env["timebank.session"].create(
            {"activity_id": activity.id, "start": f"{TODAY} 14:00:00", "stop": f"{TODAY} 16:00:00"}
        )
        session.action_open()
        session.sign_up(self.people[5])
        session.sign_up(self.people[6])
        wave = self._make_wave(purpose="course", activity_id=activity.id)
        self.assertEqual(wave._find_people(), self.people[5:7])
        # at its end who answered at its beginning is asked again, by itself and once
        wave.with_user(self.coordinator).action_invite()
        self._make_answer(wave, self.people[5], (5, 5, 5, 5))
        after = [("before_id", "=", wave.id)]
        self.waves._cron_ask()
        self.assertFalse(self.waves.search(after), "it isn’t over")
        for days in (1, 2):
            with freeze_time(TODAY + timedelta(days=days)):
                self.waves._cron_ask()
        again = self.waves.search(after)
        self.assertEqual((wave.state, again.state, again.purpose), ("done", "running", "course"))
        self.assertEqual(again.date_from, TODAY + timedelta(days=1))
        self.assertEqual(again.invitation_ids.partner_id, self.people[5])

    def test_a_course_that_ended_long_ago_begins_nothing(self):
        activity = self.env["timebank.activity"].create(
            {"name": "Cooking", "scheme_id": self.scheme.id, "state": "running"}
        )
        start = TODAY - timedelta(days=90)
        self.env["timebank.session"].create(
            {"activity_id": activity.id, "start": f"{start} 14:00:00", "stop": f"{start} 16:00:00"}
        )
        wave = self._make_wave(purpose="course", activity_id=activity.id, date_from=start)
        self._make_answer(wave, self.people[5], (5, 5, 5, 5))
        wave.with_user(self.coordinator).action_close()
        self.waves._cron_ask()
        self.assertFalse(self.waves.search([("before_id", "=", wave.id)]))

    def test_not_before_it_begins(self):
        monday = TODAY + timedelta(days=5)
        wave = self._make_wave(date_from=monday).with_user(self.coordinator)
        self.assertTrue(wave.begins_later)
        with self.assertRefused("ask people then"):
            wave.action_invite()
        with freeze_time(monday):
            self.env.invalidate_all()
            self.assertFalse(wave.begins_later)
            wave.action_invite()
        self.assertEqual(wave.state, "running")

    def test_it_begins_on_the_banks_own_day(self):
        self.scheme.tz = "Pacific/Auckland"
        self.coordinator.tz = "Europe/London"
        with freeze_time(f"{TODAY} 20:00:00"):
            self.env.invalidate_all()
            wave = self.waves.with_user(self.coordinator).create({"scheme_id": self.scheme.id})
            self.assertEqual(wave.date_from, TODAY + timedelta(days=1))
            wave.action_invite()
            self.assertTrue(wave.invitation_ids)

    def test_what_people_were_asked_stays(self):
        scale = self.env["timebank.wellbeing.scale"].create(
            {
                "name": "Two statements",
                "licence_reference": "L-204",
                "wording": "One\nTwo",
                "answer_words": "never\nalways",
                "scores": "2 2\n3 3.5\n4 5",
            }
        )
        scale.action_switch_on()
        self.assertEqual([scale._get_score([1, 2]), scale._get_score([2, 2])], [3.5, 5])
        scale.action_switch_off()
        scale.scores = "2 2\n3 4\n4 5"
        self.assertEqual(scale._get_score([1, 2]), 4)
        for typed in ("9" * 5000, "1 ²", "٣ 1", "1 2 1", "11"):
            if typed == "11":
                self.assertEqual(scale._read_points(typed), [1, 1])
            else:
                with self.assertRefused("doesn’t fit"):
                    scale._read_points(typed)
        scale.action_switch_on()
        wave = self._invite().with_user(self.coordinator)
        for vals in (
            {"scale_id": scale.id},
            {"purpose": "joining"},
            {"audience": "supported"},
            {"date_from": TODAY + timedelta(days=9)},
        ):
            with self.subTest(vals=vals), self.assertRefused("has begun"):
                wave.write(vals)
        wave.date_to = TODAY + timedelta(days=50)

    def test_whose_grant_it_is_about_stays_once_somebody_has_answered(self):
        funder = self.env["res.partner"].create({"name": "Soup Fund"})
        grant, other = self.env["timebank.grant"].create(
            [
                {
                    "name": name,
                    "funder_id": funder.id,
                    "scheme_ids": [(6, 0, self.scheme.ids)],
                    "amount": 10,
                    "date_start": TODAY - timedelta(days=400),
                    "date_end": TODAY + timedelta(days=400),
                }
                for name in ("Soup", "Bread")
            ]
        )
        wave, fresh = (self._invite(grant_id=one).with_user(self.coordinator) for one in (grant.id, False))
        wave.grant_id = False
        wave.grant_id = grant
        self._make_answer(wave, self.people[0], (5, 5, 5, 5))
        for value in (False, other.id):
            with self.assertRefused("whose grant it is about stays"):
                wave.grant_id = value
        wave.write({"grant_id": grant.id, "date_to": TODAY + timedelta(days=60)})
        fresh.grant_id = grant

    def test_who_was_asked_stays_once_it_is_closed(self):
        """Nobody is taken off it, so that who answered were all who were asked; nor is it deleted."""
        wave = self._invite().with_user(self.coordinator)
        running = self._invite().with_user(self.coordinator)
        asked = wave.asked_count
        wave.invitation_ids[0].action_withdraw()
        self.assertEqual(wave.asked_count, asked - 1)
        wave.action_close()
        for user in (self.coordinator, self.manager):
            with self.subTest(user=user.login):
                with self.assertRefused("is closed: who was asked in it stays"):
                    self._as(user, wave.invitation_ids).action_withdraw()
                for one in (wave, running):
                    with self.assertRefused("People have been asked"):
                        self._as(user, one).unlink()
        self.assertEqual(wave.asked_count, asked - 1)
        self._make_wave().with_user(self.coordinator).unlink()  # that asked nobody

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

    def test_what_nobody_sent_holds_up_nothing(self):
        self.scheme.write({"wellbeing_on_joining": True, "wellbeing_months": 6})
        forgotten = self._make_wave(purpose="joining") | self._make_wave(date_from=TODAY - timedelta(days=9))
        self.waves._cron_ask()
        mine = self.waves.search([("scheme_id", "=", self.scheme.id)]) - forgotten
        self.assertEqual(sorted(mine.mapped("purpose")), ["joining", "regular"])
        self.assertEqual(set(forgotten.mapped("state")), {"draft"})

    def test_a_round_for_some_puts_off_none_for_all(self):
        self.scheme.write({"wellbeing_on_joining": True, "wellbeing_months": 6})
        some = self._make_wave(audience="supported") | self._make_wave(
            purpose="joining", audience="supported"
        )
        some._in_verb().write({"state": "running"})
        self.waves._cron_ask()
        mine = self.waves.search([("scheme_id", "=", self.scheme.id)]) - some
        self.assertEqual(sorted(mine.mapped("purpose")), ["joining", "regular"])
        self.waves._cron_ask()
        self.assertEqual(self.waves.search([("scheme_id", "=", self.scheme.id)]) - some, mine)

    def test_one_round_that_fails_holds_up_no_other(self):
        first, second = self._invite(), self._invite()
        (first | second).purpose = "leaving"
        asked = type(first)._invite

        def fail(wave):
            if wave == first:
                raise UserError("Broken")
            return asked(wave)

        newcomer = self._make_member("Somebody")
        self._leave(newcomer)
        with self.enter_registry_test_mode(), patch.object(type(first), "_invite", fail):
            with mute_logger("odoo.addons.timebank_coproduction.models.common.timebank_job"):
                self.env.ref("timebank_coproduction.cron_wellbeing").method_direct_trigger()
        self.env.invalidate_all()
        self.assertIn(newcomer.partner_id, second.invitation_ids.partner_id)
        self.assertNotIn(newcomer.partner_id, first.invitation_ids.partner_id)

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
