"""What every subject uses: figures over lines, windows to open, days and moments in words."""

from datetime import date, datetime

from odoo.tests import Form, tagged

from odoo.addons.timebank_coproduction.models.common.figures import counts_by, figures_over
from odoo.addons.timebank_coproduction.models.common.windows import (
    narrow_list,
    open_dialog,
    open_form,
    open_list,
)
from odoo.addons.timebank_coproduction.models.common.words import say_day, say_moment, say_span, say_time

from ..common import TimebankCase


@tagged("post_install", "-at_install")
class TestCommonPieces(TimebankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.empty = cls._make_scheme("Hill Road")
        cls.members = cls.env["timebank.member"]

    def test_figures_are_of_each_record(self):
        """One without lines has zeros, and the order is that of the records."""
        banks = self.empty | self.scheme
        self.assertEqual(figures_over(banks, self.members, "scheme_id"), [(self.empty, 0), (self.scheme, 4)])
        volunteers = [("role", "=", "volunteer")]
        self.assertEqual(
            figures_over(banks, self.members, "scheme_id", volunteers, "__count", "joined_on:max"),
            [(self.empty, 0, 0), (self.scheme, 1, self.ben.joined_on)],
        )
        self.assertEqual(
            counts_by(banks, self.members, "scheme_id", "role"),
            [
                (self.empty, {}),
                (self.scheme, dict.fromkeys(("beneficiary", "volunteer", "professional", "organisation"), 1)),
            ],
        )

    def test_figures_of_a_record_being_edited(self):
        """A form that is open shows those of the record in the database; a new record has none."""
        banks = self.scheme.new(origin=self.scheme) | self.scheme.new({"name": "Not saved"})
        self.assertEqual([row[1] for row in figures_over(banks, self.members, "scheme_id")], [4, 0])
        self.assertEqual(len(counts_by(banks, self.members, "scheme_id", "role")[0][1]), 4)
        self.assertEqual(Form(self.scheme.with_user(self.manager)).member_count, 4)

    def test_figures_take_one_query_for_any_number(self):
        banks = self.empty | self.scheme
        self.env.flush_all()
        with self.assertQueryCount(1):
            figures_over(banks, self.members, "scheme_id")

    def test_figures_are_over_what_the_user_may_see(self):
        """The caller asks with sudo() where everybody is told a figure."""
        own = self.members.with_user(self.portal)
        self.assertEqual(figures_over(self.scheme, own, "scheme_id"), [(self.scheme, 1)])
        self.assertEqual(figures_over(self.scheme, own.sudo(), "scheme_id"), [(self.scheme, 4)])

    def test_a_list_takes_another_domain_and_context(self):
        name = "timebank_hours_to_approve_action"
        own = open_list(self.env, name)
        self.assertEqual(own["domain"], "[('state', '=', 'submitted')]")
        mine = [("scheme_id", "=", self.scheme.id)]
        action = open_list(self.env, name, mine, {}, display_name="Ours")
        self.assertEqual((action["domain"], action["context"]), (mine, {}))
        self.assertEqual((action["display_name"], action["id"]), ("Ours", own["id"]))

    def test_a_list_is_narrowed(self):
        """Its own domain and context hold as well."""
        action = narrow_list(
            self.env,
            "timebank_hours_to_approve_action",
            [("scheme_id", "=", self.scheme.id)],
            {"search_default_my_banks": False},
        )
        self.assertEqual(
            action["domain"], ["&", ("state", "=", "submitted"), ("scheme_id", "=", self.scheme.id)]
        )
        narrowed = dict.fromkeys(("search_default_my_banks", "search_default_recent"), False)
        self.assertEqual(action["context"], {**narrowed, "timebank_to_approve": 1})

    def test_a_form_is_opened(self):
        form = {"type": "ir.actions.act_window", "res_model": "timebank.member", "views": [(False, "form")]}
        self.assertEqual(open_form(self.ann), {**form, "res_id": self.ann.id})
        self.assertEqual(
            open_dialog(self.members, "Somebody new", context={"default_role": "volunteer"}),
            {**form, "name": "Somebody new", "target": "new", "context": {"default_role": "volunteer"}},
        )

    def test_days_and_moments_are_said(self):
        """As the reader's language writes them, and as the clocks of the place show them."""
        start, stop = datetime(2026, 6, 3, 9), datetime(2026, 6, 3, 11, 30)
        env = self.env(context={"lang": "en_US"})
        self.assertEqual(say_day(env, date(2026, 6, 3)), "Jun 3, 2026")
        self.assertEqual(say_day(env, False), "")
        self.assertEqual(say_time(start, "Europe/London"), "10:00")
        self.assertEqual(say_time(start, False), "09:00")
        self.assertEqual(say_span(env, start, stop, "Europe/London"), "Wednesday 3 June 2026, 10:00–12:30")
        self.assertEqual(say_span(env, start, stop, "Asia/Tokyo"), "Wednesday 3 June 2026, 18:00–20:30")
        self.assertIn("10:00", say_moment(env, start, "Europe/London"))

    def test_rows_of_a_query_are_found_once(self):
        """A report that asks anew for each question reads what the rules ask for along with the rest."""
        plain = self.env["res.partner"]._table_query
        asked = [
            name
            for name, model in self.env.items()
            if name.startswith("timebank.") and not model._abstract and model._table_query != plain
        ]
        self.assertGreater(len(asked), 5)
        for name in asked:
            with self.subTest(name):
                report = self.env[name].with_user(self.coordinator)
                self.assertIsInstance(report, self.env.registry["timebank.queried"])
                rules = self.env["ir.rule"].with_user(self.coordinator)._compute_domain(name, "read")
                named = {condition.field_expr for condition in rules.iter_conditions()}
                self.assertEqual(set(report._get_rule_fields()), named & set(report._fields))
