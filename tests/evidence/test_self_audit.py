"""How a bank looks at its own co-production: who scores, what a meeting agrees, what of it is shown."""

from base64 import b64decode
from datetime import date, timedelta

from lxml import etree, html
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tools import mute_logger

from ...tools.self_audit import KEYS
from ..common import TODAY, TimebankCase

LAST_YEAR = date(2025, 3, 18)


class TestSelfAudit(TimebankCase):
    @classmethod
    def _make_audit(cls, met_on=TODAY, level="2", **vals):
        """One that is ready to be agreed."""
        audit = (
            cls.env["timebank.self.audit"]
            .with_user(cls.coordinator)
            .create({"scheme_id": cls.scheme.id, "met_on": met_on, "present_others": "Two trustees", **vals})
        )
        audit.line_ids.agreed_level = level
        return audit

    def _say(self, audit, partner, user=None, **levels):
        return (
            self.env["timebank.self.audit.voice"]
            .with_user(user or self.coordinator)
            .create({"audit_id": audit.id, "partner_id": partner.id, **levels})
        )

    def _line(self, audit, element):
        return audit.line_ids.filtered(lambda line: line.element == element)

    def test_ten_elements(self):
        audit = self.env["timebank.self.audit"].create({"scheme_id": self.scheme.id})
        self.assertEqual(
            audit.line_ids.mapped("element"),
            "assets capacity mutuality networks shared_roles catalysts".split()
            + "culture structure practice review".split(),
        )
        self.assertTrue(all(audit.line_ids.mapped("question")))
        self.assertEqual(audit.state, "scoring")
        self.assertFalse(audit.average)

    def test_what_each_element_asks_stands_where_it_is_scored(self):
        voices = self.env["timebank.self.audit.voice"].with_user(self.coordinator)
        arch = etree.fromstring(voices.get_view(view_type="form")["arch"])
        for key, question in voices._get_questions().items():
            [field] = arch.xpath(f"//field[@name='{key}']")
            self.assertEqual(field.getprevious().text, question)
        audits = self.env["timebank.self.audit"].with_user(self.coordinator)
        arch = etree.fromstring(audits.get_view(view_type="form")["arch"])
        self.assertTrue(arch.xpath("//field[@name='line_ids']/list/field[@name='question']"))

    def test_ones_own_scores_are_spoken_of_as_ones_own(self):
        audit = self._make_audit()
        voices = self.env["timebank.self.audit.voice"].with_user(self.coordinator)
        own = Form(voices.with_context(**audit.action_score()["context"]))
        self.assertTrue(own.is_of_user)
        others = Form(voices.with_context(**audit.action_score_for()["context"]))
        others.partner_id = self.ann.partner_id
        self.assertFalse(others.is_of_user)

    def test_elements_stand_on_an_empty_form(self):
        """What the client shows before anything is saved, and sends when it is."""
        audits = self.env["timebank.self.audit"].with_user(self.coordinator)
        shown = audits.onchange({}, [], {"line_ids": {"fields": {"element": {}, "sequence": {}}}})
        lines = [vals for _command, _id, vals in shown["value"]["line_ids"]]
        self.assertEqual([vals["element"] for vals in lines], list(KEYS))
        self.assertEqual([vals["sequence"] for vals in lines], list(range(len(KEYS))), "in their order")
        audit = Form(audits)
        audit.scheme_id = self.scheme
        self.assertEqual(len(audit.line_ids), len(KEYS))
        self.assertEqual(audit.save().line_ids.mapped("element"), list(KEYS))

    def test_scores_by_their_number(self):
        """As other systems send them."""
        audit = self.env["timebank.self.audit"].create(
            {
                "scheme_id": self.scheme.id,
                "line_ids": [Command.create({"element": "assets", "score": 3, "evidence": "A skills wall"})],
            }
        )
        self.assertEqual(len(audit.line_ids), 10)
        line = self._line(audit, "assets")
        self.assertEqual((line.agreed_level, line.score), ("3", 3))
        line.agreed_level = "4"
        self.assertEqual(line.score, 4)
        for score in (5, -1):
            with mute_logger("odoo.sql_db"), self.assertRaises(ValidationError), self.env.cr.savepoint():
                line.score = score
                line.flush_recordset()

    def test_staff_and_members_apart(self):
        audit = self._make_audit()
        self._say(audit, self.coordinator.partner_id, assets="4", culture="3")
        self._say(audit, self.cat.partner_id, assets="2")
        self._say(audit, self.ann.partner_id, assets="1")
        self._say(audit, self.ben.partner_id, assets="2", culture="2")
        line = self._line(audit, "assets")
        self.assertEqual((line.staff_mean, line.staff_voices), (3, 2))
        self.assertEqual((line.member_mean, line.member_voices), (1.5, 2))
        self.assertTrue(line.differs)
        self.assertEqual((audit.staff_count, audit.member_count), (2, 2))
        voice = audit.voice_ids[0]
        self.assertEqual((voice.noted_by_id, voice.way), (self.coordinator, "meeting"))
        with self.assertRefused("neither belongs"):
            self._say(audit, self.env["res.partner"].create({"name": "Somebody"}), assets="1")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self._say(audit, self.ann.partner_id, assets="1")

    def test_what_the_meeting_needs(self):
        audit = self._make_audit(present_others=False)
        line = self._line(audit, "review")
        line.agreed_level = False
        with self.assertRefused("Not scored yet: Review", "who was there"):
            audit.action_agree()
        line.agreed_level = "1"
        with self.assertRefused("who was there"):
            audit.action_agree()
        audit.present_ids = self.ann.partner_id + self.coordinator.partner_id
        self._say(audit, self.coordinator.partner_id, review="3")
        self._say(audit, self.ann.partner_id, review="1")
        with self.assertRefused("differently", "Review"):
            audit.action_agree()
        line.note = "Members weren't asked last year"
        line.action = "Two members come to the review"
        with self.assertRefused("Say who does it", "Review"):
            audit.action_agree()
        line.write({"action_user_id": self.coordinator.id, "action_until": TODAY + timedelta(days=30)})
        audit.action_agree()
        self.assertEqual((audit.state, audit.agreed_by_id), ("agreed", self.coordinator))
        tomorrow = self._make_audit(TODAY + timedelta(days=1))
        with self.assertRefused("still to come"):
            tomorrow.action_agree()

    def test_an_action_is_a_to_do_and_seen_when_done(self):
        audit = self._make_audit()
        line = self._line(audit, "practice")
        line.write(
            {
                "action": "Hold one in the evening",
                "action_user_id": self.coordinator2.id,
                "action_until": TODAY + timedelta(days=10),
            }
        )
        self.assertEqual(line.action_state, "planned")
        self.scheme.coordinator_ids |= self.coordinator2
        audit.action_agree()
        todo = audit.activity_ids
        self.assertEqual((todo.user_id, todo.summary), (self.coordinator2, "Hold one in the evening"))
        self.assertEqual(todo.date_deadline, TODAY + timedelta(days=10))
        self.assertEqual((line.action_state, audit.open_action_count), ("open", 1))
        audit.action_reopen()
        audit.action_agree()
        self.assertEqual(audit.activity_ids, todo, "no second one")
        todo.with_user(self.coordinator2).action_feedback("Every second month")
        self.env.invalidate_all()
        self.assertEqual((line.action_state, audit.open_action_count), ("done", 0))
        audit.action_reopen()
        audit.action_agree()
        self.assertEqual(line.todo_id, todo, "it is done")
        audit.action_reopen()
        line.action = "Hold one on Sundays"
        audit.action_agree()
        self.assertEqual(audit.activity_ids.summary, "Hold one on Sundays", "that isn’t")

    def test_what_is_agreed_anew_is_what_is_to_be_done(self):
        self.scheme.coordinator_ids |= self.coordinator2
        audit = self._make_audit()
        line = self._line(audit, "practice")
        later = TODAY + timedelta(days=20)
        first = {"action_user_id": self.coordinator2.id, "action_until": TODAY + timedelta(days=10)}
        line.write({"action": "Hold one in the evening", **first})
        audit.action_agree()
        todo = audit.activity_ids
        audit.action_reopen()
        line.write({"action": "Hold two", "action_user_id": self.coordinator.id, "action_until": later})
        audit.action_agree()
        self.assertEqual(audit.activity_ids, todo)
        self.assertEqual(
            (todo.summary, todo.user_id, todo.date_deadline), ("Hold two", self.coordinator, later)
        )
        audit.action_reopen()
        line.action = False
        audit.action_agree()
        self.assertFalse(audit.activity_ids)
        self.assertFalse(line.todo_id)
        self.assertIn("Called off: Hold two", str(audit.message_ids.mapped("body")))

    def test_means_are_of_those_who_are_there_when_it_is_agreed_anew(self):
        audit = self._make_audit()
        self._say(audit, self.ann.partner_id, assets="2")
        self._say(audit, self.ben.partner_id, assets="4")
        audit.action_agree()
        self._leave(self.ben)
        self.ben.with_user(self.manager).action_forget("Asked for it")
        line = self._line(audit, "assets")
        self.assertEqual((line.member_mean, line.member_voices), (3, 2))
        audit.action_reopen()
        audit.action_agree()
        self.assertEqual((line.member_mean, line.member_voices), (2, 1))

    def test_what_was_scored_stays_about_what_it_was(self):
        """Who scored it said so of that bank, grant and project, and the meeting was on that day."""
        hillside = self._make_scheme("Hillside", coordinator_ids=[Command.set(self.coordinator.ids)])
        project = self.env["project.project"].create({"name": "Kitchen"})
        project.timebank_scheme_ids = self.scheme
        audit = self._make_audit()
        audit.met_on -= timedelta(days=1)
        self._say(audit, self.ann.partner_id, assets="2")
        audit.met_on -= timedelta(days=1)
        for name, value in (("scheme_id", hillside.id), ("project_id", project.id)):
            with self.subTest(field=name), self.assertRefused("what it is about"):
                audit.write({name: value})
        audit.write({"scheme_id": self.scheme.id, "project_id": False, "note": "As it was"})
        audit.action_agree()
        audit.action_reopen()
        with self.assertRefused("and its day, stay"):
            audit.met_on -= timedelta(days=1)
        audit.note = "The same day"

    def test_what_is_not_scored_yet_has_no_score_on_paper(self):
        audit = self._make_audit()
        self._line(audit, "assets").agreed_level = False
        rows = {row["element"]: row["score"] for row in audit._get_shown()}
        self.assertEqual((rows["assets"], rows["review"]), (None, 2))
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html("timebank_coproduction.report_timebank_self_audit", audit.ids)[0]
            .decode()
        )
        self.assertNotIn("○○○○", html)
        self.assertIn("●●○○", html)

    def test_a_picture_on_paper(self):
        """What was agreed and what it was before, and the means of both sides, of five people or more."""
        before = self._make_audit(LAST_YEAR, "1")
        before.action_agree()
        audit = self._make_audit()
        members = [self.ann, self.ben, *(self._make_member(f"Person {number}") for number in range(3))]
        for member in members:
            self._say(audit, member.partner_id, assets="3")
        self._say(audit, self.coordinator.partner_id, assets="2")
        render = self.env["ir.actions.report"]._render_qweb_html
        page = html.fromstring(render("timebank_coproduction.report_timebank_self_audit", audit.ids)[0])
        [picture] = page.xpath("//img[starts-with(@src, 'data:image/svg')]")
        alt = picture.get("alt")
        self.assertIn("Agreed: Assets 2, Capacity 2", alt)
        self.assertIn("Last time: Assets 1", alt)
        self.assertIn("Members: Assets 3.", alt)
        self.assertNotIn("Staff", alt, "a mean of few")
        svg = b64decode(picture.get("src").partition(",")[2]).decode()
        self.assertTrue(all(f">{word}<" in svg for word in ("Agreed", "Last time", "Members", "Assets")))
        empty = self._make_audit(TODAY - timedelta(days=1), False)
        empty.previous_id.action_reopen()
        self.env.invalidate_all()
        page = html.fromstring(render("timebank_coproduction.report_timebank_self_audit", empty.ids)[0])
        self.assertFalse(page.xpath("//img[starts-with(@src, 'data:image/svg')]"))

    def test_scores_are_in_the_users_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        audit = self._make_audit()
        told = "2 – Dans une partie de ce que nous faisons"
        choice = (
            self.env["ir.model.fields.selection"]
            .search([("field_id.model", "=", "timebank.self.audit.voice"), ("field_id.name", "=", "assets")])
            .filtered(lambda one: one.value == "2")
        )
        choice.with_context(lang="fr_FR").name = told
        lines = audit.line_ids.with_context(lang="fr_FR")
        self.assertIn(("2", told), lines._fields["agreed_level"]._description_selection(lines.env))

    def test_what_was_agreed_stays(self):
        audit = self._make_audit()
        voices = [self._say(audit, member.partner_id, assets="2") for member in (self.ann, self.ben)]
        audit.action_agree()
        line = self._line(audit, "assets")
        for call in (
            lambda: line.write({"agreed_level": "4"}),
            lambda: line.write({"score": 4}),
            lambda: line.write({"evidence": "x"}),
            lambda: audit.write({"met_on": LAST_YEAR}),
            lambda: audit.write({"line_ids": [Command.update(line.id, {"agreed_level": "4"})]}),
            lambda: audit.unlink(),
            lambda: voices[0].write({"assets": "4"}),
            lambda: voices[0].unlink(),
            lambda: self._say(audit, self.cat.partner_id, assets="4"),
        ):
            with self.assertRaisesRegex(UserError, "was agreed"):
                call()
        self._leave(self.ben)
        self.ben.with_user(self.manager).action_forget("Asked for it")
        self.env.invalidate_all()
        self.assertFalse(voices[1].exists())
        self.assertEqual((line.member_mean, line.member_voices), (2, 2), "as it was at the meeting")
        audit.action_reopen()
        with self.assertRefused("was agreed before"):
            audit.unlink()
        line.agreed_level = "4"
        self.assertEqual(line.score, 4)
        self._make_audit(LAST_YEAR).unlink()  # that nobody has agreed, or scored by themselves

    def test_change_since_the_last(self):
        before = self._make_audit(LAST_YEAR, "1")
        before.action_agree()
        self._make_audit(date(2025, 9, 1), "4")  # not agreed
        audit = self._make_audit()
        self._line(audit, "assets").agreed_level = "4"
        audit.action_agree()
        self.assertEqual(audit.previous_id, before)
        self.assertAlmostEqual(audit.average, 2.2)
        self.assertAlmostEqual(audit.change, 1.2)
        self.assertEqual(self._line(audit, "assets").score_before, "1")
        latest = self.env["timebank.self.audit"]._get_latest
        self.assertEqual(latest(self.scheme, TODAY), audit)
        self.assertEqual(latest(self.scheme, TODAY - timedelta(days=1)), before)
        self.assertFalse(latest(self.scheme, LAST_YEAR - timedelta(days=1)))

    def test_one_a_day_of_each(self):
        self._make_audit()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self._make_audit()
        self._make_audit(project_id=self.project.id)
        other = self.env["project.project"].create({"name": "Elsewhere"})
        with self.assertRefused("no project of this time bank"):
            self._make_audit(project_id=other.id)

    def test_a_bank_without_projects_of_its_own_serves_any(self):
        hillside = self._make_scheme("Hillside")
        company = self.env["res.company"].create({"name": "Abroad"})
        abroad = self.env["project.project"].create({"name": "Abroad", "company_id": company.id})
        self.coordinator.company_ids += company
        self.assertTrue(self._make_audit(scheme_id=hillside.id, project_id=self.project.id))
        with self.assertRefused("no project of this time bank"):
            self._make_audit(scheme_id=hillside.id, project_id=abroad.id)

    def test_what_it_is_about_stays(self):
        """Neither a project nor a bank is deleted with what a meeting has agreed of it."""
        project = self.env["project.project"].create({"name": "Garden"})
        hillside = self._make_scheme("Hillside", project_ids=[Command.set(project.ids)])
        self._make_audit(scheme_id=hillside.id, project_id=project.id).action_agree()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            project.unlink()
        with self.assertRefused("Hillside was in use: close it instead of deleting it."):
            hillside.unlink()

    # ------------------------------------------------------------
    # What is shown of it, and to whom
    # ------------------------------------------------------------

    def test_means_of_few_are_for_coordinators_alone(self):
        audit = self._make_audit()
        members = [self._make_member(f"Person {number}") for number in range(4)]
        for member in [self.ann, *members]:
            self._say(audit, member.partner_id, assets="2")
        for member in members:
            audit.voice_ids.filtered(
                lambda one, member=member: one.partner_id == member.partner_id
            ).culture = "3"
        self._say(audit, self.coordinator.partner_id, assets="2", culture="3")
        audit.action_agree()
        shown = {row["element"]: row for row in audit._get_shown()}
        self.assertEqual(shown["assets"]["members"], 2)
        self.assertIsNone(shown["assets"]["staff"])
        self.assertIsNone(shown["culture"]["members"], "four of them scored that")
        self.assertIsNone(shown["review"]["members"])
        self.assertEqual(self._line(audit, "culture").member_mean, 3)
        html = self.env["ir.actions.report"]._render_qweb_html(
            "timebank_coproduction.report_timebank_self_audit", audit.ids
        )[0]
        self.assertIn(b"Self-audit of", html)
        self.assertNotIn(b">3<", html.replace(b" ", b""), "the mean of four")

    def test_the_page_evidence(self):
        def section(user, **filters):
            page = self.env["timebank.evidence"].with_user(user).get_page(filters)
            return next((one for one in page["sections"] if one["key"] == "self_audit"), None)

        self.assertIsNone(section(self.coordinator))
        self._make_audit(LAST_YEAR, "1").action_agree()
        audit = self._make_audit()
        self._say(audit, self.ann.partner_id, assets="2")
        self._line(audit, "assets").agreed_level = "4"
        audit.action_agree()
        for user in (self.coordinator, self.finance):
            found = section(user)
            self.assertEqual(found["chart"]["type"], "radar")
            self.assertEqual([one["values"][0] for one in found["chart"]["series"]], [4, 1])
            self.assertEqual(found["table"]["rows"][0], ["Assets", "4", "1", "hidden", "hidden"])
            self.assertIn("Assets (4 of 4)", found["answer"])
            self.assertIn("up since 18 March 2025: 10; that went down: 0.", found["answer"])
        self.assertTrue(section(self.coordinator)["actions"])
        self.assertFalse(section(self.finance)["actions"], "finance has no way to who scored what")
        self.assertIsNone(section(self.coordinator2))
        found = section(self.coordinator, period="own", date_from="2025-01-01", date_to="2025-12-31")
        self.assertEqual(found["chart"]["series"][0]["values"][0], 1)
        self.assertRegex(section(self.coordinator)["answer"], "^Agreed on")
        hill = self._make_scheme("Hill Top")
        self.assertRegex(section(self.coordinator)["answer"], "^River Street: Agreed on")
        self._make_audit(scheme_id=hill.id).action_agree()
        self.assertEqual(section(self.coordinator)["table"]["head"], ["Element", "Hill Top", "River Street"])
        self.assertIn("Hill Top, River Street", section(self.coordinator)["answer"])
        for name in ("Mill Lane", "North End", "Old Town"):
            self._make_audit(scheme_id=self._make_scheme(name).id).action_agree()
        found = section(self.coordinator)
        drawn = [one["label"] for one in found["chart"]["series"]]
        self.assertEqual(len(drawn), 4)
        self.assertIn(
            f"5 time banks have agreed how they see themselves. Shown here: {', '.join(drawn)}."
            " Choose time banks above to see others.",
            found["answer"],
        )

    def test_whose_they_are(self):
        audit = self._make_audit()
        voice = self._say(audit, self.ann.partner_id, assets="2")
        for user in (self.portal, self.portal2, self.staff, self.finance, self.coordinator2):
            for records in (audit, audit.line_ids, voice):
                with self.subTest(user=user.name, model=records._name), self.assertRaises(AccessError):
                    self._as(user, records).read(["display_name"])
            with self.assertRaises(AccessError):
                self._as(user, audit).action_agree()
        self.assertEqual(self._as(self.manager, voice).assets, "2")

    def test_what_members_score_on_their_pages_is_theirs(self):
        """Whoever runs the bank reads it, and neither rewrites nor removes it."""
        audit = self._make_audit()
        asked = audit.sudo()
        self.ann.with_user(self.portal)._score_self_audit(asked, {"assets": "1"}, "")
        voice = audit.voice_ids
        for user in (self.coordinator, self.manager):
            theirs = self._as(user, voice)
            self.assertFalse(theirs.takes_changes)
            for call in (
                lambda theirs=theirs: theirs.write({"assets": "4"}),
                lambda theirs=theirs: theirs.unlink(),
                lambda user=user: self.ann.with_user(user)._score_self_audit(
                    audit.sudo(), {"assets": "4"}, ""
                ),
                lambda theirs=theirs: theirs.audit_id.write({"voice_ids": [Command.delete(theirs.id)]}),
            ):
                with self.assertRefused("they alone change it"):
                    call()
            with self.assertRefused("scored it on their own pages"):
                theirs.audit_id.unlink()
        self.assertEqual((voice.assets, voice.way, voice.noted_by_id), ("1", "page", self.portal))

    def test_who_noted_it_last_is_kept(self):
        audit = self._make_audit()
        voice = self._say(audit, self.ann.partner_id, assets="2")
        theirs = self._as(self.manager, voice)
        self.assertTrue(theirs.takes_changes)
        theirs.write({"assets": "3"})
        self.assertEqual((voice.assets, voice.noted_by_id, voice.way), ("3", self.manager, "meeting"))
        other = self._make_audit(LAST_YEAR)
        for vals in ({"partner_id": self.ben.partner_id.id}, {"audit_id": other.id}):
            with self.assertRefused("Whose scores they are"):
                theirs.write(vals)
        audit.action_agree()
        self.env.invalidate_all()
        self.assertFalse(theirs.takes_changes)
        form = Form(theirs)
        with self.assertRaisesRegex(AssertionError, "readonly"):
            form.assets = "4"

    def test_members_score_on_their_pages(self):
        audit = self._make_audit()
        ann = self.ann.with_user(self.portal)
        asked = audit.sudo()
        self.assertTrue(ann._say_waiting_self_audit())
        ann._score_self_audit(asked, {"assets": "1", "review": ""}, "More evenings")
        voice = audit.voice_ids
        self.assertEqual((voice.assets, voice.review, voice.spoke_as), ("1", False, "member"))
        self.assertEqual((voice.way, voice.noted_by_id, voice.words), ("page", self.portal, "More evenings"))
        self.assertFalse(ann._say_waiting_self_audit())
        ann._score_self_audit(asked, {"assets": "2"}, "")
        self.assertEqual((audit.voice_ids.assets, audit.voice_ids.words), ("2", False))
        with self.assertRefused("at least one"):
            ann._score_self_audit(asked, {}, "")
        with self.assertRaises(AccessError):
            self.ben.with_user(self.portal)._score_self_audit(asked, {"assets": "4"}, "")
        for vals in ({"asks_members": False}, {}):
            audit.write(vals)
            if not vals:
                audit.asks_members = True
                audit.action_agree()
            with self.assertRefused("isn’t asked about"):
                ann._score_self_audit(asked, {"assets": "4"}, "")
