"""The table of `Access`: each model, each role, each way of touching it."""

from odoo.exceptions import AccessError

from ..common import TODAY
from .access_common import AccessCase

TABLE = {
    "timebank.scheme": {
        "portal": "r---/----",
        "staff": "r---/r---",
        "coordinator": "r---/r---",
        "finance": "r---/r---",
        "manager": "rwcu/rwcu",
    },
    "timebank.member": {
        "portal": "----/----",
        "staff": "----/----",
        "coordinator": "rwcu/----",
        "finance": "r---/r---",
        "manager": "rwcu/rwcu",
    },
    "timebank.account": {
        "portal": "----/----",
        "staff": "----/----",
        "coordinator": "rwc-/----",
        "finance": "r---/r---",
        "manager": "rwcu/rwcu",
    },
    "timebank.transfer": {
        "portal": "----/----",
        "staff": "----/----",
        "coordinator": "r---/----",
        "finance": "r---/r---",
        "manager": "r---/r---",
    },
    "timebank.statement.line": {
        "portal": "----/----",
        "staff": "----/----",
        "coordinator": "r---/----",
        "finance": "r---/r---",
        "manager": "r---/r---",
    },
    "timebank.seal": {
        "portal": "----/----",
        "staff": "----/----",
        "coordinator": "r---/----",
        "finance": "r---/r---",
        "manager": "r---/r---",
    },
    "timebank.retention": {
        "portal": "----/----",
        "staff": "----/----",
        "coordinator": "r---/----",
        "finance": "----/----",
        "manager": "rwcu/rwcu",
    },
    "timebank.erasure": {
        "portal": "----/----",
        "staff": "----/----",
        "coordinator": "r---/----",
        "finance": "----/----",
        "manager": "r---/r---",
    },
    "timebank.hours": {
        "portal": "----/----",
        "staff": "----/----",
        "coordinator": "rwcu/----",
        "finance": "r---/r---",
        "manager": "rwcu/rwcu",
    },
}


class TestAccess(AccessCase):
    table = TABLE

    @classmethod
    def _make_records(cls, scheme, member, coordinator):
        entry = cls._make_hours(member)
        entry.action_submit()
        entry.with_user(coordinator).action_approve()
        draft = cls._make_hours(member, 30)
        seal = scheme.action_seal()
        line = cls.env["timebank.statement.line"].search([("account_id", "=", member.account_id.id)])
        return {
            "timebank.scheme": scheme,
            "timebank.member": member,
            "timebank.account": member.account_id,
            "timebank.transfer": entry.transfer_ids,
            "timebank.statement.line": line,
            "timebank.seal": seal,
            "timebank.retention": cls.env["timebank.retention"].search(
                [("scheme_id", "=", scheme.id)], limit=1
            ),
            "timebank.erasure": cls.env["timebank.erasure"]._note_erased(scheme, "Asked", {}, True, False),
            "timebank.hours": draft,
        }

    def test_table(self):
        self.check_table()

    def test_search_shows_what_may_be_read(self):
        self.check_searches()

    def test_members_see_and_keep_to_their_own(self):
        """The same for somebody in the portal and for staff without a role in the bank."""
        staff_member = self._make_member(self.staff.partner_id)
        for user, member in ((self.portal, self.ann), (self.staff, staff_member)):
            entry = self._make_hours(member, 45, "approved")
            draft = self._make_hours(member, 20)
            line = self.env["timebank.statement.line"].search([("account_id", "=", member.account_id.id)])
            for record, expected in (
                (member, "r---"),
                (member.account_id, "r---"),
                (entry.transfer_ids, "r---"),
                (line, "r---"),
                (draft, "rwcu"),
                (entry, "r---"),
                (self.scheme, "r---"),
            ):
                with self.subTest(user=user.login, model=record._name):
                    self.assertEqual(self._allowed(user, record), expected)
            others = self.env["timebank.hours"].with_user(user).search([])
            self.assertFalse(others.filtered(lambda hours, user=user: hours.partner_id != user.partner_id))

    def test_receivers_read_and_change_nothing(self):
        entry = self._make_hours(self.ben, 30, receiver_id=self.ann.partner_id.id)
        self.assertEqual(self._allowed(self.portal, entry), "r---")

    def test_holders_read_their_pot(self):
        pot = self.scheme.pot_account_id
        self.assertEqual(self._allowed(self.portal, pot), "----")
        pot.holder_ids = self.portal.partner_id
        self._post(self.scheme.operating_account_id, pot, 60)
        self.assertEqual(self._allowed(self.portal, pot), "r---")
        lines = self._as(self.portal, self.env["timebank.statement.line"]).search(
            [("account_id", "=", pot.id)]
        )
        self.assertEqual(lines.mapped("minutes"), [60])

    def test_notes_are_not_for_members(self):
        self.ann.note = "Prefers mornings"
        with self.assertRaises(AccessError):
            self._as(self.portal, self.ann).read(["note"])
        self.assertIn("mornings", self._as(self.coordinator, self.ann).note)

    def test_coordinators_keep_to_their_banks(self):
        draft = self.records[self.scheme]["timebank.hours"]
        member = self.env["timebank.member"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Abe Long"}).id,
                "scheme_id": self.scheme.id,
            }
        )
        for attempt in (
            lambda: self._as(self.coordinator2, self.zoe).action_pause(),
            lambda: self._as(self.coordinator2, self.zoe.account_id).action_freeze(),
            lambda: self._as(self.coordinator2, draft).action_submit(),
            lambda: self._as(self.coordinator2, self.env["timebank.hours"]).create(
                self._hours_vals(self.ann)
            ),
            lambda: self._as(self.coordinator, draft).write(
                {"scheme_id": self.other.id, "partner_id": self.dee.partner_id.id}
            ),
            lambda: self._as(self.coordinator, member).write({"scheme_id": self.other.id}),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_finance_reads_only(self):
        submitted = self._make_hours(self.ann, 15, "submitted")
        for attempt in (
            lambda: self._as(self.finance, submitted).action_approve(),
            lambda: self._as(self.finance, self.ann).action_leave(),
            lambda: self._as(self.finance, self.ann.account_id).action_freeze(),
            lambda: self._as(self.finance, self.scheme).action_close(),
            lambda: self._as(self.finance, self.env["timebank.hours"]).create(self._hours_vals(self.ann, 10)),
        ):
            with self.assertRaises(AccessError):
                attempt()
        self.assertEqual(self._as(self.finance, self.scheme).check_ledger(), [])

    def test_the_ledger_is_checked_by_those_who_may_read_it(self):
        for user, scheme in (
            (self.portal, self.scheme),
            (self.staff, self.scheme),
            (self.coordinator, self.other),
            (self.staff, self.env["timebank.scheme"]),
        ):
            with self.assertRaisesRegex(AccessError, "checked by its coordinators"):
                self._as(user, scheme).check_ledger()
        for user in (self.coordinator, self.manager, self.finance):
            self.assertEqual(self._as(user, self.scheme).check_ledger(), [])

    def test_what_everybody_has_is_read_only_or_their_own(self):
        """A right of the group that everybody is in adds to those of every coordinator."""
        everybody = self.env.ref("base.group_user") | self.env.ref("base.group_portal")
        rules = self.env["ir.rule"].search([("groups", "in", everybody.ids)])
        ours = rules.filtered(lambda rule: rule.model_id.model.startswith("timebank."))
        self.assertGreater(len(ours), 15)
        for rule in ours.filtered(lambda rule: rule.perm_write or rule.perm_create or rule.perm_unlink):
            self.assertIn("user.partner_id.id", rule.domain_force, rule.name)
            self.assertRegex(rule.domain_force, r"'(partner_id|proposer_id|account_id\.partner_id)', '='")

    def test_other_companies(self):
        company = self.env["res.company"].create({"name": "North Charity"})
        north = self._make_scheme("North Street", company_id=company.id, project_ids=False)
        nora = self._make_member("Nora Field", scheme=north)
        records = [north, nora, nora.account_id, self._make_hours(nora, date=TODAY)]
        for user in (self.coordinator, self.finance, self.manager, self.staff):
            for record in records:
                with self.subTest(user=user.login, model=record._name):
                    self.assertEqual(self._allowed(user, record), "----")
