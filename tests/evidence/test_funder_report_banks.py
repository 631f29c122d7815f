"""A grant that serves several banks: who changes a report on which of them, and what follows on which."""

from datetime import date, timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.modules.migration import load_script
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.misc import file_path

from ..common import TODAY
from .funder_report_common import FIRST, GROUP, LAST, FunderReportCase


@tagged("post_install", "-at_install")
class TestFunderReportBanks(FunderReportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.quay = cls._make_scheme("Quayside", coordinator_ids=[Command.set(cls.coordinator2.ids)])
        cls.both = cls.scheme | cls.quay
        cls.shared = cls._open_grant(
            name="Both Banks", date_start=FIRST, scheme_ids=[Command.set(cls.both.ids)]
        )
        cls.person = cls._make_member("Quinn", scheme=cls.quay).partner_id
        cls.story = cls.env["timebank.story"].create(
            {
                "name": "What Quinn told",
                "scheme_id": cls.quay.id,
                "partner_ids": [Command.set(cls.person.ids)],
                "text": "I have a boat now.",
                "shown_as": "Quinn",
            }
        )
        cls.story.record_consent(cls.person, ["funder"], TODAY.replace(year=2027), "paper")

    def _ways(self, report):
        """Everything by which a report changes: name → function of it as somebody has it."""
        section, line = report.section_ids[0], report.budget_line_ids[0]

        def of(part, mine):
            return part.with_env(mine.env)

        mine = [Command.set(self.scheme.ids)]
        return {
            "words": lambda one: one.write({"learned_text": "Mine"}),
            "days": lambda one: one.write({"date_to": LAST - timedelta(days=1)}),
            "banks": lambda one: one.write({"scheme_ids": mine}),
            "take over": lambda one: one.write(
                {"grant_id": self.grant.id, "scheme_ids": mine, "story_ids": [Command.clear()]}
            ),
            "take over, with its story": lambda one: one.write(
                {"grant_id": self.grant.id, "scheme_ids": mine}
            ),
            "remove": lambda one: one.unlink(),
            "section": lambda one: of(section, one).write({"text": "Mine"}),
            "new section": lambda one: of(section, one).create(
                {"report_id": one.id, "key": "question", "title": "Why?"}
            ),
            "no section": lambda one: of(section, one).unlink(),
            "line": lambda one: of(line, one).write({"reason": "Mine"}),
            "new line": lambda one: of(line, one).create({"report_id": one.id, "name": "Mine"}),
            "import": lambda one: self.assertTrue(
                one.load([".id", "learned_text"], [[str(one.id), "Mine"]])["ids"]
                or (_ for _ in ()).throw(AccessError("Refused by import"))
            ),
            "copy": lambda one: one.copy(),
            "ask": lambda one: one.action_ask_check(),
            "short": lambda one: one.action_keep_short(),
        }

    def test_a_common_bank_is_not_enough(self):
        """Neither for who coordinates one of its banks, nor where they read it as finance."""
        report = self._draft(self.manager, grant_id=self.shared.id, story_ids=[Command.set(self.story.ids)])
        self.assertEqual(report.scheme_ids, self.both)
        for is_finance in (False, True):
            if is_finance:
                self.coordinator.group_ids += self.env.ref(GROUP + "finance")
            for name, way in self._ways(report).items():
                with self.subTest(name, finance=is_finance):
                    # with the cache as the check of one's rights leaves it
                    with self.assertRaises(AccessError) as caught:
                        way(self._as(self.coordinator, report))
                    self.assertNotIn(self.story.name, str(caught.exception))
                self.env.invalidate_all()
                self.assertEqual(report.sudo().writer_ids, self.manager)
                self.assertEqual(report.scheme_ids, self.both)
            self.assertEqual(self._as(self.coordinator, report).has_access("read"), is_finance)
            for operation in ("write", "unlink"):
                self.assertFalse(self._as(self.coordinator, report).has_access(operation))
        self.assertFalse(self._as(self.coordinator, report).can_write, "and its form is read alone")
        self._as(self.manager, report).learned_text = "Ours"

    def test_a_form_stays_open_while_its_banks_are_chosen(self):
        """Whoever picks a grant of others' banks by mistake can pick another."""
        report = self._draft()
        values, spec = {"grant_id": self.shared.id}, {"can_write": {}, "scheme_ids": {}}
        for user in (self.coordinator, self.manager):
            changed = self._as(user, report).onchange(values, ["grant_id"], spec)["value"]
            self.assertTrue(changed.get("can_write", True))

    def test_a_story_of_others_is_not_named(self):
        with self.assertRefused("no such record", error=AccessError) as caught:
            self._draft(story_ids=[Command.set(self.story.ids)])
        self.assertNotIn(self.story.name, str(caught.exception))

    def test_a_copy_has_its_writers(self):
        """Who wrote the words signs no copy of them as somebody else, and no new version."""
        self._reconcile()
        report = self._draft()
        report.with_user(self.manager).section_ids[0].text = "A word of mine"
        authors = report.sudo().writer_ids
        self.assertEqual(authors, self.coordinator | self.manager)
        copy = self._as(self.manager2, report).copy()
        self.assertEqual(copy.sudo().writer_ids, authors | self.manager2)
        again = self._as(self.manager2, copy).copy()
        self.assertEqual(again.sudo().writer_ids, authors | self.manager2)
        report.with_user(self.finance).action_check()
        report.with_user(self.manager2).action_agree()
        report.with_user(self.manager).action_send()
        other = self._as(self.manager2, report)
        later = other.browse(other.action_new_version()["res_id"])
        self.assertEqual(later.sudo().writer_ids, authors | self.manager2)
        later.with_user(self.finance).action_check()
        with self.assertRefused("another manager"):
            self._as(self.manager, later).action_agree()
        self.assertFalse(self._as(self.manager, later).can_agree)

    def test_a_new_version_is_about_the_same(self):
        self._reconcile()
        sent = self._send(self._draft(self.manager2, kind="bid", grant_id=False, scheme_ids=self.both.ids))
        later = sent.browse(sent.with_user(self.manager2).action_new_version()["res_id"])
        self.assertEqual(later.scheme_ids, self.both)
        for change in (
            {"scheme_ids": [Command.set(self.scheme.ids)]},
            {"date_to": LAST - timedelta(days=1)},
            {"date_from": FIRST - timedelta(days=1)},
        ):
            with self.subTest(change=change), self.assertRefused("new version of"):
                self._as(self.manager2, later).write(change)

    @classmethod
    def _send(cls, report, **how):
        cls._agree(report).with_user(cls.manager).action_send(**how)
        cls.env.flush_all()
        return report

    def test_what_was_reported_is_of_the_same_banks(self):
        """The days that are proposed follow the last report on the same banks; that days were reported on is
        said of those that are in both, by name."""
        bid = {"kind": "bid", "grant_id": False}
        self._send(self._draft(self.manager2, **bid, scheme_ids=self.both.ids))
        ours = self._draft(self.manager2, **bid, scheme_ids=self.scheme.ids)
        self.assertIn(f"has days of these for {self.scheme.name}:", ours.days_text)
        elsewhere = self._make_scheme("Hill Top")
        self.assertFalse(self._draft(self.manager2, **bid, scheme_ids=elsewhere.ids).days_text)
        self.patch(type(self), "grant", self.shared)
        self._reconcile()
        one = self._draft()
        self.assertEqual(one.scheme_ids, self.scheme)
        self._agree(one).action_send()
        reports = self.env["timebank.funder.report"]
        about = {"grant_id": self.grant.id}
        self.assertEqual(reports.with_user(self.coordinator).create(about).date_from, date(2026, 3, 1))
        self.assertEqual(reports.with_user(self.coordinator2).create(about).date_from, FIRST)
        whole = reports.with_user(self.manager2).create(about)
        self.assertEqual((whole.scheme_ids, whole.date_from), (self.both, FIRST))
        self.assertIn(f"has days of these for {self.scheme.name}:", whole.days_text)

    def test_days_go_by_the_banks_clock(self):
        """Wherever somebody is, a day is over, and figures are of a day, where the bank is."""
        today, tomorrow = TODAY, TODAY + timedelta(days=1)
        bid = self._draft(kind="bid", grant_id=False, scheme_ids=self.scheme.ids, date_to=TODAY)
        for place, moment, is_over in (
            ("Pacific/Auckland", f"{today} 13:00:00", True),
            ("Pacific/Honolulu", f"{tomorrow} 09:00:00", False),
        ):
            self.scheme.tz = place
            for zone in ("Pacific/Auckland", "Pacific/Honolulu"):
                with self.subTest(bank=place, user=zone), freeze_time(moment):
                    mine = self._as(self.coordinator, bid).with_context(tz=zone)
                    self.assertEqual("go on until" in (mine.days_text or ""), not is_over)
                    made = mine._make_content()
                    day = tomorrow if is_over else today
                    self.assertEqual(made["made_on"], str(day))
                    self.assertIn(f"{day.day} March", made["made_on_text"])
                    self.assertIn(made["made_on_text"], str(made["sections"][-1]["parts"]))
        self.scheme.tz, self.quay.tz = "Pacific/Auckland", "Pacific/Honolulu"
        bid.with_user(self.manager).scheme_ids = self.both
        with freeze_time(f"{today} 13:00:00"):
            self.assertIn("go on until", self._as(self.manager, bid).days_text, "not over in all of them")

    @mute_logger("odoo.sql_db")
    def test_one_report_follows_another(self):
        self._reconcile()
        sent = self._send(self._draft())
        first = sent.browse(sent.action_new_version()["res_id"])
        second = self._draft()
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            second._in_verb().write({"supersedes_id": sent.id})
            self.env.flush_all()
        # as two at once had made them before the database said so
        self.env.flush_all()
        name = "timebank_funder_report_one_follower"
        self.cr.execute(f"DROP INDEX {name}")
        self.cr.execute(
            "UPDATE timebank_funder_report SET supersedes_id = %s WHERE id = %s", (sent.id, second.id)
        )
        self._send(second)
        path = file_path("timebank_coproduction/migrations/19.0.1.6.0/pre-one_follower.py")
        for _twice in range(2):
            load_script(path, "one_follower").migrate(self.cr, "19.0.1.5.0")
        self.env.invalidate_all()
        self.assertEqual((second.supersedes_id, first.supersedes_id), (sent, second))
        self.assertEqual((sent.version, first.version), (1, 3))
        self.assertTrue(second.is_intact)
        self.cr.execute(
            f"CREATE UNIQUE INDEX {name} ON timebank_funder_report (supersedes_id)"
            " WHERE supersedes_id IS NOT NULL"
        )
