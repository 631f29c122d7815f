"""What is written in a report before anybody signs: its days, sections, headings and own words."""

import json
from datetime import timedelta

from freezegun import freeze_time
from lxml import html
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.modules.migration import load_script
from odoo.tests import Form, tagged
from odoo.tools import SQL, mute_logger
from odoo.tools.misc import file_path

from ...models.evidence.timebank_funder_report_section import OF_BANKS, STANDARD
from ..common import TODAY
from .funder_report_common import FIRST, LAST, FunderReportCase


@tagged("post_install", "-at_install")
class TestFunderReportDraft(FunderReportCase):
    """What a draft proposes, what can be changed in it, and what it then says."""

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
                ["Total", money(600), ""],
            ],
        )
        said = f"Besides the award, others gave {money(600)}, and help in kind."
        self.assertEqual(sections["beside"]["answer"], said)
        self.assertIn(said, sections["summary"]["parts"][0]["text"])
        report.beside_line_ids[1].unlink()
        self.assertEqual(
            report._make_sections()[0]["parts"][0]["text"].count(f"gave {money(600)}."), 1, "no help in kind"
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

    def test_a_section_stands_in_a_report_once(self):
        report = self._draft()
        template = self.env["timebank.funder.report.template"]._keep(report)
        for whose in (report, template.with_user(self.finance)):
            with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
                whose.section_ids = [Command.create({"key": "method"})]
                self.env.flush_all()
            self.env.invalidate_all()
        asked = [Command.create({"key": "question", "title": title}) for title in ("Who?", "When?")]
        report.section_ids = asked
        self.assertEqual(report.section_ids.mapped("key").count("question"), 2)

    def test_what_stood_twice(self):
        """The first stays; of later ones what somebody wrote becomes a question, the rest goes."""
        report = self._draft()
        before = report.section_ids
        sections = self.env["timebank.funder.report.section"]
        for index in sections._once_in_report, sections._once_in_template:
            self.env.cr.execute(SQL("DROP INDEX %s", SQL.identifier(index.full_name(sections))))
        words = report.sudo().section_ids.create(
            [
                {"report_id": report.id, "key": "network", "sequence": 500, **more}
                for more in ({}, {"text": "Ours"}, {"title": "Theirs"})
            ]
        )
        self.env.flush_all()
        path = file_path("timebank_coproduction/migrations/19.0.1.6.0/pre-sections_once.py")
        for _twice in range(2):
            load_script(path, "sections_once").migrate(self.env.cr, "19.0.1.5.0")
        self.env.invalidate_all()
        kept = words.exists()
        self.assertEqual(report.section_ids, before | kept)
        self.assertEqual(
            [(one.key, one.title, one.text) for one in kept],
            [("question", "Network", "Ours"), ("question", "Theirs", False)],
        )

    def test_nobody_moves_a_part_where_they_may_not_write(self):
        report = self._draft()
        template = self.env["timebank.funder.report.template"]._keep(report).with_user(self.finance)
        heading = template.section_ids[:1]
        heading.title = "Their own"
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            heading.write({"template_id": False, "report_id": report.id, "key": "question"})
        self.env.invalidate_all()
        elsewhere = self._make_scheme("Hill Top", coordinator_ids=[Command.set(self.coordinator2.ids)])
        theirs = self._draft(self.coordinator2, kind="bid", grant_id=False, scheme_ids=elsewhere.ids)
        report.plan_line_ids = [Command.create({"kind": "plan", "name": "Forty sessions"})]
        audits = self.env["timebank.self.audit"]
        ours, other = (
            audits.create({"scheme_id": scheme.id, "project_id": False})
            for scheme in (self.scheme, elsewhere)
        )
        ours.line_ids[0].unlink()
        other.line_ids[0].unlink()
        voice = self.env["timebank.self.audit.voice"].create(
            {"audit_id": ours.id, "partner_id": self.coordinator.partner_id.id, "assets": "2"}
        )
        for part, vals in (
            (report.plan_line_ids, {"report_id": theirs.id}),
            (report.section_ids[:1], {"report_id": theirs.id, "key": "question", "title": "Why?"}),
            (voice, {"audit_id": other.id}),
            (ours.line_ids[:1], {"audit_id": other.id, "element": "assets"}),
            (ours, {"scheme_id": elsewhere.id, "met_on": "2025-05-05"}),
            (
                self.env["timebank.wellbeing.wave"].create({"scheme_id": self.scheme.id}),
                {"scheme_id": elsewhere.id},
            ),
        ):
            with self.subTest(part=part._name), self.assertRaises(AccessError), self.env.cr.savepoint():
                self._as(self.coordinator, part).write(vals)
            self.env.invalidate_all()

    def test_in_the_funders_language_and_by_the_banks_clock(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.funder.lang = "fr_FR"
        self.scheme.tz = "Pacific/Auckland"
        self._reconcile()
        tomorrow = TODAY + timedelta(days=1)
        with freeze_time(f"{TODAY} 20:00:00"):
            report = self._send(self._draft(), email="ann@harbour.example.org")
            link = report.link_ids
            self.assertEqual(link.until, tomorrow + timedelta(days=90))
            signed = report._get_signatures()
            self.assertIn(f"{tomorrow.day} March 2026", signed[-1])
            dialog = self.env["timebank.funder.report.send"].with_user(self.coordinator)
            self.assertEqual(dialog.create({"report_id": report.id}).until, link.until)
        mail = self.env["mail.mail"].sudo().search([], order="id desc", limit=1)
        self.assertIn("déc. 2025", mail.subject)
        self.assertIn("déc. 2025", mail.body_html)

    def test_sections_that_have_come_since(self):
        """A draft of before, and a new version of a report of before, offer them, left out at their end."""
        self._reconcile()
        report = self._draft()
        report.section_ids.filtered(lambda section: section.key == "self_audit").unlink()
        version = report.copy()
        version._add_lacking()
        path = file_path("timebank_coproduction/migrations/19.0.1.6.0/post-sections.py")
        for _twice in range(2):
            load_script(path, "sections").migrate(self.env.cr, "19.0.1.5.0")
        for changed in (report, version):
            keys = changed.section_ids.sorted().mapped("key")
            self.assertEqual((sorted(keys), keys[-1]), (sorted(STANDARD), "self_audit"))
            out = changed.section_ids.filtered(lambda one: not one.is_in)
            self.assertEqual(set(out.mapped("key")), {"self_audit"} | OF_BANKS)

    def test_what_is_about_banks_as_a_whole(self):
        """How much of the work uses credits, and how soon people start: in an application, and in a grant's
        report where it is wanted; as on the page."""
        bid = self._draft(kind="bid", grant_id=False, scheme_ids=[(6, 0, self.scheme.ids)])
        grant = self._draft()
        for report, there in ((bid, True), (grant, False)):
            made = {section["key"]: section for section in report._make_content()["sections"]}
            self.assertEqual("embedding" in made, there)
            self.assertEqual(
                report.section_ids.filtered(lambda one: one.key in OF_BANKS).mapped("is_in"), [there] * 2
            )
        grant.section_ids.filtered(lambda one: one.key in OF_BANKS).is_in = True
        self.assertIn("embedding", [section["key"] for section in grant._make_content()["sections"]])
        page = self.env["timebank.evidence"].with_user(self.coordinator)
        page = page.get_page(
            {"scheme_ids": self.scheme.ids, "period": "own", "date_from": FIRST, "date_to": LAST}
        )
        shown = {section["key"]: section for section in page["sections"]}
        made = {section["key"]: section for section in bid._make_content()["sections"]}
        for key in OF_BANKS & made.keys():
            self.assertEqual(
                [(one["key"], one["value"]) for one in made[key]["figures"]],
                [(one["key"], one["value"]) for one in shown[key]["figures"]],
            )

    def test_self_audit(self):
        """The last about the grant, or else about the whole bank; nothing while none was agreed."""

        def section():
            made = report.sudo().with_context(timebank_hide_small=True)
            scope = made._get_scope()
            return made._get_self_audit(scope, made.env["timebank.evidence"]._get_scope_before(scope, "year"))

        def hold(met_on, level, **vals):
            audit = audits.create(
                {
                    "scheme_id": self.scheme.id,
                    "met_on": met_on,
                    "present_ids": [self.ann.partner_id.id],
                    **vals,
                }
            )
            audit.line_ids.agreed_level = level
            audit.line_ids[:1].evidence = "A wall of skills"
            return audit

        audits, report = self.env["timebank.self.audit"].with_user(self.coordinator), self._draft()
        asked = hold("2026-02-02", "2")
        self.assertIsNone(section(), "it is still being scored")
        asked.action_agree()
        self.assertIn("not only what this grant pays for", section()["answer"])
        self.assertNotIn("up and", section()["answer"], "it is the first")
        self.assertFalse(section()["figures"][0]["change"])
        hold("2026-02-20", "1", grant_id=self.grant.id).action_agree()
        hold("2026-02-27", "3", grant_id=self.grant.id).action_agree()
        hold("2026-03-01", "4", grant_id=self.grant.id).action_agree()  # after the report's last day
        found = section()
        self.assertIn("up since 20 February 2026: 10; that went down: 0.", found["answer"])
        self.assertNotIn("not only what", found["answer"])
        self.assertEqual(found["figures"][0]["change"], "2.0 more than before")
        self.assertEqual(found["table"]["rows"][0], ["Assets", "3", "1", "hidden", "hidden"])
        drawn = next(one for one in report._lay_out()["sections"] if one["key"] == "self_audit")
        self.assertEqual(drawn["figures"][0]["change"], "2.0 more than before", "though the grant is new")
        self.assertIn("Shared roles", drawn["svg"])
        self.assertNotIn("Ann", str(drawn), "nobody who was there is named")
        self.assertNotIn("wall", str(drawn))
        report.action_keep_short()
        self.assertFalse(report.section_ids.filtered(lambda one: one.key == "self_audit").is_in)

    def test_own_words_are_told_apart(self):
        """From what is worked out beside them; whose they are goes without saying where nothing else is."""
        report = self._draft(together_text="Neighbours planned it.")
        report.section_ids.filtered(lambda one: one.key == "hours").text = "Most on Fridays."
        part = report._make_content()["sections"][0]["parts"][1]
        self.assertEqual(part["words"], "Neighbours planned it.")
        self.assertNotIn(part["words"], part["text"])
        page = html.fromstring(report.sudo()._make_page())
        said = {one.text_content().strip(): one.getparent() for one in page.xpath("//blockquote")}
        lead = f"In the words of {self.env.company.name}"
        self.assertEqual(
            {words: lead in figure.text_content() for words, figure in said.items()},
            {"Neighbours planned it.": True, "Most on Fridays.": True, "Begin earlier in the year.": False},
        )
        paper = html.fromstring(
            self.env["ir.actions.report"]._render_qweb_html(
                "timebank_coproduction.report_funder_report", report.ids
            )[0]
        )
        self.assertEqual(len(paper.xpath("//*[@class='fr-own']")), 3)
        self.assertEqual(len(paper.xpath("//*[@class='fr-lead']")), 2)

    def test_tab_of_stories_says_what_to_do(self):
        report = self._draft()
        self.assertIn("No story of these time banks may be told to funders yet", report.stories_hint)
        empty = (
            self.env["timebank.funder.report"]
            .with_user(self.coordinator)
            .onchange({}, [], {"stories_hint": {}, "scheme_ids": {}, "grant_id": {}})
        )
        self.assertIn("Choose what the report is about first", empty["value"]["stories_hint"])
        self.assertFalse(report.with_user(self.finance).stories_hint, "how many there are is the bank's")

    def test_days_that_were_told_or_are_not_over(self):
        self._reconcile()
        sent = self._send(self._draft())
        self.assertFalse(sent.days_text)
        self.assertIn("was sent on", self._draft(date_from=LAST).days_text)
        later = self._draft(date_from=LAST + timedelta(days=1), date_to=TODAY - timedelta(days=1))
        self.assertFalse(later.days_text)
        later.date_to = TODAY + timedelta(days=1)
        self.assertIn("figures stop at today", later.days_text)
        later.date_to = TODAY
        self.assertIn("figures stop at today", later.days_text, "the day isn't over yet")
        later.date_to = TODAY + timedelta(days=1)
        bid = later.create(
            {
                "kind": "bid",
                "scheme_ids": [Command.set(self.scheme.ids)],
                "date_from": FIRST,
                "date_to": later.date_to,
            }
        )
        with self.assertRaisesRegex(UserError, "can check it from the next day on"):
            bid.with_user(self.finance).action_check()
        self.assertFalse(sent.browse(sent.action_new_version()["res_id"]).days_text)

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
        out = [one.key for one in following if not one.is_in and one.key not in OF_BANKS]
        self.assertEqual(out, ["beside", "plan"])
        self.assertEqual(sorted(following.mapped("key")), sorted(STANDARD))

    def test_bid(self):
        bid = self.env["timebank.funder.report"].with_user(self.coordinator)
        bid = bid.create(
            {"kind": "bid", "scheme_ids": [(6, 0, self.scheme.ids)], "date_from": FIRST, "date_to": LAST}
        )
        content = bid._make_content()
        keys = [section["key"] for section in content["sections"]]
        self.assertNotIn("money", keys)
        bid.applied_to = "Henley Trust"
        self.assertIn("Henley Trust", bid._make_content()["title"])
        self.assertIn("Henley Trust", bid.display_name)
        self.assertIn("involvement", keys)
        self.assertEqual(bid.section_ids.filtered(lambda one: one.key == "self_audit").is_in, True)
        self._send(bid)

    def test_nothing_is_said_that_only_helps_at_the_page_evidence(self):
        """As which banks to choose there: a funder can't."""
        hill = self._make_scheme("Hill Top")
        hill.coordinator_ids |= self.coordinator
        both = self.scheme | hill
        bid = self.env["timebank.funder.report"].with_user(self.coordinator)
        bid = bid.create(
            {"kind": "bid", "scheme_ids": [(6, 0, both.ids)], "date_from": FIRST, "date_to": LAST}
        )
        said = {one["key"]: one["answer"] for one in bid._make_content()["sections"]}
        self.assertIn("exchanged time with", said["network"])
        self.assertNotIn("Choose", json.dumps(said))
        filters = {"period": "own", "date_from": FIRST, "date_to": LAST}
        page = self.env["timebank.evidence"].with_user(self.coordinator).get_page(filters)
        network = next(one for one in page["sections"] if one["key"] == "network")
        self.assertTrue(network["answer"].endswith("Choose one time bank to see its picture."))
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

    def test_what_finance_has_signed_for_is_proposed(self):
        self._reconcile()
        reports = self.env["timebank.funder.report"].with_user(self.coordinator)
        self.assertEqual(reports.create({"grant_id": self.grant.id}).date_to, LAST)

    def test_evidence_for_an_application_after_all(self):
        """A grant that had been chosen before is let go of."""
        form = Form(self.env["timebank.funder.report"].with_user(self.coordinator))
        form.grant_id = self.grant
        form.kind = "bid"
        report = form.save()
        self.assertEqual((report.kind, report.grant_id.id), ("bid", False))
