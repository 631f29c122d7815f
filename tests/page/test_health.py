"""Whether all is well: for a monitor, and for managers."""

from odoo.exceptions import AccessError

from ..page_common import PageCase


class TestHealth(PageCase):
    def _ask(self):
        response = self.url_open("/timebank/health")
        return response.status_code, response.json(), response

    def test_for_a_monitor(self):
        status, answer, response = self._ask()
        self.assertEqual((status, answer), (200, {"status": "ok"}))
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertNotIn("Set-Cookie", response.headers)

    def test_a_job_is_late(self):
        cron = self.env.ref("timebank_coproduction.cron_fold")
        job = self.env["timebank.job"].search([("cron_id", "=", cron.id)])
        job._in_verb().write({"succeeded_on": "2026-03-17 12:00:00"})
        self.assertEqual(self._ask()[:2], (503, {"status": "degraded"}))
        self.assertIn(cron.name, self._open_lines(self.manager)["Jobs"].says)

    def test_an_alarm_is_open(self):
        self.scheme._raise_alarm([{"message": "Something is wrong.", "invariant": "sum"}])
        self.assertEqual(self._ask()[:2], (503, {"status": "degraded"}))
        says = self._open_lines(self.manager)
        self.assertFalse(says["Ledger of River Street"].is_well)
        self.assertIn("found something", says["Ledger of River Street"].says)

    def _open_lines(self, user):
        health = self.env["timebank.health"].with_user(user)
        lines = health.search(health.action_open()["domain"])
        return {line.name: line for line in lines}

    def test_for_managers(self):
        self.env["mail.mail"].create({"subject": "Stuck", "state": "exception"})
        lines = self._open_lines(self.manager)
        self.assertEqual(
            {name for name, line in lines.items() if not line.is_well}, {"Mails that did not go out"}
        )
        self.assertIn("1 failed", lines["Mails that did not go out"].says)
        self.assertIn("never", lines["Ledger of River Street"].says)
        self.assertRegex(lines["Versions"].says, r"Time bank 19\.0\.\S+, Odoo 19\.0\S*, PostgreSQL \d+\.")
        self._make_hours(self.ben, 60, "approved")
        self.scheme.action_seal()
        says = self._open_lines(self.manager)["Ledger of River Street"].says
        self.assertIn("last sealed Mar 18, 2026, ", says)

    def test_for_nobody_else(self):
        for user in (self.coordinator, self.finance, self.staff, self.portal):
            with self.assertRaises(AccessError):
                self.env["timebank.health"].with_user(user).action_open()
