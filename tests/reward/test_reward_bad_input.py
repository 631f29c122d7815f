"""What nobody can do with rewards, claims and vouchers, and the sentence that says so."""

from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import TODAY
from ..rewards_common import RewardCase


@tagged("post_install", "-at_install")
class TestRewardBadInput(RewardCase):
    def _check_refused_by_database(self, words, call):
        """What only PostgreSQL refuses reaches the user as the constraint's own sentence."""
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation) as caught, self._undone():
            call()
            self.env.flush_all()
        model = self.env[caught.exception.diag.table_name.replace("_", ".")]
        self._check_sentence(model._sql_error_to_message(caught.exception), words)

    # Rewards
    def test_prices(self):
        with self.assertRefused("Give “Nothing” a price in credits"):
            self._make_reward("Nothing", minutes=0)
        for vals in (
            {"minutes": -60},
            {"minutes": 60, "cash_price": -1},
            {"minutes": 60, "expected_cost": -1},
        ):
            self._check_refused_by_database(
                "A price is never below zero.", lambda vals=vals: self._make_reward("Wrong", "draft", **vals)
            )
        self._check_refused_by_database("has a price in credits", lambda: self.lesson.write({"minutes": 0}))

    def test_dates_the_wrong_way_round(self):
        dates = {"available_from": TODAY, "available_until": TODAY - timedelta(days=1)}
        self._check_refused_by_database(
            "can't end before it begins", lambda: self._make_reward("Fair", "draft", minutes=60, **dates)
        )
        self._check_refused_by_database("can't end before it begins", lambda: self.lesson.write(dates))
        with self.assertRefused("“Fair” ended already"):
            self._make_reward("Fair", minutes=60, available_until=TODAY - timedelta(days=1))

    def test_stock_below_zero(self):
        with self.assertRefused("fewer than none"):
            self.computer.stock = -1
        with self.assertRefused("fewer than none"):
            self._make_reward("Bicycle", "draft", minutes=60, stock=-3)

    def test_kinds_that_the_policy_does_not_allow(self):
        for kind, name in (("goods", "goods"), ("voucher", "voucher"), ("cash_like", "cash-like")):
            with self.assertRefused("River Street offers services only", f"marked as {name}"):
                self._make_reward("Thing", minutes=60, kind=kind)

    # Repeating claims
    def _repeat(self, **vals):
        return self.env["timebank.dues"].create(
            {"reward_id": self.lesson.id, "partner_id": self.ann.partner_id.id, "date_start": TODAY, **vals}
        )

    def test_overlapping_dates(self):
        first = self._repeat(date_end=TODAY + timedelta(days=30))
        for vals in (
            {},
            {"date_start": TODAY + timedelta(days=30)},
            {"date_start": TODAY - timedelta(days=30)},
            {"date_start": TODAY - timedelta(days=30), "date_end": TODAY},
        ):
            with self.assertRefused("“Driving lesson for Ann Lee” repeats already from"):
                self._repeat(**vals)
        later = self._repeat(date_start=TODAY + timedelta(days=31))
        self._repeat(partner_id=self.ben.partner_id.id)
        with self.assertRefused("repeats already"):
            first.date_end = False
        first.action_stop("Enough")
        later.date_start = TODAY
        with self.assertRefused("stop that one first"):
            first.action_start()

    def test_repeating_the_wrong_way_round(self):
        self._check_refused_by_database(
            "can't end before it begins", lambda: self._repeat(date_end=TODAY - timedelta(days=1))
        )
        self._check_refused_by_database("Claim at least one.", lambda: self._repeat(quantity=0))

    # Claims
    def _refuse(self, member, reward, *words, **vals):
        with self.assertRefused(*words):
            self._make_claim(member, reward, "requested", **vals)

    def test_claims_that_cannot_be(self):
        early = self._make_reward("Panto", minutes=60, available_from=TODAY + timedelta(days=3))
        late = self._make_reward("Fair", minutes=60, available_until=TODAY)
        late.available_until = TODAY - timedelta(days=1)
        adults = self._make_reward("Away day", minutes=60, for_beneficiary=False)
        keen = self._make_reward("Lunch", minutes=60, min_given_minutes=900)
        rare = self._make_reward("Spa day", minutes=60, member_limit=1)
        gone = self._make_reward("Old book", minutes=60)
        gone.action_archive()
        hidden = self._make_reward("Surprise", "draft", minutes=60)
        self._make_claim(self.ann, rare, "requested")
        self._refuse(
            self.ann, self.lesson, "Ann Lee has 9:00 hours to spend, and this takes 10:00", quantity=5
        )
        self._refuse(self.ann, rare, "Ann Lee can have 1 of “Spa day”, and has claimed 1")
        self._refuse(self.ann, early, "“Panto” can be claimed from")
        self._refuse(self.ann, late, "“Fair” could be claimed until")
        self._refuse(self.ann, adults, "“Away day” is not meant for beneficiaries")
        self._refuse(self.ann, keen, "at least 15:00 hours, and Ann Lee has given 10:00")
        self._refuse(self.ann, gone, "“Old book” is not in the catalogue")
        self._refuse(self.ann, hidden, "“Surprise” is not in the catalogue")
        for quantity in (0, -1, 1001):
            self._check_refused_by_database(
                "Claim between 1 and 1,000.",
                lambda quantity=quantity: self._make_claim(self.ann, self.lesson, quantity=quantity),
            )

    def test_more_than_is_left(self):
        self.computer.minutes = 60
        self._refuse(self.ann, self.computer, "Only 3 of “Refurbished computer” are left", quantity=4)
        self.computer.stock = 0
        self._refuse(self.ann, self.computer, "There is nothing left of “Refurbished computer”")

    def test_people_who_take_no_part(self):
        stranger = self.env["res.partner"].create({"name": "Sam Stone"})
        claim = self.env["timebank.redemption"].create(
            {"reward_id": self.lesson.id, "partner_id": stranger.id}
        )
        with self.assertRefused("Sam Stone has no account in River Street"):
            claim.action_request()
        self.ben.action_pause()
        self._refuse(self.ben, self.lesson, "Ben Okoro")

    def test_handing_over_and_cancelling(self):
        claim = self._make_claim(self.ann, self.computer).with_user(self.coordinator)
        with self.assertRefused("has not been requested"):
            claim.action_fulfil()
        claim.action_request()
        with self.assertRefused("has to be approved before it is handed over"):
            claim.action_fulfil()
        claim.action_approve()
        with self.assertRefused("is not waiting for approval"):
            claim.action_approve()
        with self.assertRefused("Say why in a few words"):
            claim.action_cancel("")
        claim.action_fulfil()
        with self.assertRefused("was handed over already"):
            claim.action_fulfil()
        with self.assertRefused("can't be cancelled any more"):
            claim.action_cancel("Too late")
        with self.assertRefused("has been requested already"):
            claim.action_request()

    def test_what_a_claim_has_been_through_is_said(self):
        """At each step, each verb that doesn't go with it is refused by what has become of that claim."""
        words = {
            "draft": "has not been requested",
            "approved": "approved already",
            "fulfilled": "handed over",
            "refused": "was refused",
            "cancelled": "was cancelled",
        }
        own = {
            ("requested", "undo"): "not approved any more",
            ("requested", "fulfil"): "has to be approved",
            ("requested", "order"): "is not approved",
            **{(state, "request"): "requested already" for state in ("requested", "approved", "fulfilled")},
            ("refused", "request"): "requested already",
        }
        steps = {
            "requested": (),
            "approved": ("action_approve",),
            "fulfilled": ("action_approve", "action_fulfil"),
            "refused": ("action_refuse",),
            "cancelled": ("action_cancel",),
        }
        lift = self._make_reward("Lift", minutes=5, approval="manual")
        claims = {"draft": self._make_claim(self.ben, lift).with_user(self.coordinator)}
        for state, verbs in steps.items():
            claims[state] = self._make_claim(self.ben, lift, "requested").with_user(self.coordinator)
            for verb in verbs:
                getattr(claims[state], verb)(*(["No"] if verb in ("action_refuse", "action_cancel") else []))
        going = {
            "request": {"draft"},
            "fulfil": {"approved"},
            "order": {"approved"},
            "undo": {"approved"},
            "cancel": {"draft", "requested", "approved"},
        }
        for state, claim in claims.items():
            self.assertEqual(claim.state, state)
            for verb, states in going.items():
                refusals = getattr(claim, f"_get_refusals_to_{verb}")()
                if state not in states:
                    with self.subTest(state=state, verb=verb):
                        self._check_sentence(refusals[claim.id], own.get((state, verb)) or words[state])
        with self.assertRefused("was cancelled already"):
            claims["cancelled"].action_cancel("Once more")

    # Codes and vouchers
    def test_a_code_of_another_bank(self):
        elsewhere = self._make_scheme("Hill Top", coordinator_ids=[(6, 0, self.coordinator2.ids)])
        batch = self.env["timebank.voucher.batch"].create({"scheme_id": elsewhere.id, "quantity": 1})
        batch.action_issue()
        with self.assertRefused("This voucher belongs to another time bank."):
            self.env["timebank.voucher"].with_user(self.coordinator).redeem(
                batch.voucher_ids.code, self.ann.account_id.id
            )
        with self.assertRefused("This code can't be used."):
            self.env["timebank.voucher"].with_user(self.portal).redeem(
                batch.voucher_ids.code, self.ann.account_id.id
            )
        self.lesson.fulfilment = "code"
        claim = self._make_claim(self.ann, self.lesson, "requested")
        with self.assertRefused("This code belongs to another time bank."):
            self.env["timebank.redemption"].with_user(self.coordinator2).fulfil_by_code(claim.code)

    def test_batches_of_vouchers(self):
        batches = self.env["timebank.voucher.batch"]
        for quantity in (0, -1, 10_001, 1_000_000):
            with self.assertRefused("A batch holds between 1 and 10,000 vouchers."):
                batches.create({"scheme_id": self.scheme.id, "quantity": quantity})
        for minutes in (0, -60):
            self._check_refused_by_database(
                "A voucher is worth at least one minute.",
                lambda minutes=minutes: batches.create({"scheme_id": self.scheme.id, "minutes": minutes}),
            )
        dear = batches.create(
            {
                "scheme_id": self.scheme.id,
                "quantity": 11,
                "account_id": self.ann.account_id.id,
                "reason": "A fair",
            }
        )
        with self.assertRefused("Ann Lee has 10:00 hours to spend, and this takes 11:00"):
            dear.action_issue()
        past = batches.create({"scheme_id": self.scheme.id, "expires_on": TODAY - timedelta(days=1)})
        with self.assertRefused("can't end before they are issued"):
            past.action_issue()
