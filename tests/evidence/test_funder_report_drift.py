"""What has changed since a report was kept: found at night or when asked, told as its reader may read it."""

import json
from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from ...models.evidence.timebank_funder_report_drift import _flatten
from ..common import TODAY, undone
from .funder_report_common import FIRST, LAST, FunderReportCase


@tagged("post_install", "-at_install")
class TestFunderReportDrift(HttpCase, FunderReportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._reconcile()
        cls.answers = cls.env["timebank.wellbeing.response"]
        for day, happy in ((date(2025, 12, 5), 5), (date(2026, 2, 5), 7)):
            wave = cls.env["timebank.wellbeing.wave"].create({"scheme_id": cls.scheme.id, "date_from": day})
            cls.answers |= cls.answers.with_user(cls.coordinator).create(
                [
                    {
                        "wave_id": wave.id,
                        "partner_id": one.partner_id.id,
                        "way": "paper",
                        "answered_on": day,
                        "age_and_consent": True,
                        "satisfied": 6,
                        "worthwhile": 6,
                        "happy": happy + number % 3,
                        "anxious": 3,
                    }
                    for number, one in enumerate(cls.people)
                ]
            )
        cls.env.flush_all()

    def _draft_bid(self, **vals):
        return self._draft(kind="bid", grant_id=False, scheme_ids=[Command.set(self.scheme.ids)], **vals)

    def test_nothing_is_compared_when_a_form_opens(self):
        report = self._send(self._draft())
        self.assertEqual((report.has_drift, report.compared_on), (False, TODAY), "as it was checked")
        self._more_hours()
        report.invalidate_recordset()
        self.assertFalse(report.has_drift or report.drift)
        report.action_compare()
        self.assertTrue(report.has_drift)
        self.assertRegex(report.drift, r"Time given: was 24\sh, is now 34\sh")
        again = report.with_user(self.coordinator).copy().sudo()
        self.assertEqual((again.has_drift, again.drift_found, again.compared_on), (False, False, False))
        with self.assertRefused("Draft"):
            self._draft().action_compare()
        back = self._draft()
        back.with_user(self.finance).action_check()
        back._compare()
        back.action_back_to_draft("A word was wrong")
        self.assertFalse(back.compared_on)

    def test_other_words_are_no_change(self):
        """A figure that is called otherwise since, and a minus that stood elsewhere."""
        table = {"head": ["Fund", "USD"], "rows": [["Spent", "$ -\N{ZERO WIDTH NO-BREAK SPACE}5.00"]]}
        kept = {
            "sections": [
                {
                    "key": "money",
                    "title": "Money",
                    "figures": [{"key": "spent", "label": "Spent", "value": "$ 5.00"}],
                    "table": table,
                }
            ]
        }
        today = json.loads(json.dumps(kept))
        today["sections"][0]["figures"][0]["label"] = "Spent on rewards"
        today["sections"][0]["table"]["rows"] = [["Spent", "−$ 5.00"]]
        self.assertEqual(_flatten(kept, "hidden"), _flatten(today, "hidden"))
        today["sections"][0]["figures"][0]["value"] = "$ 6.00"
        self.assertNotEqual(_flatten(kept, "hidden"), _flatten(today, "hidden"))

    def test_each_night(self):
        """What still holds is compared, once a day: what was checked, and what was sent lately and in whose
        place nothing has been sent."""
        report = self._send(self._draft())
        checked = self._draft()
        checked.with_user(self.finance).action_check()
        former = self._send(self._draft_bid())
        later = self._send(former.browse(former.action_new_version()["res_id"]))
        self._more_hours()
        kept, jobs = report | checked | former | later, self.env["timebank.funder.report"]
        jobs._cron_compare()
        self.assertFalse(any(kept.mapped("has_drift")), "they were compared today")
        with freeze_time(TODAY + timedelta(days=1)):
            jobs._cron_compare()
        self.assertEqual(kept.filtered("has_drift"), report | checked | later)
        self.assertEqual(set((kept - former).mapped("compared_on")), {TODAY + timedelta(days=1)})
        with freeze_time(TODAY + timedelta(days=800)):
            jobs._cron_compare()
        self.assertEqual(report.compared_on, TODAY + timedelta(days=1), "that was long ago")
        self.assertEqual(checked.compared_on, TODAY + timedelta(days=800))

    def test_nobody_works_out_an_answer(self):
        """What was before less what is now is what somebody said who has taken it back: finance, which may
        not read answers, isn't told the two."""
        reports = self._send(self._draft()) | self._send(self._draft_bid())
        kept = {report: {one["key"]: one for one in report._get_content()["sections"]} for report in reports}
        self._take_back(5)
        for report in reports:
            title = kept[report]["wellbeing"]["title"]
            with self.subTest(report.kind):
                self._as(self.finance, report).action_compare()
                told = self._as(self.coordinator, report).drift
                self.assertRegex(told, rf"{title[:8]}.*: was .*, is now ")
                said = self._as(self.finance, report).drift.splitlines()
                self.assertIn(f"{title}: this section has changed", said)
                self.assertFalse([line for line in said if line.startswith(title) and "was" in line])
                with self.assertRaises(AccessError):
                    self._as(self.finance, report).read(["drift_found"])

    def _take_back(self, count):
        """So many of those who are left take back what they answered."""
        left = self.answers.exists()
        gone = left.partner_id.sorted("id")[:count]
        left.filtered(lambda one: one.partner_id in gone).sudo().unlink()
        self.env.flush_all()

    def test_what_few_have_answered_since_is_told_by_no_other_figures(self):
        """Checked once more, or in a later version: until five have, how people are stays as it was told."""
        for draft in (self._draft(), self._draft_bid()):
            with self.subTest(draft.kind), undone(self.env):
                told = self._check(draft)
                self._take_back(4)
                draft.action_compare()
                self.assertNotIn(told["title"], draft.drift or "")
                draft.action_back_to_draft("Have another look")
                self.assertEqual(self._read_wellbeing(self.coordinator, draft), told)
                self.assertEqual(self._check(draft), told)
                draft.with_user(self.manager).action_agree()
                draft.with_user(self.coordinator).action_send()
                later = draft.browse(draft.with_user(self.coordinator).action_new_version()["res_id"])
                self.assertEqual(self._check(later), told)
                later.action_back_to_draft("One more has taken it back")
                self._take_back(1)
                fresh = self._check(later)
                self.assertIn("7 did so at least twice", fresh["answer"])
                self.assertNotEqual(fresh, told)
                self._take_back(2)
                later.action_back_to_draft("And others")
                self.assertEqual(self._check(later), fresh, "held against what was told last")
                with self.assertRaises(AccessError):
                    self._as(self.manager, later).read(["people_told"])

    def test_beside_it_nothing_closer_is_told_either(self):
        """In a copy, or another report on the same: nor is one that has told it deleted to tell it anew."""
        draft = self._draft()
        told = self._check(draft)
        draft.action_back_to_draft("Begin anew")
        with self.assertRefused("what it told is kept"):
            draft.with_user(self.coordinator).unlink()
        self._take_back(1)
        for other in (self._draft(), draft.with_user(self.coordinator).copy().sudo()):
            self.assertEqual(self._check(other)["figures"], told["figures"])
            self.assertFalse(other.sudo().people_told, "nothing else was told")
        self._draft().with_user(self.coordinator).unlink()

    def test_what_was_told_is_of_its_own_days(self):
        """Sent back, and its days changed: neither the old figures stand for them, nor close ones beside."""
        draft = self._draft_bid(date_to=LAST - timedelta(days=1))
        told = self._check(draft)
        self.answers[0].sudo().answered_on = LAST
        for count, is_told in ((1, False), (5, True)):
            self.answers[:count].sudo().answered_on = LAST
            draft.action_back_to_draft("It is about a day more")
            draft.with_user(self.coordinator).date_to = LAST
            fresh = self._check(draft)
            with self.subTest(count=count):
                self.assertEqual(bool(fresh["figures"]), is_told)
                self.assertEqual("isn’t told" in fresh["answer"], not is_told)
        self.assertNotEqual(fresh["answer"], told["answer"])

    def test_who_has_answered_otherwise_is_one_of_the_few(self):
        draft = self._draft()
        told = self._check(draft)
        last = self.answers.filtered(lambda one: one.answered_on == date(2026, 2, 5))
        for count, same in ((1, True), (4, True), (5, False)):
            last[:count].with_user(self.coordinator).write({"happy": 10 - count})
            draft.action_back_to_draft("Somebody misread a sheet")
            with self.subTest(count=count):
                self.assertEqual(self._check(draft) == told, same)

    def _check(self, draft):
        draft.with_user(self.finance).action_check()
        return self._read_wellbeing(self.finance, draft)

    def test_a_draft_shows_finance_no_days_of_its_choice(self):
        """On the page, on paper and in the workbook; what is kept is whole, whoever checks it."""
        self.env["timebank.wellbeing.wave"]._keep_settled(self.scheme)
        for draft in (self._draft(), self._draft_bid()):
            with self.subTest(draft.kind), undone(self.env):
                whole, settled = (
                    self._read_wellbeing(user, draft) for user in (self.coordinator, self.finance)
                )
                self.assertEqual(whole, self._read_wellbeing(self.manager, draft))
                self.assertIn("12 did so at least twice", whole["answer"])
                if draft.kind == "grant":
                    self.assertFalse(settled["figures"] or settled["table"] or settled["chart"])
                    self.assertIn("once the report has been checked", settled["answer"])
                else:
                    today = self.env["timebank.evidence"].with_user(self.finance)
                    filters = {"period": "own", "date_from": FIRST, "date_to": LAST}
                    filters["scheme_ids"] = self.scheme.ids
                    [shown] = [
                        one for one in today.get_page(filters)["sections"] if one["key"] == "wellbeing"
                    ]
                    self.assertEqual(settled["answer"], shown["answer"])
                self.assertNotIn(
                    whole["answer"], json.dumps(self._as(self.finance, draft)._lay_out(), default=str)
                )
                draft.with_user(self.finance).action_check()
                self.assertEqual(self._read_wellbeing(self.finance, draft), whole)

    def _read_wellbeing(self, user, report):
        # sudo: as the page, the paper and the workbook have it made
        sections = self._as(user, report).sudo()._get_content()["sections"]
        [section] = [one for one in sections if one["key"] == "wellbeing"]
        return section
