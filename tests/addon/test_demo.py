from odoo.tests import TransactionCase, tagged

LOGINS = {
    "manager": "timebank_coproduction.group_timebank_manager",
    "coordinator": "timebank_coproduction.group_timebank_coordinator",
    "coordinator2": "timebank_coproduction.group_timebank_coordinator",
    "finance": "timebank_coproduction.group_timebank_finance",
    "finance2": "timebank_coproduction.group_timebank_finance",
    "member": "base.group_portal",
    "member2": "base.group_portal",
    "agency": "base.group_portal",
}


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """The demo data tell a story that holds; without them there is nothing to test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme = cls.env.ref("timebank_coproduction.scheme_river", raise_if_not_found=False)
        if not cls.scheme:
            cls.skipTest(cls, "installed without demo data")

    def test_books_balance(self):
        self.assertEqual(self.env["timebank.scheme"].check_ledger(), [])

    def test_each_login_is_its_own_password(self):
        for login, group in LOGINS.items():
            with self.subTest(login=login):
                user = self.env["res.users"].search([("login", "=", login)])
                self.assertTrue(user.has_group(group))
                credential = {"type": "password", "login": login, "password": login}
                self.assertEqual(
                    self.env["res.users"].authenticate(credential, {"interactive": False})["uid"],
                    user.id,
                )

    def test_each_login_of_the_demo_is_known(self):
        """Whoever starts the demo is told the names that :data:`LOGINS` has."""
        made = self.env["ir.model.data"].search(
            [("module", "=", "timebank_coproduction"), ("model", "=", "res.users")]
        )
        logins = self.env["res.users"].browse(made.mapped("res_id")).mapped("login")
        self.assertEqual(set(logins), set(LOGINS))

    def test_every_state_and_role_can_be_seen(self):
        hours = self.env["timebank.hours"].search([("scheme_id", "=", self.scheme.id)])
        self.assertEqual(
            set(hours.mapped("state")),
            {"draft", "submitted", "approved", "refused", "reversed"},
        )
        members = self.scheme.member_ids
        self.assertEqual(
            set(members.mapped("role")),
            {"beneficiary", "volunteer", "professional", "organisation"},
        )
        self.assertEqual(set(members.mapped("state")), {"applicant", "active", "paused", "left"})

    def test_coordinators_run_their_own_bank(self):
        hillside = self.env.ref("timebank_coproduction.scheme_hillside")
        for login, own, other in (
            ("coordinator", self.scheme, hillside),
            ("coordinator2", hillside, self.scheme),
        ):
            user = self.env["res.users"].search([("login", "=", login)])
            seen = self.env["timebank.hours"].with_user(user).search([]).scheme_id
            self.assertIn(own, seen)
            self.assertNotIn(other, seen)
