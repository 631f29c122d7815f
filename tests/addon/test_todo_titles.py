"""Every to-do says in its title what is to be done, whoever made it and however little they said."""

from odoo.tests import tagged

from ..trust.trust_common import TrustCase


@tagged("post_install", "-at_install")
class TestTodoTitles(TrustCase):
    def test_every_kind_on_every_model(self):
        kinds = self.env["mail.activity.type"].search([])
        for record in self.world[self.here].values():
            if "activity_ids" not in record._fields or not record._name.startswith("timebank."):
                continue
            for kind in kinds.filtered(lambda kind, name=record._name: kind.res_model in (False, name)):
                with self.subTest(model=record._name, kind=kind.name):
                    todo = record[:1].activity_schedule(activity_type_id=kind.id, user_id=self.manager.id)
                    self.assertTrue(todo.summary)

    def test_none_goes_round_it(self):
        """Each model's to-dos are made by the one method that gives them a title."""
        for name, model in self.env.registry.items():
            if name.startswith("timebank.") and not model._abstract and hasattr(model, "activity_schedule"):
                with self.subTest(model=name):
                    self.assertTrue(getattr(model.activity_schedule, "gives_titles", False))

    def test_what_was_said_is_kept(self):
        member = self.world[self.here]["timebank.member"][:1]
        todo = member.activity_schedule("mail.mail_activity_data_todo", summary="Water the plants")
        self.assertEqual(todo.summary, "Water the plants")
        kind = self.env.ref("timebank_coproduction.mail_activity_give_back")
        todo = member.activity_schedule(activity_type_id=kind.id, user_id=self.manager.id)
        self.assertEqual(todo.summary, f"{kind.name}: {member.display_name}")
