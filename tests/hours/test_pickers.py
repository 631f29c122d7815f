"""What a form offers, saving it takes; what saving would refuse, nobody is offered."""

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
