"""Nobody decides what makes an account grow that they hold, however it happens."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.models import MAGIC_COLUMNS
from odoo.tests import tagged

from ..common import TODAY
from ..rewards_common import RewardCase


@tagged("post_install", "-at_install")
class TestTrustGain(RewardCase):
    """The coordinator is a member of the bank that she runs, alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        managers = cls.env.ref("timebank_coproduction.group_timebank_manager")
        (managers.all_user_ids - cls.manager).group_ids -= managers
        cls.cora = cls._make_member(cls.coordinator.partner_id)
        for day in range(3, 5):
            cls._make_hours_of_cora(day)
        cls.pot = cls.env["timebank.account"].create(
            {"name": "Trip", "scheme_id": cls.scheme.id, "holder_ids": [Command.link(cls.ben.partner_id.id)]}
        )
        cls.reward_for_two = cls._make_reward("Boat trip", minutes=60, approval="manual")

    @classmethod
    def _make_hours_of_cora(cls, day):
        entry = cls._make_hours(cls.cora, 120, "submitted", date=TODAY.replace(day=day))
        entry.with_user(cls.manager).action_approve()

    def _check_no_gain(self, call, *words, error=UserError):
        before = self.cora.account_id.balance_minutes
        with self.assertRaises(error) as caught:
            call()
        self.assertIn("Mona Reed", str(caught.exception), "It says who else can be asked.")
        for word in words:
            self.assertIn(word, str(caught.exception))
        self.env.invalidate_all()
        self.assertEqual(self.cora.account_id.balance_minutes, before)

    def test_the_door_asks_whatever_is_posted(self):
        """For each kind there is and will be; what a rule decides, and one's own credits, pass."""
        transfers = self.env["timebank.transfer"].with_user(self.coordinator).sudo()
        own, others = self.cora.account_id, (self.ann.account_id, self.scheme.operating_account_id)
        for kind in transfers._fields["kind"].get_values(self.env):
            for source in others:
                vals = {
                    "from_account_id": source.id,
                    "to_account_id": own.id,
                    "minutes": 5,
                    "kind": kind,
                }
                with self.subTest(kind=kind):
                    refusals = transfers._get_posting_refusals([vals])
                    self.assertIn("Ask Mona Reed", refusals[0])
                    self.assertFalse(transfers._by_rule()._get_posting_refusals([vals]))
                    self.assertFalse(transfers.with_user(self.coordinator2)._get_posting_refusals([vals]))
        self.pot.holder_ids |= self.cora.partner_id
        vals = {"from_account_id": own.id, "to_account_id": self.pot.id, "minutes": 5, "kind": "gift"}
        self.assertFalse(transfers._get_posting_refusals([vals]))
        vals |= {"from_account_id": self.ann.account_id.id}
        self.assertTrue(transfers._get_posting_refusals([vals]))
        self.assertFalse(
            transfers.with_context(timebank_by_rule=True)._get_refusals_to_gain([], own),
        )
        self.assertTrue(transfers.with_context(timebank_by_rule=True)._get_posting_refusals([vals]))

    def test_hours(self):
        entry = self._make_hours(self.cora, 30, "submitted").with_user(self.coordinator)
        self._check_no_gain(entry.action_approve, "another coordinator")
        self.assertEqual(entry.sudo().activity_ids.user_id, self.manager)

    def test_vouchers(self):
        vouchers = self.env["timebank.voucher"].with_user(self.coordinator)
        for payer in (self.ann.account_id, self.env["timebank.account"]):
            batch = self.env["timebank.voucher.batch"].create(
                {
                    "scheme_id": self.scheme.id,
                    "minutes": 60,
                    "quantity": 2,
                    "account_id": payer.id,
                    "reason": "A fair",
                }
            )
            batch.with_user(self.coordinator).action_issue()
            code = batch.voucher_ids[0].code
            self._check_no_gain(lambda code=code: vouchers.redeem(code, self.cora.account_id.id))
            self.assertEqual(batch.voucher_ids.mapped("state"), ["issued", "issued"])
            # a member whose voucher it is hands it in, and another coordinator does for her
            self.env["timebank.voucher"].with_user(self.portal2).redeem(code, self.ben.account_id.id)
            other = batch.voucher_ids[1].code
            self.env["timebank.voucher"].with_user(self.manager).redeem(other, self.cora.account_id.id)

    def test_a_voucher_called_lost(self):
        batch = self.env["timebank.voucher.batch"].create(
            {
                "scheme_id": self.scheme.id,
                "minutes": 60,
                "quantity": 1,
                "account_id": self.cora.account_id.id,
                "reason": "A fair",
            }
        )
        batch.with_user(self.coordinator).action_issue()
        self.scheme.voucher_value = "issuer"
        lost = batch.voucher_ids.with_user(self.coordinator)
        self._check_no_gain(lambda: lost.action_cancel("Lost"))

    def test_pots(self):
        pot = self.pot.with_user(self.coordinator)
        self._fill(self.pot, self.ann, 60)
        self._check_no_gain(
            lambda: pot.write({"holder_ids": [Command.link(self.cora.partner_id.id)]}),
            "holder of a pot",
            error=AccessError,
        )
        self._check_no_gain(lambda: pot.action_give(self.cora.account_id, 30, "For the boat"))
        pot.holder_ids = [Command.link(self.ann.partner_id.id)]
        self.pot.holder_ids |= self.cora.partner_id
        self._check_no_gain(lambda: pot.action_give(self.cora.account_id, 30, "For the boat"))
        self._check_no_gain(
            lambda: self.ann.account_id.with_user(self.coordinator).action_give(self.pot, 30, "She asked")
        )
        pot.write({"name": "Trip to the coast"})

    def test_a_gift_to_oneself(self):
        account = self.ann.account_id.with_user(self.coordinator)
        self._check_no_gain(lambda: account.action_give(self.cora.account_id, 30, "She asked"))

    def test_claims(self):
        paid_by_another = self.env["timebank.redemption"].create(
            {"reward_id": self.reward_for_two.id, "partner_id": self.cora.partner_id.id}
        )
        paid_by_another.account_id = self.ann.account_id
        self._check_no_gain(paid_by_another.with_user(self.coordinator).action_request, "somebody else's")
        own = self._make_claim(self.cora, self.reward_for_two, "requested")
        self.assertEqual(own.activity_ids.user_id, self.manager)
        self._check_no_gain(own.with_user(self.coordinator).action_approve, "your own claim")
        own.with_user(self.manager).action_approve()
        claim = own.with_user(self.coordinator)
        self._check_no_gain(lambda: claim.action_cancel("I had it already"))
        claim.with_user(self.manager).action_cancel("Not needed")
        self.assertEqual(own.state, "cancelled")

    def test_a_repeating_claim_paid_by_another(self):
        dues = self.env["timebank.dues"].with_user(self.coordinator)
        vals = {"reward_id": self.reward_for_two.id, "partner_id": self.cora.partner_id.id}
        self._check_no_gain(
            lambda: dues.create({**vals, "account_id": self.ann.account_id.id}), "somebody else's"
        )
        own = dues.create(vals)
        self._check_no_gain(lambda: own.write({"account_id": self.ann.account_id.id}), "somebody else's")
        own.action_stop("Enough")
        theirs = dues.create(
            {**vals, "partner_id": self.ann.partner_id.id, "account_id": self.ann.account_id.id}
        )
        self._check_no_gain(lambda: theirs.write({"partner_id": self.cora.partner_id.id}), "somebody else's")

    #: What a coordinator may change on records of her own, and why she gains nothing by it: each new
    #: field has to be looked at, and either put here or among its model's ``_own_terms``.
    HARMLESS = {
        "timebank.member": {
            "partner_id", "scheme_id",  # an applicant's; whoever takes them in sees it
            "joined_on", "supported_from", "supported_until",  # for statistics
            "language_ids", "availability_ids", "note", "name_shown", "session_mails", "display_name",
            "interest_ids", "own_words", "own_wishes", "share_email", "share_phone",
            "credit_mails", "check_mails", "statement_mails", "statement_pace",
            "introduction_mails", "reward_mails", "wellbeing_mails",
        },
        "timebank.account": {
            "name", "purpose", "goal_minutes", "goal_hours", "goal_date", "display_name",
            "holder_ids",  # who spends what is hers; other pots have a rule of their own
            "open_to_all",  # who may give to a pot, and never who spends it
        },
        "timebank.hours": {  # somebody else approves them, or the bank's own rules
            "scheme_id", "partner_id", "receiver_id", "date", "start_minute", "start_time", "minutes",
            "hours",
            "category_id", "description", "project_id", "activity_id", "session_id", "task_id", "pot_id",
            "introduction_id", "request_id", "offer_id", "source", "display_name",
            "evidence", "evidence_name",
            "grant_id",  # whose report it counts in
        },
    }  # fmt: skip

    def test_nobody_sets_their_own_terms(self):
        """Each field that she can write on what is her own is known to give her nothing."""
        self.cora.role = "professional"
        own_hours = self._make_hours(self.cora, 30, date=TODAY.replace(day=9))
        self.assertEqual(own_hours.role, "professional")
        for record in (self.cora, self.cora.account_id, own_hours):
            mine = record.with_user(self.coordinator)
            for name, field in record._fields.items():
                if field.readonly and not field.inverse or name in MAGIC_COLUMNS or field.inherited:
                    continue
                if record._is_protected(name) or name in record._own_terms or field.type == "one2many":
                    continue
                if name.startswith(("message_", "activity_", "my_activity", "website_message", "rating_")):
                    continue
                if name == "role":
                    continue
                with self.subTest(model=record._name, field=name):
                    self.assertIn(name, self.HARMLESS[record._name], "Is it among _own_terms?")
            for name in record._own_terms:
                with self.subTest(model=record._name, field=name), self.assertRaises(AccessError):
                    mine.write({name: {"role": "volunteer"}.get(name, 5)})
        hours = own_hours.with_user(self.coordinator)
        with self.assertRaisesRegex(AccessError, "own terms"):
            hours.role = "volunteer"
        vals = {"scheme_id": self.scheme.id, "minutes": 5, "date": TODAY.replace(day=8)}
        own = {**vals, "partner_id": self.cora.partner_id.id}
        entries = self.env["timebank.hours"].with_user(self.coordinator)
        with self.assertRaisesRegex(AccessError, "own terms"):
            entries.create({**own, "role": "volunteer"})
        theirs = entries.create({**vals, "partner_id": self.ann.partner_id.id, "role": "beneficiary"})
        with self.assertRaisesRegex(AccessError, "own terms"):
            theirs.write({"partner_id": self.cora.partner_id.id, "role": "volunteer"})
        theirs.write({"partner_id": self.cora.partner_id.id})
        self.assertEqual(theirs.role, "professional")
        self.assertEqual(own_hours.with_user(self.coordinator).copy().role, "professional")

    def test_nobody_takes_themselves_in(self):
        """Whoever accepts a member says in which role: nobody does so for themselves."""
        hill = self._make_scheme("Hill Top", coordinator_ids=[Command.set(self.coordinator.ids)])
        own = self.env["timebank.member"].with_user(self.coordinator).create(
            {"scheme_id": hill.id, "partner_id": self.coordinator.partner_id.id}
        )  # fmt: skip
        with self.assertRaisesRegex(AccessError, "takes themselves in.*Mona Reed"):
            own.action_activate()
        own.with_user(self.manager).action_activate()
        own.action_pause()
        own.action_activate()
        self.assertEqual(own.state, "active")

    def test_a_reward_on_her_own_terms(self):
        """Whoever set the terms last doesn't get it at once, also by turns; others do."""
        gift = self.env["timebank.reward"].with_user(self.coordinator).create(
            {"name": "Bicycle", "scheme_id": self.scheme.id, "is_free": True, "approval": "auto"}
        )  # fmt: skip
        gift.action_publish()
        claims = self.env["timebank.redemption"].with_user(self.coordinator)
        own, others = claims.create(
            [{"reward_id": gift.id, "partner_id": member.partner_id.id} for member in (self.cora, self.ann)]
        )
        (own | others).action_request()
        self.assertEqual((own | others).mapped("state"), ["requested", "approved"])
        self.assertEqual(own.sudo().activity_ids.user_id, self.manager)
        with self.assertRaisesRegex(UserError, "your own claim.*Mona Reed"):
            own.action_approve()
        own.with_user(self.manager).action_approve()
        by_rule = self._make_claim(self.cora, gift)
        by_rule.with_user(self.env.ref("base.user_root")).action_request()
        self.assertEqual(by_rule.state, "requested", "whoever asks: a repeating claim's turn too")
        theirs = gift.with_user(self.manager)
        theirs.write({"name": "Bicycle, blue", "sequence": 3, "description": "<p>As new</p>"})
        theirs.message_post(body="Who has the key?")
        theirs.message_subscribe(self.manager.partner_id.ids)
        self.assertEqual(gift.sudo().write_uid, self.manager)
        reworded = claims.create({"reward_id": gift.id, "partner_id": self.cora.partner_id.id})
        reworded.action_request()
        self.assertEqual(reworded.state, "requested", "who changed its words has not set its terms")
        gift.with_user(self.manager).member_limit = 5
        again = claims.create({"reward_id": gift.id, "partner_id": self.cora.partner_id.id})
        again.action_request()
        self.assertEqual(again.state, "approved", "somebody else has set the terms since")

    def test_a_manager_claims_for_herself(self):
        mona = self._make_member(self.manager.partner_id)
        claim = self._make_claim(mona, self.reward_for_two)
        claim.account_id = self.ann.account_id
        with self.assertRaisesRegex(UserError, "Ask Cora Hart"):
            claim.with_user(self.manager).action_request()

    def test_members_get_back_what_is_theirs(self):
        claim = self._make_claim(self.ann, self.reward_for_two, "requested").with_user(self.portal)
        claim.action_cancel("Changed my mind")
        self.assertEqual(self._balances(self.ann), [600])

    def test_over_limit_sums(self):
        """The day's, and the week's, time of a giver counts, handed in together or one by one."""
        self.scheme.write(
            {"approval": "over_limit", "approval_over_minutes": 60, "approval_week_minutes": 90}
        )
        together = self.env["timebank.hours"].union(
            *(self._make_hours(self.ann, 6, start_minute=30 * start) for start in range(20))
        )
        together.with_user(self.portal).action_submit()
        states = together.mapped("state")
        self.assertEqual((states.count("approved"), states.count("submitted")), (10, 10))
        late = self._make_hours(self.ann, 5, start_minute=1000)
        late.with_user(self.portal).action_submit()
        self.assertEqual(late.state, "submitted")
        monday = TODAY - timedelta(days=TODAY.weekday())
        week = [
            self._make_hours(self.ann, 30, "submitted", date=monday + timedelta(days=days)).state
            for days in (0, 1, -1)
        ]
        self.assertEqual(week, ["approved", "submitted", "approved"])
        self.assertEqual(self._make_hours(self.ben, 60, "submitted").state, "approved")
        past = [
            self._make_hours(self.ben, 60, "submitted", date=TODAY - timedelta(weeks=weeks)).state
            for weeks in (1, 4, 5, 50)
        ]
        self.assertEqual(
            past, ["approved", "approved", "submitted", "submitted"], "not a year's limits at once"
        )

    def test_decided_by_whom(self):
        cole = self._make_member(self.coordinator2.partner_id)
        self.scheme.coordinator_ids |= self.coordinator2
        day = TODAY.replace(day=10)
        self._make_hours(self.cora, 60, "submitted", date=day).with_user(self.coordinator2).action_approve()
        self._make_hours(cole, 60, "submitted", date=day).with_user(self.coordinator).action_approve()
        self.ann.account_id.with_user(self.portal).action_give(self.ben.account_id, 5)
        self.ann.account_id.with_user(self.coordinator).action_give(self.ben.account_id, 7, "She asked")
        claim = self._make_claim(self.ann, self.reward_for_two, "approved")
        self.env.flush_all()
        report = self.env["timebank.decision.report"]
        domain = [("date", ">=", day), ("scheme_id", "=", self.scheme.id)]
        rows = report.with_user(self.finance).search(domain)
        self.assertEqual(
            {
                (row.what, row.decider_id.login, row.partner_id.name, row.minutes, row.is_mutual)
                for row in rows
            },
            {
                ("hours", "tb_coordinator2", "Cora Hart", 60, True),
                ("hours", "tb_coordinator", "Cole Dunn", 60, True),
                ("gift", "tb_coordinator", "Ben Okoro", 7, False),
                ("claim", "tb_coordinator", "Ann Lee", claim.minutes, False),
            },
        )
        self.assertEqual(report.with_user(self.manager).search(domain), rows)
        for user in (self.portal, self.staff, self.coordinator):
            with self.assertRaises(AccessError):
                report.with_user(user).search([])
