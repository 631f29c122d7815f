"""The screens as each role: they open, show what it may see, and their buttons work."""

import re
from ast import literal_eval

from lxml import etree

from odoo.tests import freeze_time, tagged

from ..common import TODAY, TimebankCase

MODULE = "timebank_coproduction"


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestScreens(TimebankCase):
    """Every action and menu of the app."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.actions = (
            cls.env["ir.model.data"]
            .search([("module", "=", MODULE), ("model", "=", "ir.actions.act_window")])
            .mapped("res_id")
        )
        cls.roles = cls.coordinator | cls.manager | cls.finance | cls.staff

    def _menus(self, user):
        ids = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
        names = self.env["ir.model.data"].search(
            [
                ("module", "=", MODULE),
                ("model", "=", "ir.ui.menu"),
                ("res_id", "in", list(ids)),
            ]
        )
        return set(names.mapped("name"))

    def test_each_action_opens_for_whoever_may_read_it(self):
        for user in self.roles:
            for action in self.env["ir.actions.act_window"].browse(self.actions):
                model = self.env[action.res_model].with_user(user)
                if not model.has_access("read"):
                    continue
                with self.subTest(user=user.login, action=action.name):
                    modes = [mode.strip() for mode in action.view_mode.split(",")]
                    views = model.get_views([(False, mode) for mode in (*modes, "search")])
                    self.assertEqual(set(views["views"]), {*modes, "search"})
                    for view in views["views"].values():
                        self._check_conditions(view["arch"])
                    if not model._transient:
                        domain = literal_eval((action.domain or "[]").replace("uid", str(user.id)))
                        fields = views["models"][action.res_model]["fields"]
                        model.search(domain, limit=5).read(
                            [name for name in fields if name in model._fields][:40]
                        )

    def _check_conditions(self, arch):
        """An “else” keeps its “if”, even where groups take elements away."""
        for element in etree.fromstring(arch).xpath("//*[@t-else or @t-elif]"):
            before = element.getprevious()
            self.assertIsNotNone(before, etree.tostring(element))
            self.assertTrue({"t-if", "t-elif"} & set(before.keys()), etree.tostring(element))

    def test_buttons_call_methods_that_exist(self):
        data = self.env["ir.model.data"].search([("module", "=", MODULE), ("model", "=", "ir.ui.view")])
        for view in self.env["ir.ui.view"].browse(data.mapped("res_id")).filtered("model"):
            for button in etree.fromstring(view.arch).xpath("//button[@type='object'] | //a[@type='object']"):
                if button.xpath("ancestor::field[not(@name='arch')]"):
                    continue
                with self.subTest(view=view.name, button=button.get("name")):
                    self.assertTrue(callable(getattr(self.env[view.model], button.get("name"), None)))

    def test_no_view_of_ours_extends_another_of_ours(self):
        data = self.env["ir.model.data"].search([("module", "=", MODULE), ("model", "=", "ir.ui.view")])
        views = self.env["ir.ui.view"].browse(data.mapped("res_id"))
        self.assertEqual(views.filtered(lambda view: view.inherit_id in views).mapped("name"), [])

    def test_days_look_alike(self):
        """No view of ours shows some of its days in figures, and others with the name of their month."""
        views = self.env["ir.model.data"].search([("module", "=", MODULE), ("model", "=", "ir.ui.view")])
        for view in self.env["ir.ui.view"].browse(views.mapped("res_id")).filtered("model"):
            with self.subTest(view.name):
                options = etree.fromstring(view.arch).xpath("//field/@options")
                self.assertFalse([one for one in options if "numeric" in one])

    def test_figures_of_pivots_and_graphs_lead_to_a_list_with_a_name(self):
        """Without a title the list behind a figure is “Untitled”; without a list view it has names alone."""
        views = self.env["ir.ui.view"].search(
            [("model", "=like", "timebank.%"), ("type", "in", ("pivot", "graph"))]
        )
        self.assertGreater(len(views), 10)
        for view in views:
            with self.subTest(view=view.name):
                self.assertTrue(etree.fromstring(view.arch).get("string"))
                self.assertTrue(self.env["ir.ui.view"].default_view(view.model, "list"))

    def test_menus_are_of_the_role(self):
        self.assertEqual(
            self._menus(self.staff)
            & {
                "menu_timebank_members",
                "menu_timebank_grants",
                "menu_timebank_configuration",
            },
            set(),
        )
        self.assertIn("menu_timebank_now", self._menus(self.staff))
        self.assertNotIn("menu_timebank_hours_to_approve", self._menus(self.staff))
        self.assertIn("menu_timebank_hours_to_approve", self._menus(self.coordinator))
        self.assertIn("menu_timebank_transfer", self._menus(self.finance))
        self.assertNotIn("menu_timebank_hours_to_approve", self._menus(self.finance))
        self.assertIn("menu_timebank_category", self._menus(self.manager))
        of_administrators = {
            "menu_timebank_category",
            "menu_timebank_availability",
            "menu_timebank_health",
        }
        self.assertEqual(self._menus(self.manager) & of_administrators, of_administrators)
        self.assertFalse(self._menus(self.coordinator) & {*of_administrators, "menu_timebank_seal"})

    def test_whoever_a_window_is_for_has_its_menu(self):
        """Where a window of the menu names its roles, none of them has to look for another way to it; reports
        to turn are on the page of evidence besides."""
        menus = self.env["ir.model.data"].search([("module", "=", MODULE), ("model", "=", "ir.ui.menu")])
        asked = 0
        for menu in self.env["ir.ui.menu"].browse(menus.mapped("res_id")).filtered("action"):
            if menu.action._name != "ir.actions.act_window":
                continue
            groups = menu.action.group_ids
            for user in self.roles.filtered(lambda user, groups=groups: groups & user.all_group_ids):
                asked += 1
                with self.subTest(menu=menu.name, user=user.login):
                    self.assertIn(menu.id, self.env["ir.ui.menu"].with_user(user)._visible_menu_ids())
        self.assertTrue(asked)

    def test_lists_of_the_menu_have_cards_for_phones(self):
        """Odoo shows cards there, where a window has them; a list of two short columns fits anyway."""
        short = {"category", "check_type", "language", "availability"}
        short = {f"timebank_{name}_action" for name in short}
        for menu in self._menus(self.manager):
            window = self.env.ref(f"{MODULE}.{menu}").action
            if not window or window._name != "ir.actions.act_window":
                continue
            modes = window.view_mode.split(",")
            name = window.get_external_id()[window.id].partition(".")[2]
            if modes[0] == "list" and name not in short:
                with self.subTest(name):
                    self.assertIn("kanban", modes)

    def test_buttons_over_a_list_ask_nothing_of_one_record(self):
        """They are about the rows that are ticked: a field's value isn't known there, and breaks the page."""
        views = self.env["ir.ui.view"].search([("model", "=like", "timebank.%"), ("type", "=", "list")])
        for view in views:
            for button in etree.fromstring(view.arch).findall("header/button"):
                with self.subTest(view=view.name, button=button.get("string")):
                    known = {"context", "uid", "True", "False", "not", "and", "or", "in", "get"}
                    condition = re.sub(r"'[^']*'", "", button.get("invisible") or "")
                    self.assertLessEqual(set(re.findall(r"[A-Za-z_]\w*", condition)), known)

    def test_what_was_done_over_a_list_is_told(self):
        """Many records at a time: how many, since those dealt with often leave the list."""
        told = set()
        for view in self.env["ir.ui.view"].search([("model", "=like", "timebank.%"), ("type", "=", "list")]):
            model = self.env[view.model]
            for button in etree.fromstring(view.arch).xpath("//list/header/button[@type='object']"):
                verb = getattr(type(model), button.get("name"))
                if "an action listing what" in (verb.__doc__ or ""):
                    with self.subTest(model=view.model, button=button.get("name")):
                        self.assertIn("'timebank_told': True", button.get("context") or "")
                        told.add(view.model)
        self.assertLessEqual({"timebank.hours", "timebank.session", "timebank.offer"}, told)
        lessons = self.env["timebank.session"].browse([1, 2])
        self.assertEqual(lessons._say_done("opened"), "2 opened.")
        self.assertEqual(lessons._explain(""), "2 chosen.")

    def test_balance_in_hours_sorts_and_sums(self):
        self._make_hours(self.ann, 90, state="approved")
        self._make_hours(self.ben, 30, state="approved")
        for model in ("timebank.account", "timebank.member"):
            records = self.env[model].with_user(self.coordinator)
            self.assertTrue(records.fields_get(["balance_hours"])["balance_hours"]["sortable"])
            first = records.search(
                [("scheme_id", "=", self.scheme.id)],
                order="balance_hours desc",
                limit=1,
            )
            self.assertEqual(first.partner_id, self.ann.partner_id)
        groups = self.env["timebank.member"]._read_group(
            [("scheme_id", "=", self.scheme.id)], ["role"], ["balance_hours:sum"]
        )
        self.assertEqual(dict(groups)["beneficiary"], 1.5)

    def test_a_bank_s_figures_lead_to_its_own_records(self):
        submitted = self._make_hours(self.ann, state="submitted")
        self._make_hours(self.ben, 45)
        other = self._make_scheme("Hillside")
        outsider = self._make_member("Dot Hill", scheme=other)
        self._make_hours(outsider, state="submitted")
        action = self.scheme.with_user(self.coordinator).action_view_to_approve()
        self.assertEqual(self.env["timebank.hours"].search(action["domain"]), submitted)
        self.assertEqual(action["context"]["default_scheme_id"], self.scheme.id)
        action = self.scheme.with_user(self.coordinator).action_view_members()
        self.assertEqual(
            self.env["timebank.member"].search(action["domain"]),
            self.ann | self.ben | self.cat | self.agency,
        )
