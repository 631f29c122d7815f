"""What was written down outside still stands, or doesn't."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import users

from ..common import TimebankCase


class TestAnchor(TimebankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.earned = cls._make_hours(cls.ben, 60, "approved")
        cls.first = cls.scheme.action_seal()
        cls.later = cls._make_hours(cls.ann, 30, "approved")
        cls.second = cls.scheme.action_seal()

    def test_numbers_of_each_bank(self):
        other = self._make_scheme("Hill Top")
        self._fund(self._make_member("Dee Ray", scheme=other), 30)
        self.assertEqual((self.first | self.second | other.action_seal()).mapped("number"), [1, 2, 1])

    def test_what_stands_on_paper(self):
        self.assertRegex(self.scheme._get_anchor(), r"^Seal 2 · [0-9a-f]{4}( [0-9a-f]{4}){3}$")
        self.assertEqual(self._make_scheme("Hill Top")._get_anchor(), "")

    def test_it_stands_for_whoever_reads_the_bank(self):
        anchor = self.first.hash[:16]
        spaced = f" {anchor[:4]} {anchor[4:8].upper()}-{anchor[8:]} "
        for user in (self.portal, self.staff, self.coordinator, self.finance, self.manager):
            scheme = self._as(user, self.scheme)
            for typed in (anchor, spaced, self.first.hash):
                answer = scheme.verify(1, typed)
                self.assertTrue(answer["stands"], (user.login, typed))
                self._check_sentence(answer["message"], "Seal 1", "River Street")

    def test_it_doesn_t_stand(self):
        anchor = self.first.hash[:16]
        for number, typed in ((2, anchor), (1, "0" * 16), (3, anchor)):
            answer = self.scheme.verify(number, typed)
            self.assertFalse(answer["stands"])
            self._check_sentence(answer["message"], "River Street", "administrator")
        transfer = self.earned.transfer_ids
        self._tamper("UPDATE timebank_transfer SET memo = 'x' WHERE id = %s", transfer.id)
        self.assertFalse(self.scheme.verify(1, anchor)["stands"])
        self.assertFalse(self.scheme.verify(2, self.second.hash)["stands"])

    def test_a_later_change_leaves_earlier_seals_standing(self):
        self._tamper("UPDATE timebank_transfer SET memo = 'x' WHERE id = %s", self.later.transfer_ids.id)
        self.assertTrue(self.scheme.verify(1, self.first.hash[:16])["stands"])
        self.assertFalse(self.scheme.verify(2, self.second.hash[:16])["stands"])

    def test_what_no_seal_has(self):
        for number, typed in (
            ("one", "0" * 16),
            (True, "0" * 16),
            (0, "0" * 16),
            (1, "0123 4567"),
            (1, 7),
            (1, None),
            (1, "x" * 16),
            ([1], ["0" * 16]),
            (2**40, "0" * 16),
        ):
            with self.assertRaises(UserError) as caught:
                self.scheme.verify(number, typed)
            self._check_sentence(str(caught.exception))

    @users("tb_finance")
    def test_the_dialog(self):
        dialog = self.env["timebank.verify"].create(
            {"scheme_id": self.scheme.id, "number": 1, "hash": self.first.hash[:16]}
        )
        action = dialog.action_verify()
        self.assertEqual((action["res_id"], dialog.stands), (dialog.id, True))
        dialog.number = 2
        dialog.action_verify()
        self.assertFalse(dialog.stands)
        self.assertIn("River Street", dialog.message)

    def test_the_dialog_is_for_staff_of_banks(self):
        with self.assertRaises(AccessError):
            self.env["timebank.verify"].with_user(self.portal).create(
                {"scheme_id": self.scheme.id, "number": 1, "hash": self.first.hash[:16]}
            )

    def test_the_monthly_mail(self):
        self.finance.email = "finance@example.com"
        self._make_scheme("Hill Top")  # without a seal: nothing to write down
        before = self.env["mail.mail"].search([])
        self.env["timebank.scheme"]._cron_mail_anchors()
        mail = (self.env["mail.mail"].search([]) - before).filtered(lambda one: "River Street" in one.subject)
        self.assertEqual(len(mail), 1)
        self.assertIn(self.finance.partner_id, mail.recipient_ids)
        self.assertIn(self.scheme._get_anchor(), mail.body_html)
        self.assertIn(self.scheme._get_anchor(), mail.subject)

    def test_without_finance_managers_keep_the_mail(self):
        self.env.ref("timebank_coproduction.group_timebank_finance").all_user_ids.email = False
        self.manager.email = "manager@example.com"
        self.assertIn(self.manager.partner_id, self.scheme._get_anchor_readers())
