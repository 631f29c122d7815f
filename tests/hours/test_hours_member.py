import base64
import io

from PIL import Image

from odoo.exceptions import AccessError

from ..common import TODAY, TimebankCase

PDF = base64.b64encode(b"%PDF-1.4\n%%EOF\n")


class TestTakenBack(TimebankCase):
    """What waits can be taken back by who gave it, and by the bank's coordinators."""

    def test_of_many_those_that_wait(self):
        waiting = self._make_hours(self.ann, 30, "submitted")
        approved = self._make_hours(self.ann, 45, "approved")
        (waiting | approved).with_user(self.coordinator).action_withdraw()
        self.assertEqual((waiting.state, approved.state), ("draft", "approved"))
        self.assertFalse(waiting.activity_ids)

    def test_nobody_elses(self):
        waiting = self._make_hours(self.ann, 30, "submitted", receiver_id=self.ben.partner_id.id)
        for user in (self.portal2, self.staff, self.finance):
            with self.assertRaises(AccessError):
                waiting.with_user(user).action_withdraw()
        self.assertEqual(waiting.state, "submitted")

    def test_handed_in_again(self):
        """Withdrawn and handed in, it asks for one decision."""
        waiting = self._make_hours(self.ann, 30, "submitted").with_user(self.portal)
        waiting.action_withdraw()
        waiting.action_submit()
        self.assertEqual(waiting.state, "submitted")


def picture(kind, size=(3000, 2000), exif=None):
    """A photograph, as a camera hands it over."""
    stream = io.BytesIO()
    Image.new("RGB", size, "red").save(stream, kind, **({"exif": exif} if exif else {}))
    return stream.getvalue()


class TestEvidence(TimebankCase):
    def test_photographs(self):
        """Smaller, the right way up, without what the camera wrote; and no worse for being kept twice."""
        written = Image.Exif()
        written[0x010E], written[0x0112] = "At my door", 6
        for kind in ("JPEG", "PNG"):
            content = picture(kind, exif=written)
            entry = self._make_hours(self.ann, evidence=base64.b64encode(content), evidence_name="a.gif")
            kept = base64.b64decode(entry.evidence)
            image = Image.open(io.BytesIO(kept))
            self.assertEqual((image.format, image.size), (kind, (1067, 1600)))
            self.assertNotIn(b"At my door", kept)
            entry.evidence = base64.b64encode(kept)
            self.assertEqual(base64.b64decode(entry.evidence), kept)
            entry.unlink()

    def test_half_a_photograph(self):
        half = picture("JPEG")[:2000]
        with self.assertRefused("read"):
            self._make_hours(self.ann, evidence=base64.b64encode(half), evidence_name="a.jpg")

    def test_looked_at_by_what_it_is(self):
        for content in (b"not base64!", base64.b64encode(b"<html>"), base64.b64encode(b"MZ\x90\0"), "é"):
            with self.assertRefused():
                self._make_hours(self.ann, evidence=content, evidence_name="photo.jpg")

    def test_named_by_what_it_is(self):
        entry = self._make_hours(self.ann, evidence=PDF, evidence_name="../../letter.exe")
        self.assertEqual(entry.evidence_name, "letter.pdf")
        entry.evidence = False
        self.assertFalse(entry.evidence_name)
        entry.evidence_name = "nothing.pdf"
        self.assertFalse(entry.evidence_name)

    def test_wanted_of_members_alone(self):
        self.scheme.evidence_policy = "required"
        entry = self._make_hours(self.ann, source="portal").with_user(self.portal)
        with self.assertRefused("River Street wants one"):
            entry.action_submit()
        entry.write({"evidence": PDF, "evidence_name": "tea.pdf"})
        entry.action_submit()
        self._make_hours(self.ben, source="coordinator").with_user(self.coordinator).action_submit()

    def test_changed_it_is_something_else(self):
        """Whoever approves has seen what they approve, and approved it stays."""
        entry = self._make_hours(self.ann, state="submitted")
        entry.with_user(self.portal).write({"evidence": PDF, "evidence_name": "tea.pdf"})
        self.assertEqual(entry.revision, 1)
        entry.with_user(self.coordinator).action_approve()
        with self.assertRefused("decided"):
            entry.with_user(self.coordinator).write({"evidence": False})

    def test_kept_when_decided_again(self):
        entry = self._make_hours(self.ann, evidence=PDF, evidence_name="tea.pdf", date=TODAY)
        entry.action_submit()
        entry.with_user(self.coordinator).action_approve()
        entry.with_user(self.coordinator).action_undo()
        copy = self.env["timebank.hours"].search([("partner_id", "=", self.ann.partner_id.id)]) - entry
        self.assertEqual((copy.state, copy.evidence_name), ("submitted", "tea.pdf"))
        self.assertEqual(copy.evidence, PDF)
