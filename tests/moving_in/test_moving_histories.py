"""Whatever has happened in a bank, it moves out and in again with the same balances."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..generated import try_histories
from ..moving_in_common import MOVING_DAY
from .test_moving_in import MovingInCase

PICK = st.integers(0, 1000)
MINUTES = st.sampled_from((1, 45, 60, 150))


class BankHistory(RuleBasedStateMachine):
    """Steps over the bank of a test case, undone at the end of each history, which moves it out and in."""

    case = None

    def __init__(self):
        super().__init__()
        self.env = self.case.env
        self.env.flush_all()
        self.savepoint = self.env.cr.savepoint()
        self.members = self.case.ann + self.case.ben + self.case.cat + self.case.agency
        self.entries = self.env["timebank.hours"]
        self.gifts = self.env["timebank.transfer"]
        self.clock = 0

    def teardown(self):
        try:
            self.case.check_round_trip(self.members)
        finally:
            self.savepoint.close(rollback=True)
            self.env.invalidate_all()

    def _pick(self, records, number):
        return records[number % len(records)] if records else records

    def _try(self, verb):
        """Call a verb, which may be refused."""
        try:
            with self.env.cr.savepoint():
                result = verb()
                self.env.flush_all()
            return result
        except UserError:
            self.env.invalidate_all()
            return None

    @rule(
        giver=PICK,
        receiver=st.one_of(st.none(), PICK),
        minutes=MINUTES,
        start=st.sampled_from((-1, 600)),
        words=st.sampled_from(("", "=SUM(A1)", '"Soup", hot;\nand bread', "T1")),
        state=st.sampled_from(("approved", "approved", "submitted")),
    )
    def give(self, giver, receiver, minutes, start, words, state):
        self.clock += 1
        receiver = self._pick(self.members, receiver).partner_id.id if receiver is not None else False
        entry = self._try(
            lambda: self.case._make_hours(
                self._pick(self.members, giver),
                minutes,
                state,
                receiver_id=receiver,
                date=MOVING_DAY - timedelta(days=self.clock % 4),
                start_minute=start,
                description=words,
            )
        )
        self.entries += entry or self.entries.browse()

    @rule(number=PICK)
    def reverse(self, number):
        entry = self._pick(self.entries, number).with_user(self.case.coordinator)
        self._try(lambda: entry and entry.action_reverse("A slip"))

    @rule(giver=PICK, receiver=PICK, minutes=MINUTES, kind=st.sampled_from(("gift", "adjustment", "expiry")))
    def move(self, giver, receiver, minutes, kind):
        source, target = (self._pick(self.members, number).account_id for number in (giver, receiver))
        if kind == "expiry":
            target = self.case.scheme.operating_account_id
        moved = self._try(lambda: self.case._post(source, target, minutes, kind=kind, memo="Thanks"))
        self.gifts += moved or self.gifts.browse()

    @rule(receiver=PICK, minutes=MINUTES)
    def fund(self, receiver, minutes):
        self._try(lambda: self.case._fund(self._pick(self.members, receiver), minutes))

    @rule(number=PICK)
    def reverse_gift(self, number):
        gift = self._pick(self.gifts, number).with_user(self.case.manager)
        self._try(lambda: gift and gift.action_reverse("A slip"))

    @rule(number=PICK)
    def pause(self, number):
        member = self._pick(self.members, number)
        self._try(lambda: member.action_pause() if member.state == "active" else member.action_activate())


@tagged("post_install", "-at_install")
class TestMovingHistories(MovingInCase):
    def test_histories(self):
        self.scheme.credit_limit_minutes = 600
        try_histories(BankHistory, self, steps=10)

    def check_round_trip(self, members):
        self.env.flush_all()
        self.env.invalidate_all()
        action = self.scheme.with_user(self.coordinator).action_export()
        content = self.env["ir.attachment"].browse(int(action["url"].split("/")[-1].split("?")[0])).raw
        bank = self._make_scheme("Hill Top", tz="UTC", credit_limit_minutes=600)
        files = self.env["ir.attachment"].create({"name": "bank.zip", "raw": content})
        move = self.env["timebank.migration"].create(
            {"scheme_id": bank.id, "file_ids": [Command.set(files.ids)]}
        )
        move.action_rehearse()
        move.action_accept_proposals()
        move.action_carry_out(wait=True)
        self.assertEqual((move.state, move.disagree_count, move.problem_count), ("done", 0, 0))
        self.assertEqual(
            {one.name: (one.member_id.balance_minutes, one.member_id.state) for one in move.person_ids},
            {one.name: (one.balance_minutes, one.state) for one in members},
        )
        self.assertEqual(bank.check_ledger(), [])
