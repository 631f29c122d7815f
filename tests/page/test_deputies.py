"""People who act for an organisation on its pages: what they may, what they leave, and who else may not."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user

from ..common import TODAY
from ..page_common import PageCase


class TestDeputies(PageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.base = f"/timebank/{cls.agency.id}"
        cls.lea = new_test_user(cls.env, "tb_lea", groups="base.group_portal", name="Lea Marsh")
        cls.deputy = cls._name(cls.lea)

    @classmethod
    def _name(cls, user, member=None):
        deputies = cls.env["timebank.deputy"].with_user(cls.coordinator)
        vals = {"member_id": (member or cls.agency).id, "partner_id": user.partner_id.id}
        return deputies.create(vals).with_env(cls.env)

    def _notes(self, record):
        return " ".join(record.sudo().message_ids.mapped("body"))

    def test_the_agency_is_among_their_memberships(self):
        self.come(self.lea)
        page = self.go("/timebank")
        self.assertEqual(page.address.rsplit("/", 1)[1], str(self.agency.id))  # their only one
        self.assertIn("You are acting for Harbour Trust", page.text())
        self.come(self.portal)
        self._name(self.portal)
        page = self.go("/timebank")
        self.assertIn("Harbour Trust, River Street", page.links())
        self.assertIn(
            "You are acting for Harbour Trust", self.follow(page, "Harbour Trust, River Street").text()
        )
        self.assertNotIn("acting for", self.follow(page, "River Street").text())

    def test_what_they_do_is_the_agencys_and_says_who(self):
        self.come(self.lea)
        page = self.go(f"{self.base}/log/what?whom=bank&minutes=90")
        page = self.press(page, "Hand in", description="Stalls")
        self.assertIn("It is handed in", page.text())
        hours = self.env["timebank.hours"].search([("partner_id", "=", self.agency.partner_id.id)])
        self.assertEqual((hours.minutes, hours.state), (90, "submitted"))
        self._fund(self.agency, 120)
        page = self.go(f"{self.base}/credits/give/{self.ann.account_id.id}")
        page = self.press(self.press(page, "Go on", time="1:00", memo="Thanks"), "Yes, give it")
        self.assertEqual(self.ann.balance_minutes, 60)
        for record in (hours, self.agency):
            self.assertIn("Done by Lea Marsh for Harbour Trust.", self._notes(record), record)
        self.assertNotIn("Done by", self._notes(self.ann))

    def test_taken_off_is_nothing_any_more(self):
        self.come(self.lea)
        self.assertEqual(self.go(self.base).status, 200)
        self.deputy.with_user(self.coordinator).action_take_off()
        for path in ("", "/me", "/credits", "/board", "/sessions"):
            self.assertEqual(self.go(self.base + path).status, 404, path)
        self.assertEqual(self.deputy.taken_off_on, TODAY)
        self._name(self.lea)  # and may be named again
        self.assertEqual(self.go(self.base).status, 200)

    def test_nobody_else_gets_the_address_of_its_calendar(self):
        self.come(self.lea)
        page = self.go(f"{self.base}/sessions/calendar")
        self.assertEqual(page.status, 200)
        self.assertNotIn("Make an address", page.text())
        self.assertIn("Only they themselves can have the address", page.text())

    def test_who_may_not(self):
        self.come(self.portal2)
        self.assertEqual(self.go(self.base).status, 404)
        other = self._make_scheme("Hill Top")
        twin = self._make_member(self.agency.partner_id, "organisation", scheme=other)
        self.come(self.lea)
        self.assertEqual(self.go(self.base).status, 200)
        self.assertEqual(self.go(f"/timebank/{twin.id}").status, 404)  # named in one bank, not in another
        self.agency.role = "volunteer"  # no organisation any more
        self.assertEqual(self.go(self.base).status, 404)

    def test_nobody_names_themselves_or_elsewhere(self):
        deputies = self.env["timebank.deputy"]
        vals = {"member_id": self.agency.id, "partner_id": self.coordinator2.partner_id.id}
        for user in (self.coordinator2, self.portal, self.staff, self.finance):
            with self.assertRaises(AccessError):
                deputies.with_user(user).create({**vals, "partner_id": user.partner_id.id})
            with self.assertRaises(AccessError):
                deputies.with_user(user).create(vals)
        with self.assertRaises(AccessError):
            deputies.with_user(self.coordinator).create(
                {**vals, "partner_id": self.coordinator.partner_id.id}
            )
        with self.assertRaises(UserError):  # a person needs nobody
            self._name(self.lea, self.ann)
        with self.assertRaises(UserError):  # once
            self._name(self.lea)
        with self.assertRaises(UserError):
            self.deputy.with_user(self.coordinator).write({"partner_id": self.portal.partner_id.id})
        with self.assertRaises(AccessError):
            self.deputy.with_user(self.coordinator).write({"active": False})

    def test_own_rights_stay_their_own(self):
        """Over the external API nothing of the organisation is theirs."""
        entry = self._make_hours(self.agency, state="submitted")
        for model, record in (("timebank.hours", entry), ("timebank.member", self.agency)):
            self.assertFalse(self.env[model].with_user(self.lea).search([("id", "=", record.id)]))

    def test_the_calendar_and_their_data_are_the_organisations_own(self):
        self.come(self.lea)
        self.assertNotIn("/my/account", str(self.go(f"{self.base}/me").links()))
        seat = self.deputy.member_id._get_seat()
        self.assertFalse(seat.active)
        self.assertTrue(self.agency.partner_id.active)

    def test_who_has_no_login_gets_one(self):
        person = self.env["res.partner"].create({"name": "Max Reed", "email": "max@example.org"})
        self.env["timebank.deputy"].with_user(self.coordinator).create(
            {"member_id": self.agency.id, "partner_id": person.id}
        )
        self.assertTrue(person.user_ids._is_portal())
        person = self.env["res.partner"].create({"name": "Moritz Reed"})
        with self.assertRaisesRegex(UserError, "Moritz Reed can't sign in"):
            self.env["timebank.deputy"].with_user(self.coordinator).create(
                {"member_id": self.agency.id, "partner_id": person.id}
            )

    def test_the_agency_itself_can_still_get_a_login(self):
        self.coordinator.group_ids |= self.env.ref("base.group_partner_manager")
        self.agency.partner_id.with_user(self.coordinator).email = "office@example.org"
        self.assertTrue(self.agency._give_login(self.agency.partner_id))
        own = self.agency.partner_id.user_ids
        self.assertEqual(own.login, "office@example.org")
        self.assertEqual(self.deputy.member_id._get_seat(), own)

    def test_nobody_takes_their_mail_address_over(self):
        self.coordinator2.group_ids |= self.env.ref("base.group_partner_manager")
        self.lea.partner_id.email = "lea@example.org"
        with self.assertRaises(AccessError):
            self._as(self.coordinator2, self.lea.partner_id).email = "mallory@example.org"

    def test_two_contacts_of_one_organisation_become_one(self):
        """Logins that nobody signs in with are in nobody's way, and it can be undone."""
        twin = self._make_member("Harbour Trust Ltd", "organisation")
        self._name(self.portal, twin)
        kept, gone = self.agency.partner_id, twin.partner_id
        dialog = self.env["base.partner.merge.automatic.wizard"].with_user(self.manager)
        dialog = dialog.create(
            {"partner_ids": [Command.set((kept | gone).ids)], "dst_partner_id": kept.id, "state": "selection"}
        )
        dialog.action_merge()
        self.env.invalidate_all()
        self.assertFalse(gone.exists())
        for user in (self.lea, self.portal):
            self.come(user)
            self.assertIn("acting for Harbour Trust", self.go(self.base).text())
        self.env["timebank.merge"].search([("partner_id", "=", kept.id)], limit=1).action_undo()
        self.env.invalidate_all()
        self.come(self.portal)
        self.assertEqual(self.go(self.base).status, 404)
        again = self.env["timebank.member"].search([("name", "=", "Harbour Trust Ltd")])
        self.assertIn("acting for Harbour Trust Ltd", self.go(f"/timebank/{again.id}").text())

    def test_leaving_takes_them_off(self):
        self._leave(self.agency)
        self.assertFalse(self.deputy.active)
