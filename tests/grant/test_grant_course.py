from datetime import date, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from ..common import TODAY
from ..grants_common import GrantCase


@tagged("post_install", "-at_install")
class TestGrantCourse(GrantCase):
    """The daily job that warns of a reward budget off course."""

    def _warnings(self, grant=None):
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", "timebank.grant"),
                ("res_id", "=", (grant or self.grant).id),
                (
                    "activity_type_id",
                    "=",
                    self.env.ref("timebank_coproduction.mail_activity_grant_course").id,
                ),
            ]
        )

    def _run(self):
        self.env["timebank.grant"]._cron_warn()

    def test_those_responsible_are_warned_once(self):
        self._claims(5)
        self._run()
        todos = self._warnings()
        self.assertEqual(todos.user_id, self.finance | self.coordinator)
        self.assertEqual(len(todos), 2)
        self.assertIn("is used up by May 9, 2026", todos[0].summary)
        self._run()
        self.assertEqual(self._warnings(), todos)

    def test_what_will_be_left_over(self):
        self._claims(1)
        self._run()
        self.assertIn("will be left over", self._warnings()[0].summary)

    def test_the_warning_follows_the_figures(self):
        self._claims(5)
        self._run()
        before = self._warnings().mapped("summary")
        with freeze_time(TODAY + timedelta(days=14)):
            self._run()
        self.assertEqual(len(self._warnings()), 2)
        self.assertNotEqual(self._warnings().mapped("summary"), before)

    def test_it_is_taken_back_when_all_is_well(self):
        claims = self._claims(1, cost_amount=21) | self._claims(4)
        self._run()
        for claim in claims[1:]:
            claim.with_user(self.coordinator).action_cancel("Moved away")
        self.grant.invalidate_recordset()
        self.assertEqual(self.grant.course, "on_course")
        self._run()
        self.assertFalse(self._warnings())

    def test_a_closed_grant_needs_no_warning(self):
        self._claims(5)
        self._run()
        self.grant.with_user(self.finance).action_close()
        self._run()
        self.assertFalse(self._warnings())

    def test_too_early_to_say(self):
        grant = self._make_grant("Spring", date_start=date(2026, 3, 1), date_end=date(2027, 2, 28))
        self._run()
        self.assertFalse(self._warnings(grant))

    def test_the_day_on_which_it_is_used_up(self):
        self._claims(5)
        day = self.grant.used_up_on
        # 60 in 77 days: the 100 of the budget last 128 days
        self.assertEqual(day, date(2026, 1, 1) + timedelta(days=128))
