"""What runs by itself: in parts, once at a time, kept, and told when it is late."""

import re
from contextlib import contextmanager, suppress
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from ..common import TimebankCase
from ..concurrency_common import ConcurrencyCase

TODO = "timebank_coproduction.mail_activity_job"
FAILED = "odoo.addons.base.models.ir_cron", "odoo.addons.timebank_coproduction.models.common.timebank_job"


class Killed(BaseException):
    """What stops a job as a kill does: nothing after it is done or saved."""


class TestJobs(TimebankCase):
    """With the job that seals and checks, one bank after the other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.jobs = cls.env["timebank.job"]
        cls.cron = cls.env.ref("timebank_coproduction.cron_seal_and_check")
        cls.job = cls.jobs.search([("cron_id", "=", cls.cron.id)])
        cls.hill = cls._make_scheme("Hill Top")
        cls._make_hours(cls.ann, 60, "approved")
        cls._make_hours(cls._make_member("Dee Ray", scheme=cls.hill), 60, "approved")

    def _run(self, cron=None):
        with self.enter_registry_test_mode(), mute_logger(*FAILED):
            (cron or self.cron).method_direct_trigger()
        self.env.invalidate_all()

    @contextmanager
    def _failing(self, bank, error):
        """While the job seals ``bank``, this goes wrong; those that are sealed are given."""
        seal, sealed = self.registry["timebank.scheme"]._seal_and_check, []

        def failing(scheme):
            if scheme == bank:
                raise error
            seal(scheme)
            sealed.append(scheme.id)

        with patch.object(self.registry["timebank.scheme"], "_seal_and_check", failing):
            yield sealed

    def _get_seals(self):
        return len(self.scheme.last_seal_id), len(self.hill.last_seal_id)

    def _get_todos(self):
        return self.job.activity_search([TODO])

    def test_each_goes_through_the_same(self):
        """Each scheduled action about the addon's records is followed, and calls a method that is a job."""
        crons = self.env["ir.cron"].with_context(active_test=False).search([])
        ours = crons.filtered(lambda cron: cron.model_id.model.startswith("timebank."))
        self.assertGreater(len(ours), 20)
        self.assertEqual(self.jobs.search([]).cron_id, ours)
        for cron in ours:
            found = re.fullmatch(r"model\.(_cron_\w+)\(\)", cron.code.strip())
            self.assertTrue(found, f"{cron.name}: {cron.code}")
            method = getattr(self.registry[cron.model_id.model], found[1])
            self.assertTrue(getattr(method, "is_job", False), f"{cron.name}: {found[1]}")

    def test_what_is_kept(self):
        self._run()
        self.assertEqual(self._get_seals(), (1, 1))
        self.assertRecordValues(
            self.job,
            [{"state": "well", "left_count": 0, "problem": False, "begun_on": self.job.succeeded_on}],
        )
        self.assertEqual(self.job.done_count, len(self.env["timebank.scheme"].search([])))
        self.assertEqual(self.job.ended_on, self.job.succeeded_on)

    def test_killed_in_the_middle_it_goes_on(self):
        # Odoo's assertRaises would undo what was saved
        with self._failing(self.hill, Killed()) as before, suppress(Killed):
            self._run()
        self.env.invalidate_all()
        self.assertEqual(self._get_seals(), (1, 0))
        self.assertFalse(self.job.ended_on)
        count = self.env["timebank.scheme"].search_count([])
        self.assertEqual(self.job.done_count + self.job.left_count, count)
        self.assertGreater(self.job.done_count, 0)
        self.assertGreater(self.job.left_count, 0)
        with self._failing(self.scheme.browse(), None) as after:
            self._run()
        self.assertEqual(self._get_seals(), (1, 1))
        self.assertEqual(before + after, self.env["timebank.scheme"].search([], order="id").ids, "each once")
        self.assertEqual(self.job.state, "well")
        with self._failing(self.scheme.browse(), None) as anew:
            self._run()
        self.assertEqual(anew, before + after, "the next turn begins anew")

    def test_what_fails_stops_nothing_else(self):
        last = self._make_scheme("Lower End")
        self._make_hours(self._make_member("Eve Stone", scheme=last), 60, "approved")
        with self._failing(self.hill, UserError("Something is missing.")):
            self._run()
        self.assertEqual(self._get_seals(), (1, 0))
        self.assertTrue(last.last_seal_id)
        self.assertRecordValues(self.job, [{"state": "failed", "problem": "Something is missing."}])
        self.jobs._cron_watch()
        self.assertIn(self.manager, self._get_todos().user_id)
        self._run()
        self.assertRecordValues(self.job, [{"state": "well", "problem": False}])
        self.assertFalse(self._get_todos())

    def test_what_breaks_off(self):
        """Outside any part: Odoo undoes the run, and what went wrong is kept all the same."""
        cron = self.env.ref("timebank_coproduction.cron_fold")
        job = self.jobs.search([("cron_id", "=", cron.id)])
        broken = ValueError("Key (name)\nDETAIL: (name)=(Ann Lee)")
        with patch.object(self.registry["timebank.account.tail"], "_fold", side_effect=broken):
            self._run(cron)
        self.assertRecordValues(
            job, [{"state": "failed", "problem": "ValueError: Key (name)", "succeeded_on": False}]
        )

    def test_late(self):
        self._run()
        with freeze_time("2026-03-19 05:00:00"):
            self.jobs._cron_watch()
            self.assertEqual(self.job.state, "well")
            self.assertFalse(self._get_todos())
        with freeze_time("2026-03-19 06:00:01"):
            self.env.invalidate_all()
            self.assertEqual(self.job.state, "late")
            self.jobs._cron_watch()
            told = self._get_todos()
            self.assertIn(self.manager, told.user_id)
            self.assertNotIn(self.coordinator, told.user_id)
            self.jobs._cron_watch()
            self.assertEqual(self._get_todos(), told, "nobody is told twice")
            self._run()
            self.assertFalse(self._get_todos())

    def test_switched_off_is_not_late(self):
        self.cron.active = False
        with freeze_time("2026-04-19 06:00:00"):
            self.assertEqual(self.job.state, "off")

    def test_who_reads(self):
        self.assertEqual(self._as(self.manager, self.job).display_name, self.cron.name)
        with self.assertRaises(AccessError):
            self._as(self.coordinator, self.job).read(["state"])
        with self.assertRaises(AccessError):
            self._as(self.manager, self.job).write({"problem": False})


class TestJobsAtOnce(ConcurrencyCase):
    """On connections of their own."""

    def test_the_second_does_nothing(self):
        with self._connection() as env:
            member = env["timebank.member"].browse(self.member_ids[0])
            self._fund(env, member.account_id, 60)
        with self._connection() as first, self._connection() as second:
            tails = first["timebank.account.tail"], second["timebank.account.tail"]
            tails[0]._cron_fold()
            tails[1]._cron_fold()  # would wait for the first, which is open still
            self.assertFalse(tails[0].search_count([]))
            self.assertTrue(tails[1].search_count([]))
        with self._connection() as env:
            self.assertFalse(env["timebank.account.tail"].search_count([]))
            self.assertTrue(env["timebank.job"]._hold("timebank.account.tail._cron_fold"))
            self._check_books(env)
