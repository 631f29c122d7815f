"""Whatever becomes of people in whichever order, the books balance and nothing counts twice."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from odoo.exceptions import RedirectWarning, UserError
from odoo.fields import Command

from ..common import TODAY
from ..erasing_common import find_in_database
from ..generated import try_histories
from ..merging_common import MergingCase

PICK = st.integers(0, 1000)
MINUTES = st.sampled_from((5, 60, 150))
#: Stands in every word that is written down about anybody, before a number.
MARK = "xq4word"


class Families:
    """Who has ever been one with whom: what they have together doesn't change by merging or parting them."""

    def __init__(self):
        self.roots = {}

    def root(self, number):
        while self.roots.setdefault(number, number) != number:
            number = self.roots[number]
        return number

    def join(self, one, other):
        self.roots[self.root(one)] = self.root(other)


class PeopleHistory(RuleBasedStateMachine):
    """Steps over the bank of a test case, undone at the end of each history."""

    case = None

    def __init__(self):
        super().__init__()
        case, self.env = self.case, self.case.env
        self.env.flush_all()
        self.savepoint = self.env.cr.savepoint()
        self.families = Families()
        self.given, self.received, self.balance, self.claimed = {}, {}, {}, {}
        self.clock = 0
        #: word → the contact that it is about, as an id that changes with merging.
        self.words = {}
        self.word_of_contact = {}
        self.merges = []
        self.entries, self.claims = [], []
        self.scheme = case.scheme
        self.contacts = []
        for number in range(5):
            self._take_up(number)
        self.balance = self._sum_accounts()
        self.given, self.received = self._sum_members("given_minutes"), self._sum_members("received_minutes")

    def teardown(self):
        self.savepoint.close(rollback=True)
        self.env.invalidate_all()

    # What there is
    def _take_up(self, number, joins=True):
        word = self._new_word()
        person = self.env["res.partner"].create({"name": f"Pat {word}", "street": f"{number} Mill Lane"})
        self.words[word] = person.id
        self.contacts.append(person)
        member = self.env["timebank.member"].create({"partner_id": person.id, "scheme_id": self.scheme.id})
        if joins:
            member.action_activate()
        return member

    def _new_word(self):
        self.clock += 1
        return f"{MARK}{self.clock:03d}end"

    def _say(self, person):
        """A word about somebody."""
        word = self._new_word()
        self.words[word] = person.id
        return word

    def _person(self, number):
        there = [one for one in self.contacts if one.exists()]
        return there[number % len(there)]

    def _member(self, number):
        return self.env["timebank.member"].search([("partner_id", "=", self._person(number).id)])

    def _pick(self, rows, number, *states):
        found = [row for row in rows if row.exists() and row.state in states]
        return found[number % len(found)] if found else None

    def _add(self, figures, person, minutes):
        root = self.families.root(person.id)
        figures[root] = figures.get(root, 0) + minutes

    def _try(self, verb, *arguments):
        """Call a verb: it is done, or refused with sentences that people can read.

        :return: whether it was done, and its result
        """
        try:
            with self.env.cr.savepoint():
                result = verb(*arguments)
                self.env.flush_all()
            return True, result
        except (UserError, RedirectWarning) as error:
            self.env.invalidate_all()
            for line in str(error.args[0]).split("\n"):
                assert "_" not in line.replace(MARK, "") and "null" not in line, line
            return False, None

    def _as_coordinator(self, records):
        return records.with_user(self.case.coordinator)

    # Giving time
    @rule(giver=PICK, receiver=st.one_of(st.none(), PICK), minutes=MINUTES, decided=st.booleans())
    def log_hours(self, giver, receiver, minutes, decided):
        giver, receiver = self._person(giver), receiver is not None and self._person(receiver)
        vals = {
            "scheme_id": self.scheme.id,
            "partner_id": giver.id,
            "receiver_id": receiver and receiver.id,
            "minutes": minutes,
            "description": self._say(giver),
            "date": TODAY - timedelta(days=self.clock % 17),
        }

        def log():
            entry = self.env["timebank.hours"].create(vals)
            entry.action_submit()
            return entry

        done, entry = self._try(log)
        if done:
            self.entries.append(entry)
            if decided and self._try(self._as_coordinator(entry).action_approve)[0]:
                self._count(entry, entry.minutes)

    @rule(number=PICK)
    def approve(self, number):
        entry = self._pick(self.entries, number, "submitted")
        if entry and self._try(self._as_coordinator(entry).action_approve)[0]:
            self._count(entry, entry.minutes)

    @rule(number=PICK)
    def reverse(self, number):
        entry = self._pick(self.entries, number, "approved")
        if entry and self._try(self._as_coordinator(entry).action_reverse, "Counted twice")[0]:
            self._count(entry, -entry.minutes)

    def _count(self, entry, minutes):
        self._add(self.given, entry.partner_id, minutes)
        self._add(self.balance, entry.partner_id, minutes)
        if entry.receiver_id:
            self._add(self.received, entry.receiver_id, minutes)
            self._add(self.balance, entry.receiver_id, -minutes)

    @rule(giver=PICK, taker=PICK, minutes=MINUTES)
    def give_credits(self, giver, taker, minutes):
        giver, taker = self._member(giver), self._member(taker)
        if giver.account_id and taker.account_id:
            account = self._as_coordinator(giver.account_id)
            word = self._say(giver.partner_id)
            if self._try(account.action_give, taker.account_id.id, minutes, word)[0]:
                self._add(self.balance, giver.partner_id, -minutes)
                self._add(self.balance, taker.partner_id, minutes)

    # Claims, places
    @rule(person=PICK)
    def claim(self, person):
        vals = {"reward_id": self.case.coffee.id, "partner_id": self._person(person).id}

        def ask():
            claim = self.env["timebank.redemption"].create(vals)
            claim.action_request()
            return claim

        done, claim = self._try(ask)
        if done:
            self.claims.append(claim)
            self._add(self.balance, claim.partner_id, -claim.minutes)

    @rule(number=PICK, verb=st.sampled_from(("approve", "refuse", "fulfil")))
    def decide_claim(self, number, verb):
        claim = self._pick(self.claims, number, "approved" if verb == "fulfil" else "requested")
        if not claim:
            return
        words = [self._say(claim.partner_id)] if verb == "refuse" else []
        decide = getattr(self._as_coordinator(claim), f"action_{verb}")
        if self._try(decide, *words)[0] and verb == "refuse":
            self._add(self.balance, claim.partner_id, claim.minutes)

    @rule(person=PICK)
    def sign_up(self, person):
        self._try(self.case.evening.sign_up, self._person(person).id, "attendee")

    # What becomes of people
    @rule(kept=PICK, gone=PICK)
    def merge(self, kept, gone):
        kept, gone = self._person(kept), self._person(gone)
        if kept == gone:
            return
        number, removed = len(self.env["timebank.merge"].search([])), gone.id
        if self._try(self._merge, kept, gone)[0]:
            assert len(self.env["timebank.merge"].search([])) == number + 1
            assert not gone.exists()
            self._become(removed, kept.id)
            self.merges.append((self.env["timebank.merge"].search([], limit=1), removed, kept.id))

    def _merge(self, kept, gone):
        dialog = self._as_coordinator(self.env["base.partner.merge.automatic.wizard"]).create(
            {"partner_ids": [Command.set((kept | gone).ids)], "dst_partner_id": kept.id, "state": "selection"}
        )
        dialog.action_merge()

    def _become(self, removed, kept):
        """Two are one: what they have together, they had together."""
        figures = (self.given, self.received, self.balance)
        sums = [
            one.pop(self.families.root(removed), 0)
            + (one.pop(self.families.root(kept), 0) if self._are_two(removed, kept) else 0)
            for one in figures
        ]
        self.families.join(removed, kept)
        for one, total in zip(figures, sums, strict=True):
            one[self.families.root(kept)] = total
        # whose words they are is known of each: they are found again when the merge is undone
        for word, person in self.words.items():
            if person == removed:
                self.words[word] = kept
                self.word_of_contact.setdefault(word, []).append((removed, kept))

    def _are_two(self, one, other):
        return self.families.root(one) != self.families.root(other)

    @rule(kept=PICK, gone=PICK)
    def merge_another(self, kept, gone):
        self.merge(kept, gone)

    @rule(number=PICK)
    def undo(self, number):
        if not self.merges:
            return
        merge, removed, kept = self.merges[number % len(self.merges)]
        if not merge.exists():
            return
        if self._try(self._as_coordinator(merge).action_undo)[0]:
            assert self.env["res.partner"].browse(removed).exists()
            for word, steps in self.word_of_contact.items():
                if steps and steps[-1] == (removed, kept):
                    self.words[word] = steps.pop()[0]

    @rule(person=PICK, verb=st.sampled_from(("pause", "activate")))
    def pause_or_come_back(self, person, verb):
        member = self._as_coordinator(self._member(person))
        self._try(getattr(member, f"action_{verb}"))

    @rule(person=PICK)
    def leave(self, person):
        member = self._member(person)
        vals = {"credit_to": "bank", "debt_by": "bank", "reason": self._say(member.partner_id)}
        if member.account_id:
            before = self._sum_accounts()
            if self._try(self._leave, member, vals)[0]:
                self._take_in_what_leaving_settled(before)

    def _leave(self, member, vals):
        self.case._leave(self._as_coordinator(member), **vals)

    def _sum_accounts(self):
        self.env.flush_all()
        sums = {}
        for account in self._accounts():
            root = self.families.root(account.partner_id.id)
            sums[root] = sums.get(root, 0) + account.balance_minutes
        return sums

    def _sum_members(self, name):
        sums = {}
        for member in self.scheme.member_ids:
            root = self.families.root(member.partner_id.id)
            sums[root] = sums.get(root, 0) + member[name]
        return sums

    def _accounts(self):
        kind = [("scheme_id", "=", self.scheme.id), ("kind", "=", "member")]
        return self.env["timebank.account"].search(kind)

    def _take_in_what_leaving_settled(self, before):
        """Open claims come back and what is left goes to the bank: nobody else's changes."""
        now = self._sum_accounts()
        changed = [root for root in now if now[root] != before.get(root, 0)]
        assert len(changed) < 2, "leaving moved somebody else's credits"
        for root in changed:
            self.balance[root] = now[root]

    @rule(person=PICK)
    def archive_or_not(self, person):
        contact = self._as_coordinator(self._person(person))
        self._try(contact.action_archive if contact.active else contact.action_unarchive)

    @rule(person=PICK, ends=st.booleans())
    def forget(self, person, ends):
        contact, member = self._person(person), self._member(person)
        if not member:
            return
        if ends:
            for entry in self.entries:
                if entry.state == "submitted" and contact in entry.partner_id | entry.receiver_id:
                    self._try(self._as_coordinator(entry).action_refuse, self._say(entry.partner_id))
            self.leave(person)
        root = self.families.root(contact.id)
        forget = member.with_user(self.case.manager).action_forget
        if self._try(forget, "Asked by letter")[0]:
            if member.exists():
                self.families.roots[member.partner_id.id] = root
            gone = {word for word, about in self.words.items() if about == contact.id}
            found = {row for row in find_in_database(self.env, MARK) if any(word in row[1] for word in gone)}
            assert not found, f"still there: {found}"
            for word in gone:
                del self.words[word]
                self.word_of_contact.pop(word, None)
            for entry in self.merges[:]:
                if contact.id in entry[1:]:
                    self.merges.remove(entry)

    @rule(joins=st.booleans())
    def take_up_another(self, joins):
        if len(self.contacts) < 9:
            self._take_up(len(self.contacts), joins)

    @invariant()
    def books_balance(self):
        self.env.flush_all()
        self.env.invalidate_all()
        assert self.scheme.check_ledger() == []
        self.case._check_nothing_lost()
        sums = self._sum_accounts()
        assert {k: v for k, v in sums.items() if v} == {k: v for k, v in self.balance.items() if v}
        assert self.scheme.operating_account_id.balance_minutes == -sum(
            (self._accounts() | self.scheme.pot_account_id).mapped("balance_minutes")
        )
        for name, figures in (("given_minutes", self.given), ("received_minutes", self.received)):
            found = self._sum_members(name)
            assert {k: v for k, v in found.items() if v} == {k: v for k, v in figures.items() if v}, name
        # nothing stands with somebody who is gone for the bank
        for row in [*self.entries, *self.claims]:
            assert row.exists() and row.partner_id.exists()


class TestPeopleHistories(MergingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._prepare_filling()
        cls.evening = cls._make_session(start="2026-03-25 18:00:00", stop="2026-03-25 20:00:00", capacity=2)
        cls.scheme.credit_limit_minutes = 200

    def test_any_history(self):
        try_histories(PeopleHistory, self, steps=30)
