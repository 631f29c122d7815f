"""Whatever happens in whichever order, the books balance: histories made up by Hypothesis."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
)

from odoo.exceptions import UserError

from ..common import TODAY, TimebankCase
from ..generated import try_histories

PEOPLE = st.integers(0, 3)
MINUTES = st.sampled_from((1, 15, 60, 200))
PICK = st.integers(0, 1000)


class Bank:
    """The rules of a bank in plain Python, against which the real one is held."""

    def __init__(self, people):
        self.balances = [0] * people
        self.limits = [0] * people
        self.states = ["active"] * people
        self.frozen = [False] * people
        self.entries = {}
        self.limit = 0
        self.open = True

    def can_move(self, person):
        return self.open and self.states[person] == "active" and not self.frozen[person]

    def can_pay(self, person, minutes):
        return self.balances[person] + self.limit >= minutes

    def pay(self, source, target, minutes):
        if source is not None:
            self.balances[source] -= minutes
        if target is not None:
            self.balances[target] += minutes


class History(RuleBasedStateMachine):
    """Steps over the bank of a test case, undone at the end of each history."""

    case = None

    def __init__(self):
        super().__init__()
        self.case.env.flush_all()
        self.savepoint = self.case.env.cr.savepoint()
        self.scheme = self.case.scheme
        self.members = self.case.ann | self.case.ben | self.case.agency | self.case.dan
        self.bank = Bank(len(self.members))
        self.clock = 0

    def teardown(self):
        self.savepoint.close(rollback=True)
        self.case.env.invalidate_all()

    def _try(self, expected, verb, *arguments):
        """Call a verb; it has to succeed exactly when the bank in Python says so."""
        try:
            with self.case.env.cr.savepoint():
                verb(*arguments)
            done = True
        except UserError:
            done = False
            self.case.env.invalidate_all()
        assert done == expected, f"{verb.__name__}: {'done' if done else 'refused'}"
        return done

    def _pick(self, number, *states):
        found = [entry for entry, facts in self.bank.entries.items() if facts["state"] in states]
        return found[number % len(found)] if found else None

    # Giving time
    @rule(giver=PEOPLE, receiver=st.one_of(st.none(), PEOPLE), minutes=MINUTES)
    def log_and_submit(self, giver, receiver, minutes):
        self.clock += 1
        people = [giver] if receiver is None else [giver, receiver]
        vals = {
            **self.case._hours_vals(self.members[giver], minutes),
            "receiver_id": receiver is not None and self.members[receiver].partner_id.id,
            "description": f"Entry {self.clock}",
            "date": self.case.days[self.clock],
        }
        made = []
        expected = giver != receiver and all(self.bank.can_move(person) for person in people)
        if self._try(expected, lambda: made.append(self.case.env["timebank.hours"].create(vals))):
            made[0].action_submit()
            facts = {"giver": giver, "receiver": receiver, "minutes": minutes, "state": "submitted"}
            self.bank.entries[made[0]] = facts

    @rule(number=PICK)
    def approve(self, number):
        entry = self._pick(number, "submitted")
        if not entry:
            return
        facts = self.bank.entries[entry]
        giver, receiver, minutes = facts["giver"], facts["receiver"], facts["minutes"]
        expected = self.bank.can_move(giver) and (
            receiver is None or self.bank.can_move(receiver) and self.bank.can_pay(receiver, minutes)
        )
        if self._try(expected, entry.with_user(self.case.coordinator).action_approve):
            facts["state"] = "approved"
            self.bank.pay(receiver, giver, minutes)

    @rule()
    def approve_all(self):
        """As a batch: what can be paid for in turn is, the rest stays."""
        waiting = [entry for entry, facts in self.bank.entries.items() if facts["state"] == "submitted"]
        done = []
        for entry in waiting:
            facts = self.bank.entries[entry]
            giver, receiver, minutes = facts["giver"], facts["receiver"], facts["minutes"]
            if self.bank.can_move(giver) and (
                receiver is None or self.bank.can_move(receiver) and self.bank.can_pay(receiver, minutes)
            ):
                self.bank.pay(receiver, giver, minutes)
                facts["state"] = "approved"
                done.append(entry)
        if waiting:
            entries = self.case.env["timebank.hours"].union(*waiting)
            self._try(bool(done), entries.with_user(self.case.coordinator).action_approve)

    @rule(number=PICK)
    def refuse(self, number):
        entry = self._pick(number, "submitted")
        if entry and self._try(True, entry.with_user(self.case.coordinator).action_refuse, "Which day?"):
            self.bank.entries[entry]["state"] = "refused"

    @rule(number=PICK)
    def reverse(self, number):
        entry = self._pick(number, "approved")
        if not entry:
            return
        facts = self.bank.entries[entry]
        giver, receiver, minutes = facts["giver"], facts["receiver"], facts["minutes"]
        # a reversal is the bank's own act: a paused member's account still moves
        movable = [giver] if receiver is None else [giver, receiver]
        expected = (
            self.bank.open
            and not any(self.bank.frozen[person] for person in movable)
            and self.bank.can_pay(giver, minutes)
        )
        if self._try(expected, entry.with_user(self.case.coordinator).action_reverse, "Counted twice"):
            facts["state"] = "reversed"
            self.bank.pay(giver, receiver, minutes)

    # People
    @rule(person=PEOPLE)
    def pause(self, person):
        if self._try(self.bank.states[person] == "active", self.members[person].action_pause):
            self.bank.states[person] = "paused"

    @rule(person=PEOPLE)
    def activate(self, person):
        if self._try(self.bank.open, self.members[person].action_activate):
            self.bank.states[person] = "active"
            self.bank.frozen[person] = False

    @rule(person=PEOPLE)
    def freeze(self, person):
        if self.bank.open:
            self.members[person].account_id.action_freeze()
            self.bank.frozen[person] = True

    @rule(person=PEOPLE)
    def thaw(self, person):
        if self.bank.open:
            self.members[person].account_id.action_reopen()
            self.bank.frozen[person] = False

    # The bank
    @rule(minutes=st.sampled_from((0, 60, 300)))
    def change_limit(self, minutes):
        def change():
            self.scheme.credit_limit_minutes = minutes
            self.case.env.flush_all()

        if self._try(min(self.bank.balances) >= -minutes, change):
            self.bank.limit = minutes

    @precondition(lambda self: self.bank.open)
    @rule()
    def close(self):
        self.scheme.with_user(self.case.manager).action_close()
        self.bank.open = False

    @precondition(lambda self: not self.bank.open)
    @rule()
    def reopen(self):
        self.scheme.with_user(self.case.manager).action_reopen()
        self.bank.open = True

    @rule()
    def seal(self):
        self.scheme.with_user(self.case.manager).action_seal()

    @rule()
    def fold(self):
        self.case.env["timebank.account.tail"]._fold()

    @invariant()
    def books_balance(self):
        self.case.env.flush_all()
        self.case.env.invalidate_all()
        assert self.scheme.check_ledger() == []
        assert self.members.account_id.mapped("balance_minutes") == self.bank.balances
        assert self.scheme.operating_account_id.balance_minutes == -sum(self.bank.balances)
        for entry, facts in self.bank.entries.items():
            assert entry.state == facts["state"]


class TestHistories(TimebankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dan = cls._make_member("Dan Fry")
        cls.days = [TODAY - timedelta(days=number) for number in range(200)]

    def test_any_history(self):
        try_histories(History, self, steps=25)
