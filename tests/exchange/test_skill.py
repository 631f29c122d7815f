"""The tree of skills: words, circles, merging."""

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..exchange_common import ExchangeCase


@tagged("post_install", "-at_install")
class TestSkill(ExchangeCase):
    def test_starting_set(self):
        skills = self.env["timebank.skill"].search([])
        self.assertGreaterEqual(len(skills.filtered("parent_id")), 80)
        self.assertGreaterEqual(len(skills.filtered(lambda skill: not skill.parent_id)), 12)
        self.assertEqual(set(skills.mapped("kind")), {"skill", "space", "equipment"})

    def test_found_by_synonym(self):
        found = self.env["timebank.skill"].name_search("childminding")
        self.assertEqual(found[0][0], self.env.ref("timebank_coproduction.skill_babysitting").id)

    def test_kind_follows_the_group(self):
        spaces = self.env.ref("timebank_coproduction.skill_spaces")
        skill = self.env["timebank.skill"].create({"name": "Loft", "parent_id": spaces.id})
        self.assertEqual(skill.kind, "space")

    def test_no_circle(self):
        group = self.archery.parent_id
        with self.assertRaises(UserError):
            group.parent_id = self.archery
        with self.assertRaises(UserError):
            self.archery.parent_id = self.archery

    def test_merge_moves_everything(self):
        bow = self.env["timebank.skill"].create(
            {"name": "Bows", "synonyms": "arrows, longbow", "parent_id": self.archery.parent_id.id}
        )
        part = self.env["timebank.skill"].create({"name": "Crossbow", "parent_id": bow.id})
        offer, wish = self._make_offer(self.ben, bow), self._make_request(self.ann, bow)
        introduction = self._introduce(offer, wish)
        self.ann.interest_ids = bow
        self.ben.interest_ids = bow | self.archery
        action = bow.with_user(self.manager).action_merge_into(self.archery)
        self.assertEqual(action["res_id"], self.archery.id)
        self.assertFalse(bow.exists())
        self.assertEqual(offer.skill_id, self.archery)
        self.assertEqual(wish.skill_id, self.archery)
        self.assertEqual(introduction.skill_id, self.archery)
        self.assertEqual(part.parent_id, self.archery)
        self.assertIn("/Crossbow", part.complete_name.replace(" ", ""))
        self.assertEqual(self.ann.interest_ids, self.archery)
        self.assertEqual(self.ben.interest_ids, self.archery)
        for word in ("Bows", "arrows", "longbow"):
            self.assertIn(word, self.archery.synonyms)

    def test_merging_what_was_shipped_lasts(self):
        """The external id leads to the skill that stays, so an upgrade brings nothing back."""
        football = self.env.ref("timebank_coproduction.skill_football")
        football.action_merge_into(self.archery.id)
        self.assertEqual(self.env.ref("timebank_coproduction.skill_football"), self.archery)

    def test_merge_refused(self):
        group = self.archery.parent_id
        with self.assertRaisesRegex(UserError, "into itself"):
            self.archery.action_merge_into(self.archery)
        with self.assertRaisesRegex(UserError, "part of"):
            group.action_merge_into(self.archery)

    def test_in_use_is_not_deleted(self):
        skill = self.env["timebank.skill"].create({"name": "Juggling"})
        self._make_offer(self.ben, skill)
        with self.assertRaisesRegex(UserError, "merge"), mute_logger("odoo.sql_db"):
            skill.unlink()
