import io
import json
from datetime import timedelta

import openpyxl
from freezegun import freeze_time
from lxml import etree, html
from pypdf import PdfReader

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, tagged
from odoo.tools.safe_eval import safe_eval

from ..common import TODAY, call_as, undone
from .funder_report_common import FunderReportCase
from .funder_report_reading import describe_pictures, plain
from .story_common import make_photo


@tagged("post_install", "-at_install")
class TestFunderReportStories(HttpCase, FunderReportCase):
    """A story without consent can't get into a report, nor stay in it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._reconcile()
        cls.person = cls.people[0].partner_id
        cls.story = cls.env["timebank.story"].with_user(cls.coordinator)
        cls.story = cls.story.create(
            {
                "name": "The café key",
                "scheme_id": cls.scheme.id,
                "partner_ids": [(6, 0, cls.person.ids)],
                "text": "I have a key now.",
                "shown_as": "Pat",
            }
        )

    def _consent(self, *uses, photo=False):
        until = TODAY.replace(year=2027)
        self.story.record_consent(self.person, list(uses), until, "paper", photo=photo)

    def _tells(self, report):
        return "I have a key now." in json.dumps(report._lay_out()["sections"], default=str)

    def test_only_with_consent_for_funders(self):
        with self.assertRaises(ValidationError):
            self._draft(story_ids=[(6, 0, self.story.ids)])
        self._consent("website")
        with self.assertRaisesRegex(ValidationError, "may not be told in this report"):
            self._draft(story_ids=[(6, 0, self.story.ids)])
        self._consent("funder")
        self.assertTrue(self._tells(self._draft(story_ids=[(6, 0, self.story.ids)])))

    def test_who_wrote_a_story_signs_no_report_with_it(self):
        """Nor who noted what people agreed to about it; a report without it is another matter."""
        self._consent("funder")
        until = TODAY.replace(year=2027)
        self.story.with_user(self.manager2).record_consent(self.person, ["funder"], until, "paper")
        self.coordinator.group_ids += self.env.ref("timebank_coproduction.group_timebank_finance")
        report, plain = (
            self._draft(self.manager, story_ids=[(6, 0, self.story.ids)]),
            self._draft(self.manager),
        )
        self.assertTrue(self._as(self.coordinator, plain).can_check)
        self.assertFalse(self._as(self.coordinator, report).can_check)
        with self.assertRefused():
            self._as(self.coordinator, report).action_check()
        report.with_user(self.finance).action_check()
        self.assertFalse(self._as(self.manager2, report).can_agree)
        with self.assertRefused("another manager"):
            self._as(self.manager2, report).action_agree()

    def test_withdrawn_leaves_the_draft(self):
        self._consent("funder")
        report = self._draft(story_ids=[(6, 0, self.story.ids)])
        self.story.action_withdraw()
        report.invalidate_recordset()
        self.assertFalse(report.story_ids)
        self.assertFalse(self._tells(report))

    def test_what_may_not_be_told_any_more_leaves_the_draft(self):
        """Consent that is over, words that were changed; and one that goes holds no other back."""
        other = self.story.copy({"name": "The garden gate", "text": "Now I open it."})
        until = TODAY.replace(year=2027)
        for end in ("words", "date", "both"):
            with self.subTest(end=end), undone(self.env):
                self._consent("funder")
                other.record_consent(other.partner_ids, ["funder"], until, "paper")
                report = self._draft(story_ids=[(6, 0, (self.story | other).ids)])
                if end == "words":
                    self.story.text = "I have two keys now."
                    self.assertEqual(report.story_ids, other)
                elif end == "date":
                    with freeze_time(until + timedelta(days=1)):
                        self.env["timebank.story"]._cron_ask_again()
                    self.assertFalse(report.story_ids)
                else:
                    # as a draft of before has it: the words have changed and it stays chosen
                    other._in_verb().write({"words_no": other.words_no + 1})
                    self.story.action_withdraw()
                    self.assertFalse(report.story_ids)
                self.assertIn("A story was taken out", str(report.message_ids.mapped("body")))
                self.assertNotIn("key", str(report.message_ids.mapped("body")))

    def test_withdrawn_is_not_sent(self):
        self._consent("funder")
        report = self._agree(self._draft(story_ids=[(6, 0, self.story.ids)]))
        self.story.action_withdraw()
        with self.assertRaisesRegex(UserError, "may not be told any more"):
            report.with_user(self.coordinator).action_send()

    def test_what_to_do_where_a_story_was_taken_back(self):
        """Before it is sent: back to draft, where it goes by itself. Then only: tell the funder."""
        self._consent("funder")
        told = {"story_ids": [(6, 0, self.story.ids)]}
        agreed, sent = self._agree(self._draft(**told)), self._send(self._draft(**told))
        self.story.action_withdraw()
        for report, told_of, offered in (
            (agreed, "back to draft", {"Workbook", "Print", "Back to draft"}),
            (sent, "Tell the funder", {"New version"}),
        ):
            alerts, buttons = self._read_form(self._as(self.coordinator, report))
            with self.subTest(report.state):
                [words] = [words for words in alerts if "A story in it" in words]
                self.assertIn(told_of, words)
                self.assertEqual(
                    buttons & {"Send", "Workbook", "Print", "Back to draft", "New version"}, offered
                )
        agreed.with_user(self.coordinator).action_back_to_draft("A story was taken back")
        self.assertFalse(agreed.story_ids)

    def _read_form(self, report):
        """The alerts and the buttons over its form that are shown of it."""
        form = etree.fromstring(report.get_view(view_type="form")["arch"])
        names = {node.get("name") for node in form.xpath(".//field[not(ancestor::field)]")}
        [values] = report.read([*names])

        def shown(path):
            nodes = form.xpath(path)
            return [node for node in nodes if not safe_eval(node.get("invisible") or "False", values)]

        alerts = [" ".join("".join(one.itertext()).split()) for one in shown("./div")]
        return alerts, {one.get("string") for one in shown("./header/button")}

    def test_withdrawn_is_no_longer_shown(self):
        self._consent("funder")
        report = self._send(self._draft(story_ids=[(6, 0, self.story.ids)]))
        used = self.env["timebank.story.used"].search([("story_id", "=", self.story.id)])
        self.assertEqual((used.use, used.used_where), ("funder", report.display_name))
        self.assertTrue(self._tells(report))
        self.story.action_withdraw()
        self.assertFalse(self._tells(report))
        self.assertTrue(report.is_intact, "what was kept stays as it was kept")
        link = self.env["timebank.funder.report.link"]._make(report)
        self.assertTrue(link._find(link.env.context["timebank_address"].rsplit("/", 1)[1]))

    def test_who_sent_it_is_asked_to_tell_the_funder(self):
        self._consent("funder")
        first = self._send(self._draft(story_ids=[(6, 0, self.story.ids)]))
        without = self._send(self._draft())
        self.assertEqual(first.sent_by, self.coordinator)
        dialog = self.story.action_ask_withdraw()
        self.assertEqual(dialog["context"]["timebank_verb"], "action_withdraw")
        said = self.story._explain("action_withdraw")
        self.assertIn("aren’t handed out any more", said)
        self.assertIn(first.display_name, said)
        reason = self.env["timebank.reason"].with_user(self.coordinator).with_context(**dialog["context"])
        with self.assertRaises(AccessError):
            self.story.with_user(self.finance).action_ask_withdraw()
        reason.create({}).action_confirm()
        self.assertEqual(self.story.state, "withdrawn")
        [todo] = first.activity_ids
        self.assertEqual(
            todo.summary, "A story in the report to Harbour Foundation was taken back: tell the funder"
        )
        self.assertEqual(todo.user_id, self.coordinator)
        self.assertNotIn(self.story.name, todo.note)
        self.assertFalse(without.activity_ids)
        self.story.action_withdraw()  # it is already
        self.assertEqual(first.activity_ids, todo)

    def test_a_member_who_takes_it_back_has_who_sent_it_told(self):
        """Who sent it works here no more: who drafted it, or runs the bank, has the to-do."""
        self._consent("funder")
        report = self._send(self._draft(story_ids=[(6, 0, self.story.ids)]))
        said = self.story.copy({"name": "Another"})._explain("action_withdraw")
        self.assertNotIn("handed out", said, "it was in no report")
        self.coordinator.active = False
        self.story.sudo()._withdraw(self.person)
        self.assertTrue(report.activity_ids.user_id.active)
        self.assertIn("taken back", report.activity_ids.summary)

    def test_whoever_is_forgotten_takes_their_story_along(self):
        """Out of drafts, and never handed out again; what was kept stays as it was kept."""
        quiet = self._make_member("Pat Quiet")
        told = {"text": "I have a key now.", "partner_ids": [(6, 0, quiet.partner_id.ids)]}
        story = self.story.create({"name": "A key", "scheme_id": self.scheme.id, **told})
        story.record_consent(quiet.partner_id, ["funder"], TODAY.replace(year=2027), "paper")
        draft = self._draft(story_ids=[(6, 0, story.ids)])
        report = self._send(self._draft(story_ids=[(6, 0, story.ids)]))
        self.assertTrue(self._tells(report))
        self._leave(quiet)
        quiet.with_user(self.manager).action_forget("Asked by letter")
        self.env.invalidate_all()
        self.assertFalse(story.exists())
        self.assertFalse(draft.story_ids)
        self.assertFalse(self._tells(report))
        self.assertFalse(report.pdf_shown or report.xlsx_shown)
        self.assertTrue(report.is_intact)
        self.assertFalse(self._tells(report.browse(report.action_new_version()["res_id"])))

    def test_funder_reads_the_story_and_what_its_photo_shows(self):
        """On the page and in the PDF that is handed out, for who has it read aloud as well."""
        shown, words = "Two hands hold a key before a café’s door", "I have a key now."
        self.story.write({"photo": make_photo((64, 40)), "photo_alt": shown})
        self._consent("funder", photo=True)
        report = self._send(self._draft(story_ids=[(6, 0, self.story.ids)]))
        link = self.env["timebank.funder.report.link"]._make(report)
        address = link.env.context["timebank_address"]
        page = html.fromstring(self._open(None, address).content)
        [section] = page.xpath("//section[.//h2[normalize-space()='Stories']]")
        [photo] = section.xpath(".//img")
        self.assertEqual(photo.get("alt"), shown)
        self.assertTrue(photo.get("src").startswith("data:image/"))
        for told in ("The café key", words, "– Pat"):
            self.assertIn(told, plain(section.text_content()))
        paper = PdfReader(io.BytesIO(self._open(None, f"{address}/pdf").content))
        told = "".join("".join(one.extract_text() for one in paper.pages).split())
        self.assertIn("".join(words.split()), told)
        self.assertIn("–Pat", told)
        if self.env["ir.actions.report"]._get_timebank_engine() == "weasyprint":
            self.assertEqual(describe_pictures(paper.trailer["/Root"]).count(shown), 1)
            self.assertIn((64, 40), [image.image.size for one in paper.pages for image in one.images])

    def _shows_photo(self, report):
        return "data:image" in json.dumps(
            [section["parts"] for section in report._lay_out()["sections"] if section["key"] == "stories"]
        )

    def test_photo_without_consent_is_no_longer_shown(self):
        """Whoever takes back only their photo leaves the words; the files, which have it, are gone."""
        self.story.write({"photo": make_photo((64, 40)), "photo_alt": "A café"})
        self._consent("funder", photo=True)
        report = self._send(self._draft(story_ids=[(6, 0, self.story.ids)]))
        self.assertTrue(self._shows_photo(report))
        self.assertFalse(report._lay_out()["ended"])
        self._consent("funder")
        self.assertFalse(self._shows_photo(report))
        self.assertTrue(self._tells(report))
        self.assertTrue(report._lay_out()["ended"])
        self.story.write({"photo": make_photo((32, 40))})
        self._consent("funder", photo=True)
        self.assertFalse(self._shows_photo(report), "they agreed to another photo")

    def test_words_that_were_changed_are_no_longer_shown(self):
        """Consent is of the words as they are now: those before it, in what was sent, go."""
        self._consent("funder")
        report = self._send(self._draft(story_ids=[(6, 0, self.story.ids)]))
        self.story.write({"text": "We have keys now."})
        self._consent("funder")
        self.assertFalse(self._tells(report))
        self.assertEqual(report._get_ended_stories(), {(self.story.id, "text")})
        checked = self._draft(story_ids=[(6, 0, self.story.ids)])
        self.assertIn("We have keys now.", json.dumps(checked._make_content()))

    # ------------------------------------------------------------
    # Around what is meant to be handed out
    # ------------------------------------------------------------

    def _open(self, user, address):
        self.env.flush_all()
        self.authenticate(user and user.login, user and user.login)
        return self.url_open(address)

    def test_kept_files_are_handed_out_as_long_as_their_stories_may_be(self):
        self._consent("funder")
        report = self._send(self._draft(story_ids=[(6, 0, self.story.ids)]))
        kept = {kind: report.sudo()._read_kept(kind) for kind in ("pdf", "xlsx")}
        fields = (("res_model", "=", report._name), ("res_id", "=", report.id), ("res_field", "!=", False))
        files = self.env["ir.attachment"].search(list(fields))
        self.assertEqual(len(files), 2)
        way = f"/web/content/{report._name}/{report.id}"
        readers = (self.coordinator, self.finance, self.manager)
        for user in readers:
            for kind, content in kept.items():
                self.assertEqual(self._open(user, f"{way}/{kind}_shown").content, content)
            self.assertIn("xlsx_shown", self._as(user, report).action_export_xlsx()["url"])
        self.story.action_withdraw()
        ways = [f"{way}/{kind}_{which}" for kind in kept for which in ("shown", "file")]
        ways += [f"/web/content/{file.id}" for file in files] + [f"{way}/content"]
        for user in readers:
            with self.subTest(user=user.login):
                own = self._as(user, report)
                self.assertEqual((own.pdf_shown, own.xlsx_shown), (False, False))
                for name in ("content", "pdf_file", "xlsx_file"):
                    with self.assertRaises(AccessError):
                        own.read([name])
                    with self.assertRaises(AccessError):
                        own.search([(name, "!=", False)])
                with self.assertRaises(AccessError):
                    self._as(user, files).read(["raw"])
                with self.assertRaisesRegex(UserError, "aren’t handed out"):
                    own.action_export_xlsx()
                for address in ways:
                    answer = self._open(user, address).content
                    self.assertNotIn(answer, kept.values(), address)
                    self.assertNotIn(b"I have a key now.", answer, address)
        self.assertEqual({kind: report.sudo()._read_kept(kind) for kind in kept}, kept)
        later = report.browse(report.action_new_version()["res_id"])
        self.assertFalse(later.story_ids)
        self.assertFalse(self._tells(later))

    def test_who_tells_it_reads_what_ends_with_it(self):
        """On their own pages, before they take it back."""
        self._consent("funder")
        self._agree(self._draft(story_ids=[(6, 0, self.story.ids)]))
        told = self.people[0].with_user(self.coordinator)
        self.assertFalse(told._tell_story(told._find_own_story(self.story.id))["is_sent"])
        self._send(self._draft(story_ids=[(6, 0, self.story.ids)]))
        self.assertTrue(told._tell_story(told._find_own_story(self.story.id))["is_sent"])

    def test_workbook_of_what_was_checked_lets_go_as_well(self):
        self._consent("funder")
        report = self._agree(self._draft(story_ids=[(6, 0, self.story.ids)]))
        self.assertIn("I have a key now.", self._read_words(report))
        self.story.action_withdraw()
        self.assertNotIn("I have a key now.", self._read_words(report))

    def _read_words(self, report):
        book = openpyxl.load_workbook(io.BytesIO(report._make_workbook()))
        return " ".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)

    def test_copies_carry_nobodys_word(self):
        """Neither a signature nor a link nor what people agreed to."""
        self._consent("funder", "website")
        report = self._send(self._draft(story_ids=[(6, 0, self.story.ids)]), email="ann@harbour.example.org")
        again = report.with_user(self.coordinator).copy().sudo()
        self.assertEqual((again.state, again.version), ("draft", 1))
        for name in ("content", "hash", "pdf_file", "checked_by", "agreed_by", "sent_by", "link_ids"):
            self.assertFalse(again[name], name)
        told = self.story.with_user(self.coordinator).copy()
        self.assertFalse(told.sudo().consent_ids)
        self.assertNotIn(told, told._get_tellable("funder"))
        wave = self.env["timebank.wellbeing.wave"].create({"scheme_id": self.scheme.id})
        wave.action_invite()
        strangers = (self.finance, self.coordinator2, self.portal, self.staff)
        for records, users in (
            (report, strangers),
            (self.story, strangers),
            (report.link_ids, (*strangers, self.coordinator, self.manager)),
            (self.story.consent_ids, (*strangers, self.coordinator, self.manager)),
            (wave.invitation_ids[:1], (*strangers, self.coordinator, self.manager)),
        ):
            self.assertTrue(records)
            for user in users:
                with self.subTest(model=records._name, user=user.login), self.assertRaises(AccessError):
                    self._as(user, records[:1]).copy()

    def test_nobody_types_a_state(self):
        """Members least of all: neither of what is theirs nor of anything else."""
        self._consent("funder")
        self.story.partner_ids += self.ann.partner_id
        draft = self._draft()
        link = self.env["timebank.funder.report.link"]._make(draft)
        wave = self.env["timebank.wellbeing.wave"].create({"scheme_id": self.scheme.id})
        wave.action_invite()
        own = wave.invitation_ids.filtered(lambda one: one.partner_id == self.ann.partner_id)
        everybody = (self.portal, self.portal2, self.staff, self.finance, self.coordinator2)
        runs = (self.coordinator, self.manager)
        for record, vals in (
            (draft, {"state": "agreed"}),
            (link, {"until": TODAY.replace(year=2027)}),
            (self.story, {"state": "told"}),
            (self.story.consent_ids[:1], {"until": TODAY.replace(year=2028)}),
            (wave, {"state": "done"}),
            (own, {"state": "answered"}),
        ):
            self.assertEqual(len(record), 1)
            for user in (*everybody, *runs):
                with self.subTest(model=record._name, user=user.login), self.assertRaises(AccessError):
                    call_as(record.with_user(user).env, record._name, "write", record.ids, vals)

    def test_photo_of_a_withdrawn_story_is_nowhere(self):
        self.scheme.web_page = True
        self.story.write({"photo": make_photo((64, 40)), "photo_alt": "A café"})
        self._consent("website", photo=True)
        way = f"/timebank/bank/{self.scheme.code}/story/{self.story.id}"
        photo = self._open(None, way)
        self.assertEqual((photo.status_code, photo.headers["Content-Type"][:6]), (200, "image/"))
        own = f"/web/content/{self.story._name}/{self.story.id}/photo"
        self.assertEqual(self._open(self.coordinator, own).content, photo.content)
        self.story.action_withdraw()
        self.assertEqual(self._open(None, way).status_code, 404)
        image = own.replace("content", "image")
        for user in (None, self.portal2, self.staff, self.finance, self.coordinator2):
            for address in (own, image):
                answer = self._open(user, address)
                self.assertNotEqual(answer.content, photo.content, (user and user.login, address))
