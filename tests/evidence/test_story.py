"""Stories: who agreed to what, who is shown them, and that nobody is once one of them takes it back."""

import base64
import random
from datetime import timedelta
from io import BytesIO

from freezegun import freeze_time
from PIL import Image

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form

from ..common import TODAY
from .story_common import NEXT_YEAR, StoryCase, make_photo

USES = ("funder", "website", "trustees")


class TestStory(StoryCase):
    def test_nothing_is_told_before_somebody_agrees(self):
        story = self._make_story()
        self.assertEqual((story.state, story.consent_state), ("draft", "none"))
        for use in USES:
            self.assertFalse(self._tellable(use))
        self.assertFalse(story._show("funder"))

    def test_a_use_is_told_until_its_last_day(self):
        story = self._make_story()
        self._agree(story, self.ann, "funder", "trustees", until=TODAY + timedelta(days=60))
        self.assertEqual(self._tellable(), story)
        self.assertEqual(self._tellable("trustees", TODAY + timedelta(days=60)), story)
        self.assertFalse(self._tellable("website"))
        self.assertFalse(self._tellable("funder", TODAY + timedelta(days=61)))
        self.assertFalse(self._tellable("funder", TODAY - timedelta(days=1)))
        self.assertEqual(story.consent_uses, "Reports and applications to funders, Reports to trustees")
        self.assertEqual(story.consent_until, TODAY + timedelta(days=60))
        consent = story.consent_ids[0]
        self.assertEqual((consent.noted_by_id, consent.way), (self.coordinator, "person"))

    def test_of_a_bank_and_a_grant(self):
        grant = self.env["timebank.grant"].create(
            {
                "name": "Soup for all",
                "funder_id": self.agency.partner_id.id,
                "amount": 100,
                "date_end": "2026-12-31",
                "scheme_ids": [Command.set(self.scheme.ids)],
            }
        )
        story = self._make_story()
        self._agree(story, self.ann)
        other = self._make_scheme("Hill Top")
        self.assertEqual(self._tellable(schemes=self.scheme), story)
        self.assertFalse(self._tellable(schemes=other))
        story.grant_id = grant
        with self.assertRaisesRegex(ValidationError, "doesn’t serve"):
            self._make_story(self._make_member("Joy Hill", scheme=other), grant_id=grant.id).flush_recordset()

    def test_each_of_them_has_to_agree(self):
        story = self._make_story(self.ann, self.ben)
        self._agree(story, self.ann, "funder", "website")
        self.assertFalse(self._tellable())
        self._agree(story, self.ben, "funder", until=TODAY + timedelta(days=90))
        self.assertEqual(self._tellable(), story)
        self.assertFalse(self._tellable("website"), "Ben hasn't agreed to that")
        self.assertEqual(story.consent_until, TODAY + timedelta(days=90))
        with self.assertRaisesRegex(UserError, "isn’t among those"):
            self._agree(story, self.cat)

    def test_withdrawn_at_once(self):
        story = self._make_story(self.ann, self.ben)
        self._agree(story, self.ann)
        self._agree(story, self.ben)
        self.ben.with_user(self.portal2)._withdraw_story(story)
        for day in (TODAY, TODAY - timedelta(days=1), TODAY + timedelta(days=9)):
            self.assertFalse(self._tellable("funder", day))
        self.assertFalse(story._show("funder"))
        self.assertEqual(story.consent_state, "withdrawn")
        self._agree(story, self.ann)
        self.assertFalse(self._tellable(), "Ben took it back")
        self._agree(story, self.ben)
        self.assertEqual(self._tellable(), story)

    def test_what_was_said_before_it_was_taken_back_is_over(self):
        story = self._make_story(told_on=TODAY - timedelta(days=7))
        self._agree(story, self.ann)
        story.action_withdraw()
        with freeze_time("2026-03-20"), self.assertRaisesRegex(UserError, "withdrew it on"):
            self._agree(story, self.ann, given_on=TODAY - timedelta(days=1))

    def test_what_was_said_before_it_was_told_is_of_another(self):
        """A paper signed for an earlier story of the same words is of that one."""
        story = self._make_story()
        with freeze_time("2026-03-20"):
            again = story.copy({"partner_ids": [Command.set(self.ann.partner_id.ids)]})
            for as_user in (self.coordinator, self.env.user):
                with self.assertRefused("was told on"):
                    self._agree(again.with_user(as_user), self.ann, given_on=TODAY)
            dialogs = self.env["timebank.story.consenting"].with_user(self.coordinator)
            dialog = Form(dialogs.with_context(default_story_id=again.id))
            dialog.for_funder, dialog.way = True, "paper"
            self.assertEqual(dialog.given_on, again.told_on)
            dialog.given_on = TODAY
            with self.assertRefused("was told on"):
                dialog.save().action_confirm()

    def test_changed_words_are_agreed_anew(self):
        for vals in (
            {"text": "Something else"},
            {"name": "Another title"},
            {"shown_as": "Ann Lee"},
            {"partner_ids": [Command.link(self.ben.partner_id.id)]},
        ):
            with self.subTest(vals=list(vals)):
                story = self._make_story()
                self._agree(story, self.ann)
                story.write(vals)
                self.assertFalse(self._tellable() & story)
                self.assertEqual(story.consent_state, "ended")
                self.assertEqual(story.consent_ids.mapped("state"), ["changed"])
        story = self._make_story()
        self._agree(story, self.ann)
        story.write({"text": story.text, "told_on": TODAY - timedelta(days=3)})
        self.assertIn(story, self._tellable(), "nothing of it was changed")

    def test_nobody_agrees_to_what_they_were_not_shown(self):
        for vals in ({"text": "Something else"}, {"photo": make_photo((9, 9))}):
            with self.subTest(vals=list(vals)):
                story = self._make_story(photo=make_photo(), photo_alt="Soup")
                dialogs = self.env["timebank.story.consenting"].with_user(self.coordinator)
                dialog = Form(dialogs.with_context(default_story_id=story.id))
                dialog.for_funder, dialog.way = True, "phone"
                ann = self.ann.with_user(self.portal)
                own = ann._find_own_story(story.id)
                shown = ann._tell_story(own)["version"]
                story.write(vals)
                self.env.flush_all()
                self.env.invalidate_all()
                with self.assertRefused("was changed meanwhile"):
                    ann._agree_to_story(own, ["funder"], NEXT_YEAR, False, shown)
                with self.assertRefused("was changed meanwhile"):
                    dialog.save().action_confirm()
                self.assertFalse(self._tellable() & story)
                ann._agree_to_story(own, ["funder"], NEXT_YEAR, True, own._get_version())
                self.assertEqual(self._tellable() & story, story)
                self.assertTrue(story._show("funder")[0]["photo"])
                self.assertIn("agreed, with the photo", story.message_ids[0].body)

    def test_whether_there_is_a_photo_is_known_without_reading_it(self):
        story = self._make_story()
        self.assertFalse(story._has_photo())
        story.photo = make_photo()
        self.assertTrue(story._has_photo())
        story.photo = False
        self.assertFalse(story._has_photo())

    def test_nobody_is_left_out_who_took_it_back(self):
        """It is theirs as well: the others tell another one."""
        story = self._make_story(self.ann, self.ben)
        for member in (self.ann, self.ben):
            self._agree(story, member)
        self.ben.with_user(self.portal2)._withdraw_story(story)
        with self.assertRefused("so the others can’t tell it without them"):
            story.write({"partner_ids": [Command.unlink(self.ben.partner_id.id)]})
        self._agree(story, self.ben)
        story.write({"partner_ids": [Command.unlink(self.ben.partner_id.id)]})
        self.assertFalse(self._tellable(), "what Ann agreed to was told by both")

    def test_who_says_no_before_saying_yes_is_not_left_out_either(self):
        """Nor had they agreed on an earlier day, nor does a copy go without them; it can be deleted."""
        ben = self.ben.with_user(self.portal2)
        for refuse in (lambda story: ben._agree_to_story(story, [], None, False, ""), ben._withdraw_story):
            story = self._make_story(self.ann, self.ben)
            with freeze_time(TODAY + timedelta(days=3)):
                refuse(story)
                said = story.consent_ids.filtered(lambda one: one.partner_id == self.ben.partner_id)
                self.assertEqual(set(said.mapped("state")), {"refused"})
                self.assertEqual((set(said.mapped("way")), len(said)), ({"page"}, len(USES)))
                theirs = story.with_user(self.coordinator)
                with self.assertRefused("so the others can’t tell it without them"):
                    theirs.write({"partner_ids": [Command.unlink(self.ben.partner_id.id)]})
                for default in (None, {"partner_ids": [Command.set(self.ann.partner_id.ids)]}):
                    with self.assertRefused("so the others can’t tell it without them"):
                        theirs.copy(default)
                with self.assertRefused("withdrew it on"):
                    self._agree(story, self.ben, given_on=TODAY + timedelta(days=2))
                self._agree(story, self.ann)
                self.assertFalse(self._tellable(day=None))
                self._agree(story, self.ben)
                self.assertEqual(self._tellable(day=None), story)
                story.with_user(self.coordinator).action_withdraw()
        fresh = self._make_story(self.ann, self.ben)
        for _time in range(3):
            ben._withdraw_story(fresh)
        self.assertEqual(len(fresh.consent_ids), len(USES), "said once is said")
        fresh.with_user(self.coordinator).unlink()

    def test_nobody_said_no_for_whom_somebody_else_did(self):
        """Whoever runs the bank doesn't say which of two took it back; and who took it back had agreed."""
        story, alone = self._make_story(self.ann, self.ben), self._make_story(self.ben)
        self._agree(story, self.ann)
        for one in (story, alone):
            one.with_user(self.coordinator).action_withdraw()
            one.with_user(self.coordinator).action_withdraw()
        self.ann.with_user(self.portal)._withdraw_story(story)
        self.assertEqual(story.consent_ids.mapped("state"), ["withdrawn"])
        self.assertEqual(set(alone.consent_ids.mapped("state")), {"refused"})
        story.with_user(self.coordinator).write({"partner_ids": [Command.unlink(self.ben.partner_id.id)]})

    def test_a_story_that_moves_to_another_bank_is_asked_for_anew(self):
        """Whoever agreed to their bank's page agreed to that bank's."""
        other = self._make_scheme("Hillside", coordinator_ids=[Command.set(self.coordinator.ids)])
        story = self._make_story()
        self._agree(story, self.ann, "website")
        self._make_member(self.ann.partner_id, scheme=other)
        story.scheme_id = other
        self.assertFalse(self._tellable("website", schemes=other))

    def test_the_last_day_is_the_banks(self):
        """Whoever looks, from wherever: here it is still the last day, or already the first."""
        self.scheme.tz = "Pacific/Auckland"
        story = self._make_story()
        self._agree(story, self.ann, until=TODAY)
        for now, told in (
            ("2026-03-18 10:59:00", True),
            ("2026-03-18 11:01:00", False),
        ):
            with freeze_time(now):
                self.env.invalidate_all()
                for zone in ("Pacific/Auckland", "America/Los_Angeles", False):
                    with self.subTest(now=now, zone=zone):
                        stories = self.env["timebank.story"].with_context(tz=zone)
                        self.assertEqual(stories._get_tellable("funder"), story if told else stories)
                        found = stories.search([("may_funder", "=", True)])
                        self.assertEqual(found, story if told else stories)

    def test_nobody_drops_out_of_a_story_to_have_it_told(self):
        story = self._make_story(self.ann, self.ben)
        self._agree(story, self.ann)
        story.write({"partner_ids": [Command.unlink(self.ben.partner_id.id)]})
        self.assertFalse(self._tellable())
        story.write({"partner_ids": [Command.clear()]})
        self.assertFalse(self._tellable())

    def test_a_photo_is_agreed_to_apart(self):
        story = self._make_story(photo=make_photo(), photo_alt="A pan of soup")
        self._agree(story, self.ann, "funder")
        [shown] = story._show("funder")
        self.assertEqual((shown["photo"], shown["photo_alt"]), ("", ""))
        self._agree(story, self.ann, "funder", "trustees", photo=True)
        [shown] = story._show("funder")
        self.assertTrue(shown["photo"])
        self.assertEqual(shown["photo_alt"], "A pan of soup")
        self.assertEqual(story.photo_uses, "Reports and applications to funders, Reports to trustees")
        story.photo = make_photo((9, 9))
        [shown] = story._show("funder")
        self.assertEqual(shown["photo"], "", "another photo is another question; the words are the same")
        story.photo_alt = " "
        with self.assertRaisesRegex(UserError, "what is on the photo"):
            self._agree(story, self.ann, photo=True)

    def test_a_photo_says_nothing_of_where_it_was_taken(self):
        exif = Image.Exif()
        exif[0x8825] = {1: "N", 2: (53.0, 48.0, 0.0)}  # the place
        exif[0x010F] = "Telephone"
        story = self._make_story(photo=make_photo((2400, 1200), format="JPEG", exif=exif), photo_alt="A pan")
        kept = Image.open(BytesIO(base64.b64decode(story.photo)))
        self.assertEqual(kept.size, (1600, 800))
        self.assertFalse(dict(kept.getexif()))
        for rubbish in (base64.b64encode(b"%PDF-1.4"), b"not base64 at all!"):
            with self.assertRaisesRegex(UserError, "That is no photo"):
                story.photo = rubbish

    def test_what_nobody_agrees_to(self):
        story = self._make_story()
        for words, more in (
            ("at least one use", {"uses": []}),
            ("day to come", {"until": TODAY - timedelta(days=1)}),
            ("3 years", {"until": TODAY + timedelta(days=1100)}),
            ("a day to come", {"given_on": TODAY + timedelta(days=1)}),
            ("no photo", {"photo": True}),
        ):
            args = {"uses": ["funder"], "until": NEXT_YEAR, "way": "phone", **more}
            with self.subTest(words=words), self.assertRefused(words):
                story.record_consent(self.ann.partner_id.id, **args)
        story.text = " "
        with self.assertRefused("write it first"):
            story.record_consent(self.ann.partner_id.id, ["funder"], NEXT_YEAR, "phone")
        with self.assertRaises(UserError):
            story.record_consent(self.ann.partner_id.id, ["funder"], NEXT_YEAR, "page")
        with self.assertRaisesRegex(ValidationError, "members of its bank"):
            self._make_story(self.ann, partner_ids=self.staff.partner_id.ids)

    def test_asked_again_before_the_end(self):
        story = self._make_story()
        self._agree(story, self.ann, until=TODAY + timedelta(days=40))
        self.env["timebank.story"]._cron_ask_again()
        self.assertFalse(story.activity_ids)
        with freeze_time(TODAY + timedelta(days=20)):
            self.env.invalidate_all()
            self.assertEqual(story.consent_state, "ending")
            for _night in range(2):
                self.env["timebank.story"]._cron_ask_again()
            self.assertEqual(len(story.activity_ids), 1)
            self.assertEqual(story.activity_ids.date_deadline, TODAY + timedelta(days=40))
            self.assertEqual(story.activity_ids.user_id, self.coordinator)
            self._agree(story, self.ann)
            self.assertFalse(story.activity_ids)

    def test_where_it_was_used(self):
        story = self._make_story()
        self._agree(story, self.ann)
        story._note_used("funder", "Report to the Soup Fund")
        self.assertEqual(story.used_ids.used_where, "Report to the Soup Fund")
        line = {"use": "website", "used_where": "Newsletter", "used_on": TODAY}
        with self.assertRaisesRegex(ValidationError, "Nobody agreed"):
            story.write({"used_ids": [Command.create(line)]})

    def _note(self, story, day, use="funder"):
        line = {"use": use, "used_where": f"Leaflet, {day}", "used_on": day}
        story.with_user(self.coordinator).write({"used_ids": [Command.create(line)]})

    def test_what_was_said_anew_held_until_then(self):
        """A use is noted later than it was, and somebody has said meanwhile what may be told from now on."""
        start = TODAY - timedelta(days=60)
        printed, anew = start + timedelta(days=9), start + timedelta(days=30)
        with freeze_time(start):
            story = self._make_story()
            self._agree(story, self.ann, "funder", "website")
        with freeze_time(anew):
            self._agree(story, self.ann, "funder")
        self._note(story, printed, "website")
        self._note(story, anew - timedelta(days=1), "website")
        self._note(story, anew)
        for day in (start - timedelta(days=1), anew, TODAY):
            with self.subTest(day=day), self.assertRefused("Nobody agreed to that use"):
                self._note(story, day, "website")
        self.assertEqual(
            story._get_ends(printed, then=True)[story.id]["website", "text"], anew - timedelta(days=1)
        )

    def test_what_was_said_of_other_words_held_until_they_were_changed(self):
        start = TODAY - timedelta(days=60)
        printed, changed, anew = (start + timedelta(days=days) for days in (9, 20, 30))
        with freeze_time(start):
            story = self._make_story()
            self._agree(story, self.ann)
        with freeze_time(changed):
            story.with_user(self.coordinator).text = "It was quite another soup."
        self._note(story, printed)
        self._note(story, changed - timedelta(days=1))
        with freeze_time(anew):
            self._agree(story, self.ann)
        self._note(story, printed)
        self._note(story, anew)
        for day in (start - timedelta(days=1), changed, anew - timedelta(days=1)):
            with self.subTest(day=day), self.assertRefused("Nobody agreed to that use"):
                self._note(story, day)
        with freeze_time(TODAY):
            story.with_user(self.coordinator).action_withdraw()
        with self.assertRefused("Nobody agreed to that use"):
            self._note(story, printed)

    def test_what_was_taken_back_since_is_noted_no_more(self):
        start = TODAY - timedelta(days=60)
        printed, anew, back = (start + timedelta(days=days) for days in (9, 20, 30))
        with freeze_time(start):
            story = self._make_story()
            self._agree(story, self.ann)
        with freeze_time(anew):
            self._agree(story, self.ann)
        with freeze_time(back):
            story.with_user(self.coordinator).action_withdraw()
            self._agree(story, self.ann)
        for day in (printed, anew, back - timedelta(days=1)):
            with self.subTest(day=day), self.assertRefused("Nobody agreed to that use"):
                self._note(story, day)
        self._note(story, back)

    def test_consent_and_uses_stay(self):
        """Whoever noted them doesn't remove them with the story; whoever is forgotten takes them along."""
        asked, used, fresh = (self._make_story(self.ben, name=name) for name in ("Asked", "Used", "Fresh"))
        self._agree(asked, self.ben)
        self._agree(used, self.ben)
        used._note_used("funder", "Report to the Soup Fund")
        used.with_user(self.coordinator).action_withdraw()
        for user in (self.coordinator, self.manager):
            for story in (asked, used):
                with self.assertRefused("is kept"):
                    story.with_user(user).unlink()
        fresh.with_user(self.coordinator).unlink()
        self._leave(self.ben)
        self.ben.with_user(self.manager).action_forget("Asked for it")
        self.assertFalse((asked | used).exists())

    def test_who_tells_it_brings_their_bank(self):
        """Nobody is offered beside the first who belongs to none of that bank."""
        hillside = self._make_scheme("Hillside")
        hal = self._make_member("Hal Hill", scheme=hillside)
        form = Form(self.env["timebank.story"].with_user(self.coordinator))
        self.assertFalse(form.scheme_id)
        form.partner_ids.add(hal.partner_id)
        self.assertEqual(form.scheme_id, hillside)
        form.partner_ids.remove(hal.partner_id.id)
        form.partner_ids.add(self.ann.partner_id)
        self.assertEqual(form.scheme_id, self.scheme)
        form.name = "The first soup"
        self.assertEqual(form.save().scheme_id, self.scheme)

    def test_whoever_leaves_is_not_told_of_any_more(self):
        story = self._make_story(self.ben)
        self._agree(story, self.ben)
        matters = self.ben._get_open_matters(TODAY)
        self.assertIn("The first soup", str(matters))
        with freeze_time(NEXT_YEAR + timedelta(days=1)):
            self.env.invalidate_all()
            self.assertNotIn("The first soup", str(self.ben._get_open_matters(TODAY)), "it may not be told")
        self.env.invalidate_all()
        self._leave(self.ben)
        self.assertFalse(self._tellable())
        self._agree(story, self.ben)  # asked again, as somebody who has left
        self.assertEqual(self._tellable(), story)

    def test_kept_until_nobody_may_tell_it_any_more(self):
        over, held, fresh = (self._make_story(name=name) for name in ("Over", "Held", "Fresh"))
        self._agree(over, self.ann, until=TODAY + timedelta(days=1))
        self._agree(held, self.ann)
        rules = self.env["timebank.retention"].search([("scheme_id", "=", self.scheme.id)])
        rule = rules.filtered(lambda one: one.kind == "story")
        self.assertTrue(rule)
        self.env.flush_all()
        self.env.cr.execute("UPDATE timebank_story SET write_date = %s", [TODAY])
        self.env.invalidate_all()
        with freeze_time("2027-03-25"):
            self.assertEqual(rule._find_due(), over + fresh)
            rule._erase(rule._find_due())
        self.assertEqual((over + held + fresh).exists(), held)

    # ------------------------------------------------------------
    # Who sees what
    # ------------------------------------------------------------

    def test_whose_they_are(self):
        story = self._make_story(self.ann, photo=make_photo(), photo_alt="Soup")
        self._agree(story, self.ann)
        for user in (self.portal2, self.staff, self.finance, self.coordinator2):
            with self.subTest(user=user.name):
                seen = self._as(user, story)
                self.assertFalse(seen.search([]))
                for model in ("timebank.story", "timebank.story.consent", "timebank.story.used"):
                    rows = {"timebank.story": story, "timebank.story.consent": story.consent_ids}.get(model)
                    if rows:
                        with self.assertRaises(AccessError):
                            self._as(user, rows).read(["display_name"])
        own = self._as(self.portal, story)
        self.assertEqual(own.search([]), story)
        for call in (
            lambda: own.write({"text": "x"}),
            lambda: own.unlink(),
            lambda: own.action_withdraw(),
            lambda: own.record_consent(self.ann.partner_id.id, ["website"], NEXT_YEAR, "person"),
            lambda: own.env["timebank.story"].create({"name": "x", "scheme_id": self.scheme.id}),
            lambda: own.consent_ids.write({"until": NEXT_YEAR}),
        ):
            with self.assertRaises(AccessError):
                call()
        self.assertEqual(story.with_user(self.manager).name, "The first soup")

    def test_nobody_writes_consent_past_the_story(self):
        story = self._make_story()
        self._agree(story, self.ann)
        for user in (self.coordinator, self.manager):
            consent = story.consent_ids.with_user(user)
            vals = {
                "story_id": story.id,
                "partner_id": self.ann.partner_id.id,
                "use": "website",
                "given_on": TODAY,
                "until": NEXT_YEAR,
                "way": "page",
                "words_no": 1,
                "photo_no": 1,
            }
            for call in (
                lambda consent=consent, vals=vals: consent.create(vals),
                lambda consent=consent: consent.write({"until": NEXT_YEAR + timedelta(days=1)}),
                lambda consent=consent: consent.unlink(),
                lambda user=user: story.with_user(user).write({"state": "draft"}),
                lambda user=user: story.with_user(user).write({"words_no": 1}),
                lambda user=user, vals=vals: story.with_user(user).write(
                    {"consent_ids": [Command.create(vals)]}
                ),
            ):
                with self.assertRaises(AccessError):
                    call()

    def test_others_stories_are_not_found_by_their_number(self):
        story = self._make_story(self.ann)
        for user, member in ((self.portal2, self.ben), (self.coordinator2, self.ann)):
            with self.assertRaises(AccessError):
                member.with_user(user)._find_own_story(story.id)

    def test_filters_find_what_may_be_told(self):
        story, other = self._make_story(), self._make_story(name="Kept quiet")
        self._agree(story, self.ann, "funder")
        stories = self.env["timebank.story"].with_user(self.coordinator)
        self.assertEqual(stories.search([("may_funder", "=", True)]), story)
        self.assertEqual(stories.search([("may_funder", "=", False)]), other)
        self.assertFalse(stories.search([("may_website", "=", True)]))
        self.assertEqual(stories.search([("consent_state", "in", ("none",))]), other)
        self.assertEqual(story.may_funder, True)

    def test_the_one_door(self):
        """Generated histories of what people say, and take back, against a witness in plain Python."""
        chance = random.Random(2026)
        members = [self.ann, self.ben, self.cat]
        for round_no in range(12):
            people = chance.sample(members, chance.choice((1, 1, 2, 3)))
            story = self._make_story(*people, photo=make_photo(), photo_alt="Soup")
            said = {}  # (person, use) → (given_on, until, with the photo), of what counts now
            former = {}  # (person, use) → list of (given_on, last day), of what counts no more
            for step in range(chance.randint(3, 9)):
                now = TODAY + timedelta(days=step * 20)
                with freeze_time(now):
                    self._history_step(chance, story, people, said, former, now)
                    self.env.invalidate_all()
                    for day in (now, now - timedelta(days=5), now + timedelta(days=chance.randint(1, 400))):
                        for use in USES:
                            told, pictured = self._witness(story, people, said, use, day)
                            where = (round_no, step, use, day)
                            self.assertEqual(story in self._tellable(use, day), told, where)
                            shown = story._show(use, day)
                            self.assertEqual(bool(shown), told, where)
                            self.assertEqual(bool(shown and shown[0]["photo"]), told and pictured, where)
                            noted = (use, "text") in story._get_ends(day, then=True)[story.id]
                            self.assertEqual(noted, self._witness_then(people, said, former, use, day), where)

    def _history_step(self, chance, story, people, said, former, now):
        deed = chance.choice(("agree", "agree", "agree", "withdraw", "all", "words", "photo"))
        person = chance.choice(people)
        if deed == "agree":
            uses = chance.sample(USES, chance.randint(1, 3))
            until, photo = now + timedelta(days=chance.randint(0, 300)), chance.random() < 0.5
            self._agree(story, person, *uses, until=until, photo=photo)
            for use in USES:
                if was := said.pop((person, use), None):
                    former.setdefault((person, use), []).append(
                        (was[0], min(was[1], now - timedelta(days=1)))
                    )
            said.update({(person, use): [now, until, photo] for use in uses})
        elif deed == "withdraw":
            person.sudo()._withdraw_story(story)
            for use in USES:
                said.pop((person, use), None)
                former.pop((person, use), None)
        elif deed == "all":
            story.action_withdraw()
            said.clear()
            former.clear()
        elif deed == "words":
            story.text += " And more."
            for key, was in said.items():
                former.setdefault(key, []).append((was[0], min(was[1], now - timedelta(days=1))))
            said.clear()
        else:
            story.photo = make_photo((chance.randint(2, 40), chance.randint(2, 40)))
            for words in said.values():
                words[2] = False

    def _witness_then(self, people, said, former, use, day):
        """Whether everybody had said so on that day, whatever they have said anew since."""
        return all(
            any(
                first <= day <= last
                for first, last, *_photo in [
                    *former.get((person, use), ()),
                    said.get((person, use), (day, day - timedelta(1))),
                ]
            )
            for person in people
        )

    def _witness(self, story, people, said, use, day):
        """Whether it may be told, and with the photo: everybody in it said so, and it holds on that day."""
        own = [said.get((person, use)) for person in people]
        told = all(words and words[0] <= day <= words[1] for words in own)
        return told, told and all(words[2] for words in own)
