"""The external API over real HTTP: what a member's and a coordinator's key can't do, and what it can."""

import xmlrpc.client

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..api_common import ApiCase
from ..common import TODAY


@tagged("post_install", "-at_install")
class TestExternalApi(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme.credit_limit_minutes = 600
        cls.bens = cls._make_hours(cls.ben, 60, "submitted")
        cls.anns = cls._make_hours(cls.ann, 45, "submitted")
        cls.decided = cls._make_hours(cls.ann, 30, "approved")

    def _snapshot(self):
        """What nobody may change from outside."""
        self.env.invalidate_all()
        hours = self.bens | self.anns | self.decided
        accounts = (self.ann | self.ben).account_id
        return [
            hours.read(["state", "approver_id", "approved_on", "earns_credit", "minutes", "partner_id"]),
            accounts.read(["balance_minutes", "state", "kind", "credit_limit_minutes"]),
            (self.ann | self.ben).read(["state", "account_id", "trusted"]),
            hours.transfer_ids.read(["minutes", "memo"]),
        ]

    # Refused
    def test_transfers(self):
        transfer = self.decided.transfer_ids
        vals = {
            "from_account_id": self.ben.account_id.id,
            "to_account_id": self.ann.account_id.id,
            "minutes": 60,
            "kind": "gift",
        }
        for user in self.keys:
            self._check_refused(user, "timebank.transfer", "create", vals_list=[vals])
            self._check_refused(
                user, "timebank.transfer", "create", vals_list=[vals], context={"timebank_in_verb": True}
            )
            self._check_refused(user, "timebank.transfer", "write", transfer.ids, vals={"minutes": 600})
            self._check_refused(user, "timebank.transfer", "unlink", transfer.ids)
            self._check_refused(user, "timebank.transfer", "action_reverse", transfer.ids, reason="Mine")
            for method in (
                "_post",
                "_insert",
                "_post_possible",
                "_reverse",
                "_in_verb",
                "_get_posting_refusals",
            ):
                self._check_refused(user, "timebank.transfer", method, vals_list=[vals])

    def test_protected_fields(self):
        someone = self.env["res.partner"].create({"name": "Abe Long"}).id
        for user in self.keys:
            for context in ({}, {"timebank_in_verb": True}, {"timebank_in_verb": "object"}):
                for model, record, vals in (
                    ("timebank.account", self.ann.account_id, {"balance_minutes": 600}),
                    ("timebank.account", self.ann.account_id, {"state": "closed"}),
                    ("timebank.account", self.ann.account_id, {"kind": "operating"}),
                    ("timebank.hours", self.anns, {"state": "approved"}),
                    ("timebank.hours", self.anns, {"approver_id": self.coordinator.id}),
                    ("timebank.hours", self.anns, {"approved_on": "2026-03-18 10:00:00"}),
                    ("timebank.hours", self.anns, {"earns_credit": True}),
                    ("timebank.member", self.ann, {"state": "left"}),
                    ("timebank.member", self.ann, {"account_id": self.ben.account_id.id}),
                ):
                    self._check_refused(user, model, "write", record.ids, vals=vals, context=context)
            entry = {**self._hours_vals(self.ann, 5), "date": TODAY.isoformat()}
            for name, value in (("state", "approved"), ("approver_id", user.id), ("earns_credit", True)):
                self._check_refused(user, "timebank.hours", "create", vals_list=[{**entry, name: value}])
            for vals in (
                {"partner_id": someone, "state": "active"},
                {"partner_id": someone, "account_id": 1},
            ):
                vals = {"scheme_id": self.scheme.id, **vals}
                self._check_refused(user, "timebank.member", "create", vals_list=[vals])
            vals = {"name": "Mine", "scheme_id": self.scheme.id, "balance_minutes": 60}
            self._check_refused(user, "timebank.account", "create", vals_list=[vals])

    def test_a_members_place(self):
        for method, arguments in (
            ("action_approve", {}),
            ("action_refuse", {"reason": "No"}),
            ("action_reverse", {"reason": "No"}),
            ("_approve", {"approver": self.portal.id}),
            ("sudo", {}),
            ("with_user", {}),
            ("_in_verb", {}),
        ):
            for entry in (self.anns, self.bens, self.decided):
                self._check_refused(self.portal, "timebank.hours", method, entry.ids, **arguments)
        for method, arguments in (
            ("action_submit", {}),
            ("write", {"vals": {"minutes": 5}}),
            ("unlink", {}),
            ("read", {"fields": ["minutes"]}),
        ):
            self._check_refused(self.portal, "timebank.hours", method, self.bens.ids, **arguments)
        vals = {**self._hours_vals(self.ben, 5), "date": TODAY.isoformat()}
        self._check_refused(self.portal, "timebank.hours", "create", vals_list=[vals])
        vals = {"partner_id": self.ben.partner_id.id}
        self._check_refused(self.portal, "timebank.hours", "write", self.anns.ids, vals=vals)
        self._check_refused(self.portal, "timebank.account", "read", self.ben.account_id.ids, fields=["name"])
        self._check_refused(self.portal, "timebank.member", "read", self.ben.ids, fields=["name"])
        self._check_refused(self.portal, "timebank.member", "action_pause", self.ann.ids)
        self._check_refused(self.portal, "timebank.account", "action_reopen", self.ann.account_id.ids)
        self._check_refused(self.portal, "timebank.scheme", "action_seal", self.scheme.ids)
        lines = self._call(
            self.portal,
            "timebank.statement.line",
            "search_read",
            domain=[["account_id", "=", self.ben.account_id.id]],
            fields=["minutes"],
        )
        self.assertEqual(lines.json(), [])

    def test_bad_amounts_come_back_as_a_sentence(self):
        vals = {**self._hours_vals(self.ann), "date": TODAY.isoformat()}
        for minutes in (0, -5, 1441, 2**40, "an hour", None, 1.5, [5]):
            self._check_refused(
                self.portal, "timebank.hours", "create", vals_list=[{**vals, "minutes": minutes}]
            )

    def test_without_a_key(self):
        with mute_logger("odoo.http"):
            answer = self.url_open(
                "/json/2/timebank.hours/search_read",
                json={"domain": []},
                headers={"Authorization": "Bearer none"},
            )
        self.assertEqual(answer.status_code, 401)

    # Allowed
    def test_a_members_own(self):
        [entry_id] = self._call(
            self.portal, "timebank.hours", "create", vals_list=[{"minutes": 20, "description": "Shopping"}]
        ).json()
        entry = self.env["timebank.hours"].browse(entry_id)
        self.assertEqual(
            (entry.partner_id, entry.state, entry.source), (self.portal.partner_id, "draft", "portal")
        )
        self.assertIs(self._call(self.portal, "timebank.hours", "action_submit", [entry_id]).json(), True)
        self.assertEqual(entry.state, "submitted")
        [account] = self._call(
            self.portal, "timebank.account", "search_read", domain=[], fields=["balance_minutes"]
        ).json()
        self.assertEqual(account["balance_minutes"], 30)
        [line] = self._call(
            self.portal,
            "timebank.statement.line",
            "search_read",
            domain=[],
            fields=["minutes", "balance_minutes", "name", "memo", "other_account_id"],
        ).json()
        self.assertEqual((line["minutes"], line["balance_minutes"]), (30, 30))

    def test_a_coordinators_work(self):
        ids = (self.anns | self.bens | self.decided).ids
        answer = self._call(self.coordinator, "timebank.hours", "action_approve", ids).json()
        [refusal] = answer["context"]["timebank_refusals"]
        self.assertEqual(refusal["id"], self.decided.id)
        self.assertIn("Ann Lee", refusal["reason"])
        self.assertEqual(self._balances(self.ann, self.ben), [75, 60])
        found = self._call(self.coordinator, "timebank.scheme", "check_ledger", self.scheme.ids).json()
        self.assertEqual(found, [])

    def test_xml_rpc(self):
        self.env.flush_all()

        def call(user, model, method, *arguments):
            return self.xmlrpc_object.execute_kw(
                self.env.cr.dbname, user.id, self.keys[user], model, method, list(arguments)
            )

        transfer_ids = self.decided.transfer_ids.ids
        for user, model, method, *arguments in (
            (self.portal, "timebank.transfer", "create", [{"minutes": 5}]),
            (self.coordinator, "timebank.transfer", "write", transfer_ids, {"minutes": 600}),
            (self.coordinator, "timebank.transfer", "unlink", transfer_ids),
            (self.coordinator, "timebank.transfer", "_post", [{}]),
            (self.portal, "timebank.hours", "action_approve", self.anns.ids),
            (self.portal, "timebank.hours", "write", self.anns.ids, {"state": "approved"}),
            (self.coordinator, "timebank.account", "write", self.ann.account_id.ids, {"balance_minutes": 1}),
        ):
            with self.subTest(method=method, model=model), mute_logger("odoo.http", "odoo.service"):
                with self.assertRaises(xmlrpc.client.Fault):
                    call(user, model, method, *arguments)
        self.assertEqual(call(self.portal, "timebank.account", "search_count", []), 1)
        self.assertIs(call(self.coordinator, "timebank.hours", "action_approve", self.anns.ids), True)
