"""Who can be reached by mail is one rule; whoever can't is rung."""

import ast
from datetime import datetime
from pathlib import Path

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.timebank_coproduction import tools

from ...models.common.roles import get_managers
from ...models.desk.timebank_desk import ROWS
from ..exchange_common import ExchangeCase
from ..rewards_common import RewardCase
from ..session_common import SessionCase

ADDON = Path(tools.__path__[0]).parent
#: The ways in which a mail of a template goes out.
SENDING = ("send_mail", "send_mail_batch", "_send_to_members")


@tagged("post_install", "-at_install")
class TestTold(SessionCase, ExchangeCase, RewardCase):
    #: The reasons why a mail reaches nobody.
    reasons = ("nothing", "none", "malformed", "bounced", "blacklisted")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ann.partner_id.email = "ann@example.org"
        cls.unreachable = {reason: cls._make_member(f"Pat {reason.capitalize()}") for reason in cls.reasons}
        for reason, member in cls.unreachable.items():
            member.partner_id.write({"email": f"{reason}@example.org", "phone": "0113 496 0023"})
        cls.unreachable["nothing"].partner_id.email = False
        cls.unreachable["none"].partner_id.email = "none"
        cls.unreachable["malformed"].partner_id.email = "name at example"
        cls.unreachable["bounced"].partner_id.message_bounce = 1
        cls.env["mail.blacklist"]._add("blacklisted@example.org")
        cls.todos_before = cls.env["mail.activity"].search([])

    def _calls(self):
        call = self.env.ref("mail.mail_activity_data_call")
        return self.env["mail.activity"].search([("activity_type_id", "=", call.id)]) - self.todos_before

    def test_the_rule(self):
        for reason, member in self.unreachable.items():
            with self.subTest(reason=reason):
                self.assertFalse(member.partner_id._get_mailable())
        self.assertEqual(self.ann.partner_id._get_mailable(), self.ann.partner_id)
        # staff who may not read who is blacklisted ask through verbs
        self.assertTrue(self.ann.partner_id.with_user(self.portal)._get_mailable())

    def test_session_cancelled(self):
        session = self._make_session()
        for member in (self.ann, *self.unreachable.values()):
            session.sign_up(member.partner_id)
        notices = self.env["timebank.session.notice"].search([])
        self.assertEqual(notices.attendance_id.partner_id, self.ann.partner_id)
        self.assertFalse(self._calls())  # they were there when they signed up
        session.with_user(self.coordinator).action_cancel()
        calls = self._calls()
        self.assertEqual(len(calls), len(self.reasons))
        self.assertEqual(calls.user_id, self.coordinator)
        self.assertEqual(set(calls.mapped("res_id")), {session.id})
        self.assertEqual(set(calls.mapped("summary")), {calls[0].summary})
        self.assertIn("Ring a member, about what doesn't take place", calls[0].summary)
        notes = " ".join(calls.mapped("note"))
        self.assertIn('Pat None (<a href="tel:01134960023">0113 496 0023</a>)', notes)
        titles = [row["title"] for row in self._desk_calls()["rows"]]
        self.assertEqual(len(set(titles)), len(self.reasons))  # on the desk each says whom
        self.assertIn("Pat None", titles)

    def test_place_freed(self):
        later = {"start": datetime(2026, 3, 27, 14), "stop": datetime(2026, 3, 27, 16)}
        session = self._make_session(capacity=1, **later)
        session.sign_up(self.ann.partner_id)
        session.sign_up(self.unreachable["bounced"].partner_id)
        session.with_user(self.portal).withdraw(self.ann.partner_id)
        self.assertIn("a place that is free for them", self._calls().summary)
        self.assertEqual(self._calls().user_id, self.coordinator)

    def test_calls_stand_on_the_desk(self):
        self._introduce(self._make_offer(self.unreachable["malformed"]), self._make_request(self.ann))
        calls = self._desk_calls()
        self.assertEqual(calls["count"], 1)
        row = calls["rows"][0]
        self.assertIn("Ring Pat Malformed", row["title"])
        self.assertEqual(row["phone"], "0113 496 0023")
        (button,) = row["buttons"]
        self.assertIn("Pat Malformed", button["said"])
        self._press(button)
        self.assertFalse(self._desk_calls()["count"])
        self._press(button["undo"])  # by mistake
        self.assertEqual(self._desk_calls()["rows"], [row])

    def _desk_calls(self, user=None, schemes=None):
        schemes = (schemes or self.env["timebank.scheme"]).with_user(user or self.coordinator)
        return next(one for one in schemes.get_desk()["sections"] if one["key"] == "calls")

    def _press(self, button):
        records = self.env[button["model"]].with_user(self.coordinator).browse(button["args"][0])
        getattr(records, button["method"])()

    def test_the_desk_has_the_calls_of_the_banks_that_it_shows(self):
        """Whoever of their coordinators is asked, and none about another bank of the same user."""
        hillside = self._make_scheme("Hillside", coordinator_ids=[Command.set(self.coordinator.ids)])
        far = self._make_member("Pat Far", scheme=hillside)
        for member in (far, self.unreachable["none"]):
            member._plan_calls(lambda one: "the outing")
        self.scheme.coordinator_ids |= self.coordinator2
        for user in (self.coordinator, self.coordinator2):
            rows = self._desk_calls(user, self.scheme)["rows"]
            self.assertEqual([row["title"] for row in rows], ["Ring Pat None, about the outing"])
        rows = self._desk_calls(schemes=hillside)["rows"]
        self.assertEqual([row["title"] for row in rows], ["Ring Pat Far, about the outing"])
        self.assertEqual(self._desk_calls()["count"], 2)

    def test_more_calls_than_the_desk_shows(self):
        for number in range(ROWS + 2):
            self._make_member(f"Pat {number}")._plan_calls(lambda one: "the outing")
        calls = self._desk_calls()
        self.assertEqual((calls["count"], len(calls["rows"])), (ROWS + 2, ROWS))
        self.assertEqual(len({row["key"] for row in calls["rows"]}), ROWS)
        todos = self.env[calls["action"]["res_model"]].with_user(self.coordinator)
        self.assertEqual(todos.search(calls["action"]["domain"]), self._calls())

    def test_a_bank_without_coordinators_asks_its_managers(self):
        """Not the member who caused the call, nor the one who plays jobs."""
        self.scheme.coordinator_ids = [Command.clear()]
        managers = get_managers(self.env)
        for user in (self.portal, self.env.ref("base.user_root")):
            self.unreachable["none"].with_user(user).sudo()._plan_calls(lambda one: "the outing")
        calls = self._calls()
        self.assertEqual(len(calls), 2)
        self.assertLessEqual(calls.user_id, managers)
        self.assertEqual(len(calls.user_id), 1)

    def test_introduction(self):
        introduction = self._introduce(
            self._make_offer(self.unreachable["malformed"]), self._make_request(self.ann)
        )
        call = self._calls()
        self.assertEqual((call.res_model, call.res_id), ("timebank.introduction", introduction.id))
        self.assertIn("Ring Pat Malformed", call.summary)

    def test_code_of_a_claim(self):
        member = self.unreachable["blacklisted"]
        self._fund(member, 600)
        self.lesson.fulfilment = "code"
        claim = self._make_claim(member, self.lesson, "approved")
        call = self._calls()
        self.assertEqual((call.res_model, call.res_id), ("timebank.redemption", claim.id))

    def test_one_place_sends(self):
        """No mail of a template goes out but through the one method that knows the rule."""
        senders = []
        for path in ADDON.rglob("*.py"):
            if path.is_relative_to(ADDON / "tests"):
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Attribute) and node.attr in SENDING:
                    senders.append(str(path.relative_to(ADDON / "models")))
        # the link to sign in goes to the address that asked for it, whatever else reaches it; and what Odoo
        # would say of a login, to whoever has it
        self.assertEqual(
            sorted(senders),
            [
                "ledger/timebank_told.py",
                "member/mail_template.py",
                "member/mail_template.py",
                "member/timebank_member_pages.py",
                "member/timebank_sign_in.py",
                "member/timebank_told.py",
            ],
        )
