import json
from datetime import timedelta

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.evidence.timebank_funder_report_section import STANDARD
from ...tools import canonical
from ..common import TODAY
from .funder_report_common import FIRST, LAST, FunderReportCase


@tagged("post_install", "-at_install")
class TestFunderReport(FunderReportCase):
    """From a draft to what was sent: who signs what, and what then stays."""

    def test_check_asks_for_signed_days(self):
        report = self._draft()
        with self.assertRaisesRegex(
            UserError, "No reconciliation signed by two people is about Dec 1, 2025 to"
        ):
            report.with_user(self.finance).action_check()
        self._reconcile(FIRST, LAST - timedelta(days=10))
        report.invalidate_recordset()
        self.assertIn("Feb 19, 2026 to Feb 28, 2026", report.missing_text)
        self._reconcile(LAST - timedelta(days=9), LAST)
        report.invalidate_recordset()
        self.assertFalse(report.missing_text)
        report.with_user(self.finance).action_check()
        self.assertEqual((report.state, report.checked_by), ("checked", self.finance))

    def test_one_signature_is_not_enough(self):
        made = self.env["timebank.reconciliation"].with_user(self.finance)
        made = made.create({"grant_id": self.grant.id, "date_from": FIRST, "date_to": LAST})
        made.action_prepare()
        with self.assertRaisesRegex(UserError, "signed by two people"):
            self._draft().with_user(self.finance).action_check()

    def test_who_drafts_cannot_agree(self):
        self._reconcile()
        report = self._draft(self.manager)
        report.with_user(self.finance).action_check()
        with self.assertRaisesRegex(UserError, "another manager"):
            report.with_user(self.manager).action_agree()
        report.with_user(self.manager2).action_agree()
        self.assertEqual(report.agreed_by, self.manager2)

    def test_who_wrote_in_it_cannot_agree(self):
        self._reconcile()
        report = self._draft()
        report.with_user(self.manager).section_ids[0].text = "A word of mine"
        report.with_user(self.finance).action_check()
        with self.assertRaisesRegex(UserError, "You have written in"):
            report.with_user(self.manager).action_agree()
        self.assertFalse(report.with_user(self.manager).can_agree)
        self.assertTrue(report.with_user(self.manager2).can_agree)

    def test_roles(self):
        self._reconcile()
        report = self._draft()
        for user in (self.coordinator, self.manager):
            with self.assertRaises(AccessError):
                report.with_user(user).action_check()
        for user in (self.coordinator2, self.member_user()):
            with self.assertRaises(AccessError):
                report.with_user(user).read(["learned_text"])
            with self.assertRaises(AccessError):
                self._draft(user)
        with self.assertRaises(AccessError):
            report.with_user(self.finance).write({"learned_text": "Finance writes nothing"})
        report.with_user(self.finance).action_check()
        with self.assertRaises(AccessError):
            report.with_user(self.finance).action_agree()
        with self.assertRaises(UserError):
            report.with_user(self.coordinator).action_send()
        report.with_user(self.manager).action_agree()
        with self.assertRaises(AccessError):
            report.with_user(self.finance).action_send()
        report.with_user(self.coordinator).action_send()
        self.assertEqual((report.state, report.sent_by), ("sent", self.coordinator))

    def member_user(self):
        return self.portal

    def test_only_banks_that_one_runs(self):
        """A report is no way to the figures and stories of other banks, also not of those that its grant
        serves: of figures for days that one chooses, what others did there can be told."""
        foreign = self.scheme.copy(
            {"name": "Quayside", "code": "QUAY", "coordinator_ids": [Command.set(self.coordinator2.ids)]}
        )
        report = self._draft()
        for way in (
            lambda: self._draft(scheme_ids=[Command.set((self.scheme | foreign).ids)]),
            lambda: report.write({"scheme_ids": [Command.link(foreign.id)]}),
        ):
            with self.assertRaisesRegex(AccessError, "that you run"):
                way()
        shared = self.grant.copy({"scheme_ids": [Command.set((self.scheme | foreign).ids)]})
        shared.with_user(self.finance).action_open()
        mine = self._draft(grant_id=shared.id)
        self.assertEqual(mine.sudo().scheme_ids, self.scheme)
        whole = self._draft(self.manager, grant_id=shared.id)
        self.assertEqual(whole.sudo().scheme_ids, self.scheme | foreign)
        for report, change in (
            (mine, {"scheme_ids": [Command.link(foreign.id)]}),
            (mine, {"scheme_ids": [Command.set(foreign.ids)]}),
            (whole, {"date_from": LAST}),
            (whole, {"date_to": FIRST}),
            (whole, {"scheme_ids": [Command.set(foreign.ids)]}),
        ):
            with self.subTest(change=change), self.assertRaises(AccessError):
                report.with_user(self.coordinator).write(change)

    def test_checked_is_closed_until_it_goes_back(self):
        self._reconcile()
        report = self._agree(self._draft())
        for change in (
            lambda: report.write({"learned_text": "Other"}),
            lambda: report.section_ids[0].write({"is_in": False}),
            lambda: report.write({"section_ids": [(5,)]}),
            lambda: report.budget_line_ids.create({"report_id": report.id, "kind": "budget", "name": "More"}),
            report.unlink,
        ):
            with self.assertRaisesRegex(UserError, "has been checked"):
                change()
        with self.assertRaises(UserError):
            report.write({"state": "draft"})
        report.with_user(self.finance).action_back_to_draft("A bill is missing")
        self.assertEqual((report.state, report.sudo().content), ("draft", False))
        self.assertIn("A bill is missing", " ".join(report.message_ids.mapped("body")))
        report.write({"learned_text": "Other"})
        with self.assertRaises(AccessError):
            report.write({"state": "sent"})

    def test_what_was_checked_is_what_is_sent(self):
        self._reconcile()
        report = self._draft()
        report.with_user(self.finance).action_check()
        kept = report.sudo().content
        self._more_hours()
        report.with_user(self.manager).action_agree()
        report.action_send()
        self.assertEqual(report.sudo().content, kept)
        self.assertEqual(report.content_hash, canonical.digest(json.loads(kept)))
        self.assertTrue(report.is_intact)

    def _more_hours(self):
        entry = self._make_hours(
            self.people[0],
            600,
            state="approved",
            date=LAST,
            receiver_id=self.people[5].partner_id.id,
            grant_id=self.grant.id,
        )
        self.env.flush_all()
        return entry

    def test_drift(self):
        self._reconcile()
        report = self._send(self._draft())
        report.invalidate_recordset()
        self.assertFalse(report.has_drift, report.drift)
        self._more_hours()
        report.invalidate_recordset()
        self.assertTrue(report.has_drift)
        self.assertRegex(report.drift, r"Time given: was 24\sh, is now 34\sh")

    @mute_logger("odoo.sql_db")
    def test_sent_stays(self):
        self._reconcile()
        report = self._send(self._draft())
        for change in (
            lambda: report.write({"learned_text": "Other"}),
            lambda: report.section_ids.write({"title": "Other"}),
            report.unlink,
            lambda: report.action_back_to_draft("Why not"),
        ):
            with self.assertRaisesRegex(UserError, "was sent"):
                change()
        for column, value in (
            ("content", "{}"),
            ("state", "draft"),
            ("pdf_hash", "0"),
            ("sent_by", self.env.uid),
        ):
            with self.assertRaises(psycopg2.errors.RestrictViolation), self.cr.savepoint():
                self.cr.execute(
                    f"UPDATE timebank_funder_report SET {column} = %s WHERE id = %s", (value, report.id)
                )
        with self.assertRaises(psycopg2.errors.RestrictViolation), self.cr.savepoint():
            self.cr.execute("DELETE FROM timebank_funder_report WHERE id = %s", (report.id,))

    @mute_logger("odoo.sql_db")
    def test_sent_stays_by_whatever_way(self):
        """An import, a file put over another, a file beside it: nothing of what was sent changes."""
        self._reconcile()
        report = self._send(self._draft(beside_line_ids=[(0, 0, {"kind": "beside", "name": "The town"})]))
        kept = {kind: report.sudo()._read_kept(kind) for kind in ("pdf", "xlsx")}
        files = self.env["ir.attachment"].sudo()
        files = files.search([("res_model", "=", report._name), ("res_field", "!=", False)])
        self.assertEqual(len(files), 2)
        for user in (self.coordinator, self.manager, self.finance):
            mine = report.with_user(user)
            for fields, row in (
                (["learned_text"], ["Other"]),
                (["section_ids/.id", "section_ids/title"], [str(report.section_ids[0].id), "Other"]),
                (["beside_line_ids/name", "beside_line_ids/kind"], ["A friend", "From others"]),
                (["pdf_file"], ["JVBERi0="]),
                (["state"], ["Draft"]),
            ):
                with self.subTest(user=user.login, fields=fields):
                    done = mine.load([".id", *fields], [[str(report.id), *row]])
                    self.assertFalse(done["ids"], done)
            for change in (
                lambda mine=mine: files.with_env(mine.env).write({"raw": b"%PDF-1.7 another"}),
                lambda mine=mine: files.with_env(mine.env).write({"res_id": 0}),
                lambda mine=mine: files.with_env(mine.env).unlink(),
                lambda mine=mine: files.with_env(mine.env).create(
                    {
                        "name": "pdf_file",
                        "res_model": report._name,
                        "res_id": report.id,
                        "res_field": "pdf_file",
                        "raw": b"%PDF-1.7 another",
                    }
                ),
                lambda mine=mine: mine.beside_line_ids.unlink(),
                lambda mine=mine: mine.beside_line_ids.write({"amount": 5}),
                mine.unlink,
            ):
                with self.assertRaises(UserError), self.cr.savepoint():
                    change()
                    self.env.flush_all()
        report.invalidate_recordset()
        self.assertTrue(report.is_intact)
        self.assertEqual({kind: report.sudo()._read_kept(kind) for kind in kept}, kept)

    def test_what_came_from_others(self):
        """Money and help in kind beside the award, on page one too; nothing where there is none."""
        self._reconcile()
        report = self._draft()
        keys = [section["key"] for section in report._make_content()["sections"]]
        self.assertNotIn("beside", keys)
        report.beside_line_ids = [
            Command.create({"kind": "beside", "name": name, "amount": amount, "reason": what_for})
            for name, amount, what_for in (("The town", 600, "Ovens"), ("A church", 0, "Its hall"))
        ]
        sections = {section["key"]: section for section in report._make_content()["sections"]}
        money = report.currency_id.format
        self.assertEqual(
            sections["beside"]["table"]["rows"],
            [
                ["The town", money(600), "Ovens"],
                ["A church", "–", "in kind: Its hall"],
                ["Together", money(600), ""],
            ],
        )
        said = f"Beside the award, {money(600)} came from others, and help in kind."
        self.assertEqual(sections["beside"]["answer"], said)
        self.assertIn(said, sections["summary"]["parts"][0]["text"])
        report.beside_line_ids[1].unlink()
        self.assertEqual(
            report._make_sections()[0]["parts"][0]["text"].count("came from others."), 1, "no help in kind"
        )

    def test_a_short_one(self):
        """Page one says what the sections that are left out would, and how those figures are made."""
        self._reconcile()
        report = self._draft()
        full = {section["key"]: section for section in report._make_content()["sections"]}
        report.action_keep_short()
        short = {section["key"]: section for section in report._make_content()["sections"]}
        self.assertEqual(short["summary"], full["summary"])
        self.assertLess({"summary", "money", "budget", "learned", "method"}, {*short, "plan"})
        self.assertFalse({"hours", "involvement", "forms", "network", "reciprocity"} & short.keys())
        made = [part["title"] for part in short["method"]["parts"]]
        self.assertIn(full["involvement"]["title"], made)
        self.assertNotIn(full["network"]["title"], made, "page one says nothing of it")
        with self.assertRaises(AccessError):
            report.with_user(self.finance).action_keep_short()
        report.with_user(self.finance).action_check()
        with self.assertRaisesRegex(UserError, "has been checked"):
            report.action_keep_short()

    def test_tampering_is_told(self):
        self._reconcile()
        report = self._draft()
        report.with_user(self.finance).action_check()
        content = json.loads(report.sudo().content)
        content["sections"][1]["answer"] = "All is well"
        self.env.flush_all()
        self.cr.execute(
            "UPDATE timebank_funder_report SET content = %s WHERE id = %s", (json.dumps(content), report.id)
        )
        report.invalidate_recordset()
        self.assertFalse(report.is_intact)
        with self.assertRaisesRegex(UserError, "is not what was checked"):
            report.with_user(self.manager).action_agree()
        report.with_user(self.finance).action_back_to_draft("Tampered with")
        sent = self._send(report)
        paper = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [("res_model", "=", sent._name), ("res_id", "=", sent.id), ("res_field", "=", "pdf_file")]
            )
        )
        self.assertTrue(paper)
        paper.raw = b"%PDF-1.7 another"
        sent.invalidate_recordset()
        self.assertFalse(sent.is_intact)

    def test_new_version(self):
        self._reconcile()
        report = self._send(self._draft())
        action = report.action_new_version()
        later = report.browse(action["res_id"])
        self.assertEqual((later.state, later.version, later.supersedes_id), ("draft", 2, report))
        self.assertEqual(later.learned_text, report.learned_text)
        self.assertEqual(later.section_ids.mapped("key"), report.section_ids.mapped("key"))
        self.assertEqual(report.action_new_version()["res_id"], later.id)
        self._send(later)
        self.assertEqual(report.state, "sent")

    def test_todos_go_to_who_is_next(self):
        self._reconcile()
        report = self._draft()
        report.action_ask_check()
        self.assertTrue(
            report.sudo().activity_ids.user_id.has_group("timebank_coproduction.group_timebank_finance")
        )
        report.with_user(self.finance).action_check()
        self.assertTrue(
            report.sudo().activity_ids.user_id.has_group("timebank_coproduction.group_timebank_manager")
        )
        report.with_user(self.manager).action_agree()
        self.assertEqual(report.sudo().activity_ids.user_id, self.coordinator)
        report.action_send()
        self.assertFalse(report.sudo().activity_ids)

    def test_a_question_comes_beside_the_usual_sections(self):
        """Before the first save as well, and never behind how the figures are made; without an answer it
        keeps the report from being checked."""
        asked = [Command.create({"key": "question", "title": "Who else pays?", "sequence": 900})]
        report = self._draft(section_ids=asked)
        keys = report.section_ids.sorted().mapped("key")
        self.assertEqual(sorted(keys), sorted((*STANDARD, "question")))
        self.assertEqual(keys[-2:], ["question", "method"])
        with self.assertRaisesRegex(UserError, "has no answer yet"):
            report.action_ask_check()
        report.section_ids.filtered(lambda one: one.key == "question").is_in = False
        report.action_ask_check()

    def test_the_money_is_of_the_same_days(self):
        self._reconcile()
        report = self._draft(date_to=LAST - timedelta(days=1))
        with self.assertRaisesRegex(UserError, "the same days"):
            report.with_user(self.finance).action_check()

    def test_headings_are_kept_for_the_funder(self):
        report = self._draft()
        learned = report.section_ids.filtered(lambda one: one.key == "learned")
        learned.write({"title": "What would you do differently?", "sequence": 1})
        report.section_ids.filtered(lambda one: one.key == "network").is_in = False
        report.write(
            {"section_ids": [(0, 0, {"key": "question", "title": "Who else pays?", "text": "The town."})]}
        )
        report.action_keep_headings()
        following = self._draft()
        first = following.section_ids.sorted("sequence")[0]
        self.assertEqual((first.key, first.title), ("learned", "What would you do differently?"))
        self.assertFalse(following.section_ids.filtered(lambda one: one.key == "network").is_in)
        question = following.section_ids.filtered(lambda one: one.key == "question")
        self.assertEqual((question.title, question.text), ("Who else pays?", False))

    def test_what_was_not_kept_can_be_taken_in(self):
        """A section that was removed, or has come with a new version, stands at the end, left out."""
        report = self._draft()
        report.section_ids.filtered(lambda one: one.key in ("beside", "plan")).unlink()
        report.action_keep_headings()
        following = self._draft().section_ids.sorted("sequence")
        self.assertEqual(following[-2:].mapped("key"), ["beside", "plan"])
        self.assertEqual([one.key for one in following if not one.is_in], ["beside", "plan"])
        self.assertEqual(sorted(following.mapped("key")), sorted(STANDARD))

    def test_bid(self):
        bid = self.env["timebank.funder.report"].with_user(self.coordinator)
        bid = bid.create(
            {"kind": "bid", "scheme_ids": [(6, 0, self.scheme.ids)], "date_from": FIRST, "date_to": LAST}
        )
        content = bid._make_content()
        keys = [section["key"] for section in content["sections"]]
        self.assertNotIn("money", keys)
        self.assertIn("involvement", keys)
        self._send(bid)
        other = self._make_scheme("Harbour", coordinator_ids=[(6, 0, self.coordinator2.ids)])
        with self.assertRaises(AccessError):
            bid.create({"kind": "bid", "scheme_ids": [(6, 0, (self.scheme | other).ids)]})

    def test_last_month_is_proposed(self):
        report = (
            self.env["timebank.funder.report"].with_user(self.coordinator).create({"grant_id": self.grant.id})
        )
        self.assertEqual(
            (report.date_from, report.date_to), (FIRST, TODAY.replace(day=1) - timedelta(days=1))
        )

    def test_finance_that_coordinates_elsewhere_writes_nothing(self):
        """Whoever reads all reports as finance changes those of their own bank alone."""
        report = self._draft()
        self.coordinator2.group_ids += self.env.ref("timebank_coproduction.group_timebank_finance")
        theirs = report.with_user(self.coordinator2)
        self.assertEqual(theirs.learned_text, "Begin earlier in the year.")
        self.assertFalse(theirs.can_write)
        for change in (
            lambda: theirs.write({"learned_text": "Mine"}),
            lambda: theirs.section_ids[0].write({"text": "Mine"}),
            lambda: theirs.plan_line_ids.create({"report_id": report.id, "name": "Mine"}),
            theirs.action_ask_check,
            theirs.action_keep_headings,
            theirs.unlink,
        ):
            with self.assertRaises(AccessError):
                change()
