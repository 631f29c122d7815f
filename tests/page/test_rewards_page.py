from datetime import timedelta

from ..common import TODAY
from ..page_common import PageCase
from ..rewards_common import RewardCase

FORGED = ("0", "999999999", "99999999999999999999", "x")


class TestRewards(RewardCase, PageCase):
    """Ann has ten hours; a lesson takes two of them at once, a computer three after approval."""

    def _claims(self, member=None):
        mine = [("partner_id", "=", (member or self.ann).partner_id.id)]
        return self.env["timebank.redemption"].search(mine, order="id")

    def test_what_can_be_had_comes_first(self):
        self._make_reward("Piano", minutes=6000)
        self._make_reward("Bus pass", minutes=60, available_from=TODAY + timedelta(days=10))
        self._make_reward("Old thing", state="draft", minutes=60)
        self.come(self.portal)
        page = self.follow(self.go("/timebank"), "Rewards")
        self.assertEqual(page.heading(), "Rewards")
        names = [" ".join(a.text_content().split()) for a in page.tree.xpath("//main//section//a")]
        self.assertEqual(names, ["Driving lesson", "Refurbished computer", "Bus pass", "Piano"])
        self.assertIn("You need 90 hours more.", page.text())
        self.assertIn("can be claimed from", page.text())

    def test_the_cheapest_come_first_and_what_may_be_owed_is_said(self):
        self._make_reward("Bus pass", minutes=60, sequence=99)
        self.come(self.portal)
        page = self.go(f"/timebank/{self.ann.id}/rewards")
        names = [" ".join(a.text_content().split()) for a in page.tree.xpath("//main//section//a")]
        self.assertEqual(names, ["Bus pass", "Driving lesson", "Refurbished computer"])
        ahead = self.ann.account_id.available_minutes - 600
        self.assertEqual("in advance" in page.text(), ahead > 0)
        self.scheme.credit_limit_minutes = 300
        self.assertIn("and may spend 5 hours in advance.", self.go(f"/timebank/{self.ann.id}/rewards").text())

    def test_what_is_asked_before_a_claim_can_be_gone_back_to(self):
        """Nothing is sent yet: its address shows it again, and a claim made meanwhile isn't made twice."""
        self.come(self.portal)
        page = self.go(f"/timebank/{self.ann.id}/rewards/{self.lesson.id}")
        check = self.press(page, "Claim it", quantity="2")
        self.press(check, "Yes, claim it")
        self.assertEqual(self.go(check.address).heading(), "Claim 2 × Driving lesson?")
        self.press(check, "Yes, claim it")
        self.assertEqual(len(self._claims()), 1)

    def test_a_long_catalogue_is_paged(self):
        for number in range(21):
            self._make_reward(f"Thing {number:02}", minutes=10, sequence=20)
        self.come(self.portal)
        page = self.go(f"/timebank/{self.ann.id}/rewards")
        self.assertIn("Page 1 of 2", page.text())
        page = self.follow(page, "Next page")
        self.assertIn("Thing 20", page.text())
        self.assertEqual(self.go(f"/timebank/{self.ann.id}/rewards?page=x").heading(), "Rewards")
        self.assertIn("Page 2 of 2", self.go(f"/timebank/{self.ann.id}/rewards?page=99").text())

    def test_none(self):
        (self.lesson | self.computer).action_archive()
        self.come(self.portal)
        self.assertIn("There are no rewards at present", self.go(f"/timebank/{self.ann.id}/rewards").text())

    def test_claim_show_the_code_cancel(self):
        self.lesson.fulfilment = "code"
        self.come(self.portal)
        page = self.follow(self.go(f"/timebank/{self.ann.id}/rewards"), "Driving lesson")
        self.assertIn("2 hours", page.text())
        page = self.press(page, "Claim it", quantity="2")
        self.assertEqual(page.heading(), "Claim 2 × Driving lesson?")
        self.assertIn("It costs 4 hours", page.text())
        self.assertIn("Afterwards there are 6 hours", page.text())
        self.assertFalse(self._claims())
        page = self.press(page, "Yes, claim it")
        claim = self._claims()
        self.assertEqual((claim.state, claim.quantity, self.ann.balance_minutes), ("approved", 2, 360))
        self.assertEqual(page.heading(), "2 × Driving lesson")
        self.assertIn("You have claimed it.", page.text())
        self.assertIn(claim.code, page.text())
        (picture,) = page.tree.xpath("//main//svg")
        self.assertFalse(page.tree.xpath("//main//*[@style]"))
        self.assertTrue(picture.xpath(".//path"))
        page = self.press(self.follow(page, "Cancel it"), "Yes, cancel it", reason="Ill")
        self.assertEqual((claim.state, claim.refusal_reason), ("cancelled", "Ill"))
        self.assertEqual(self.ann.balance_minutes, 600)
        self.assertIn("Your credits are back.", page.text())
        self.assertFalse(page.tree.xpath("//main//svg"))
        page = self.follow(page, "What I have claimed")
        self.assertIn("Cancelled", page.text())

    def test_what_would_be_owed_is_said(self):
        self.ann.account_id._in_verb().write({"credit_limit_minutes": 120})
        self._make_reward("Trip", minutes=690)
        self.come(self.portal)
        page = self.press(self.follow(self.go(f"/timebank/{self.ann.id}/rewards"), "Trip"), "Claim it")
        self.assertIn("Afterwards you owe 1 hour 30 minutes", page.text())

    def test_a_button_pressed_twice_claims_once(self):
        self.come(self.portal)
        check = self.press(
            self.go(f"/timebank/{self.ann.id}/rewards/{self.lesson.id}"), "Claim it", quantity="1"
        )
        first, second = self.press(check, "Yes, claim it"), self.press(check, "Yes, claim it")
        self.assertEqual(first.address, second.address)
        self.assertEqual(len(self._claims()), 1)
        again = self.press(
            self.go(f"/timebank/{self.ann.id}/rewards/{self.lesson.id}"), "Claim it", quantity="1"
        )
        self.press(again, "Yes, claim it")
        self.assertEqual(len(self._claims()), 2)

    def test_what_waits_for_a_coordinator(self):
        self.come(self.portal)
        page = self.press(
            self.go(f"/timebank/{self.ann.id}/rewards/{self.computer.id}"), "Claim it", quantity="1"
        )
        self.assertIn("A coordinator has to approve it first.", page.text())
        page = self.press(page, "Yes, claim it")
        self.assertIn("Waiting for approval", page.text())
        claim = self._claims()
        claim.with_user(self.coordinator).action_refuse("None left after all.")
        page = self.go(f"/timebank/{self.ann.id}/rewards/claims/{claim.id}")
        self.assertIn("Refused", page.text())
        self.assertIn("None left after all.", page.text())
        self.assertNotIn("Cancel it", page.links())

    def test_part_in_money_is_said(self):
        self.lesson.cash_price = 4
        self.come(self.portal)
        page = self.go(f"/timebank/{self.ann.id}/rewards/{self.lesson.id}")
        self.assertIn("4.00", page.text())
        page = self.press(page, "Claim it", quantity="2")
        self.assertIn("Besides, it costs", page.text())
        self.assertIn("8.00", page.text())
        page = self.press(page, "Yes, claim it")
        self.assertIn("8.00", page.text())

    def test_what_is_wrong_is_said_beside_the_field(self):
        self.come(self.portal)
        page = self.go(f"/timebank/{self.ann.id}/rewards/{self.lesson.id}")
        for typed in ("", "0", "-1", "x", "1.5", "10000000", "²"):
            with self.subTest(typed=typed):
                wrong = self.press(page, "Claim it", quantity=typed)
                self.assertEqual(wrong.status, 400)
                self.assertEqual(wrong.errors(), ["Say how many: a number from 1 to 1,000."])
                self.assertEqual(wrong.typed("quantity"), typed)
        check = self.press(page, "Claim it", quantity="6")
        wrong = self.press(check, "Yes, claim it")
        self.assertEqual(wrong.status, 400)
        self.assertEqual(len(wrong.errors()), 1)
        self.assertFalse(self._claims())

    def test_limits(self):
        self.lesson.member_limit = 1
        self._make_claim(self.ann, self.lesson, "approved")
        self.come(self.portal)
        page = self.go(f"/timebank/{self.ann.id}/rewards/{self.lesson.id}")
        self.assertIn("Each member can have 1 of “Driving lesson”, and you have claimed 1.", page.text())
        with self.assertRaises(AssertionError):
            page.form("Claim it")

    def test_a_pot_pays(self):
        pot = self.env["timebank.account"].create(
            {
                "name": "Trip",
                "scheme_id": self.scheme.id,
                "holder_ids": [(4, self.ann.partner_id.id)],
            }
        )
        self._fill(pot, self.ben, 300)
        self.come(self.portal)
        page = self.press(
            self.go(f"/timebank/{self.ann.id}/rewards/{self.lesson.id}"),
            "Claim it",
            quantity="1",
            account_id=str(pot.id),
        )
        self.assertIn("Trip", page.text())
        self.press(page, "Yes, claim it")
        self.assertEqual((pot.balance_minutes, self.ann.balance_minutes), (180, 600))
        wrong = self.press(page, "Yes, claim it", account_id=str(self.ben.account_id.id))
        self.assertEqual(wrong.errors(), ["Choose who pays."])

    def test_a_coordinator_claims_for_somebody(self):
        self.come(self.coordinator)
        page = self.press(
            self.go(f"/timebank/{self.ann.id}/rewards/{self.lesson.id}"), "Claim it", quantity="1"
        )
        self.press(page, "Yes, claim it")
        claim = self._claims()
        self.assertEqual(claim.state, "approved")
        self.assertIn("Done by Cora Hart for Ann Lee.", " ".join(claim.message_ids.mapped("body")))

    def test_who_may_not(self):
        claim = self._make_claim(self.ben, self.lesson, "approved")
        other = self._make_scheme("Hillside", coordinator_ids=[])
        theirs = self._make_reward("Hill walk", scheme_id=other.id, minutes=10)
        base = f"/timebank/{self.ann.id}/rewards"
        self.come(self.portal)
        for path in (
            f"/timebank/{self.ben.id}/rewards",
            f"/timebank/{self.ben.id}/rewards/claims/{claim.id}",
            f"{base}/claims/{claim.id}",
            f"{base}/claims/{claim.id}/cancel",
            f"{base}/{theirs.id}",
            *(f"{base}/{number}" for number in FORGED),
            *(f"{base}/claims/{number}" for number in FORGED),
        ):
            with self.subTest(path=path):
                self.assertEqual(self.go(path).status, 404)
        mine = self.press(self.go(f"{base}/{self.lesson.id}"), "Claim it")
        form, _button = mine.form("Yes, claim it")
        token = form.fields["csrf_token"]
        for path, data, status in (
            (f"{base}/{self.lesson.id}/claim", {"quantity": "1"}, 400),
            (f"{base}/{theirs.id}/claim", {"quantity": "1", "csrf_token": token}, 404),
            (f"{base}/claims/{claim.id}/cancel", {"csrf_token": token}, 404),
            (f"/timebank/{self.ben.id}/rewards/{self.lesson.id}/claim", {"csrf_token": token}, 404),
        ):
            with self.subTest(path=path):
                self.assertEqual(self.opener.post(self.base_url() + path, data=data).status_code, status)
        self.assertIn(self.go(f"{base}/{self.lesson.id}/claim").status, (404, 405))
        self.env.invalidate_all()
        self.assertEqual(claim.state, "approved")
        self.assertFalse(self._claims())
        self.come(None)
        self.assertIn("/web/login", self.go(base).address)
