"""What a month's audit warns of, who is behind it, what can be done, and whether it helped."""

from datetime import date

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from .audit_common import FEBRUARY, JANUARY, MARCH, AuditCase

APRIL = date(2026, 4, 1)


class TestTimeAuditWarnings(AuditCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme.write(dict.fromkeys(cls._thresholds(), 0))

    @classmethod
    def _thresholds(cls):
        return [
            "top_share_most",
            "cover_most",
            "returned_least",
            "falling_most",
            "dormant_most",
            "receiving_most",
            "missing_most",
        ]

    def _shown(self, warning, user=None):
        """The records that a warning's list shows."""
        action = warning.with_user(user or self.coordinator).action_list()
        return self.env[action["res_model"]].with_user(user or self.coordinator).search(action["domain"])

    def test_without_thresholds_nothing_is_warned_of(self):
        self._give(self.ben, date(2025, 7, 10), 600)
        self._run_job()
        self.assertFalse(self.scheme.audit_ids.warning_ids)
        self.assertEqual(self._audit(FEBRUARY).state, "quiet")
        self.assertFalse(self._audit(FEBRUARY).todo_id)

    def test_thresholds_are_per_cent(self):
        for vals in ({"top_share_most": 101}, {"dormant_most": -1}, {"cover_most": -1}):
            with (
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
                mute_logger("odoo.sql_db"),
            ):
                self.scheme.write(vals)

    def test_most_credits_with_few(self):
        self.scheme.top_share_most = 50
        self._give(self.ben, date(2026, 2, 10), 1200)
        people = [self._make_member(f"Person {number}") for number in range(8)]
        for member in people:
            self._give(member, date(2026, 2, 10), 60)
        self._run_job()
        self.assertFalse(self._warning(FEBRUARY, "top"), "nine people have no tenth")
        self._give(self.ann, date(2026, 2, 11), 60)
        self._run_job()
        warning = self._warning(FEBRUARY, "top")
        self.assertEqual(warning.figure, round(100 * 1200 / 1740))
        self.assertIn("69\xa0%", warning.sentence)
        self.assertIn("50\xa0%", warning.sentence)
        self.assertIn("1 of 10", warning.sentence)
        self.assertEqual(self._shown(warning), self.ben.account_id)

    def test_credits_pile_up(self):
        self.scheme.cover_most = 4
        self._give(self.ben, date(2026, 1, 5), 600)
        with freeze_time("2026-02-10"):
            self._return(self.ben, "in February", 120)
        self._run_job()
        warning = self._warning(FEBRUARY, "cover")
        self.assertEqual(warning.figure, 8, "480 outstanding, 60 a month since January")
        self.assertIn("8", warning.sentence)
        self.assertEqual(self._shown(warning), self.ben.account_id)
        self._give(self.ben, date(2026, 2, 6), 1)  # counted anew
        self.scheme.cover_most = 9
        self._run_job()
        self.assertFalse(self._warning(FEBRUARY, "cover"))

    def test_little_comes_back(self):
        self.scheme.returned_least = 40
        hours = self._give(self.ben, date(2026, 2, 5), 600)
        with freeze_time("2026-02-10"):
            claim = self._return(self.ben, "in February", 120)
        self._run_job()
        warning = self._warning(FEBRUARY, "returned")
        self.assertEqual(warning.figure, 20)
        transfers = self.env["timebank.transfer"].search(
            ["|", ("hours_id", "=", hours.id), ("redemption_id", "=", claim.id)]
        )
        self.assertEqual(self._shown(warning), transfers)

    def test_less_is_earned(self):
        self.scheme.falling_most = 30
        for month in (10, 11, 12):
            self._give(self.ben, date(2025, month, 5), 600)
        self._give(self.ben, date(2026, 1, 5), 300)
        self._run_job()
        warning = self._warning(JANUARY, "falling")
        self.assertEqual(warning.figure, 50)
        self.assertEqual(len(self._shown(warning)), 4)
        self.assertFalse(self._warning(MARCH, "falling"), "a month that runs hasn't issued all yet")

    def test_a_young_bank_is_not_compared(self):
        self.scheme.falling_most = 30
        self._give(self.ben, date(2026, 1, 5), 600)
        self._run_job()
        self.assertFalse(self._warning(FEBRUARY, "falling"))

    def test_dormant_people_are_asked(self):
        self.scheme.dormant_most = 20
        for number in range(2):
            self._make_member(f"Person {number}", joined_on="2025-03-01")
        self._give(self.ben, date(2025, 7, 10), 600)
        self._run_job()
        warning = self._warning(FEBRUARY, "dormant").with_user(self.coordinator)
        self.assertIn("1 of 5 members", warning.sentence)
        self.assertEqual(self._shown(warning), self.ben)
        warning.action_step()
        self.assertTrue(warning.step, "what was done is noted")
        with self.assertRaisesRegex(UserError, "asked within"):
            warning.action_step()

    def test_dormant_people_are_asked_what_they_would_like_for_their_credits(self):
        """Not to give back: they have given, and are asked for that as before."""
        self.scheme.dormant_most = 10
        for number in range(3):
            self._make_member(f"Person {number}", joined_on="2025-03-01")
        self._give(self.ben, date(2025, 7, 10), 600)
        self.ben.account_id.write({"has_own_limit": True, "credit_limit_minutes": 600})
        swim = {"scheme_id": self.scheme.id, "approval": "auto"}
        rewards = self.env["timebank.reward"].create(
            [{**swim, "name": "Swim", "minutes": 60}, {**swim, "name": "Long journey", "minutes": 660}]
        )
        rewards.action_publish()
        archery = self.env.ref("timebank_coproduction.skill_archery")
        self.env["timebank.request"].create(
            {"scheme_id": self.scheme.id, "skill_id": archery.id, "partner_id": self.ben.partner_id.id}
        ).action_publish()
        self._run_job()
        self._warning(FEBRUARY, "dormant").with_user(self.coordinator).action_step()
        todo = self.ben.activity_ids
        self.assertEqual(todo.activity_type_id.name, "Ask to spend credits")
        self.assertEqual(todo.user_id, self.coordinator)
        self.assertEqual(todo.summary, "10:00 hours, none spent for 6 months: what would they like?")
        for said in ("Could have: Swim (1 hour)", f"Has asked for: {archery.name}"):
            self.assertIn(said, todo.note)
        self.assertNotIn("Long journey", todo.note)
        self.assertEqual(self.ben.spend_asked_on, date(2026, 3, 18))
        self.assertFalse(self.ben.asked_on, "nobody has asked them to give back")
        # a month later
        self._return(self.ben, date(2026, 3, 20))
        with freeze_time("2026-04-02 10:00:00"):
            self._run_job()
            warning = self._warning(FEBRUARY, "dormant")
            self.assertEqual((warning.figure_after_text, warning.helped), ("0\xa0%", "over"))

    def test_people_who_only_receive_are_asked(self):
        self.scheme.receiving_most = 20
        self.ann.account_id.write({"has_own_limit": True, "credit_limit_minutes": 600})
        for number in range(4):
            self._give(self._make_member(f"Person {number}", joined_on="2026-01-01"), date(2026, 2, 3), 60)
        self._give(self.ben, date(2026, 2, 3), 60, receiver_id=self.ann.partner_id.id)
        self._run_job()
        warning = self._warning(FEBRUARY, "receiving")
        self.assertFalse(warning, "one of six is 17 per cent")
        self.scheme.receiving_most = 10
        self._give(self.ben, date(2026, 2, 4), 60)
        self._run_job()
        warning = self._warning(FEBRUARY, "receiving")
        self.assertIn("1 of 6 people", warning.sentence)
        self.assertEqual(self._shown(warning), self.ann)
        warning.with_user(self.coordinator).action_step()
        self.assertTrue(self.ann.asked_on)

    def test_what_is_wanted_and_not_offered(self):
        self.scheme.missing_most = 1
        archery = self.env.ref("timebank_coproduction.skill_archery")
        self._give(self.ben, date(2026, 2, 10), 60)
        wish = {"scheme_id": self.scheme.id, "skill_id": archery.id}
        self.env["timebank.request"].create({**wish, "partner_id": self.ann.partner_id.id}).action_publish()
        offer = self.env["timebank.offer"].create({**wish, "partner_id": self.ben.partner_id.id})
        self._run_job()
        warning = self._warning(FEBRUARY, "missing").with_user(self.coordinator)
        self.assertIn(archery.name, warning.sentence)
        self.assertEqual(self._shown(warning), archery)
        action = warning.action_step()
        self.assertEqual(self.env["timebank.offer"].search(action["domain"]), offer)
        self.assertEqual(action["context"]["default_skill_id"], archery.id)

    # ------------------------------------------------------------
    # To-dos
    # ------------------------------------------------------------

    def _warn(self):
        """A warning in February, of nothing that came back."""
        self.scheme.returned_least = 40
        self._give(self.ben, date(2026, 2, 5), 600)
        self._run_job()
        return self._audit(FEBRUARY)

    def test_one_to_do_for_a_bank_and_month(self):
        audit = self._warn()
        self.assertEqual(audit.state, "open")
        self.assertEqual(audit.todo_id.user_id, self.coordinator)
        self.assertIn("February 2026", audit.todo_id.summary)
        self._run_job()
        todos = self.env["mail.activity"].search([("res_model", "=", audit._name)])
        self.assertEqual(todos, audit.todo_id)
        figures = self.env["timebank.today"].with_user(self.coordinator).get_today()["sections"]
        [figure] = [one for part in figures for one in part["figures"] if one["key"] == "audits"]
        self.assertEqual((figure["count"], figure["text"]), (1, "1 warning"))
        elsewhere = self.env["timebank.today"].with_user(self.coordinator2).get_today()["sections"]
        self.assertFalse([one for part in elsewhere for one in part["figures"] if one["key"] == "audits"])

    def test_it_is_closed_by_hand(self):
        audit = self._warn()
        todo = audit.todo_id
        with self.assertRaises(AccessError):
            audit.with_user(self.coordinator2).action_done()
        audit.with_user(self.coordinator).action_done()
        self.assertEqual((audit.state, todo.active), ("done", False))
        self._run_job()
        self.assertEqual(audit.state, "done")
        self.assertFalse(self.env["mail.activity"].search([("res_model", "=", audit._name)]))

    def test_it_is_closed_by_noting_what_was_done(self):
        audit = self._warn()
        warning = audit.warning_ids.with_user(self.coordinator)
        warning.step = "A bus trip is in the catalogue"
        self.assertEqual((audit.state, audit.todo_id.active), ("done", False))
        self.assertEqual((warning.step_by_id, warning.step_on), (self.coordinator, date(2026, 3, 18)))

    def test_it_is_closed_by_the_warning_going_away(self):
        audit = self._warn()
        todo = audit.todo_id
        self.scheme.returned_least = 0
        self._give(self.ben, date(2026, 2, 6), 60)  # counted anew
        self._run_job()
        self.assertEqual((audit.state, todo.active), ("quiet", False))
        self.assertFalse(audit.warning_ids)

    def test_it_is_closed_by_the_next_month(self):
        audit = self._warn()
        todo = audit.todo_id
        with freeze_time("2026-04-02"):
            self._run_job()
        self.assertEqual((audit.state, todo.active), ("past", False))
        self.assertEqual(self._audit(MARCH).state, "open")
        self.assertTrue(self._audit(MARCH).todo_id.active)

    # ------------------------------------------------------------
    # A month later
    # ------------------------------------------------------------

    def test_a_month_later_it_says_whether_the_step_helped(self):
        audit = self._warn()
        warning = audit.warning_ids.with_user(self.coordinator)
        self.assertEqual(warning.figure_text, "0\xa0%")
        warning.step = "A bus trip is in the catalogue"
        self._return(self.ben, "now", 180)
        with freeze_time("2026-04-02"):
            self._run_job()
            march = self._audit(MARCH).with_user(self.coordinator)
            [earlier] = march.earlier_warning_ids
            self.assertEqual(earlier, warning)
            self.assertEqual(earlier.step, "A bus trip is in the catalogue")
            self.assertEqual((earlier.figure_text, earlier.figure_after_text), ("0\xa0%", "30\xa0%"))
            self.assertEqual(earlier.helped, "better")
            self._return(self.ben, "again", 120)
            self.assertFalse(self._audit(APRIL).earlier_warning_ids.filtered("step"))

    def test_a_month_later_it_is_over(self):
        warning = self._warn().warning_ids
        self._return(self.ben, "now", 300)
        with freeze_time("2026-04-02"):
            self._run_job()
            self.assertEqual((warning.figure_after_text, warning.helped), ("50\xa0%", "over"))

    def test_a_noted_step_stays_when_the_warning_goes(self):
        audit = self._warn()
        audit.warning_ids.with_user(self.coordinator).step = "A bus trip"
        self.scheme.returned_least = 0
        self._give(self.ben, date(2026, 2, 6), 60)
        self._run_job()
        self.assertEqual(audit.warning_ids.step, "A bus trip")
        self.assertFalse(audit.warning_ids.stands)
        self.assertFalse(audit.warning_count)
