"""Who is asked about a session: its own coordinator, as long as they decide in its bank, or who does."""

from odoo.fields import Command
from odoo.tools.safe_eval import safe_eval

from ..session_common import SessionCase

BEFORE = "2026-03-16 09:00:00"


class TestSessionRunner(SessionCase):
    """Cora runs the bank and the session; then Cole runs the bank alone."""

    now = BEFORE

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.session.coordinator_id = cls.coordinator
        cls.ann.partner_id.email = False
        cls.line = cls.session.sign_up(cls.ann.partner_id)

    def _take_off(self):
        self.scheme.coordinator_ids = [Command.set(self.coordinator2.ids)]

    def _archive(self):
        self.scheme.coordinator_ids = [Command.link(self.coordinator2.id)]
        self.coordinator.action_archive()

    def _take_the_role(self):
        self.scheme.coordinator_ids = [Command.link(self.coordinator2.id)]
        self.coordinator.group_ids = [Command.set(self.staff.group_ids.ids)]

    def _calls(self):
        call = self.env.ref("mail.mail_activity_data_call")
        return self.session.activity_ids.filtered(lambda one: one.activity_type_id == call)

    def test_their_own_coordinator_is_asked(self):
        self.scheme.coordinator_ids = [Command.set((self.coordinator2 | self.coordinator).ids)]
        self.assertEqual(self.session._get_runner(), self.coordinator)
        self.assertEqual(self.session._get_decider(self.line), self.coordinator)
        self.session.coordinator_id = self.manager  # who decides in every bank
        self.assertEqual(self.session._get_runner(), self.manager)

    def test_who_does_not_decide_any_more_is_not_asked(self):
        for change in (self._take_off, self._archive, self._take_the_role):
            with self.subTest(change.__name__), self.cr.savepoint() as savepoint:
                change()
                session = self.session.with_user(self.coordinator2)
                self.assertEqual(self.session.coordinator_id, self.coordinator)
                self.assertEqual(self.session._get_runner(), self.coordinator2)
                self.assertEqual(session._get_decider(self.line), self.coordinator2)
                session.location = "Library"
                self.assertEqual(self._calls().user_id, self.coordinator2)
                self.env.flush_all()
                savepoint.rollback()
                self.env.invalidate_all()
                self.env.registry.clear_all_caches()

    def test_in_a_bank_without_coordinators_a_manager_is_asked(self):
        self.scheme.coordinator_ids = [Command.clear()]
        managers = self.scheme._get_deciders(self.env["res.partner"])
        self.assertIn(self.manager, managers)
        self.assertEqual(self.session._get_runner(), managers[0])
        self.session.with_user(self.manager).location = "Library"
        self.assertEqual(self._calls().user_id, self.manager)

    def test_mails_are_from_who_runs_it(self):
        self.ben.partner_id.email = "ben@example.org"
        self.coordinator.email = "cora@example.org"
        line = self.session.sign_up(self.ben.partner_id)
        template = self.env.ref("timebank_coproduction.mail_session_signed_up")

        def sender():
            return template._render_field("email_from", line.ids)[line.id]

        self.assertIn("cora@example.org", sender())
        self._archive()
        self.assertNotIn("cora@example.org", sender())

    def test_the_pickers_offer_who_decides_in_the_bank(self):
        """Of the session and of its activity alike."""
        self._make_scheme("Hill Top", coordinator_ids=[Command.set(self.coordinator2.ids)])
        for record in (self.session, self.activity):
            record = record.with_user(self.coordinator)
            domain = record.fields_get(["coordinator_id"])["coordinator_id"]["domain"]
            names = {"scheme_id": record.scheme_id.id, "company_id": record.company_id.id}
            offered = self.env["res.users"].with_user(self.coordinator).search(safe_eval(domain, names))
            with self.subTest(record._name):
                self.assertLessEqual(self.coordinator | self.manager, offered)
                self.assertFalse((self.coordinator2 | self.staff | self.finance) & offered)
