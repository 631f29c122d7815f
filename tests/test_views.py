"""The screens as each role: they open, show what it may see, and their buttons work."""

from ast import literal_eval

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from .common import TODAY, TimebankCase

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

    def test_menus_are_of_the_role(self):
        self.assertEqual(
            self._menus(self.staff)
            & {
                "menu_timebank_members",
                "menu_timebank_reports",
                "menu_timebank_configuration",
            },
            set(),
        )
        self.assertIn("menu_timebank_my_hours", self._menus(self.staff))
        self.assertNotIn("menu_timebank_hours_to_approve", self._menus(self.staff))
        self.assertIn("menu_timebank_hours_to_approve", self._menus(self.coordinator))
        self.assertIn("menu_timebank_transfer", self._menus(self.finance))
        self.assertNotIn("menu_timebank_hours_to_approve", self._menus(self.finance))
        self.assertIn("menu_timebank_category", self._menus(self.manager))
        self.assertNotIn("menu_timebank_category", self._menus(self.coordinator))

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


@freeze_time(TODAY)
class TestForms(TimebankCase):
    """The forms as people fill them in."""

    def test_a_coordinator_adds_and_accepts_a_member(self):
        person = self.env["res.partner"].create({"name": "Dot Hill"})
        with Form(self.env["timebank.member"].with_user(self.coordinator)) as form:
            form.partner_id = person
            form.scheme_id = self.scheme
            form.role = "volunteer"
        member = form.record
        self.assertEqual((member.state, member.account_id.id), ("applicant", False))
        member.action_activate()
        self.assertEqual(member.account_id.state, "open")
        with Form(member) as form, self.assertRaises(AssertionError):
            form.partner_id = self.ann.partner_id

    def test_a_coordinator_records_and_approves_hours(self):
        with Form(self.env["timebank.hours"].with_user(self.coordinator)) as form:
            form.scheme_id = self.scheme
            form.partner_id = self.ann.partner_id
            form.receiver_id = self.ben.partner_id
            form.hours = 0.75
            form.start_time = "2.30pm"
            self.assertEqual(form.role, "beneficiary")
        entry = form.record
        self.assertEqual((entry.minutes, entry.start_minute, entry.start_time), (45, 870, "14:30"))
        self.ben.account_id.sudo().write({"has_own_limit": True, "credit_limit_minutes": 60})
        entry.action_submit()
        self.assertTrue(entry.can_approve)
        entry.action_approve()
        self.assertEqual(self._balances(self.ann, self.ben), [45, -45])
        credits = self.env["timebank.transfer"].search(entry.action_view_credits()["domain"])
        self.assertEqual(credits.minutes, 45)
        with Form(entry) as form, self.assertRaises(AssertionError):
            form.hours = 2

    def test_a_starting_time_is_understood_or_refused(self):
        entry = self._make_hours(self.ann, start_time="9")
        self.assertEqual((entry.start_minute, entry.start_time), (540, "9:00"))
        entry.start_time = False
        self.assertEqual((entry.start_minute, entry.start_time), (-1, False))
        with self.assertRaisesRegex(UserError, "not a time of day"):
            entry.start_time = "after lunch"

    def test_two_stretches_of_a_day_are_told_apart_by_their_start(self):
        self._make_hours(self.ann, state="submitted", start_time="9:00")
        self._make_hours(self.ann, state="submitted", start_time="15:00")
        with self.assertRaisesRegex(UserError, "already"):
            self._make_hours(self.ann, start_time="15:30")

    def test_staff_record_their_own_hours_alone(self):
        self._make_member(self.staff.partner_id, "professional")
        form = Form(self.env["timebank.hours"].with_user(self.staff))
        self.assertEqual(form.partner_id, self.staff.partner_id)
        with self.assertRaises(AssertionError):
            form.partner_id = self.ann.partner_id
        form.scheme_id = self.scheme
        form.hours = 1
        entry = form.save()
        entry.action_submit()
        self.assertFalse(entry.can_approve)
        self.assertFalse(self.env["timebank.member"].with_user(self.staff).search([("id", "=", self.ann.id)]))

    def test_portal_members_have_no_backend_screens(self):
        with self.assertRaises(AccessError):
            self.env["timebank.reason"].with_user(self.portal).create(
                {"verb": "action_refuse", "reason": "?"}
            )
        with self.assertRaises(AccessError):
            self.env["timebank.join"].with_user(self.portal).create({"scheme_id": self.scheme.id})
        self.assertFalse(
            self.env["timebank.member"].with_user(self.portal).search([("id", "=", self.ben.id)])
        )

    def test_a_manager_sets_a_bank_s_policy_in_hours(self):
        with Form(self.env["timebank.scheme"].with_user(self.manager)) as form:
            form.name = "Meadow Lane"
            form.code = "MDW"
            form.approval = "over_limit"
            form.approval_over_hours = 2
            form.credit_limit_hours = 5
        scheme = form.record
        self.assertEqual((scheme.approval_over_minutes, scheme.credit_limit_minutes), (120, 300))
        self.assertTrue(scheme.operating_account_id)

    def test_a_coordinator_reads_the_policy_of_a_bank(self):
        form = Form(self.scheme.with_user(self.coordinator))
        with self.assertRaises(AccessError):
            form.credit_limit_hours = 50
            form.save()

    def test_a_coordinator_opens_a_pot(self):
        with Form(self.env["timebank.account"].with_user(self.coordinator)) as form:
            form.name = "Young people's trip"
            form.scheme_id = self.scheme
            form.holder_ids.add(self.ann.partner_id)
        self.assertEqual((form.record.kind, form.record.state), ("pot", "open"))
        form.record.action_freeze()
        self.assertEqual(form.record.state, "frozen")

    def test_sealing_by_hand_tells_what_was_sealed(self):
        self._make_hours(self.ann, state="approved")
        scheme = self.scheme.with_user(self.manager)
        self.assertIn("1", scheme.action_seal_now()["params"]["message"])
        self.assertEqual(scheme.seal_count, 1)
        self.assertIn("already", scheme.action_seal_now()["params"]["message"])


@freeze_time(TODAY)
class TestJoin(TimebankCase):
    """From contacts to members."""

    def _join(self, partners, user=None, **vals):
        wizard = self.env["timebank.join"].with_user(user or self.coordinator)
        return wizard.create(
            {
                "scheme_id": self.scheme.id,
                "partner_ids": [Command.set(partners.ids)],
                **vals,
            }
        ).action_join()

    def test_contacts_join_and_are_accepted_at_once(self):
        people = self.env["res.partner"].create([{"name": "Dot Hill"}, {"name": "Eli Ward"}])
        self._join(people | self.ann.partner_id)
        members = people.timebank_member_ids
        self.assertEqual(members.mapped("state"), ["active", "active"])
        self.assertTrue(all(member.account_id for member in members))
        self.assertEqual(len(self.ann.partner_id.timebank_member_ids), 1)

    def test_contacts_can_wait_as_applicants(self):
        person = self.env["res.partner"].create({"name": "Dot Hill"})
        action = self._join(person, accept=False)
        self.assertEqual(person.timebank_member_ids.state, "applicant")
        self.assertEqual(action["res_id"], person.timebank_member_ids.id)

    def test_members_don_t_join_twice(self):
        with self.assertRaisesRegex(UserError, "already"):
            self._join(self.ann.partner_id | self.ben.partner_id)

    def test_nobody_joins_a_bank_of_others(self):
        person = self.env["res.partner"].create({"name": "Dot Hill"})
        with self.assertRaises(AccessError):
            self._join(person, user=self.coordinator2)

    def test_figures_of_contacts_and_projects(self):
        self._make_hours(self.ann, 90, state="approved", project_id=self.project.id)
        partner = self.ann.partner_id.with_user(self.coordinator)
        self.assertEqual((partner.timebank_balance_hours, partner.timebank_given_hours), (1.5, 1.5))
        lines = self.env["timebank.statement.line"].search(partner.action_view_timebank_statement()["domain"])
        self.assertEqual(lines.minutes, 90)
        project = self.project.with_user(self.coordinator)
        self.assertEqual((project.timebank_hours, project.timebank_people_count), (1.5, 1))
        people = self.env["res.partner"].search(project.action_view_timebank_people()["domain"])
        self.assertEqual(people, self.ann.partner_id)


@freeze_time(TODAY)
class TestUsualBank(TimebankCase):
    """Which bank a new record starts in."""

    def test_the_one_that_the_user_works_in(self):
        other = self._make_scheme("Hillside", coordinator_ids=[Command.set(self.coordinator2.ids)])
        self._make_member(self.staff.partner_id, scheme=other)
        for user, scheme in (
            (self.coordinator, self.scheme),
            (self.coordinator2, other),
            (self.staff, other),
            (self.portal, self.scheme),
        ):
            self.assertEqual(
                self.env["timebank.scheme"].with_user(user)._get_usual(),
                scheme,
                user.login,
            )

    def test_none_where_it_could_be_several(self):
        self._make_scheme("Hillside")
        self.assertFalse(self.env["timebank.scheme"].with_user(self.coordinator)._get_usual())
