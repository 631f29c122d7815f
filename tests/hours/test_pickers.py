"""What a form offers, saving it takes; what saving would refuse, nobody is offered."""

from lxml import etree

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tools.safe_eval import safe_eval

from ..exchange_common import ExchangeCase


class TestPickers(ExchangeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._make_scheme("Hillside")
        cls.hal = cls._make_member("Hal Hill", scheme=cls.other)
        cls.garden = cls.env["project.project"].create({"name": "Garden"})

    def _offered(self, form, field, among):
        """Those of these records that the coordinator is offered, as the form stands."""
        node = form._view["tree"].xpath(f"//field[@name='{field}'][not(@readonly='1')]")[0]
        model = form._record._fields[field]
        domain = node.get("domain") or model._description_domain(form._env)
        names = {name: form._values[name] for name in form._view["fields"] if name in form._values}
        values = {name: getattr(value, "ids", value) for name, value in names.items()}
        if isinstance(domain, str):
            domain = safe_eval(domain, {**values, "uid": self.coordinator.id, "context": {}})
        offered = self.env[model.comodel_name].with_user(self.coordinator).search(domain)
        return offered.with_env(self.env) & among

    # ------------------------------------------------------------
    # All forms that say whose bank it is
    # ------------------------------------------------------------

    def _make_foreign(self):
        """Something of each kind that is another bank's than River Street, and read by who runs both."""
        offer, request = self._make_offer(self.hal), self._make_request(self.hal)
        activity = self.env["timebank.activity"].create({"name": "Knitting", "scheme_id": self.other.id})
        grant = {
            "name": "Elsewhere",
            "funder_id": self.agency.partner_id.id,
            "amount": 10,
            "date_start": "2026-01-01",
            "date_end": "2026-12-31",
            "scheme_ids": [Command.set(self.other.ids)],
        }
        reward = {"name": "Swim", "scheme_id": self.other.id, "minutes": 30}
        return [
            offer | self._make_offer(self.ben),
            request,
            activity,
            self.env["timebank.session"].create(
                {
                    "activity_id": activity.id,
                    "start": "2026-03-19 09:00:00",
                    "stop": "2026-03-19 11:00:00",
                    "tz": "UTC",
                }
            ),
            self.garden,
            self.hal,
            self.hal.account_id,
            self.env["timebank.grant"].create(grant),
            self.env["timebank.reward"].create(reward),
            self.env["timebank.wellbeing.wave"].create({"scheme_id": self.other.id}),
        ]

    def _is_foreign(self, records):
        """Those of these records that saving would refuse at River Street."""
        if records._name == "project.project":
            return self.scheme._get_projects_not_served(records)
        if records._name == "timebank.grant":
            return records.filtered(lambda one: one.scheme_ids and self.scheme not in one.scheme_ids)
        return records.filtered(lambda one: one.scheme_id and one.scheme_id != self.scheme)

    def _is_bound(self, model):
        """Whether records of a model are of one bank or of some."""
        if model._name == "project.project":
            return True
        bank = model._fields.get("scheme_id") or model._fields.get("scheme_ids")
        return bool(bank and bank.comodel_name == "timebank.scheme" and bank.store and model._auto)

    def _find_forms(self):
        """Forms on which a bank is chosen: (model, arch)."""
        views = self.env["ir.ui.view"].search([("type", "=", "form"), ("model", "=like", "timebank.%")])
        for view in views.filtered(lambda one: not one.inherit_id):
            model = self.env[view.model].with_user(self.coordinator)
            bank = model._fields.get("scheme_id")
            if bank and not bank.readonly and model.has_access("create"):
                arch = etree.fromstring(model.get_view(view.id, "form")["arch"])
                if arch.xpath("//field[@name='scheme_id'][not(@readonly='1')][not(ancestor::field)]"):
                    yield model, arch

    def test_every_form_offers_what_is_of_its_bank(self):
        foreign = {records._name: records for records in self._make_foreign()}
        self.assertTrue(all(map(self._is_foreign, foreign.values())))
        looked_at, wrong = set(), []
        for model, arch in self._find_forms():
            known = dict.fromkeys(model._fields, False) | {"id": False, "uid": self.coordinator.id}
            for node in arch.xpath("//field[not(ancestor::field)]"):
                field = model._fields.get(node.get("name"))
                if (
                    field is None
                    or field.type not in ("many2one", "many2many")
                    or field.readonly
                    or "1" in (node.get("readonly"), node.get("invisible"))
                    or not self._is_bound(self.env[field.comodel_name])
                ):
                    continue
                domain = node.get("domain") or field._description_domain(model.env)
                if isinstance(domain, str):
                    domain = safe_eval(domain, {**known, "scheme_id": self.scheme.id, "context": {}})
                self.assertIn(field.comodel_name, foreign, "have one of another bank above")
                offered = model.env[field.comodel_name].search(domain).with_env(self.env)
                looked_at.add(str(field))
                if self._is_foreign(offered):
                    wrong.append(f"{field}: {self._is_foreign(offered).mapped('display_name')}")
        self.assertFalse(wrong)
        self.assertGreaterEqual(len(looked_at), 8, looked_at)

    def test_projects_of_the_bank(self):
        """Those that it serves; any, of a bank that serves any."""
        both = self.project | self.garden
        for name in ("timebank.hours", "timebank.hours.entry"):
            for bank, open_to in ((self.scheme, self.project), (self.other, both)):
                with self.subTest(name, bank=bank.name):
                    form = Form(self.env[name].with_user(self.coordinator))
                    form.scheme_id = bank
                    self.assertEqual(self._offered(form, "project_id", both), open_to)
        banks = self.scheme | self.other
        self.assertEqual(self.project.timebank_open_to_ids & banks, banks)
        self.assertEqual(self.garden.timebank_open_to_ids & banks, self.other)
        vals = self._hours_vals(self.ben, project_id=self.garden.id)
        with self.assertRaisesRegex(UserError, "does not serve the project"):
            self.env["timebank.hours"].with_user(self.coordinator).create(vals)
        vals["project_id"] = self.project.id
        self.assertTrue(self.env["timebank.hours"].with_user(self.coordinator).create(vals))

    def test_projects_of_another_company(self):
        abroad = self.env["project.project"].create(
            {"name": "Abroad", "company_id": self.env["res.company"].create({"name": "Abroad"}).id}
        )
        found = self.env["project.project"].search([("timebank_open_to_ids", "=", self.other.id)])
        self.assertNotIn(abroad, found)
        self.assertIn(self.garden, found)

    def test_holders_of_a_pot(self):
        """Members of its bank, and who runs it; not who left, nor who isn't in yet."""
        gone, applicant, paused = (self._make_member(name) for name in ("Gone", "Applicant", "Paused"))
        self._leave(gone)
        paused.action_pause()
        applicant._in_verb().write({"state": "applicant"})
        people = gone | applicant | paused | self.ben | self.hal
        among = people.partner_id | self.coordinator.partner_id | self.coordinator2.partner_id
        expected = (paused | self.ben).partner_id | self.coordinator.partner_id
        for view in ("timebank_account_view_form", "timebank_pot_view_form"):
            with self.subTest(view):
                form = Form(
                    self.env["timebank.account"]
                    .with_user(self.coordinator)
                    .with_context(default_kind="pot", default_scheme_id=self.scheme.id),
                    f"timebank_coproduction.{view}",
                )
                self.assertEqual(self._offered(form, "holder_ids", among), expected)
        pot = self.env["timebank.account"].with_user(self.coordinator)
        vals = {"name": "Trip", "kind": "pot", "scheme_id": self.scheme.id}
        self.assertTrue(pot.create({**vals, "holder_ids": [Command.set(expected.ids)]}))
        for refused in (gone, self.hal):
            with self.assertRaisesRegex(UserError, "is not a member of River Street"):
                pot.create({**vals, "holder_ids": [Command.set(refused.partner_id.ids)]})

    def test_offers_and_requests_of_one_bank(self):
        """And never somebody's own, nor of who has gone."""
        offer, request = self._make_pair()
        own = self._make_offer(self.ann)
        elsewhere, wanted = self._make_offer(self.hal), self._make_request(self.hal)
        paused = self._make_offer(self.cat)
        self.cat.action_pause()
        offers, requests = offer | own | elsewhere | paused, request | wanted
        form = Form(self.env["timebank.introduction"].with_user(self.coordinator))
        self.assertEqual(self._offered(form, "offer_id", offers), offer | own | elsewhere)
        form.request_id = request
        self.assertEqual(self._offered(form, "offer_id", offers), offer)
        form = Form(self.env["timebank.introduction"].with_user(self.coordinator))
        self.assertEqual(self._offered(form, "request_id", requests), requests)
        form.offer_id = offer
        self.assertEqual(self._offered(form, "request_id", requests), request)
        with self.assertRaisesRegex(UserError, "is not a member of River Street"):
            self.env["timebank.introduction"].with_user(self.coordinator).create(
                {"offer_id": elsewhere.id, "request_id": request.id}
            )
