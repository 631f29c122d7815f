"""Who merges contacts touches no records that others keep about them."""

from odoo.exceptions import UserError

from .trust_common import TrustCase


class TestTrustMerging(TrustCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact = cls.env["res.partner"].create({"name": "Zed Marsh"})
        cls._make_member(cls.contact, scheme=cls.world[cls.here]["timebank.scheme"])
        cls.stranger = cls.env["res.partner"].create({"name": "Yoo Fenn"})

    def _merge(self, role, gone, kept):
        user = self.roles[role]
        user.group_ids |= self.env.ref("base.group_partner_manager")
        env = self.env(user=user, context={"allowed_company_ids": user.company_ids.ids}, su=False)
        merging = env["base.partner.merge.automatic.wizard"]
        merging._merge([gone.id, kept.id], env["res.partner"].browse(kept.id), extra_checks=False)

    def test_suppliers_and_funders_of_another_company(self):
        there = self.world[self.there]
        for named in (there["timebank.reward"].supplier_id, there["timebank.grant"].funder_id):
            for role in ("coordinator", "manager", "finance", "no role"):
                for contact in (self.contact, self.stranger):
                    for gone, kept in ((named, contact), (contact, named)):
                        with self.subTest(role=role, named=named.name, kept=kept.name):
                            refusal = self._refusal(lambda: self._merge(role, gone, kept))  # noqa: B023
                            self.assertRegex(
                                refusal or "",
                                "don't decide for|don't work in|books of a time bank|coordinators",
                            )

    def test_a_supplier_of_ones_own_bank(self):
        """Two contacts of one supplier become one; who has a say in the bank makes them two again."""
        reward = self.world[self.here]["timebank.reward"]
        supplier = reward.supplier_id
        self._merge("coordinator", supplier, self.stranger)
        self.env.invalidate_all()
        self.assertEqual(reward.supplier_id, self.stranger)
        merge = self.env["timebank.merge"].search([], limit=1)
        self.assertEqual(merge.scheme_ids, self.world[self.here]["timebank.scheme"])
        for role in ("manager of another company", "coordinator elsewhere"):
            with self.assertRaises(UserError):
                merge.with_user(self.roles[role]).action_undo()
        merge.with_user(self.roles["coordinator"]).action_undo()
        self.env.invalidate_all()
        self.assertEqual(reward.supplier_id, supplier)

    def test_a_funder_of_ones_own_company(self):
        """Who may change the grant, and nobody else, has another contact be its funder."""
        grant = self.world[self.here]["timebank.grant"]
        funder = grant.funder_id
        for role in ("coordinator", "manager", "no role"):
            for gone, kept in ((funder, self.stranger), (self.stranger, funder), (funder, self.contact)):
                with self.subTest(role=role, kept=kept.name):
                    refusal = self._refusal(lambda: self._merge(role, gone, kept))  # noqa: B023
                    self.assertRegex(refusal or "", "which you may not change|don't decide for|coordinators")
        self._merge("finance", funder, self.stranger)
        self.env.invalidate_all()
        self.assertEqual(grant.funder_id, self.stranger)
        merge = self.env["timebank.merge"].search([], limit=1)
        for role in ("coordinator", "manager", "no role", "finance of another company"):
            if role in self.roles:
                with self.subTest(role=role):
                    refusal = self._refusal(merge.with_user(self.roles[role]).action_undo)
                    self.assertRegex(refusal or "", "could merge these|not allowed|access|Access")
        mine = merge.with_user(self.roles["finance"])
        self.assertIn(mine, mine.search([]), "under Members, Merged contacts")
        mine.action_undo()
        self.env.invalidate_all()
        self.assertEqual(grant.funder_id, funder)
        other = self.env["res.partner"].create({"name": "Yoo Fenn again"})
        self._merge("finance", self.stranger, funder)
        self._merge("finance", other, funder)
        again = mine.search([("partner_id", "=", funder.id), ("state", "=", "done")])
        self.assertEqual(len(again), 2, "a second time as well")
        self.assertFalse(mine.search([("scheme_ids", "!=", False)]), "none of members or suppliers")
