"""Checks: in date or not, and reminded of in time."""

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import freeze_time

from ..common import TODAY, TimebankCase


@freeze_time(f"{TODAY} 09:00:00")
class TestCheck(TimebankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type = cls.env.ref("timebank_coproduction.check_type_food")
        cls.ann.partner_id.email = "ann@example.org"

    def _make_check(self, expires_on, **vals):
        return self.env["timebank.check"].create(
            {
                "partner_id": self.ann.partner_id.id,
                "type_id": self.type.id,
                "issued_on": "2023-01-01",
                "expires_on": expires_on,
                **vals,
            }
        )

    def _reminders(self, check):
        return self.env["mail.mail"].search(
            [
                ("model", "=", "timebank.check"),
                ("res_id", "=", check.id),
                ("recipient_ids", "in", self.ann.partner_id.ids),
            ]
        )

    def test_runs_out_when_its_kind_says(self):
        check = self.env["timebank.check"].create(
            {"partner_id": self.ann.partner_id.id, "type_id": self.type.id, "issued_on": "2026-01-31"}
        )
        self.assertEqual(str(check.expires_on), "2029-01-31")

    def test_states(self):
        checks = {
            state: self._make_check(day, **vals)
            for state, day, vals in (
                ("valid", "2026-12-01", {}),
                ("due", "2026-04-01", {}),
                ("expired", "2026-03-17", {}),
                ("withdrawn", "2026-12-01", {"withdrawn": True}),
            )
        }
        for state, check in checks.items():
            self.assertEqual(check.state, state)
            self.assertEqual(
                self.env["timebank.check"].search(
                    [("state", "=", state), ("partner_id", "=", self.ann.partner_id.id)]
                ),
                check,
            )

    def test_reminded_60_30_and_7_days_before(self):
        check = self._make_check("2026-06-01")
        sent = []
        for day in (
            "2026-04-01",
            "2026-04-02",
            "2026-04-03",
            "2026-05-02",
            "2026-05-03",
            "2026-05-25",
            "2026-05-31",
        ):
            with freeze_time(f"{day} 06:00:00"):
                self.env["timebank.check"]._cron_remind()
                sent.append(len(self._reminders(check)))
        self.assertEqual(sent, [0, 1, 1, 2, 2, 3, 3])

    def test_missed_nights_are_made_up_for(self):
        check = self._make_check("2026-03-30")
        self.env["timebank.check"]._cron_remind()
        self.assertRecordValues(check, [{"reminded_days": 30}])
        self.assertEqual(len(self._reminders(check)), 1)

    def test_broker_is_told_once(self):
        check = self._make_check("2026-05-10")
        self.env["timebank.check"]._cron_remind()
        with freeze_time("2026-04-20 06:00:00"):
            self.env["timebank.check"]._cron_remind()
        self.assertEqual(check.activity_ids.user_id, self.coordinator)
        self.assertEqual(len(check.activity_ids), 1)

    def test_renewed_check_is_not_reminded_of(self):
        check = self._make_check("2026-04-01")
        self._make_check("2029-04-01")
        self.env["timebank.check"]._cron_remind()
        self.assertFalse(self._reminders(check))

    def test_new_date_starts_anew(self):
        check = self._make_check("2026-04-01")
        self.env["timebank.check"]._cron_remind()
        check.expires_on = "2029-04-01"
        self.assertEqual(check.reminded_days, 0)

    def test_who_sees_checks(self):
        check = self._make_check("2026-12-01")
        for user, sees in (
            (self.portal, 1),
            (self.portal2, 0),
            (self.coordinator, 1),
            (self.coordinator2, 0),
            (self.manager, 1),
        ):
            found = self.env["timebank.check"].with_user(user).search_count([("id", "=", check.id)])
            self.assertEqual(found, sees, user.login)
        with self.assertRaises(AccessError):
            check.with_user(self.portal).expires_on = "2030-01-01"
        with self.assertRaises(AccessError):
            self.env["timebank.check"].with_user(self.finance).search([("reference", "!=", False)]).mapped(
                "document"
            )
            self.env["timebank.check"].with_user(self.finance).create(
                {"partner_id": self.ann.partner_id.id, "type_id": self.type.id}
            )

    def test_who_asks_to_join_brings_no_checks_along(self):
        """Of a member of somebody else's bank an applicant's coordinator reads and writes none."""
        theirs = self._make_check("2026-12-01", reference="F-17")
        mine = self._make_scheme("Hill Top", coordinator_ids=[Command.set(self.coordinator2.ids)])
        members = self.env["timebank.member"].with_user(self.coordinator2)
        applicant = members.create({"partner_id": self.ann.partner_id.id, "scheme_id": mine.id})
        checks = self.env["timebank.check"].with_user(self.coordinator2)
        forged = {"partner_id": self.ann.partner_id.id, "type_id": self.type.id, "issued_on": "2026-03-01"}
        self.assertEqual(applicant.state, "applicant")
        self.assertFalse(checks.search([("partner_id", "=", self.ann.partner_id.id)]))
        for attempt in (
            lambda: theirs.with_user(self.coordinator2).read(["reference"]),
            lambda: theirs.with_user(self.coordinator2).write({"expires_on": "2031-01-01"}),
            lambda: theirs.with_user(self.coordinator2).write({"withdrawn": True}),
            lambda: theirs.with_user(self.coordinator2).unlink(),
            lambda: checks.create(forged),
        ):
            self.env.invalidate_all()
            with self.assertRaises(AccessError):
                attempt()
        applicant.action_activate()
        self.assertEqual(checks.search([("partner_id", "=", self.ann.partner_id.id)]), theirs)

    def test_of_who_is_no_member_anywhere_yet(self):
        """What an applicant shows is noted before they are taken in."""
        new = self.env["res.partner"].create({"name": "New Lee"})
        members = self.env["timebank.member"].with_user(self.coordinator)
        members.create({"partner_id": new.id, "scheme_id": self.scheme.id})
        checks = self.env["timebank.check"].with_user(self.coordinator)
        check = checks.create({"partner_id": new.id, "type_id": self.type.id, "issued_on": "2026-03-01"})
        check.reference = "F-18"
        self.assertEqual(checks.search([("partner_id", "=", new.id)]), check)
        self.assertFalse(checks.with_user(self.coordinator2).search([("partner_id", "=", new.id)]))
