import base64
import io
from datetime import timedelta

from PIL import Image

from ...models.hours.timebank_hours_member import MOST_BYTES
from ..common import TODAY
from ..exchange_common import ExchangeCase
from ..page_common import PageCase
from ..session_common import AFTER, SessionCase


class TestLog(PageCase):
    """Three steps, without scripts: who for, how long, what and when."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_hours(cls.ann, receiver_id=cls.ben.partner_id.id, date=TODAY - timedelta(days=3))
        cls.old = cls.env["timebank.hours"].search([("partner_id", "=", cls.ann.partner_id.id)])
        cls.old.action_submit()

    def _new(self):
        """What was logged in the bank besides."""
        return self.env["timebank.hours"].search([("scheme_id", "=", self.scheme.id)]) - self.old

    def _step3(self, whom="bank", minutes=60):
        return self.go(f"/timebank/{self.ann.id}/log/what?whom={whom}&minutes={minutes}")

    def test_for_a_neighbour(self):
        self.come(self.portal)
        page = self.follow(self.go("/timebank"), "Log time")
        self.assertEqual(page.heading(), "Who did you give time to?")
        page = self.follow(page, "Ben O.")  # to whom they gave time lately
        self.assertEqual(page.heading(), "How long did it take?")
        page = self.press(page, "Continue", minutes="90")
        self.assertIn("1 hour 30 minutes for Ben O.", page.text())
        self.assertEqual(page.typed("date"), str(TODAY))
        page = self.press(page, "Hand in", description="Shopping", start_time="14:30")
        self.assertIn("It is handed in", page.text())
        self.assertIn("1 hour 30 minutes, Mar 18, 2026", page.text())
        entry = self._new()
        self.assertEqual(
            (
                entry.partner_id,
                entry.receiver_id,
                entry.minutes,
                entry.start_minute,
                entry.state,
                entry.source,
            ),
            (self.ann.partner_id, self.ben.partner_id, 90, 870, "submitted", "portal"),
        )
        self.assertNotIn("Done by", " ".join(entry.message_ids.mapped("body")))

    def test_how_long_is_read_by_the_one_reader(self):
        self.come(self.portal)
        page = self.go(f"/timebank/{self.ann.id}/log/time?whom=bank")
        wrong = self.press(page, "Continue", time="45")
        self.assertEqual(wrong.errors(), ["“45” is taken for hours. For minutes, write “45 min”."])
        wrong = self.press(page, "Continue", time="a while")
        self.assertIn("a while", wrong.errors()[0])
        self.assertEqual(wrong.typed("time"), "a while")
        page = self.go(page.address)
        self.assertEqual(
            self.press(page, "Continue").errors(), ["Choose how long it took, or write it below."]
        )
        for much in ("25 h", "-1"):
            self.assertTrue(self.press(page, "Continue", time=much).errors(), much)
        self.assertIn("1 hour 15 minutes", self.press(page, "Continue", time="1h15").text())

    def test_somebody_by_name(self):
        """By as much of a name as they show, and what isn't shown can't be guessed at."""
        stranger = self._make_member("Zoë Quill")
        hidden = self._make_member("Zoltan Frey", name_shown="hidden")
        self.come(self.portal)
        page = self.go(f"/timebank/{self.ann.id}/log")
        for typed, found in (("zoe", True), ("Zoë Quill", True), ("Zoe Quentin", True), ("quill", False)):
            words = self.press(page, "Find", name=typed).links()
            self.assertEqual("Zoë Q." in words, found, typed)
        self.assertFalse(
            [words for words in self.press(page, "Find", name="Zoltan").links() if "Zolt" in words]
        )
        for odd in ("%00", "%", "_", "z%00oe", "x" * 5000, "%F0%9F%98%80", "."):
            self.assertEqual(self.go(f"/timebank/{self.ann.id}/log?name={odd}").status, 200, odd)
        page = self.follow(self.press(page, "Find", name="zoe"), "Zoë Q.")
        page = self.press(self.press(page, "Continue", minutes="30"), "Hand in")
        self.assertIn("It is handed in", page.text())
        self.assertEqual(self._new().receiver_id, stranger.partner_id)
        address = f"/timebank/{self.ann.id}/log/time?whom=p{hidden.partner_id.id}"
        self.assertTrue(self.go(address).address.endswith("/log"))

    def test_what_is_wrong_is_said_and_nothing_lost(self):
        self.come(self.portal)
        before = self._counts()
        page = self.press(
            self._step3(), "Hand in", description="Gardening", date=str(TODAY + timedelta(days=1))
        )
        self.assertEqual(
            page.errors(), ["Time can be recorded once it has been given, not for a day to come."]
        )
        self.assertEqual(page.typed("description"), "Gardening")
        for typed in ({"date": "soon"}, {"date": ""}, {"date": "0202-01-01"}, {"start_time": "25:61"}):
            self.assertTrue(self.press(self._step3(), "Hand in", **typed).errors(), typed)
        self.assertTrue(self.press(self._step3(), "Hand in", description="x" * 501).errors())
        self.assertEqual(self._counts(), before)

    def test_the_category_that_the_bank_wants(self):
        self.scheme.category_policy = "required"
        self.come(self.portal)
        page = self._step3()
        self.assertIn("for", self.press(page, "Hand in").errors()[0])
        self.press(page, "Hand in", category_id=str(self.category.id))
        self.assertEqual(self._new().category_id, self.category)
        self.scheme.category_policy = "unused"
        self.assertNotIn("What it counts as", self._step3().text())

    def test_forged_choices(self):
        """Nobody else's introduction, session or person is chosen by its number."""
        hill = self._make_scheme("Hillside")
        foreign = self._make_member("Hilda Far", scheme=hill)
        self.come(self.portal)
        before = self._counts()
        for whom in (
            f"p{foreign.partner_id.id}", f"p{self.ann.partner_id.id}", f"p{self.staff.partner_id.id}",
            "p999999999", "i1", "s1", "a1", "x1", "", "p", "p1e3", "p²", "bank1", "p" + "9" * 40,
        ):  # fmt: skip
            self.assertTrue(self._step3(whom).address.endswith("/log"), whom)
            form = self._step3()
            form.form("Hand in")[0].fields["whom"] = whom
            self.assertTrue(self.press(form, "Hand in").address.endswith("/log"), whom)
        for minutes in ("0", "-5", "1441", "99999999", "1.5", "²", ""):
            self.assertTrue(self._step3(minutes=minutes).address.endswith("/log"), minutes)
        self.assertEqual(self._counts(), before)

    def test_only_as_oneself_and_by_its_own_form(self):
        self.come(self.portal2)
        before = self._counts()
        for path in ("/log", "/log/time?whom=bank", "/log/what?whom=bank&minutes=60", "/hours"):
            self.assertEqual(self.go(f"/timebank/{self.ann.id}{path}").status, 404, path)
        page = self.go(f"/timebank/{self.ben.id}/log/what?whom=bank&minutes=60")
        form, _button = page.form("Hand in")
        form.set("action", f"/timebank/{self.ann.id}/log/what")
        self.assertEqual(self.press(page, "Hand in").status, 404)
        page = self.go(f"/timebank/{self.ben.id}/log/what?whom=bank&minutes=60")
        page.form("Hand in")[0].fields["csrf_token"] = "no"
        self.assertEqual(self.press(page, "Hand in").status, 400)
        self.assertEqual(self._counts(), before)
        self.come(None)
        self.assertIn("/web/login", self.go(f"/timebank/{self.ann.id}/log").address)

    def test_for_somebody_offline(self):
        """The entry is the member's, made by a coordinator, and says by whom."""
        self.come(self.coordinator)
        page = self.press(self._step3(), "Hand in", description="Rang us")
        self.assertIn("You are acting for Ann Lee", page.text())
        entry = self._new()
        self.assertEqual((entry.partner_id, entry.source), (self.ann.partner_id, "coordinator"))
        self.assertIn("Done by Cora Hart for Ann Lee.", " ".join(entry.message_ids.mapped("body")))

    def test_a_coordinators_own_is_their_own(self):
        """They log like any member, and another coordinator decides."""
        own = self._make_member(self.coordinator.partner_id)
        self.come(self.coordinator)
        self.press(self.go(f"/timebank/{own.id}/log/what?whom=bank&minutes=60"), "Hand in")
        entry = self._new()
        self.assertEqual((entry.source, entry.state), ("portal", "submitted"))
        with self.assertRefused("another coordinator"):
            entry.with_user(self.coordinator).action_approve()

    def test_who_cannot_take_part_is_told(self):
        self.ann.action_pause()
        self.come(self.portal)
        self.assertIn("taking a break", self.go(f"/timebank/{self.ann.id}/log").text())
        self.assertIn("taking a break", self._step3().text())

    def test_files_are_looked_at(self):
        self.scheme.evidence_policy = "required"
        self.come(self.portal)
        page = self._step3()
        self.assertIn("Add a photo or file", self.press(page, "Hand in").errors()[0])
        for name, content in (
            ("x.jpg", b"<svg onload=alert(1)>"),
            ("big.pdf", b"%PDF-1.4" + b"0" * MOST_BYTES),
        ):
            answer = self.press(self._step3(), "Hand in", files={"evidence": (name, content)})
            self.assertTrue(answer.errors(), name)
            self.assertFalse(self._new())
        picture, taken = io.BytesIO(), Image.Exif()
        taken[0x010E] = "At my door"
        Image.new("RGB", (3000, 2000), "red").save(picture, "JPEG", exif=taken)
        page = self.press(page, "Hand in", files={"evidence": ("my tea.jpeg", picture.getvalue())})
        self.assertIn("It is handed in", page.text())
        entry = self._new()
        self.assertEqual(entry.evidence_name, "my tea.jpg")
        kept = Image.open(io.BytesIO(base64.b64decode(entry.evidence)))
        self.assertLessEqual(max(kept.size), 1600)
        self.assertFalse(dict(kept.getexif()))
        self.assertEqual(self.url_open(f"/timebank/{self.ann.id}/hours/{entry.id}/file").status_code, 200)
        self.come(self.portal2)
        self.assertEqual(self.url_open(f"/timebank/{self.ann.id}/hours/{entry.id}/file").status_code, 404)


class TestLogWhere(PageCase, SessionCase):
    """Where they helped."""

    now = AFTER

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shift, cls.session = cls.session, None  # the name is that of the browser's

    def test_a_session(self):
        self._make_line(self.ann, self.shift)
        self.come(self.portal)
        page = self.follow(self.go(f"/timebank/{self.ann.id}/log"), "Café shift, Mar 18, 2026")
        page = self.press(page, "Continue", time="2")
        self.assertNotIn("What it counts as", page.text())  # the activity says it
        page = self.press(page, "Hand in")
        self.assertIn("Café shift", page.text())
        entry = self.env["timebank.hours"].search([("partner_id", "=", self.ann.partner_id.id)])
        self.assertEqual(
            (entry.session_id, entry.activity_id, entry.category_id, entry.project_id),
            (self.shift, self.activity, self.activity.category_id, self.project),
        )
        # its register knows the time, and counts it once
        self.shift.with_user(self.coordinator).action_close()
        self.assertEqual(
            self.env["timebank.hours"].search([("partner_id", "=", self.ann.partner_id.id)]), entry
        )

    def test_no_longer_than_it_lasted(self):
        self._make_line(self.ann, self.shift)
        self.come(self.portal)
        page = self.go(f"/timebank/{self.ann.id}/log/what?whom=s{self.shift.id}&minutes=180")
        self.assertIn("lasted 2:00 hours", self.press(page, "Hand in").errors()[0])

    def test_not_where_others_helped(self):
        self._make_line(self.ben, self.shift)
        self.come(self.portal)
        page = self.go(f"/timebank/{self.ann.id}/log/what?whom=s{self.shift.id}&minutes=60")
        self.assertTrue(page.address.endswith("/log"))


class TestLogIntroduced(PageCase, ExchangeCase):
    """Those to whom they were introduced: the meeting's own verb hands it in, once."""

    def test_the_two_have_met(self):
        self.scheme.tz = "Pacific/Auckland"  # where it is another hour than for whoever looks
        introduction = self._introduce(*self._make_pair())
        self.come(self.portal2)
        member = introduction.offer_id.member_id
        page = self.go(f"/timebank/{member.id}/log/what?whom=i{introduction.id}&minutes=45")
        self.assertEqual(
            self.press(page, "Hand in", start_time="").errors(),
            ["Say when you began: the two of you are introduced for one meeting."],
        )
        page = self.press(page, "Hand in", date=str(TODAY - timedelta(days=1)), start_time="14:00")
        self.assertIn("It is handed in", page.text())
        (entry,) = introduction.hours_ids
        self.assertEqual((introduction.state, entry.minutes, entry.state), ("done", 45, "submitted"))
        self.assertEqual((entry.date, entry.start_minute), (TODAY - timedelta(days=1), 14 * 60))
