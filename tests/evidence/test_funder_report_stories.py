import json

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..common import TODAY
from .funder_report_common import FunderReportCase
from .story_common import make_photo


@tagged("post_install", "-at_install")
class TestFunderReportStories(FunderReportCase):
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

    def test_withdrawn_leaves_the_draft(self):
        self._consent("funder")
        report = self._draft(story_ids=[(6, 0, self.story.ids)])
        self.story.action_withdraw()
        report.invalidate_recordset()
        self.assertFalse(report.story_ids)
        self.assertFalse(self._tells(report))

    def test_withdrawn_is_not_sent(self):
        self._consent("funder")
        report = self._agree(self._draft(story_ids=[(6, 0, self.story.ids)]))
        self.story.action_withdraw()
        with self.assertRaisesRegex(UserError, "may not be told any more"):
            report.with_user(self.coordinator).action_send()

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
