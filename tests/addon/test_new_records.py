"""New: the button on every list and board, for everybody who has it."""

from lxml import etree

from odoo.tests import tagged

from ..common import TimebankCase


@tagged("post_install", "-at_install")
class TestNewRecords(TimebankCase):
    def _actions(self):
        ids = self.env["ir.model.data"].search(
            [("module", "=", "timebank_coproduction"), ("model", "=", "ir.actions.act_window")]
        )
        return self.env["ir.actions.act_window"].browse(ids.mapped("res_id"))

    def test_an_empty_form_opens(self):
        models = {action.res_model for action in self._actions() if "form" in action.view_mode}
        for user in self.coordinator | self.manager | self.finance | self.staff:
            for name in sorted(models):
                model = self.env[name].with_user(user)
                if model._transient or not model.has_access("create"):
                    continue
                with self.subTest(user=user.login, model=name):
                    self._open(model)

    def _open(self, model):
        """What the client asks for when somebody presses New."""
        arch = etree.fromstring(model.get_view(view_type="form")["arch"])
        outer = arch.xpath("//field[not(ancestor::field)]")
        model.onchange({}, [], {field.get("name"): {} for field in outer})

    def test_what_is_being_made_is_not_named_by_what_is_missing(self):
        """The breadcrumb of an empty form: “New”, or what is known already."""
        asked = 0
        for name in sorted(self.env.registry):
            model = self.env[name]
            if not name.startswith("timebank.") or model._abstract or not model._auto:
                continue
            said = model.onchange({}, [], {"display_name": {}})["value"].get("display_name") or ""
            asked += 1
            with self.subTest(model=name):
                self.assertNotRegex(said, r"\?|False|None|^[\W_]|[,:–(]\s*$|,\s*,")
        self.assertGreater(asked, 60)

    def test_cards_can_be_drawn(self):
        """The client can't draw a field with a widget that is itself the last of a choice."""
        for name in {action.res_model for action in self._actions() if "kanban" in action.view_mode}:
            arch = etree.fromstring(self.env[name].get_view(view_type="kanban")["arch"])
            with self.subTest(model=name):
                self.assertEqual(arch.xpath("//templates//field[@widget][@t-else]"), [])
