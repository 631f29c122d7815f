"""The page Evidence: who may ask what, and that its figures are those of the books."""

from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..session_common import SessionCase


@tagged("post_install", "-at_install")
class TestEvidencePage(SessionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = [cls._make_member(f"Person {number}") for number in range(8)]
        cls.other_bank = cls._make_scheme("Harbour", coordinator_ids=[(6, 0, cls.coordinator2.ids)])
        cls.garden = cls.category.create({"name": "Garden"})
        cls.hours = cls.env["timebank.hours"]
        for number, member in enumerate(cls.people):
            cls.hours += cls._make_hours(
                member,
                60 + number,
                date=date(2026, 1 + number % 3, 5),
                project_id=cls.project.id,
                activity_id=cls.activity.id,
            )
        cls.hours.with_user(cls.coordinator).action_submit()
        cls.hours.with_user(cls.manager).action_approve()

    def _page(self, user, **filters):
        return self.env["timebank.evidence"].with_user(user).get_page({"period": "this_year", **filters})

    def _section(self, page, key):
        return next(section for section in page["sections"] if section["key"] == key)

    def _figure(self, page, key):
        for section in page["sections"]:
            for figure in section["figures"]:
                if figure["key"] == key:
                    return figure["value"]
        return self.fail(f"no figure {key}")

    # Who may ask what
    def test_who_runs_the_bank_finance_and_managers_see_it(self):
        for user in (self.coordinator, self.manager, self.finance):
            with self.subTest(user=user.login):
                page = self._page(user, scheme_ids=self.scheme.ids)
                self.assertEqual(self._figure(page, "head_count"), "8")
                self.assertEqual(page["heading"]["banks"], "River Street")
                self.assertEqual(page["can_show_small"], user != self.finance)

    def test_everybody_else_is_refused(self):
        for user in (self.staff, self.portal):
            with self.subTest(user=user.login), self.assertRefused("coordinators", error=AccessError):
                self._page(user)

    def test_other_banks_are_refused(self):
        with self.assertRefused("that you run", error=AccessError):
            self._page(self.coordinator, scheme_ids=self.other_bank.ids)
        self.assertEqual(
            [bank["name"] for bank in self._page(self.coordinator)["choices"]["banks"]], ["River Street"]
        )
        self.assertEqual(len(self._page(self.finance)["choices"]["banks"]), 2)
