import re
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from ..rewards_common import RewardCase


@tagged("post_install", "-at_install")
class TestCodes(RewardCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lesson.fulfilment = "code"

    def test_staff_are_told_what_is_wrong(self):
        desk = self.env["timebank.redemption"].with_user(self.coordinator)
        claim = self._make_claim(self.ann, self.lesson, "requested")
        self.assertEqual(desk.fulfil_by_code(claim.code.lower()), claim)
        self.assertEqual(claim.state, "fulfilled")
        with self.assertRaisesRegex(UserError, "used already"):
            desk.fulfil_by_code(claim.code)
        with self.assertRaisesRegex(UserError, "no claim with this code"):
            desk.fulfil_by_code("AAAA-AAAA-AAAA")
        late = self._make_claim(self.ann, self.lesson, "requested")
        late._in_verb().collect_by = fields.Date.context_today(late) - timedelta(days=1)
        with self.assertRaisesRegex(UserError, "too late"):
            desk.fulfil_by_code(late.code)
        cancelled = self._make_claim(self.ben, self.lesson, "requested")
        cancelled.action_cancel("Ill")
        with self.assertRaisesRegex(UserError, "was cancelled"):
            desk.fulfil_by_code(cancelled.code)
        with self.assertRaisesRegex(UserError, "another time bank"):
            self._make_claim(self.ann, self.lesson, "requested")
            desk.with_user(self.coordinator2).fulfil_by_code(
                self.env["timebank.redemption"].search([("state", "=", "approved")], limit=1).code
            )

    def test_the_code_goes_out_by_mail(self):
        self.ann.partner_id.email = "ann@example.org"
        claim = self._make_claim(self.ann, self.lesson, "requested")
        mail = self.env["mail.mail"].search([("model", "=", claim._name), ("res_id", "=", claim.id)])
        self.assertIn(claim.code, mail.body_html)


@tagged("post_install", "-at_install")
class TestSupplierPage(RewardCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.meal = cls._make_reward(
            "Café meal", minutes=60, cash_price=2.5, approval="auto", fulfilment="code"
        )
        cls.claim = cls._make_claim(cls.ann, cls.meal, "requested")

    def _post(self, path, code):
        page = self.url_open("/timebank/claim").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)
        return self.url_open(f"/timebank/claim/{path}", data={"csrf_token": token, "code": code})

    def test_shown_then_confirmed_once(self):
        shown = self.url_open(f"/timebank/claim/{self.claim.code}")
        self.assertIn("Café meal", shown.text)
        self.assertIn("Ann", shown.text)
        self.assertNotIn("Lee", shown.text)
        self.assertIn("2.50", shown.text)
        self.assertEqual(self.claim.state, "approved")
        self.assertIn("Handed over", self._post("confirm", self.claim.code).text)
        self.claim.invalidate_recordset()
        self.assertEqual(self.claim.state, "fulfilled")
        again = self._post("confirm", self.claim.code)
        self.assertEqual(again.status_code, 404)
        self.assertNotIn("Café meal", again.text)

    def test_wrong_used_and_expired_look_alike(self):
        expired = self._make_claim(self.ben, self.meal, "requested")
        expired._in_verb().collect_by = "2020-01-01"
        used = self._make_claim(self.ben, self.meal, "fulfilled")
        pages = {
            re.sub(r'value="[^"]+"', "", self._post("look", code).text)
            for code in ("AAAA-AAAA-AAAA", expired.code, used.code, "<script>")
        }
        pages = {re.search(r"<main.*</main>", page, re.DOTALL).group(0) for page in pages}
        self.assertEqual(len(pages), 1)
        outcomes = self.env["timebank.code.attempt"].search([], limit=4).mapped("outcome")
        self.assertEqual(outcomes, ["unknown", "used", "expired", "unknown"])

    def test_a_guesser_is_slowed_and_nobody_shut_out(self):
        for guess in range(10):
            self.assertEqual(self.url_open(f"/timebank/claim/AAAA-AAAA-AA{guess:02d}").status_code, 404)
        self.assertEqual(self.url_open("/timebank/claim/AAAA-AAAA-AAAA").status_code, 429)
        self.assertIn("Café meal", self.url_open(f"/timebank/claim/{self.claim.code}").text)

    def test_on_a_phone(self):
        self.browser_size = "390x844"
        self.touch_enabled = True
        self.browser_js(
            f"/timebank/claim/{self.claim.code}",
            """
            const button = document.querySelector("main button");
            const fits = document.documentElement.scrollWidth <= window.innerWidth;
            if (!fits || button.getBoundingClientRect().height < 44) {
                throw new Error("The page doesn't fit a phone");
            }
            console.log("test successful");
            """,
        )

    def test_the_catalogue_on_a_phone(self):
        self.browser_size = "390x844"
        self.touch_enabled = True
        self.lesson.image_1920 = self.env.ref("base.partner_admin").image_1920
        self.browser_js(
            "/odoo/timebank-catalogue",
            """
            const wait = setInterval(() => {
                const card = document.querySelector(".o_kanban_record button[name=action_claim]");
                if (!card) { return; }
                clearInterval(wait);
                const fits = document.documentElement.scrollWidth <= window.innerWidth;
                const width = card.closest(".o_kanban_record").getBoundingClientRect().width;
                if (!fits || width > window.innerWidth || card.getBoundingClientRect().height < 38) {
                    throw new Error("The catalogue doesn't fit a phone");
                }
                console.log("test successful");
            }, 100);
            """,
            login="tb_coordinator",
        )
