"""The nightly job on real connections: killed and gone on, and two at a time."""

from datetime import date
from unittest.mock import patch

from odoo.api import SUPERUSER_ID

from odoo.addons.timebank_coproduction.models.evidence import timebank_time_audit_job

from ..concurrency_common import ConcurrencyCase

FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 1)


class Killed(Exception):
    """What stops the job as a kill does: nothing after it is done or saved."""


class TestTimeAuditJob(ConcurrencyCase):
    def setUp(self):
        super().setUp()
        with self._connection() as env:
            members = env["timebank.member"].browse(self.member_ids)
            entries = env["timebank.hours"].create(
                [
                    {
                        "scheme_id": self.scheme_id,
                        "partner_id": member.partner_id.id,
                        "date": day,
                        "minutes": 60,
                    }
                    for member in members
                    for day in ("2025-12-10", "2026-02-10")
                ]
            )
            entries.action_submit()
            entries.filtered(lambda entry: entry.state == "submitted").action_approve()

    def tearDown(self):
        with self._connection() as env:
            audits = env["timebank.time.audit"].search([])
            env["mail.activity"].with_context(active_test=False).search(
                [("res_model", "=", audits._name)]
            ).unlink()
            audits.unlink()
        super().tearDown()

    def _get_months(self, env):
        audits = env["timebank.time.audit"].search([("scheme_id", "=", self.scheme_id)])
        return {audit.audited_month: (audit.state, audit.issued_minutes) for audit in audits}

    def _run(self):
        with self._connection() as env:
            env["timebank.time.audit"]._cron_audit()

    def _run_killed(self, after):
        """Run the job, and kill it before its unit after ``after`` of them is saved."""
        count = self.registry["timebank.time.audit"]._count
        done = []

        def counting(audits, *args):
            count(audits, *args)
            audits.env.flush_all()
            if len(done) == after:
                raise Killed
            done.append(args)

        with (
            patch.object(self.registry["timebank.time.audit"], "_count", counting),
            self.assertRaises(Killed),
        ):
            self._run()

    def test_killed_in_the_middle_it_goes_on(self):
        self._run_killed(after=2)
        with self._connection() as env:
            self.assertEqual(set(self._get_months(env)), {FEBRUARY, MARCH}, "the newest are there")
        self._run()
        with self._connection() as env:
            months = self._get_months(env)
            self.assertEqual(len(months), 4)
            self.assertEqual(months[FEBRUARY][1], months[date(2025, 12, 1)][1])

    def test_killed_while_months_are_brought_up_to_date(self):
        self._run()
        with self._connection() as env:
            before = self._get_months(env)
            entry = self._hours(
                env, env["timebank.member"].browse(self.member_ids[0]), date="2025-12-20", minutes=30
            )
            if entry.state == "submitted":
                entry.action_approve()
        self._run_killed(after=2)
        self._run()
        with self._connection() as env:
            audits = env["timebank.time.audit"].search([("scheme_id", "=", self.scheme_id)])
            self.assertEqual(self._get_months(env)[date(2025, 12, 1)][1], before[date(2025, 12, 1)][1] + 30)
            for audit in audits:
                self.assertEqual(
                    audit.outstanding_minutes,
                    sum(
                        other.issued_minutes for other in audits if other.audited_month <= audit.audited_month
                    ),
                )

    def test_two_at_a_time(self):
        counted = []
        count = self.registry["timebank.time.audit"]._count

        def counting(audits, schemes, month, last):
            counted.extend((scheme.id, month) for scheme in schemes)
            count(audits, schemes, month, last)

        job = SUPERUSER_ID, lambda env: env["timebank.time.audit"]._cron_audit() or True
        with (
            patch.object(self.registry["timebank.time.audit"], "_count", counting),
            patch.object(timebank_time_audit_job, "BATCH", 1),
        ):
            self._at_once(job, job)
        with self._connection() as env:
            months = self._get_months(env)
        self.assertEqual(len(months), 4)
        over = [pair for pair in counted if pair[1] < MARCH]
        self.assertEqual(len(over), len(set(over)), "no month that is over was counted twice")
