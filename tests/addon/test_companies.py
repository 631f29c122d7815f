"""What a time bank names stays in its company, or in none."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.models import MAGIC_COLUMNS

from odoo.addons.timebank_coproduction.models.common.companies import company_by_record
from odoo.addons.timebank_coproduction.models.common.personal import models_of_ours

from ..grants_common import GrantCase


class TestCompanies(GrantCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere Ltd"})
        cls.env.user.company_ids += cls.elsewhere

    def _check_stays(self, record, *words):
        record.company_id = self.scheme.company_id
        with self.assertRaises(UserError) as caught:
            record.company_id = self.elsewhere
        for word in (record.display_name, *words):
            self.assertIn(word, str(caught.exception))
        self.env.invalidate_all()
        record.company_id = False

    def test_contacts(self):
        member = self._make_member("Dee Ray")
        self._check_stays(member.partner_id, "Elsewhere Ltd", self.scheme.company_id.name)
        self._check_stays(self.supplier)
        self._check_stays(self.funder)

    def test_projects(self):
        self.scheme.project_ids += self.project
        self._check_stays(self.project)

    def test_products(self):
        self._check_stays(self.product)
        self._check_stays(self.product.product_tmpl_id)

    def test_analytic_accounts(self):
        self._check_stays(self.grant.sudo().analytic_account_id)

    def test_whatever_else_is_named(self):
        """By introspection: each model with a company that a record of ours can name is watched."""
        named = {
            field.comodel_name
            for model in self.env.values()
            if model in models_of_ours(self.env) and "company_id" in model._fields
            for field in model._fields.values()
            if field.store and field.type in ("many2one", "many2many") and field.name not in MAGIC_COLUMNS
        }
        for name in sorted(named):
            if name.startswith(("timebank.", "ir.")) or name in ("res.users", "res.company"):
                continue
            records = self.env[name].search([], limit=1)
            if records and "company_id" in records._fields:
                with self.subTest(model=name):
                    self.assertTrue(company_by_record(records))

    def test_what_no_bank_names_moves(self):
        partner = self.env["res.partner"].create({"name": "Zed", "company_id": self.scheme.company_id.id})
        partner.company_id = self.elsewhere
        self.assertEqual(partner.company_id, self.elsewhere)

    def test_coordinators_keep_their_bank_s_company(self):
        with self.assertRaisesRegex(UserError, "Cora Hart coordinates River Street"):
            self.coordinator.write(
                {"company_id": self.elsewhere.id, "company_ids": [Command.set(self.elsewhere.ids)]}
            )
