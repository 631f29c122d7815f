"""Contacts who may be the same person: found before they are made, and on a list."""

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, new_test_user

from ..common import TODAY, TimebankCase


@freeze_time(TODAY)
class TestDouble(TimebankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.country_id = cls.env.ref("base.uk")
        cls.doubles = cls.env["timebank.double"]
        cls.doubles.search([]).unlink()
        cls.jose = cls._make_member(
            cls._make_contact("José Álvarez", phone="0113 496 0011", zip="LS6 2AB", email="jose@example.org")
        )

    @classmethod
    def _make_contact(cls, name, **vals):
        return cls.env["res.partner"].create({"name": name, **vals})

    def _get_pairs(self, user=None):
        rows = self.doubles.with_user(user or self.manager).search([("is_different", "=", False)])
        return {frozenset((row.partner_id.name, row.other_id.name)): row.reasons for row in rows}

    # The list
    def test_members_and_whoever_may_be_the_same_are_listed_with_reasons(self):
        self._make_contact("ALVAREZ, Jose", phone="+44 113 4960011")
        self._make_contact("Maria Álvarez", phone="0113 496 0011", zip="LS6 2AB", email="jose@example.org")
        self._make_contact("Rosa Diaz", email="rosa@example.org")
        self._make_contact("Rosa Diaz", email="rosa@example.org")  # nobody's members
        self.doubles.with_user(self.coordinator).action_look_again()
        self.assertEqual(
            {pair: reasons for pair, reasons in self._get_pairs().items() if "José Álvarez" in pair},
            {frozenset(("José Álvarez", "ALVAREZ, Jose")): "phone,name"},
        )
        row = self.doubles.with_user(self.coordinator).search([("partner_id", "=", self.jose.partner_id.id)])
        self.assertEqual(row.reason_text, "the same telephone number, the same name")
        self.assertEqual((row.bank_text, row.other_text), ("River Street", "+44 113 4960011"))
        self.assertFalse([pair for pair in self._get_pairs() if "Rosa Diaz" in pair])

    def test_banks_of_companies_one_doesnt_work_in_arent_named(self):
        twin = self._make_contact("Jose Alvarez", email="jose@example.org")
        company = self.env["res.company"].create({"name": "Far Away"})
        self._make_member(twin, scheme=self._make_scheme("Hill Top", company_id=company.id))
        self.doubles._refresh()
        row = self.doubles.search([("partner_id", "=", self.jose.partner_id.id), ("other_id", "=", twin.id)])
        self.assertEqual(row.with_user(self.coordinator).bank_text, "River Street")
        self.manager.company_ids |= company
        self.assertEqual(row.with_user(self.manager).bank_text, "River Street, Hill Top")

    def test_a_number_is_dialled_from_where_the_bank_is_whatever_its_company_says(self):
        """A company's country may never have been set right: the bank's clock tells, and each number is read
        in all ways it could be dialled."""
        self.scheme.tz = "Europe/London"
        typed = {"name": "Jose Álvarez", "phone": "0113 496 0033", "zip": "SW1A 1AA"}
        for country in ("base.us", "base.uk", None):
            self.env.company.country_id = country and self.env.ref(country)
            for written in ("+44 113 496 0033", "0044 113 4960033", "+44 (0)113 496-0033 ext. 0"):
                self.jose.partner_id.phone = written
                with self.subTest(country=country, written=written):
                    [like] = self.doubles.with_user(self.coordinator)._find_like([typed])
                    if "ext" in written:  # one house, two people
                        self.assertFalse(like)
                    else:
                        self.assertEqual(like, {self.jose.partner_id: ("phone", "name")})
        self.jose.partner_id.phone = "+47 22 33 44 55"
        [like] = self.doubles._find_like([typed | {"phone": "+47 2233 4455"}])
        self.assertEqual(like, {self.jose.partner_id: ("phone", "name")})

    def test_the_list_follows_the_contacts(self):
        twin = self._make_contact("Jose Alvarez", zip="ls62ab")
        self.doubles._refresh()
        self.assertEqual(len(self._get_pairs()), 1)
        twin.email = "Jose@example.org"
        self.doubles._refresh()
        self.assertEqual(list(self._get_pairs().values()), ["mail,name,zip"])
        twin.write({"name": "Josefa Alvarez"})
        self.doubles._refresh()
        self.assertFalse(self._get_pairs())

    def test_not_the_same_is_remembered_with_who_said_so(self):
        self._make_contact("Jose Alvarez", zip="LS6 2AB")
        self.doubles._refresh()
        row = self.doubles.search([]).with_user(self.coordinator)
        row.action_not_the_same()
        self.assertEqual((row.said_by_id, row.is_different), (self.coordinator, True))
        self.doubles._refresh()
        self.assertFalse(self._get_pairs())
        row.action_perhaps()
        self.assertEqual((len(self._get_pairs()), row.said_by_id.ids), (1, []))

    def test_who_sees_and_decides(self):
        self._make_contact("Jose Alvarez", zip="LS6 2AB")
        self.doubles._refresh()
        row = self.doubles.search([])
        self.assertTrue(self._get_pairs(self.coordinator))
        self.assertFalse(self._get_pairs(self.coordinator2))
        with self.assertRaises(AccessError):
            row.with_user(self.coordinator2).action_not_the_same()
        for user in (self.finance, self.staff, self.portal):
            with self.assertRaises(AccessError):
                self.doubles.with_user(user).search([])
            with self.assertRaises(AccessError):
                self.doubles.with_user(user).action_look_again()
        with self.assertRaises(AccessError):
            row.with_user(self.coordinator).write({"is_different": True})
        with self.assertRaises(AccessError):
            self.doubles.with_user(self.manager).create(
                {"partner_id": self.ann.partner_id.id, "other_id": self.ben.partner_id.id, "reasons": "mail"}
            )

    def test_contacts_of_two_companies_are_two(self):
        there = self.env["res.company"].create({"name": "Far Away"})
        self.jose.partner_id.company_id = self.env.company
        twin = self._make_contact("Jose Alvarez", zip="LS6 2AB", company_id=there.id)
        self.doubles._refresh()
        self.assertFalse(self._get_pairs())
        twin.company_id = False
        self.doubles._refresh()
        self.assertTrue(self._get_pairs(self.manager))
        elsewhere = new_test_user(
            self.env, "far_manager", groups="timebank_coproduction.group_timebank_manager",
            company_id=there.id, company_ids=[Command.set(there.ids)],
        )  # fmt: skip
        self.assertFalse(self._get_pairs(elsewhere))

    def test_merge_opens_with_both(self):
        twin = self._make_contact("Jose Alvarez", zip="LS6 2AB")
        self.doubles._refresh()
        row = self.doubles.search([]).with_user(self.coordinator)
        self.assertFalse(row.can_merge)
        with self.assertRaises(AccessError):
            row.action_merge()
        self.coordinator.group_ids |= self.env.ref("base.group_partner_manager")
        row = self._as(self.coordinator, row)
        self.assertTrue(row.can_merge)
        action = row.action_merge()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.coordinator)
            .with_context(action["context"])
            .create({})
        )
        self.assertEqual(wizard.partner_ids, twin | self.jose.partner_id)

    # Before somebody is made
    def test_a_contact_that_is_being_made(self):
        self.coordinator.group_ids |= self.env.ref("base.group_partner_manager")
        with Form(self.env["res.partner"].with_user(self.coordinator)) as form:
            form.name = "Rosa Diaz"
            self.assertFalse(form.timebank_double_text)
            form.name = "jose alvarez"
            form.zip = "ls6 2ab"
            self.assertIn("José Álvarez", form.timebank_double_text)
            self.assertIn("the same name, the same postcode", form.timebank_double_text)
        self.assertFalse(form.record.timebank_double_text)
        self.assertFalse(
            self.env["res.partner"].with_user(self.staff).new({"name": "Jose Alvarez"}).timebank_double_text
        )

    def _join(self, partners, **vals):
        return (
            self.env["timebank.join"]
            .with_user(self.coordinator)
            .create({"scheme_id": self.scheme.id, "partner_ids": [Command.set(partners.ids)], **vals})
        )

    def test_adding_to_a_bank_asks(self):
        twin = self._make_contact("Jose Alvarez", zip="LS6 2AB")
        join = self._join(twin)
        self.assertEqual(
            join.double_text, "Jose Alvarez may be José Álvarez: the same name, the same postcode"
        )
        with self.assertRefused("Jose Alvarez may be José Álvarez", "They aren't: add them"):
            join.action_join()
        join.are_different = True
        join.action_join()
        self.assertEqual(twin.timebank_member_ids.state, "active")
        self.doubles._refresh()
        row = self.doubles.search([("partner_id", "=", self.jose.partner_id.id)])
        self.assertEqual((row.is_different, row.said_by_id), (True, self.coordinator))
        twins = self._make_contact("Rosa Diaz", zip="LS1 1AA") | self._make_contact(
            "Diaz Rosa", zip="LS1 1AA"
        )
        self.assertIn("may be", self._join(twins).double_text)
        self.assertFalse(self._join(twins[0]).double_text, "the other isn't to be added")

    def _import(self, text, model="res.partner", user=None):
        wizard = (
            self.env["base_import.import"]
            .with_user(user or self.coordinator)
            .create({"res_model": model, "file": text.encode(), "file_type": "text/csv"})
        )
        names = text.splitlines()[0].split(",")
        options = {"quoting": '"', "separator": ",", "has_headers": True}
        return lambda dryrun=False: wizard.execute_import(
            list(names), list(names), dict(options), dryrun=dryrun
        )

    def test_rows_of_a_file_are_said_first(self):
        self.coordinator.group_ids |= self.env.ref("base.group_partner_manager")
        run = self._import("name,phone\nRosa Diaz,0113 496 0099\nAlvarez Jose,01134960011\n")
        people = self.env["res.partner"].search_count([])
        result = run()
        self.assertEqual(result["messages"][0]["type"], "warning")
        self.assertIn(
            "Row 3, Alvarez Jose: may be José Álvarez (the same telephone number",
            result["messages"][0]["message"],
        )
        self.assertNotIn("Rosa", result["messages"][0]["message"])
        self.assertEqual(self.env["res.partner"].search_count([]), people)
        self.assertFalse(run(dryrun=True)["messages"], "said once")
        self.assertEqual(len(run()["ids"]), 2)

    def test_a_test_of_a_file_says_as_much(self):
        self.coordinator.group_ids |= self.env.ref("base.group_partner_manager")
        run = self._import("name,phone\nAlvarez Jose,01134960011\n")
        self.assertIn("may be José Álvarez", run(dryrun=True)["messages"][0]["message"])
        self.assertEqual(len(run()["ids"]), 1)
        many = (
            "name,phone\n"
            + "".join(f"Rosa Diaz{n},0113 497 {n:04}\n" for n in range(30))
            + "Alvarez Jose,01134960011\n"
        )
        self.assertIn("Row 32, Alvarez Jose", self._import(many)()["messages"][0]["message"])

    def test_rows_that_are_the_same_person(self):
        self.coordinator.group_ids |= self.env.ref("base.group_partner_manager")
        run = self._import("name,email\nRosa Diaz,rosa@example.org\nBen Fox,\nDiaz Rosa,ROSA@example.org\n")
        self.assertIn(
            "Rows 2 and 4, Rosa Diaz: may be the same (the same mail", run()["messages"][0]["message"]
        )
        self.assertEqual(len(run()["ids"]), 3)

    def test_files_of_others_are_left_alone(self):
        self.staff.group_ids |= self.env.ref("base.group_partner_manager")
        self.assertEqual(
            len(self._import("name,phone\nAlvarez Jose,01134960011\n", user=self.staff)()["ids"]), 1
        )
