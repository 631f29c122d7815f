"""The bank of a new record follows from whom it is about, until somebody chooses one."""

from odoo.tests import Form

from ..exchange_common import ExchangeCase

FORMS = ("timebank.hours", "timebank.offer", "timebank.request")


class TestBankFollowed(ExchangeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._make_scheme("Hillside")
        cls.hal = cls._make_member("Hal Hill", scheme=cls.other)
        cls.both = cls._make_member("Bo Both")
        cls._make_member(cls.both.partner_id, scheme=cls.other)

    def _open(self, name):
        return Form(self.env[name].with_user(self.coordinator))

    def test_the_next_person_brings_theirs(self):
        for name in FORMS:
            with self.subTest(name):
                form = self._open(name)
                for member, bank in ((self.ben, self.scheme), (self.hal, self.other)):
                    form.partner_id = member.partner_id
                    self.assertEqual((form.scheme_id, form.followed_scheme_id), (bank, bank))
                form.partner_id = self.both.partner_id
                self.assertFalse(form.scheme_id, "it could be either")
                form.partner_id = self.ben.partner_id
                self.assertEqual(form.scheme_id, self.scheme)

    def test_what_somebody_chose_stays(self):
        for name in FORMS:
            with self.subTest(name):
                form = self._open(name)
                form.partner_id = self.ben.partner_id
                form.scheme_id = self.other
                form.partner_id = self.both.partner_id
                self.assertEqual(form.scheme_id, self.other)
                opened = Form(
                    self.env[name]
                    .with_user(self.coordinator)
                    .with_context(default_scheme_id=self.other.id, default_partner_id=self.hal.partner_id.id)
                )
                self.assertFalse(opened.followed_scheme_id)
                opened.partner_id = self.ben.partner_id
                self.assertEqual(opened.scheme_id, self.other)

    def test_the_one_that_giver_and_receiver_share(self):
        form = self._open("timebank.hours")
        form.receiver_id = self.both.partner_id
        self.assertFalse(form.scheme_id)
        form.partner_id = self.hal.partner_id
        self.assertEqual(form.scheme_id, self.other)
        form.partner_id = self.ben.partner_id
        self.assertEqual(form.scheme_id, self.scheme)
        form.hours = 1
        entry = form.save()
        self.assertEqual((entry.scheme_id, entry.receiver_id), (self.scheme, self.both.partner_id))
