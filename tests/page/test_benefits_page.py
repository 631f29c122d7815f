from datetime import datetime

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..common import TODAY
from ..page_common import PageCase
from ..rewards_common import RewardCase


class TestBenefits(PageCase, RewardCase):
    """Goods, vouchers and cash-like rewards that were handed over; services are none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme.allow_goods_rewards = True
        cls.voucher = cls._make_reward("Food voucher", minutes=60, kind="voucher")
        cls.bike = cls._make_reward("Repaired bike", minutes=90, kind="goods", cash_price=5)
        cls._make_claim(cls.ann, cls.lesson, "fulfilled")
        cls.had = cls._make_claim(cls.ann, cls.voucher, "fulfilled", quantity=2)
        cls._make_claim(cls.ann, cls.bike, "approved")
        cls._make_claim(cls.ben, cls.voucher, "fulfilled")

    def _lists(self, user, member=None, first="2026-01-01", last="2026-12-31"):
        member = (member or self.ann).with_user(user)
        values = member.env["report.timebank_coproduction.report_timebank_benefits"]._get_report_values(
            member.ids, {"date_from": first, "date_to": last}
        )
        return values["lists"][0]["rows"]

    def test_on_the_members_own_pages(self):
        self.come(self.portal)
        page = self.follow(self.go(f"/timebank/{self.ann.id}/credits"), "Goods and vouchers I have had")
        self.assertEqual(page.heading(), "Goods and vouchers I have had")
        text = page.text()
        self.assertIn("2 × Food voucher Voucher, Mar 18, 2026 2 hours", text)
        for word in ("lesson Service", "Driving lesson", "Repaired bike", self.ben.name):
            self.assertNotIn(word, text)
        pdf = self.url_open(page.links()["As a PDF, to show or to send"].replace(page.address, ""))
        self.assertEqual(pdf.headers["Content-Type"], "application/pdf")
        self.assertIn(b"Food voucher", pdf.content)  # tests print HTML
        page = self.press(page, "Show", period="last_year")
        self.assertIn("Nothing of the kind was handed over in this time.", page.text())

    def test_a_day_is_the_banks(self):
        self.scheme.tz = "Pacific/Auckland"
        self.had._in_verb().write({"fulfilled_on": datetime(2026, 3, 1, 11, 30)})  # the second, there
        self.assertFalse(self._lists(self.portal, first="2026-03-01", last="2026-03-01"))
        self.assertEqual(len(self._lists(self.portal, first="2026-03-02", last="2026-03-02")), 1)

    def test_what_was_had_stays_what_it_was(self):
        """A reward that was claimed changes its name, and not what it is."""
        listed = self._lists(self.portal)
        with self.assertRaisesRegex(UserError, "has been claimed as what it is"):
            self.voucher.with_user(self.coordinator).kind = "service"
        self.voucher.with_user(self.coordinator).write({"kind": "voucher", "minutes": 90})
        self.assertEqual(self._lists(self.portal), listed)
        unclaimed = self._make_reward("Jam", minutes=30, kind="goods")
        unclaimed.with_user(self.coordinator).kind = "service"

    def test_whose_it_is(self):
        self.assertEqual(len(self._lists(self.portal)), 1)
        self.assertEqual(len(self._lists(self.coordinator)), 1, "for somebody who can't go online")
        self.assertEqual(len(self._lists(self.manager)), 1)
        for user in (self.portal2, self.coordinator2, self.staff, self.finance):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._lists(user)
        self.come(self.portal2)
        self.assertEqual(self.go(f"/timebank/{self.ann.id}/credits/benefits").status, 404)
        self.assertEqual(self.url_open(f"/timebank/{self.ann.id}/credits/benefits.pdf").status_code, 404)

    def test_the_dialog_prints_for_several(self):
        dialog = self.env["timebank.benefits"].with_user(self.coordinator)
        made = dialog.with_context(
            active_model="timebank.member", active_ids=(self.ann | self.ben).ids
        ).create({})
        action = made.action_print()
        self.assertEqual(action["data"]["member_ids"], (self.ann | self.ben).ids)
        content, _kind = (
            self.env["ir.actions.report"]
            .with_user(self.coordinator)
            ._render_qweb_html(action["report_name"], [], data=action["data"])
        )
        text = content.decode()
        self.assertEqual(text.count("Food voucher"), 2)
        self.assertIn("1:00", text)
        with self.assertRaises(AccessError):
            self.env["timebank.benefits"].with_user(self.staff).create(
                {"member_ids": [Command.set(self.ann.ids)]}
            )

    def test_pots_and_money_are_said(self):
        pot = self.env["timebank.account"].create(
            {
                "name": "Outing",
                "scheme_id": self.scheme.id,
                "holder_ids": [Command.set(self.ann.partner_id.ids)],
            }
        )
        self._fill(pot, self.ann, 120)
        self._make_claim(self.ann, self.bike, "fulfilled", account_id=pot.id)
        bike = self._lists(self.portal)[-1]
        self.assertEqual((bike["what"], bike["cash"], bike["own"]), ("Repaired bike", 5, False))
        self.assertEqual(bike["day"], TODAY if not isinstance(TODAY, datetime) else TODAY.date())
