import json
from datetime import date, timedelta

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...tools import canonical
from .funder_report_common import FIRST, LAST, FunderReportCase


@tagged("post_install", "-at_install")
class TestFunderReport(FunderReportCase):
    """From a draft to what was sent: who signs what, and what then stays."""

    def test_check_asks_for_signed_days(self):
        report = self._draft()
        with self.assertRaisesRegex(UserError, r"signed for none of these days yet \(Dec 1, 2025 to"):
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
        with self.assertRaisesRegex(UserError, "two people have signed"):
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

    def test_three_people_sign(self):
        """Whoever has several roles signs once: who wrote in it doesn't check it, nor agrees it who did."""
        self._reconcile()
        groups = "timebank_coproduction.group_timebank_%s"
        self.coordinator.group_ids += self.env.ref(groups % "finance")
        self.finance.group_ids += self.env.ref(groups % "manager")
        report = self._draft()
        self.assertFalse(report.can_check)
        with self.assertRaisesRegex(UserError, "somebody else in finance"):
            report.action_check()
        report.action_ask_check()
        self.assertNotEqual(report.sudo().activity_ids.user_id, self.coordinator)
        report.with_user(self.finance).action_check()
        self.assertFalse(report.with_user(self.finance).can_agree)
        with self.assertRaisesRegex(UserError, "another manager"):
            report.with_user(self.finance).action_agree()
        self.assertNotEqual(report.sudo().activity_ids.user_id, self.finance)
        report.with_user(self.manager).action_agree()
        self.assertEqual(report.state, "agreed")

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
        for user in (self.coordinator, self.coordinator2):
            with self.assertRaises(AccessError):  # less what their own bank did, it would tell the other's
                whole.with_user(user).read(["learned_text"])
            for lines in ("section_ids", "plan_line_ids", "link_ids"):
                model = self.env[whole._fields[lines].comodel_name].with_user(user)
                self.assertFalse(model.search([("report_id", "=", whole.id)]))
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
        told = report.with_user(self.manager).action_agree()
        self.assertIn("Figures have changed since", told["params"]["text"])
        # said once, before it is signed
        self.assertEqual((report.state, report.has_drift), ("checked", True))
        told = report.with_user(self.manager).action_agree()
        self.assertEqual(report.state, "agreed")
        self.assertIn("Agreed", told["params"]["text"])
        report.action_send()
        self.assertEqual(report.sudo().content, kept)
        self.assertEqual(report.content_hash, canonical.digest(json.loads(kept)))
        self.assertTrue(report.is_intact)

    def test_drift(self):
        self._reconcile()
        report = self._send(self._draft())
        report.action_compare()
        self.assertFalse(report.has_drift, report.drift)
        self._more_hours()
        report.action_compare()
        self.assertTrue(report.has_drift)
        self.assertRegex(report.drift, r"Time given: was 24\sh, is now 34\sh")

    def test_drift_says_nothing_of_what_was_never_told(self):
        """A row that is new and hidden: nothing was told of it, and nothing is."""
        self._reconcile()
        report = self._send(self._draft())
        rows = {row[0] for row in self._get_section(report, "hours")["table"]["rows"]}
        few = self._make_member("Pat Wells", "professional", joined_on=date(2025, 6, 1))
        self._make_hours(few, 50, "approved", date=LAST, grant_id=self.grant.id)
        self.env.flush_all()
        report.action_compare()
        self.assertTrue(report.has_drift)
        [now] = [one for one in report._make_content()["sections"] if one["key"] == "hours"]
        new = [row for row in now["table"]["rows"] if row[0] not in rows]
        self.assertIn("hidden", new[0])
        for line in report.drift.splitlines():
            self.assertFalse("not there" in line and "hidden" in line, line)

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

    def test_a_new_version_hides_what_the_one_before_did(self):
        """Both together would tell it otherwise, whatever has been approved in between."""
        self._reconcile()
        few = self._make_member("Pat Wells", "professional", joined_on=date(2025, 6, 1))
        self._make_hours(few, 50, "approved", date=date(2026, 1, 9), grant_id=self.grant.id)
        sent = self._send(self._draft())
        hours = self._get_section(sent, "hours")
        hidden = {row[0] for row in hours["table"]["rows"] if "hidden" in row}
        self.assertGreater(len(hidden), 1)
        for number in range(6):
            more = self._make_member(f"Pro {number}", "professional", joined_on=date(2025, 6, 1))
            self._make_hours(more, 60, "approved", date=date(2026, 1, 12), grant_id=self.grant.id)
        alone = self._get_section(self._draft(), "hours")
        self.assertFalse([row for row in alone["table"]["rows"] if "hidden" in row])
        later = sent.browse(sent.action_new_version()["res_id"])
        for report in (later, sent):  # today's of what was sent is what its drift is told from
            made = json.loads(json.dumps(report._make_content()))
            [section] = [one for one in made["sections"] if one["key"] == "hours"]
            self.assertEqual({row[0] for row in section["table"]["rows"] if "hidden" in row}, hidden)
            self.assertIn("as they were", section["answer"])

    def _get_section(self, report, key):
        [section] = [one for one in report._get_content()["sections"] if one["key"] == key]
        return section

    def test_new_version(self):
        self._reconcile()
        report = self._send(self._draft())
        action = report.action_new_version()
        later = report.browse(action["res_id"])
        self.assertEqual((later.state, later.version, later.supersedes_id), ("draft", 2, report))
        self.assertEqual(later.learned_text, report.learned_text)
        self.assertEqual(later.section_ids.mapped("key"), report.section_ids.mapped("key"))
        self.assertEqual(report.action_new_version()["res_id"], later.id)
        other = self.grant.copy()
        other.with_user(self.finance).action_open()
        for change in (
            {"grant_id": other.id},
            {"kind": "bid", "grant_id": False},
            {"date_from": LAST + timedelta(days=1), "date_to": LAST + timedelta(days=9)},
        ):
            with self.subTest(change=change), self.assertRefused("new version of"):
                later.write(change)
        self._send(later)
        self.assertEqual(report.state, "sent")

    def test_what_was_kept_stays_in_its_language(self):
        """An application has that of who drafted it, whoever signs it; a new version that of the last, since
        what was hidden is found again by its words."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.finance.lang = "fr_FR"
        bid = self._draft(kind="bid", grant_id=False, scheme_ids=[(6, 0, self.scheme.ids)])
        self.assertEqual(bid.with_user(self.finance).with_context(lang="fr_FR")._get_lang(), "en_US")
        self._reconcile()
        report = self._send(self._draft())
        self.grant.funder_id.lang = "fr_FR"
        self.assertEqual(self._draft()._get_lang(), "fr_FR")
        later = report.browse(report.action_new_version()["res_id"])
        self.assertEqual((report._get_lang(), later._get_lang()), ("en_US", "en_US"))

    def test_a_workbook_that_is_not_sent_is_kept_nowhere(self):
        self._reconcile()
        report = self._draft()
        files = self.env["ir.attachment"].sudo()
        before = files.search_count([])
        self.assertIn(f"/timebank/report/preview/{report.id}/xlsx", report.action_export_xlsx()["url"])
        self.assertEqual(files.search_count([]), before)

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

    def test_finance_sends_a_draft_back(self):
        """Once asked, with a reason that stays on it until it is checked; nobody asks twice."""
        self._reconcile()
        report = self._draft()
        self.assertIn("Ask finance", report.waits_for)
        with self.assertRaisesRegex(UserError, "is a draft already"):
            report.with_user(self.finance).action_back_to_draft("Not asked yet")
        report.action_ask_check()
        self.assertIn(report.sudo().activity_ids.user_id.name, report.waits_for)
        for user in (self.coordinator2, self.member_user()):
            with self.assertRaises(AccessError):
                report.with_user(user).action_back_to_draft("Not mine")
        report.with_user(self.finance).action_back_to_draft("The hall is missing")
        self.assertEqual(
            (report.state, report.asked_on, report.back_reason), ("draft", False, "The hall is missing")
        )
        self.assertEqual(report.sudo().activity_ids.user_id, self.coordinator)
        report.action_ask_check()
        report.with_user(self.finance).action_check()
        self.assertFalse(report.back_reason)
        report.action_back_to_draft("A word was wrong")
        self.assertEqual(report.back_reason, "A word was wrong")

    def test_nobody_is_finance(self):
        report = self._draft()
        self.env.ref("timebank_coproduction.group_timebank_finance").user_ids.group_ids -= self.env.ref(
            "timebank_coproduction.group_timebank_finance"
        )
        with self.assertRaisesRegex(UserError, "Nobody .* is finance"):
            report.action_ask_check()
        self.assertFalse(report.asked_on)

    def test_finance_gets_to_what_stands_behind(self):
        signed = self._reconcile()
        report = self._draft().with_user(self.finance)
        action = report.action_view_reconciliations()
        found = self.env[action["res_model"]].with_user(self.finance).search(action["domain"])
        self.assertEqual(found, signed)
        action = report.action_view_bills()
        self.env[action["res_model"]].with_user(self.finance).search(action["domain"])

    def test_the_money_is_of_the_same_days(self):
        self._reconcile()
        report = self._draft(date_to=LAST - timedelta(days=1))
        with self.assertRaisesRegex(UserError, "the same days"):
            report.with_user(self.finance).action_check()

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
