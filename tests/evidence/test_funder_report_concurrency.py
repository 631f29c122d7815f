"""A report at the same moment as somebody else's: one successor, and no story that was taken back unheard."""

from functools import partial

from odoo.fields import Command
from odoo.tests import new_test_user

from ..common import TODAY
from ..concurrency_common import GROUP, ConcurrencyCase

#: Tables in which the test leaves rows besides the bank's, each before those it refers to.
WRITTEN = (
    "timebank_funder_report_link",
    "timebank_funder_report_section",
    "timebank_funder_report",
    "timebank_story_used",
    "timebank_story_consent",
    "timebank_story",
)


class TestFunderReportAtOnce(ConcurrencyCase):
    written = WRITTEN

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls._connection() as env:
            cls.manager_id = new_test_user(env, "tb_parallel_manager", groups=GROUP + "manager").id
        cls.addClassCleanup(cls._clean_reports)

    @classmethod
    def _clean_reports(cls):
        """Before the bank's own: they refer to it."""
        with cls._connection() as env:
            env.cr.execute(
                """DELETE FROM ir_attachment WHERE res_model = 'timebank.funder.report' AND res_id > %s""",
                [cls.since["timebank_funder_report"]],
            )
            cls._clean_beside(env, "timebank.funder.report", "timebank.story")
            with cls._without_triggers(env, ("timebank_funder_report",)):
                env.cr.execute(
                    "UPDATE timebank_funder_report SET supersedes_id = NULL WHERE id > %s",
                    [cls.since["timebank_funder_report"]],
                )
                cls._delete_written(env, WRITTEN)

    def _make_story(self, env):
        person = env["timebank.member"].browse(self.member_ids[0]).partner_id
        story = env["timebank.story"].create(
            {
                "name": "The café key",
                "scheme_id": self.scheme_id,
                "partner_ids": [Command.set(person.ids)],
                "text": "I have a key now.",
                "shown_as": "Pat",
            }
        )
        story.record_consent(person, ["funder"], TODAY.replace(year=2027), "paper")
        return story

    def _make_agreed(self, env, **vals):
        """A report that somebody has drafted, somebody checked, and somebody agreed."""
        report = env["timebank.funder.report"].with_user(self.coordinator_ids[0])
        report = report.create({"kind": "bid", "scheme_ids": [Command.set([self.scheme_id])], **vals})
        report.with_env(env).action_check()
        report.with_user(self.manager_id).action_agree()
        return report

    def _new_version(self, env, report_id):
        return env["timebank.funder.report"].browse(report_id).action_new_version()["res_id"]

    def _send(self, env, report_id):
        return env["timebank.funder.report"].browse(report_id).action_send()

    def _withdraw(self, env, story_id):
        return env["timebank.story"].browse(story_id).action_withdraw()

    def test_one_new_version(self):
        """Both who ask for one get the same."""
        with self._connection() as env:
            report = self._make_agreed(env)
            report.action_send()
            report_id = report.id
        results = self._at_once(
            *((user_id, partial(self._new_version, report_id=report_id)) for user_id in self.coordinator_ids)
        )
        self.assertEqual(*results)
        self.assertEqual(sum(self.tries), 3, "the second tried again")
        with self._connection() as env:
            later = env["timebank.funder.report"].browse(report_id).later_ids
            self.assertEqual(later.ids, results[:1])

    def test_what_is_taken_back_while_it_is_sent(self):
        """Either it isn't sent, or who sent it is asked to tell the funder."""
        with self._connection() as env:
            story = self._make_story(env)
            report = self._make_agreed(env, story_ids=[Command.set(story.ids)])
            story_id, report_id = story.id, report.id
        sent, withdrawn = self._at_once(
            (self.coordinator_ids[0], partial(self._send, report_id=report_id)),
            (self.coordinator_ids[1], partial(self._withdraw, story_id=story_id)),
        )
        self.assertIs(withdrawn, True)
        with self._connection() as env:
            report = env["timebank.funder.report"].browse(report_id)
            asked = [todo for todo in report.activity_ids if "taken back" in (todo.summary or "")]
            if isinstance(sent, dict):
                self.assertEqual((report.state, len(asked)), ("sent", 1))
            else:
                self.assertIn("may not be told any more", str(sent))
                self.assertEqual((report.state, asked), ("agreed", []))
