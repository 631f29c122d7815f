"""A coordinator turns a report, and goes from a figure to the entry behind it."""

from odoo.fields import Command

from .common import JourneyCase


class TestReportsJourney(JourneyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        valley = cls._make_scheme("Valley", credit_limit_minutes=600)
        grant = cls.env["timebank.grant"].create(
            {
                "name": "Valley Together",
                "funder_id": cls.env["res.partner"].create({"name": "Hill Foundation"}).id,
                "amount": 500,
                "date_start": "2026-01-01",
                "scheme_ids": [Command.set(valley.ids)],
                "every_expense_counts": True,
            }
        )
        grant.with_user(cls.finance).action_open()
        giver, receiver = (cls._make_member(name, scheme=valley) for name in ("Gil Moss", "Tia Hill"))
        cls._make_hours(
            giver,
            75,
            "approved",
            receiver_id=receiver.partner_id.id,
            description="Fence mended",
            date="2026-02-11",
        )

    def test_from_a_figure_to_the_entry_behind_it(self):
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Grants and reports", "Evidence and reports")
            screen.press("Who took part")
            self.assertEqual(screen.views(), ["pivot", "graph", "list"])
            screen.picture("report-pivot")
            self._press_figure(screen, "February 2026", 0)
            self.assertIn("Who took part", screen.text())
            screen.picture("report-list")
            self.assertTrue([row for row in screen.rows() if "Gil Moss" in row and "1:15" in row])
            screen.open("Gil Moss")
            self.assertEqual(screen.value("Description"), "Fence mended")
            self.assertEqual(screen.value("Grant"), "Valley Together")
            screen.back("Evidence")
            screen.press("Giving and receiving")
            self.assertEqual(screen.views(), ["pivot", "graph", "list"])
            screen.switch("list")
            self.assertIn("Only gave", screen.cell("Gil Moss", "In the whole period"))
            self.assertEqual(screen.cell("Tia Hill", "Received"), "1:15")

    def _press_figure(self, screen, row, place):
        """One of the figures of a row of a pivot."""
        cells = screen.page.locator(".o_pivot tbody tr").filter(has_text=row).locator("td.o_pivot_cell_value")
        cells.nth(place).click()
        screen.settle()
