"""The first screen: whose figures it shows, and that each is what its window shows."""

from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Datetime
from odoo.tests import HttpCase, tagged

from ...models.desk.timebank_today import SECTIONS
from ..common import TODAY
from ..journeys.world import WorldCase

#: What each person of the journeys' world finds, among others.
EXPECTED = {
    "coordinator": {"hours", "claims", "registers", "requests", "checks"},
    "several": {"hours", "requests", "bills"},
    "manager": {"hours", "claims", "registers", "requests", "checks"},
    "finance": {"bills", "off_course"},
}
TO_DO = "mail.mail_activity_data_todo"


@tagged("post_install", "-at_install")
class TestToday(WorldCase, HttpCase):
    def _today(self, user):
        return self.env["timebank.today"].with_user(user).get_today()

    def _figures(self, user):
        sections = self._today(user)["sections"]
        return {figure["key"]: figure for section in sections for figure in section["figures"]}

    # Each figure and what it opens
    def test_each_figure_counts_what_it_opens(self):
        self._fill()
        seen = set()
        for user in self.users:
            for key, figure in self._figures(user).items():
                action = figure["action"]
                with self.subTest(user=user.login, figure=key):
                    filters = [name for name in action["context"] if name.startswith("search_default")]
                    self.assertFalse([name for name in filters if action["context"][name]])
                    records = self.env[figure["model"]].with_user(user)
                    self.assertEqual(self.env.ref(action["xml_id"]).res_model, figure["model"])
                    self.assertEqual(figure["count"], records.search_count(action["domain"]))
                    self.assertEqual(figure["count"], len(records.search(action["domain"])))
                    self.assertTrue(figure["title"])
                seen.add(key)
        self.assertEqual(len(seen), sum(len(names) for _key, _role, names in SECTIONS), seen)

    def _fill(self):
        """Something for every figure."""
        for days, name in ((0, "Lunch"), (1, "Dinner")):
            start = Datetime.to_datetime(TODAY) + timedelta(days=days, hours=23)
            session = self._make_session(
                name=name, helpers_wanted=2, start=start, stop=start + timedelta(minutes=30)
            )
        session.sign_up(self.sally.partner_id)
        self.env["timebank.member"].create(
            {"partner_id": self.supplier.id, "scheme_id": self.scheme.id, "role": "volunteer"}
        )
        introduction = self.env["timebank.introduction"].search([("state", "=", "introduced")], limit=1)
        introduction._in_verb().write({"introduced_on": TODAY - timedelta(days=20)})
        self._make_hours(self.sally, 30)
        self.tea.activity_schedule("mail.mail_activity_data_call", user_id=self.coordinator.id)
        self.tea.activity_schedule(TO_DO, user_id=self.coordinator.id)
        self._make_grant("Two years", date_start=date(2025, 1, 1))
        self._make_signed()
        self.hillside.activity_schedule("timebank_coproduction.mail_activity_ledger", user_id=self.manager.id)
        self._make_reports()
        entry = self._make_hours(self.jose, 60, "submitted", date=date(2026, 2, 5))
        entry.with_user(self.manager).action_approve()
        self.env["timebank.time.audit"]._count(self.scheme, date(2026, 2, 1), date(2026, 2, 28))
        self._make_scheme("Lonely", coordinator_ids=[Command.clear()])
        cora = self._make_member(self.coordinator.partner_id)
        self._make_hours(cora, 30, "submitted")
        self._post(cora.scheme_id.operating_account_id, cora.account_id, 600)
        self._make_claim(cora, self.computer, "requested")
        self._tamper(
            "UPDATE timebank_transfer SET create_date = %s WHERE scheme_id = %s",
            Datetime.subtract(Datetime.now(), days=4),
            self.hillside.id,
        )

    def _make_signed(self):
        """Figures that one of finance has signed, and that no longer hold."""
        reconciliation = self.env["timebank.reconciliation"].search([("grant_id", "=", self.grant.id)])
        reconciliation = reconciliation.ensure_one().with_user(self.finance)
        reconciliation.line_ids.filtered(lambda line: line.status != "matched").note = "Explained"
        reconciliation.with_user(self.finance2).action_prepare()
        self._bill(("Late passes", 36), day=reconciliation.date_to)

    def _make_reports(self):
        """One that finance was asked about, and one that it has checked."""
        days = {"date_from": date(2025, 2, 1), "date_to": date(2025, 2, 28)}
        reports = self.env["timebank.funder.report"].with_user(self.coordinator)
        asked = reports.create(
            {**days, "grant_id": self.grant.id, "date_from": self.grant.date_start, "date_to": TODAY}
        )
        asked.action_ask_check()
        bid = {**days, "kind": "bid", "applied_to": "The council", "scheme_ids": self.scheme.ids}
        checked = reports.create(bid)
        checked.with_user(self.finance).action_check()
        return asked | checked

    def test_reports_are_for_who_may_sign_them_next(self):
        """Once: as a figure, not among the to-dos as well; and not for who wrote in them."""
        asked, checked = self._make_reports()
        figures = self._figures(self.finance)
        self.assertEqual(figures["reports_to_check"]["action"]["domain"], [("id", "in", asked.ids)])
        todos = self.env["mail.activity"].search([("res_model", "=", asked._name)])
        self.assertEqual(set(todos.mapped("res_id")), {asked.id, checked.id})
        for user in todos.user_id:
            if own := self._figures(user).get("todos"):
                found = self.env["mail.activity"].search(own["action"]["domain"])
                self.assertFalse(found & todos)
        figures = self._figures(self.manager)
        self.assertEqual(figures["reports_to_agree"]["action"]["domain"], [("id", "in", checked.ids)])
        self.assertNotIn("reports_to_check", figures)
        self.assertNotIn("reports_to_agree", self._figures(self.finance))

    def test_who_sees_what(self):
        for name, expected in EXPECTED.items():
            with self.subTest(name):
                self.assertLessEqual(expected, set(self._figures(getattr(self, name))))

    def test_who_has_no_role(self):
        self.assertFalse(self._figures(self.staff))
        self.assertIn("role", self._today(self.staff)["text"])
        self.assertFalse(self._today(self.staff)["desk"])
        self.assertFalse(self._today(self.staff)["banks"])

    def test_other_banks_are_not_counted(self):
        figures = self._figures(self.coordinator2)
        own = self.hillside | self.harbour
        hours = figures["hours"]["action"]["domain"]
        found = self.env["timebank.hours"].with_user(self.coordinator2).search(hours)
        self.assertEqual(found.scheme_id, own)
        self.assertNotIn("claims", figures)

    def test_what_one_can_not_decide_on_is_told_apart(self):
        """Hours that she gave or received, claims that are hers: the figures reach nothing, and say so."""
        cora = self._make_member(self.coordinator.partner_id)
        self._make_hours(cora, 30, "submitted", date=TODAY - timedelta(days=2))
        self._make_hours(self.jose, 40, "submitted", receiver_id=cora.partner_id.id)
        self._post(cora.scheme_id.operating_account_id, cora.account_id, 600)
        claim = self._make_claim(cora, self.computer, "requested")
        figures = self._figures(self.coordinator)
        for model, key in (("timebank.hours", "hours"), ("timebank.redemption", "claims")):
            records = self.env[model].with_user(self.coordinator)
            records.search(figures[key]["action"]["domain"]).action_approve()
        figures = self._figures(self.coordinator)
        self.assertFalse({"hours", "claims"} & set(figures))
        self.assertEqual((figures["own_hours"]["count"], figures["own_claims"]["count"]), (2, 1))
        self.assertIn("1:10", figures["own_hours"]["text"])
        # a manager, who decides on all, has them among theirs
        domain = self._figures(self.manager)["claims"]["action"]["domain"]
        self.assertIn(claim, self.env["timebank.redemption"].with_user(self.manager).search(domain))
        self.assertNotIn("own_hours", self._figures(self.manager))
        self.assertNotIn("own_hours", self._figures(self.finance))

    def test_calls_are_those_of_the_desk(self):
        """Whoever of the bank's coordinators is asked to make them."""
        call = "mail.mail_activity_data_call"
        before = self._figures(self.coordinator)["calls"]["count"]
        self.singing.activity_schedule(call, user_id=self.coordinator2.id)
        self.tea.activity_schedule(call, user_id=self.coordinator.id)
        self.caulking.activity_schedule(call, user_id=self.coordinator2.id)
        for user in (self.coordinator, self.coordinator2, self.several, self.manager):
            desk = self.env["timebank.scheme"].with_user(user).get_desk()["sections"]
            calls = next(one for one in desk if one["key"] == "calls")
            with self.subTest(user.login):
                self.assertEqual(self._figures(user)["calls"]["count"], calls["count"])
        self.assertEqual(self._figures(self.coordinator)["calls"]["count"], before + 2)

    def test_not_for_members(self):
        with self.assertRaises(AccessError):
            self._today(self.portal)

    def test_queries_do_not_grow_with_banks(self):
        for user in (self.coordinator, self.manager, self.finance):
            self._today(user)
            with self.subTest(user.login), self.assertQueryCount(__system__=60):
                self.env.invalidate_all()
                self._today(user)

    # A bank's first hour
    def test_a_bank_s_first_hour(self):
        steps = self._steps(self.manager)
        self.assertEqual(steps, ["rules", "coordinators", "categories", "skills", "members", "session"])
        self.assertEqual(self._steps(self.coordinator), ["skills", "members", "session"])
        self._make_member("First", scheme=self.new)
        self.assertNotIn("members", self._steps(self.manager))
        self.new.with_user(self.coordinator).action_step_done("skills")
        for step in ("rules", "coordinators", "categories"):
            self.new.with_user(self.manager).action_step_done(step)
        self.assertFalse(self.new.is_set_up)
        self.assertEqual(self._steps(self.coordinator), ["session"])
        activity = self._make_activity("Start", scheme_id=self.new.id, project_id=False)
        self._make_session(activity_id=activity.id)
        self.assertFalse(self._steps(self.manager))

    def _steps(self, user):
        if not hasattr(self, "new"):
            self.new = self._make_scheme("Newtown")
        banks = {bank["id"]: bank for bank in self._today(user)["banks"]}
        return [step["key"] for step in banks.get(self.new.id, {"steps": ()})["steps"]]

    def test_who_may_tick(self):
        self._steps(self.manager)
        for user in (self.coordinator2, self.finance, self.staff):
            with self.subTest(user.login), self.assertRaises(UserError):
                self.new.with_user(user).action_step_done("skills")
        with self.assertRaises(UserError):
            self.new.with_user(self.coordinator).action_step_done("everything")
        self.new.with_user(self.coordinator).action_step_done("")
        self.assertTrue(self.new.is_set_up)
        self.assertFalse(self._steps(self.coordinator))

    # Where people begin
    def test_who_has_a_role_begins_on_today(self):
        today = self.env.ref("timebank_coproduction.timebank_today_action")
        for user in self.users:
            with self.subTest(user.login):
                expected = today.id if user != self.staff else False
                self.assertEqual(self._begins_on(user), expected)
        chosen = self.env.ref("base.action_partner_form")
        self.manager.action_id = chosen.id
        self.assertEqual(self._begins_on(self.manager), chosen.id)

    def _begins_on(self, user):
        self.authenticate(user.login, user.login)
        return self.make_jsonrpc_request("/web/session/get_session_info")["home_action_id"]

    def test_sessions_of_their_own_place_s_day(self):
        """In Auckland it is tomorrow already when somebody in London, where the bank is, looks at today's
        sessions.
        """
        start = datetime(2026, 3, 18, 21)  # nine on the 19th in Auckland
        there = self._make_session(
            activity_id=self.choir.id,
            name="There",
            start=start,
            stop=start + timedelta(hours=1),
            tz="Pacific/Auckland",
        )
        self.assertEqual(there.scheme_id.tz, "Europe/London")
        here = self._make_session(name="Here", start=start, stop=start + timedelta(hours=1))
        for moment, shown in (
            ("2026-03-18 10:00:00", here),
            ("2026-03-18 12:00:00", there | here),
            ("2026-03-19 09:00:00", there),
        ):
            with freeze_time(moment), self.subTest(moment):
                domain = self._figures(self.coordinator)["sessions_today"]["action"]["domain"]
                found = self.env["timebank.session"].with_user(self.coordinator).search(domain)
                self.assertEqual(found & (there | here), shown)

    # Menus
    def test_six_sections_at_most_and_today_first(self):
        for user in self.users:
            with self.subTest(user.login):
                menus = self.env["ir.ui.menu"].with_user(user).load_menus(False)
                root = menus[self.env.ref("timebank_coproduction.menu_timebank").id]
                self.assertLessEqual(len(root["children"]), 6)
                today = self.env.ref("timebank_coproduction.timebank_today_action")
                first = menus[menus[root["children"][0]]["children"][0]]
                self.assertEqual(first["action_id"], today.id)

    def test_to_dos_say_what_they_are_about(self):
        """“Check the report to the funder” stands there twice: of which grant is beside it."""
        views = self.env["mail.activity"].get_views(
            [
                (self.env.ref(f"timebank_coproduction.timebank_todo_view_{kind}").id, kind)
                for kind in ("list", "kanban")
            ]
        )["views"]
        self.assertRegex(views["list"]["arch"], r'<field name="res_name"[^>]*optional="show"')
        self.assertRegex(views["kanban"]["arch"], r'<field name="res_name"[^>]*invisible="not summary or')

    # What empty screens say
    def test_every_window_says_what_to_do_next(self):
        data = self.env["ir.model.data"].search(
            [("module", "=", "timebank_coproduction"), ("model", "=", "ir.actions.act_window")]
        )
        for action in self.env["ir.actions.act_window"].browse(data.mapped("res_id")):
            if action.target == "new" or "list" not in action.view_mode:
                continue
            with self.subTest(action.xml_id):
                self.assertTrue(action.help, "an empty screen says what to do next")
                self.assertIn("o_view_nocontent", action.help)
                self.assertGreaterEqual(action.help.count("<p"), 2, "what it is, and what to do next")
