"""Who leaves leaves nothing behind: what is open is listed, settled, or kept on purpose."""

from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, users

from ..common import TODAY, TimebankCase
from ..exchange_common import ExchangeCase
from ..rewards_common import RewardCase
from ..session_common import START, STOP, SessionCase


class LeavingCase(TimebankCase):
    def _open(self, members=None, user=None):
        members = (self.ben if members is None else members).with_user(user or self.coordinator)
        return (
            self.env["timebank.leaving"]
            .with_user(user or self.coordinator)
            .browse(members.action_leave()["res_id"])
        )


class TestLeaving(LeavingCase):
    def test_each_way_for_credits_and_debts(self):
        pot, bank = self.scheme.pot_account_id, self.scheme.operating_account_id
        for vals, minutes, other, after in (
            ({"credit_to": "pot"}, 60, pot, 60),
            (
                {"credit_to": "person", "credit_account_id": self.ann.account_id.id},
                60,
                self.ann.account_id,
                60,
            ),
            ({"credit_to": "bank"}, 60, bank, 60),
            ({"debt_by": "bank"}, -30, bank, -30),
            ({"debt_by": "pot", "debt_account_id": pot.id}, -30, pot, -30),
        ):
            with self.subTest(vals=vals), self.env.cr.savepoint() as savepoint:
                self.scheme.credit_limit_minutes = 600
                self._post(bank, pot, 100)
                if minutes > 0:
                    self._post(bank, self.ben.account_id, minutes)
                else:
                    self._post(self.ben.account_id, bank, -minutes)
                before = other.balance_minutes
                leaving = self._open()
                leaving.write({"reason": "Moved", **vals})
                leaving.action_confirm()
                self.assertEqual((self.ben.balance_minutes, self.ben.account_id.state), (0, "closed"))
                self.assertEqual(other.balance_minutes - before, after)
                self.assertFalse(self.scheme.check_ledger())
                savepoint.rollback()
                self.env.invalidate_all()

    def test_nothing_moves_without_a_reason_or_a_place(self):
        self._fund(self.ben, 60)
        for vals, words in (
            ({}, "Say why"),
            ({"reason": "Moved", "credit_to": "person"}, "Choose where the credits of Ben Okoro go"),
            ({"reason": "Moved", "day": TODAY + timedelta(days=1)}, "today or earlier"),
            ({"reason": "Moved", "day": TODAY - timedelta(days=9000)}, "can't have left before"),
        ):
            leaving = self._open()
            leaving.write(vals)
            with self.subTest(vals=vals), self.assertRefused(words):
                leaving.action_confirm()
            self.assertEqual((self.ben.state, self.ben.balance_minutes), ("active", 60))

    def test_whatever_account_is_named_the_books_hold(self):
        """The dialog offers few accounts; another program can name any."""
        self.scheme._get_voucher_account()
        self.scheme.credit_limit_minutes = 600
        bank = self.scheme.operating_account_id
        self._post(bank, self.scheme.pot_account_id, 100)
        self._fund(self.ann, 100)
        accounts = self.env["timebank.account"].search([("scheme_id", "=", self.scheme.id)])
        self.assertEqual(set(accounts.mapped("kind")), {"member", "pot", "operating", "voucher"})
        for minutes, way, name in (
            (60, {"credit_to": "person"}, "credit_account_id"),
            (60, {"credit_to": "pot"}, "credit_account_id"),
            (-30, {"debt_by": "pot"}, "debt_account_id"),
        ):
            for account in accounts - self.ben.account_id:
                with (
                    self.subTest(way=way, account=account.name),
                    self.env.cr.savepoint() as savepoint,
                ):
                    pair = (bank, self.ben.account_id) if minutes > 0 else (self.ben.account_id, bank)
                    self._post(*pair, abs(minutes))
                    leaving = self._open()
                    leaving.write({"reason": "Moved", **way, name: account.id})
                    offered = {"credit_to": {"person": "member", "pot": "pot"}}.get(next(iter(way)), {})
                    if account.kind == offered.get(way.get("credit_to"), "pot"):
                        leaving.action_confirm()
                    else:
                        with self.assertRefused("Choose"):
                            leaving.action_confirm()
                    self.assertFalse(self.scheme.check_ledger())
                    savepoint.rollback()
                    self.env.invalidate_all()

    def test_nobody_has_what_is_left_put_on_their_own_account(self):
        """A coordinator who is a member ends somebody's membership."""
        own = self._make_member(self.coordinator.partner_id)
        self._fund(self.ben, 60)
        leaving = self._open()
        leaving.write({"reason": "Moved", "credit_to": "person", "credit_account_id": own.account_id.id})
        with self.assertRefused("account"):
            leaving.action_confirm()
        self.assertEqual((self.ben.state, own.balance_minutes), ("active", 0))

    def test_approved_after_leaving(self):
        early = self._make_hours(self.ben, 30, "submitted")
        received = self._make_hours(self.ann, 20, "submitted", receiver_id=self.ben.partner_id.id)
        self.scheme.credit_limit_minutes = 60
        self._leave(self.ben)
        early.with_user(self.coordinator).action_approve()
        received.with_user(self.coordinator).action_approve()
        self.assertEqual((self.ben.balance_minutes, self.ben.account_id.state), (10, "frozen"))
        self._open().write({"reason": "Moved"})
        leaving = self._open()
        leaving.write({"reason": "Moved"})
        leaving.action_confirm()
        self.assertEqual((self.ben.balance_minutes, self.ben.account_id.state), (0, "closed"))
        early.with_user(self.coordinator).action_reverse("Was another")
        self.assertFalse(self.scheme.check_ledger())

    def test_coming_back(self):
        self._fund(self.ben, 60)
        account = self.ben.account_id
        self._leave(self.ben)
        with self.assertRefused("frozen"):
            self._post(
                self.scheme.operating_account_id, account, 5, kind="gift", date=TODAY + timedelta(days=1)
            )
        self.ben.with_user(self.coordinator).action_activate()
        self.assertEqual((self.ben.account_id, account.state, account.takes_until), (account, "open", False))
        self.assertEqual(self.ben.balance_minutes, 60)

    def test_many_at_once(self):
        for member in (self.ann, self.ben):
            self._fund(member, 60)
        with Form(self._open(self.ann | self.ben)) as form:
            self.assertEqual(form.credit_minutes, 120)
            form.reason = "The bank moves house"
        form.record.action_confirm()
        self.assertEqual(self.scheme.pot_account_id.balance_minutes, 120)

    @users("tb_finance", "tb_staff")
    def test_others_end_nobody_s_membership(self):
        with self.assertRaises(AccessError):
            self.ben.with_env(self.env).action_leave()


class TestWhatIsOpen(LeavingCase, RewardCase):
    def test_each_matter_is_listed_and_settled(self):
        claim = self._make_claim(self.ben, self.computer, "approved")
        self.assertEqual(self.ben.balance_minutes, 420)
        pot = self.env["timebank.account"].create(
            {
                "name": "Trip",
                "scheme_id": self.scheme.id,
                "holder_ids": [Command.set(self.ben.partner_id.ids)],
            }
        )
        skill = self.env["timebank.skill"].create({"name": "Driving"})
        offer = self.env["timebank.offer"].create(
            {"scheme_id": self.scheme.id, "partner_id": self.ben.partner_id.id, "skill_id": skill.id}
        )
        self.ben.activity_schedule("mail.mail_activity_data_todo", summary="Ask about driving")
        leaving = self._open()
        for words in (
            "Holds a pot: Trip",
            "Ask about driving",
            "Offers and requests",
            "Rewards not handed over",
        ):
            self.assertIn(words, leaving.matters)
        self.assertEqual(leaving.credit_minutes, 600)
        leaving.reason = "Moved to Leeds"
        leaving.action_confirm()
        self.assertEqual((self.ben.state, self.ben.left_on), ("left", TODAY))
        self.assertEqual(claim.state, "cancelled")
        self.assertFalse(pot.holder_ids)
        self.assertEqual(offer.state, "closed")
        self.assertFalse(self.ben.activity_ids)
        self.assertEqual((self.ben.balance_minutes, self.ben.account_id.state), (0, "closed"))
        self.assertEqual(self.scheme.pot_account_id.balance_minutes, 600)
        self.assertFalse(self.scheme.check_ledger())


class TestOthersAreTold(LeavingCase, ExchangeCase, SessionCase):
    """What somebody who leaves has with others is given up, and whom it touches hears of it."""

    def test_a_place_goes_to_who_waits_and_an_introduction_is_called_off(self):
        cat = self.cat.partner_id
        cat.email = "cat@example.org"
        week = timedelta(days=7)
        session = self._make_session(start=START + week, stop=STOP + week, capacity=1)
        place, waiting = session.sign_up(self.ben.partner_id), session.sign_up(cat)
        self.assertEqual((place.state, waiting.state), ("signed_up", "waiting"))
        introduction = self._introduce(*self._make_pair())
        drums = self.env.ref("timebank_coproduction.skill_drumming")
        offer, wish = self._make_offer(self.ben, drums), self._make_request(self.cat, drums)
        suggested = self.env["timebank.introduction"].create({"offer_id": offer.id, "request_id": wish.id})
        leaving = self._open()
        self.assertIn(f"Places in sessions: {session.display_name}", leaving.matters)
        self.assertIn(f"Introductions: {introduction.display_name}", leaving.matters)
        leaving.reason = "Moved to Leeds"
        leaving.action_confirm()
        self.assertEqual(place.state, "withdrawn")
        self.assertTrue(waiting.offered_until, "kept for who waited")
        notice = self.env["timebank.session.notice"].search([("attendance_id", "=", waiting.id)])
        self.assertEqual(notice.kind, "place_freed")
        self.assertEqual((introduction.state, introduction.decline_reason), ("declined", "Moved to Leeds"))
        self.assertFalse(suggested.exists(), "of what was only suggested nobody has heard")
        (call,) = introduction.activity_ids
        self.assertIn("Ann Lee", call.summary)
        self.assertEqual(call.user_id, self.coordinator)
        self.assertEqual(self.scheme.check_ledger(), [])
