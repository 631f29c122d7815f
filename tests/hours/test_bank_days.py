"""Whose today a form proposes and a dialog asks about: that of the bank, wherever the user is."""

from datetime import date

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command

from ..common import TimebankCase
from ..trust.reachable import models_of_ours

#: Eight in the evening in London, and seven in the morning of the ninth in Auckland.
EVENING = "2026-05-08 19:00:00"
HERE, THERE = date(2026, 5, 8), date(2026, 5, 9)
#: What is about the organisation and its books, or about a person whatever their banks.
OF_NO_BANK = {
    "timebank.accrue",
    "timebank.check",
    "timebank.deputy",
    "timebank.disclosure",
    "timebank.erasure",
    "timebank.fund.period",
    "timebank.funder.report.send",
    "timebank.grant",
    "timebank.grant.amend",
    "timebank.grant.date",
    "timebank.reconciliation",
    "timebank.records.pack",
}
#: Zones that are never on the same day as each other at that hour.
ZONES = ("Pacific/Honolulu", "Pacific/Auckland")


class TestBankDays(TimebankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(EVENING))
        cls.scheme.tz = "Pacific/Auckland"
        cls.coordinator.tz = "Europe/London"
        cls.newcomer = cls._make_member("New")
        cls.story = cls.env["timebank.story"].create(
            {"name": "Soup", "scheme_id": cls.scheme.id, "partner_ids": [Command.set(cls.ben.partner_id.ids)]}
        )

    def _dialog(self, name, members=None, **vals):
        chosen = {"active_model": "timebank.member", "active_ids": (members or self.newcomer).ids}
        return self.env[name].with_user(self.coordinator).with_context(**chosen).create(vals)

    def _propose(self, name, zone):
        """The days that a new form of a model has before anybody types one: dict of field → day."""
        context = {
            "tz": zone,
            "active_model": "timebank.member",
            "active_ids": self.newcomer.ids,
            "default_member_ids": [Command.set(self.newcomer.ids)],
            "default_story_id": self.story.id,
        }
        env = self.env(user=self.coordinator.id, su=True, context={**self.env.context, **context})
        model = env[name]
        days = [
            field.name
            for field in model._fields.values()
            if field.type == "date" and (field.default or field.compute and field.store)
        ]
        new = days and model.new(model.default_get(list(model._fields)))
        return {day: new[day] for day in days}

    def test_no_form_proposes_the_users_day(self):
        """Nor any other that changes with where the user is."""
        tried = 0
        for name in sorted(models_of_ours(self.env)):
            if self.env[name]._abstract or not name.startswith("timebank.") or name in OF_NO_BANK:
                continue
            with self.subTest(name):
                proposed = [self._propose(name, zone) for zone in ZONES]
                self.assertEqual(*proposed)
                tried += any(proposed[0].values())
        self.assertGreater(tried, 12)

    def test_who_joined_today_there_can_leave_from_here(self):
        self.assertEqual(self.newcomer.joined_on, THERE)
        leaving = self.env["timebank.leaving"].browse(
            self.newcomer.with_user(self.coordinator).action_leave()["res_id"]
        )
        self.assertEqual(leaving.day, THERE)
        leaving.with_user(self.coordinator).action_confirm()
        self.assertEqual((self.newcomer.state, self.newcomer.left_on), ("left", THERE))

    def test_tomorrow_there_is_no_last_day(self):
        self.coordinator.tz = "Pacific/Auckland"
        self.scheme.tz = "Europe/London"
        leaving = self._dialog("timebank.leaving", member_ids=[Command.set(self.ben.ids)])
        self.assertEqual(leaving.day, HERE)
        leaving.day = THERE
        with self.assertRaisesRegex(UserError, "ends today or earlier"):
            leaving.action_confirm()

    def test_who_leaves_several_banks_does_on_a_day_that_has_begun_in_each(self):
        other = self._make_scheme("London", tz="Europe/London")
        elsewhere = self._make_member(self.ben.partner_id, scheme=other)
        both = self.ben | elsewhere
        leaving = self._dialog("timebank.leaving", member_ids=[Command.set(both.ids)], credit_to="keep")
        self.assertEqual(leaving.day, HERE)
        leaving.action_confirm()
        self.assertEqual(both.mapped("left_on"), [HERE] * 2)

    def test_papers_hold_what_was_given_today(self):
        hours = self._make_hours(self.newcomer, 90, "approved", date=THERE)
        self.assertEqual(hours.state, "approved")
        for name, first in (
            ("timebank.certificate", date(2026, 1, 1)),
            ("timebank.benefits", date(2026, 1, 1)),
            ("timebank.statement", date(2026, 2, 9)),
        ):
            with self.subTest(name):
                dialog = self._dialog(name)
                self.assertEqual((dialog.date_from, dialog.date_to), (first, THERE))
        self.assertTrue(self._dialog("timebank.certificate")._get_lines()[self.newcomer])
        account = self.newcomer.account_id.with_user(self.coordinator)
        [statement] = account._get_statements()
        self.assertEqual((statement["date_to"], len(statement["lines"])), (THERE, 1))
        opened = self.env["timebank.statement"].with_user(self.coordinator)
        opened = opened.create({"account_ids": [Command.set(account.ids)]})
        self.assertEqual(opened.date_to, THERE)

    def test_what_is_typed_stays(self):
        for name in ("timebank.certificate", "timebank.benefits", "timebank.statement"):
            with self.subTest(name):
                dialog = self._dialog(name, date_from="2026-03-01", date_to="2026-04-30")
                self.assertEqual((dialog.date_from, dialog.date_to), (date(2026, 3, 1), date(2026, 4, 30)))
                typed = self._dialog(name, date_to="2026-04-30")
                self.assertEqual(typed.date_to, date(2026, 4, 30))

    def test_consent_is_given_today_there(self):
        dialog = (
            self.env["timebank.story.consenting"]
            .with_user(self.coordinator)
            .create({"story_id": self.story.id, "partner_id": self.ben.partner_id.id, "way": "person"})
        )
        self.assertEqual((dialog.given_on, dialog.until), (THERE, date(2027, 5, 9)))
