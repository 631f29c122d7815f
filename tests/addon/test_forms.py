"""The forms of members, hours and banks, filled in as each role does."""

import re
from inspect import signature

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time

from ..common import TODAY, TimebankCase


class TestBanksOffered(TimebankCase):
    def test_where_a_bank_is_chosen_it_is_one_of_the_users(self):
        """In every form of the addon: whoever may read all banks is offered those that they work in."""
        # a paper may be of any bank that issued it
        of_any = {("timebank.verify", "scheme_id")}
        views = self.env["ir.model.data"].search(
            [("module", "=", "timebank_coproduction"), ("model", "=", "ir.ui.view")]
        )
        forms = self.env["ir.ui.view"].browse(views.mapped("res_id"))
        found, open_to_all = 0, set()
        for view in forms.filtered(lambda view: view.type == "form" and view.mode == "primary"):
            model = self.env[view.model]
            for node in etree.fromstring(view.get_combined_arch()).xpath("//field[not(ancestor::field)]"):
                field = model._fields[node.get("name")]
                if field.type != "many2one" or field.comodel_name != "timebank.scheme":
                    continue
                if field.readonly or "1" in (node.get("readonly"), node.get("invisible")):
                    continue
                found += 1
                if not (field.domain or node.get("domain")):
                    open_to_all.add((view.model, field.name))
        self.assertGreater(found, 15)
        self.assertEqual(open_to_all, of_any)


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

    def test_the_dialog_for_a_reason_calls_what_takes_one(self):
        """Each model says which of its verbs do; nothing else is called, whatever is sent."""
        entry = self._make_hours(self.ann, state="submitted")

        def answer(model, verb):
            dialog = self.env["timebank.reason"].with_user(self.coordinator)
            dialog = dialog.with_context(active_model=model, active_ids=entry.ids)
            return dialog.create({"verb": verb, "reason": "Not that day"}).action_confirm()

        for model, verb in (
            ("timebank.hours", "action_approve"),
            ("timebank.hours", "unlink"),
            ("timebank.scheme", "action_close"),
            ("res.partner", "action_refuse"),
            ("no.such.model", "action_refuse"),
            (None, "action_refuse"),
        ):
            with self.subTest(model=model, verb=verb), self.assertRaisesRegex(UserError, "nothing here"):
                answer(model, verb)
        self.assertEqual(entry.state, "submitted")
        told = answer("timebank.hours", "action_refuse")["params"]["text"]
        self.assertRegex(told, "^“Ann Lee, .*”: refused.$")
        self.assertEqual((entry.state, entry.refusal_reason), ("refused", "Not that day"))

    def test_every_verb_with_a_reason_takes_one(self):
        named = {
            (name, verb)
            for name, model in self.env.items()
            for verb in getattr(model, "_verbs_with_reason", ())
        }
        for name, verb in named:
            with self.subTest(model=name, verb=verb):
                self.assertEqual(next(iter(signature(getattr(self.env[name], verb)).parameters)), "reason")
        self.assertIn(("timebank.redemption", "action_override_budget"), named, "added by a higher subject")
        views = self.env["ir.ui.view"].search([("arch_db", "ilike", "timebank_verb")])
        buttons = {verb for view in views for verb in re.findall(r"timebank_verb': '(\w+)'", view.arch_db)}
        self.assertTrue(buttons)
        self.assertLessEqual(buttons, {verb for _name, verb in named}, "no button opens it for anything else")

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
