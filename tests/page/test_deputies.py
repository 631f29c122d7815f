"""People who act for an organisation on its pages: what they may, what they leave, and who else may not."""

from odoo.exceptions import AccessDenied, AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user

from ...models.member.mail_template import About
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

    def test_what_they_say_is_said_on_the_agencys_own_pages(self):
        audit = self.env["timebank.self.audit"].create({"scheme_id": self.scheme.id})
        ways = {}
        for user, name in ((self.lea, "deputy"), (self.coordinator, "coordinator")):
            self.come(user)
            page = self.go(f"{self.base}/stories/new")
            typed = {"title": name, "story": "We lent the hall."}
            page = self.press(page, "Keep it, and say who may be told", **typed)
            self.press(page, "That is what I agree to", trustees=True)
            story = self.env["timebank.story"].search([("name", "=", name)])
            ways[name] = (story.way, story.consent_ids.way)
        self.assertEqual(ways, {"deputy": ("own", "page"), "coordinator": ("with", "person")})
        self.come(self.lea)
        self.press(self.go(f"{self.base}/self-audit"), "Send my scores", assets="3")
        self.assertEqual(audit.voice_ids.way, "page")
        self.come(self.coordinator)
        page = self.press(self.go(f"{self.base}/self-audit"), "Send my scores", assets="1")
        self.assertIn("scored on their own pages", page.text())
        self.assertEqual(audit.voice_ids.assets, "3")

    def test_taken_off_is_nothing_any_more(self):
        self.come(self.lea)
        self.assertEqual(self.go(self.base).status, 200)
        self.deputy.with_user(self.coordinator).action_take_off()
        for path in ("", "/me", "/credits", "/board", "/sessions"):
            self.assertEqual(self.go(self.base + path).status, 404, path)
        self.assertEqual(self.deputy.taken_off_on, TODAY)
        self._name(self.lea)  # and may be named again
        self.assertEqual(self.go(self.base).status, 200)

    def test_its_pin_goes_with_who_is_taken_off(self):
        self.scheme.card_sign_in = True
        self.agency.with_user(self.coordinator)._change_pin("8305", "8305")
        self.assertTrue(self.agency.has_pin)
        self.deputy.with_user(self.coordinator).action_take_off()
        self.assertFalse(self.agency.has_pin)

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
        self.assertNotIn("/timebank/personal", str(self.go(f"{self.base}/me").links()))
        self.assertEqual(self.go(f"/timebank/personal/{self.agency.id}").status, 404)
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

    def test_nobody_gives_themselves_what_is_the_organisations(self):
        self._name(self.portal)
        self._fund(self.agency, 120)
        self.come(self.portal)
        page = self.go(f"{self.base}/credits/give/{self.ann.account_id.id}")
        page = self.press(self.press(page, "Go on", time="1:00", memo="Thanks"), "Yes, give it")
        self.assertIn("an account of your own", " ".join(page.errors()))
        self.assertEqual((self.ann.balance_minutes, self.agency.balance_minutes), (0, 120))
        page = self.go(f"{self.base}/credits/give/{self.ben.account_id.id}")
        self.press(self.press(page, "Go on", time="1:00", memo="Thanks"), "Yes, give it")
        self.assertEqual(self.ben.balance_minutes, 60)

    def test_who_gave_the_time_doesnt_say_that_it_was_received(self):
        self._name(self.portal)
        entry = self._make_hours(self.ann, 60, "submitted", receiver_id=self.agency.partner_id.id)
        self.come(self.portal)
        page = self.press(self.go(f"{self.base}/hours/{entry.id}"), "Yes, I received it")
        self.assertIn("Only who received", " ".join(page.errors()))
        self.assertFalse(entry.receiver_says)
        self.come(self.lea)
        self.press(self.go(f"{self.base}/hours/{entry.id}"), "Yes, I received it")
        self.assertEqual(entry.receiver_says, "yes")

    def test_no_pin_of_their_own_choice(self):
        """With which they could come in on the tablet when they have been taken off."""
        self.scheme.card_sign_in = True
        self.agency.action_new_card()
        self.come(self.lea)
        self.assertNotIn("My PIN for the tablet", self.go(f"{self.base}/me").links())
        self.assertEqual(self.go(f"{self.base}/me/pin").status, 404)
        form = dict(self.go(f"{self.base}/me/leave").form("Tell my coordinator")[0].form_values())
        typed = {"csrf_token": form["csrf_token"], "pin": "8305", "again": "8305"}
        self.assertEqual(self.url_open(f"{self.base}/me/pin", data=typed).status_code, 404)
        self.assertFalse(self.agency.has_pin)
        self.come(self.coordinator)  # who can draw one as well
        self.assertEqual(self.go(f"{self.base}/me/pin").status, 200)

    def test_another_name_hides_nobody(self):
        """People of the portal change their own names."""
        self.lea.partner_id.name = "Clara Coordinator"
        self.come(self.lea)
        page = self.go(f"{self.base}/log/what?whom=bank&minutes=90")
        self.press(page, "Hand in", description="Stalls")
        hours = self.env["timebank.hours"].search([("partner_id", "=", self.agency.partner_id.id)])
        (note,) = hours.sudo().message_ids.filtered(lambda one: "Done by" in one.body)
        self.assertEqual(note.author_id, self.lea.partner_id)
        self.press(self.go(f"{self.base}/me/can"), "Save", own_words="Carries things")
        notes = self.agency.sudo().message_ids.filtered(lambda one: "Done by" in one.body)
        self.assertEqual(notes.author_id, self.lea.partner_id)

    def test_a_login_that_was_taken_away_stays_so(self):
        """Nobody gets it back by being named, nor the rights of a member of staff who left."""
        for name in ("revoked", "portal", "user"):
            user = new_test_user(
                self.env,
                f"tb_gone_{name}",
                groups="base.group_user" if name == "user" else "base.group_portal",
                email=f"gone_{name}@example.org",
            )
            if name == "revoked":
                wizard = self.env["portal.wizard"].create({"partner_ids": [Command.set(user.partner_id.ids)]})
                wizard.user_ids.action_revoke_access()
            user.active = False
            with self.assertRaisesRegex(UserError, "was taken away"):
                self._name(user)
            self.assertFalse(self.agency._give_login(user.partner_id))
            self.assertFalse(user.active)

    def test_somebody_of_another_company(self):
        """Whom a coordinator doesn't see they don't name, and so don't read either."""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        person = self.env["res.partner"].create(
            {"name": "Secret Sam", "email": "sam@example.org", "company_id": company.id}
        )
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            self.env["timebank.deputy"].with_user(self.coordinator).create(
                {"member_id": self.agency.id, "partner_id": person.id}
            )
        self.assertFalse(person.user_ids)


class TestShut(PageCase):
    """What becomes of those who act for an organisation when its own login is gone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.base = f"/timebank/{cls.agency.id}"
        cls.agency.partner_id.email = "office@example.org"
        person = cls.agency.partner_id
        cls.own = new_test_user(
            cls.env, "tb_trust", groups="base.group_portal", partner_id=person.id, name=person.name
        )
        cls.lea = new_test_user(cls.env, "tb_lea", groups="base.group_portal", name="Lea Marsh")
        cls.deputy = cls.env["timebank.deputy"].create(
            {"member_id": cls.agency.id, "partner_id": cls.lea.partner_id.id}
        )

    def _todos(self):
        kind = self.env.ref("timebank_coproduction.mail_activity_pages_shut")
        return self.agency.activity_ids.filtered(lambda todo: todo.activity_type_id == kind)

    def test_both_are_told(self):
        """The coordinator by a to-do, once; and who acts for it instead of a page that isn't there."""
        self.come(self.lea)
        self.assertEqual(self.go(self.base).status, 200)
        self.own.active = False
        (todo,) = self._todos()
        self.assertIn(todo.user_id, self.scheme.coordinator_ids)
        self.assertIn("Lea Marsh can't open the pages of Harbour Trust", todo.note)
        page = self.go(f"{self.base}/log")
        self.assertEqual(page.status, 403)
        self.assertIn("The pages of Harbour Trust in River Street can't be opened at present", page.text())
        self.assertIn("can't be opened at present", self.go("/timebank").text())
        self.come(self.portal)  # who is nobody there
        self.assertEqual(self.go(self.base).status, 404)
        self.assertNotIn("Harbour", self.go("/timebank/banks").text())

    def test_it_is_over_when_the_login_is_back(self):
        self.own.active = False
        self.assertTrue(self._todos())
        self.own.active = True
        self.assertFalse(self._todos())
        self.come(self.lea)
        self.assertEqual(self.go(self.base).status, 200)

    def test_named_again_they_need_none(self):
        """As the to-do says."""
        self.own.active = False
        self.deputy.with_user(self.coordinator).action_take_off()
        self.env["timebank.deputy"].with_user(self.coordinator).create(
            {"member_id": self.agency.id, "partner_id": self.lea.partner_id.id}
        )
        self.assertFalse(self._todos())
        self.come(self.lea)
        self.assertEqual(self.go(self.base).status, 200)

    def test_a_login_of_another_company_alone(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.own.write({"company_ids": [Command.set(company.ids)], "company_id": company.id})
        self.assertTrue(self._todos())
        with self.assertRaisesRegex(UserError, "works for other organisations alone"):
            self.env["timebank.deputy"].with_user(self.coordinator).create(
                {"member_id": self.agency.id, "partner_id": self.portal.partner_id.id}
            )
        self.own.company_ids += self.agency.company_id
        self.assertFalse(self._todos())

    def test_a_login_that_is_removed(self):
        self.own.unlink()
        self.assertTrue(self._todos())

    def test_mails_to_the_organisation_lead_to_its_pages(self):
        """For who acts for it, who signs in with a login of their own; and not once nobody can."""
        mails = self.env["mail.template"].with_context(
            timebank_mail=About(kind="needed", mail="", members={self.agency.account_id.id: self.agency.id})
        )
        account, company = self.agency.account_id, self.agency.company_id
        self.own.active = False
        self.assertFalse(mails._get_mail_layout(account, company)["button"])
        self.own.unlink()
        self.agency._make_seat()
        about = mails._get_mail_layout(account, company)
        self.assertEqual(about["button"], "My credits")
        self.come(self.lea)
        page = self.go(about["address"].removeprefix(self.agency.get_base_url()))
        self.assertEqual(page.heading(), "My credits")
        self.deputy.with_user(self.coordinator).action_take_off()
        self.assertFalse(mails._get_mail_layout(account, company)["button"])


class TestSeat(PageCase):
    """The login with whose rights people act."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agency.partner_id.email = "office@example.org"
        cls.agency._make_seat()
        cls.seat = cls.agency._get_seat()

    def test_nobody_signs_in_with_it(self):
        users = self.env["res.users"].sudo()
        for login in (self.seat.login, "office@example.org"):
            with self.assertRaisesRegex(Exception, "No account found"):
                users.reset_password(login)
        with self.assertRaises(UserError):
            self.seat.action_reset_password()
        self.seat.password = "a long password"
        credential = {"type": "password", "login": self.seat.login, "password": "a long password"}
        with self.assertRaises(AccessDenied):
            users.authenticate(credential, {"interactive": False})
        with self.assertRaises(AccessDenied):
            self.seat.with_user(self.seat)._check_credentials(credential, {"interactive": False})

    def test_it_counts_for_nobody(self):
        person = self.agency.partner_id
        self.assertFalse(person.user_ids)
        self.assertFalse(self.agency._has_login())
        self.assertTrue(person.partner_share)
        self.assertFalse(self.env["timebank.sign.in"].new({"address": "office@example.org"})._get_users())

    def test_woken_up_it_is_their_own(self):
        """Then their mail address is nobody's to change, and it has no other's rights when it is archived."""
        self.seat.active = True
        self.assertFalse(self.seat.is_timebank_seat)
        self.coordinator.group_ids |= self.env.ref("base.group_partner_manager")
        with self.assertRaises(AccessError):
            self._as(self.coordinator, self.agency.partner_id).email = "mallory@example.org"
        self.seat.active = False
        self.assertFalse(self.agency._get_seat())
