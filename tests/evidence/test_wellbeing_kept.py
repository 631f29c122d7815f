"""For how long answers are kept: as long as a grant compares them, and never a part of who was asked."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from ..common import TODAY
from ..wellbeing_common import WellbeingCase

DAY = timedelta(days=1)


class TestWellbeingKept(WellbeingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls.env["timebank.retention"].search(
            [("scheme_id", "=", cls.scheme.id), ("kind", "=", "wellbeing")]
        )

    def _make_grant(self, years, **vals):
        return self.env["timebank.grant"].create(
            {
                "name": "Together",
                "funder_id": self.agency.partner_id.id,
                "amount": 10,
                "date_start": TODAY,
                "date_end": TODAY + relativedelta(years=years, days=-1),
                "scheme_ids": [(6, 0, self.scheme.ids)],
                **vals,
            }
        )

    def _make_round(self, people, answers=None, late=(), **vals):
        """A round that asked these people today, and of whom the first answered, some of them later."""
        wave = self._make_wave(**vals)
        # sudo: as the verb makes them
        self.env["timebank.wellbeing.invitation"].sudo()._make(wave, people)
        for place, person in enumerate(people[: len(people) if answers is None else answers]):
            day = TODAY + timedelta(days=late[place] if place < len(late) else 0)
            with freeze_time(day):
                self._make_answer(wave, person, (5, 6, 7, 2), answered_on=day)
        return wave

    def _find_due(self, day):
        with freeze_time(day):
            return self.rule._find_due()

    def test_the_beginning_of_a_grant_is_there_when_its_last_report_is_checked(self):
        """Three years, and the year after in which the books are reconciled and the report is looked at."""
        self.assertEqual(self.rule.months, 48)
        wave = self._make_round(self.people[:6])
        for months in (36, 40, 47):
            self.assertFalse(self._find_due(TODAY + relativedelta(months=months, days=1)))
        self.assertFalse(self._find_due(TODAY + relativedelta(months=48)))
        self.assertEqual(self._find_due(TODAY + relativedelta(months=48, days=1)), wave.invitation_ids)

    def test_nothing_goes_that_a_grant_still_has_to_report_on(self):
        """Its own rounds, and those for no grant in particular; however few months the bank's line says."""
        self.rule.months = 36
        own, other = self._make_grant(3), self._make_grant(5)
        for grant, served in ((own, own), (None, other), (None, own | other)):
            (own | other).scheme_ids = self.elsewhere
            with self._undone():
                served.scheme_ids = self.scheme
                wave = self._make_round(self.people[:6], grant_id=grant and grant.id)
                last = max(served.mapped("date_end")) + relativedelta(months=6)
                with self.subTest(grant=grant, served=served):
                    for day in (TODAY + relativedelta(months=36, days=1), last):
                        self.assertFalse(self._find_due(day))
                    self.assertEqual(self._find_due(last + DAY), wave.invitation_ids)

    def test_what_is_due_late_counts_too(self):
        self.rule.months = 36
        grant = self._make_grant(3)
        due = grant.date_end + relativedelta(months=11)
        self.env["timebank.grant.deadline"].create(
            {"grant_id": grant.id, "name": "End of project report", "date": due}
        )
        wave = self._make_round(self.people[:6])
        self.assertFalse(self._find_due(due + relativedelta(months=6)))
        self.assertEqual(self._find_due(due + relativedelta(months=6, days=1)), wave.invitation_ids)

    def test_a_grant_of_other_days_or_banks_holds_nothing_up(self):
        self._make_grant(9, scheme_ids=[(6, 0, self.elsewhere.ids)])
        later = self._make_grant(9)
        later.date_start = TODAY + relativedelta(months=2)
        wave = self._make_round(self.people[:6], 4)
        self.assertEqual(self._find_due(TODAY + relativedelta(months=48, days=1)), wave.invitation_ids)

    def test_who_was_asked_goes_with_what_was_answered(self):
        """What is left of several rounds says the same share as before, and not that few answered."""
        self._make_round(self.people[:6])
        with freeze_time(TODAY + relativedelta(months=12)):
            later = self._make_round(self.people[6:], 3, date_from=TODAY)
            later.invitation_ids._in_verb().write({"asked_on": TODAY + relativedelta(months=12)})

        def results():
            shown = self.waves._get_results(self.scheme, TODAY, TODAY + relativedelta(years=3), small=True)
            return shown["asked"], shown["answered"]

        self.assertEqual(results(), (12, 9))
        with freeze_time(TODAY + relativedelta(months=48, days=1)):
            due = self.rule._find_due()
            self.assertEqual(due.partner_id, self.people[:6])
            for one in due:  # as the night's job does, some at a time
                self.rule.sudo()._erase(one)
        self.assertEqual(results(), (6, 3))
        left = self.env["timebank.wellbeing.response"].search([("scheme_id", "=", self.scheme.id)])
        self.assertEqual(left.partner_id, self.people[6:9])

    def test_who_was_asked_together_goes_together(self):
        """Those who answered late, or not at all, with those who did so at once."""
        wave = self._make_round(self.people[:6], 4, late=(0, 3, 20))
        for days in (1, 4, 20):
            self.assertFalse(self._find_due(TODAY + timedelta(days=days) + relativedelta(months=48)))
        day = TODAY + timedelta(days=20) + relativedelta(months=48) + DAY
        self.assertEqual(self._find_due(day), wave.invitation_ids)

    def test_the_list_says_when_they_answered(self):
        """And not when the row was last written."""
        self._make_round(self.people[:6], late=(4,) * 6)
        with freeze_time(TODAY + relativedelta(months=50)):
            action = self.rule.with_user(self.coordinator).action_list_due()
            lines = self.env["timebank.retention.due"].search(action["domain"])
        self.assertEqual(len(lines), 6)
        self.assertEqual(set(lines.mapped("day")), {TODAY + timedelta(days=4)})
        self.assertIn("kept for 48 months", lines[0].why)
