"""A coordinator turns a report, and goes from a figure to the entry behind it; a funder reads theirs."""

import re

from dateutil import parser

from odoo.fields import Command

from .common import JourneyCase


class TestReportsJourney(JourneyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.valley = valley = cls._make_scheme("Valley", credit_limit_minutes=600)
        cls.valley_grant = grant = cls.env["timebank.grant"].create(
            {
                "name": "Valley Together",
                "funder_id": cls.env["res.partner"]
                .create({"name": "Hill Foundation", "email": "reports@hill.example.org"})
                .id,
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
            screen.open_menu("Grants and reports", "Evidence and reports")
            screen.press("Giving and receiving")
            self.assertEqual(screen.views(), ["pivot", "graph", "list"])
            screen.switch("list")
            self.assertIn("Only gave", screen.cell("Gil Moss", "In the whole period"))
            self.assertEqual(screen.cell("Tia Hill", "Received"), "1:15")

    def _prepare_report(self):
        """People enough for figures, and a reconciliation that two have signed."""
        neighbours = [self._make_member(f"Neighbour {number}", scheme=self.valley) for number in range(8)]
        for giver, taker in zip(neighbours, neighbours[-1:] + neighbours[:-1], strict=True):
            vals = {"receiver_id": taker.partner_id.id, "date": "2026-02-12"}
            self._make_hours(giver, 45, "approved", grant_id=self.valley_grant.id, **vals)
        about = {"grant_id": self.valley_grant.id, "date_from": "2026-01-01", "date_to": "2026-02-28"}
        signed = self._reconcile(**about)
        signed.action_prepare()
        signed.with_user(self.finance2).action_review()

    def _open_report(self, screen):
        screen.open_app()
        screen.open_menu("Grants and reports", "Funder's reports")
        screen.open("Valley Together")

    def _read_days(self, shown):
        """A day as it is typed or shown, whichever it is: ``02/20/2026``, ``Feb 20, 2026``."""
        return parser.parse(shown).date()

    def test_a_report_goes_to_its_funder(self):
        """Drafted, checked, agreed and sent by four clicks of three people; read until it is taken back."""
        self._prepare_report()
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Grants and reports", "Funder's reports")
            screen.new()
            screen.pick("Which grant?", "Valley Together")
            screen.fill("What was paid for", "Tools, and a hall to mend things in.")
            screen.fill("What was learned", "Ask in spring, not in winter.")
            screen.save()
            for end in ("02/20/2026", "02/28/2026"):
                screen.fill_range("Period", end=end)
                screen.save()
                self.assertEqual(self._read_days(screen.range("Period")[1]), self._read_days(end))
            screen.tab("From others")
            screen.add_line()
            screen.fill_line("From", "The town")
            screen.fill_line("Amount", 600)
            screen.fill_line("What for", "Benches")
            screen.save()
            screen.picture("funder-report-others")
            screen.tab("Sections")
            screen.add_line()
            screen.page.locator(".o_selected_row").get_by_placeholder("What they ask").fill("Who is safe?")
            screen.fill_line("In our words", "Whoever helps alone at a home has been checked. " * 5)
            answer = screen.page.locator(".o_selected_row td[name=text]").bounding_box()
            self.assertGreater(answer["width"], 400, "there is room for an answer")
            screen.picture("funder-report-sections")
            screen.save()
            screen.press("Keep it short")
            preview = screen.press_to_open("Preview")
            page = preview.page.locator("main").inner_text()
            self.assertIn("A draft: its figures may still change.", page)
            self.assertIn("others gave $ 600.00", page.replace("\xa0", " "))
            self.assertNotIn("Who gives to whom", page)
            preview.picture("funder-report-preview")
            preview.page.close()
            screen.press("Ask finance to check")
            self.assertIn("has a to-do to check it", screen.notification())
            self.assertFalse(screen.shows_button("Check"))
            self.assertFalse(screen.shows_button("Ask finance to check"))
            screen.picture("funder-report-draft")
        with self.at_screen(self.finance) as screen:
            self._open_report(screen)
            screen.press("Send back")
            screen.fill_reason("Who paid for the hall?")
            screen.press("Give it back")
            self.assertIn("It was sent back: Who paid for the hall?", screen.text())
            self.assertFalse(screen.shows_button("Send back"))
        with self.at_screen(self.coordinator) as screen:
            self._open_report(screen)
            self.assertIn("It was sent back: Who paid for the hall?", screen.text())
            screen.picture("funder-report-sent-back")
            screen.press("Ask finance to check")
        with self.at_screen(self.finance) as screen:
            self._open_report(screen)
            self.assertIn("Finance was asked on", screen.text())
            screen.press("Reconciliations")
            self.assertEqual(len(screen.rows()), 1)
            self._open_report(screen)
            screen.press("Check")
            screen.press("Ok")
            screen.press("Back to draft")
            screen.fill_reason("The bill of February is missing")
            screen.press("Give it back")
            self.assertEqual(screen.status(), "Draft")
            screen.press("Check")
            screen.press("Ok")
            self.assertEqual(screen.status(), "Checked")
            self.assertFalse(screen.shows_button("Agree"))
        with self.at_screen(self.manager) as screen:
            self._open_report(screen)
            screen.press("Agree")
            screen.press("Ok")
            self.assertEqual(screen.status(), "Agreed")
        with self.at_screen(self.coordinator) as screen:
            self._open_report(screen)
            screen.press("Send")
            self.assertEqual(screen.value("To"), "reports@hill.example.org")
            screen.picture("funder-report-send")
            screen.press("Send")
            self.assertIn("was sent to reports@hill.example.org", screen.notification())
            self.assertEqual(screen.status(), "Sent")
        [mail] = self.env["mail.mail"].search([("email_to", "=", "reports@hill.example.org")])
        link = re.search(r"/timebank/report/[\w-]+", mail.body_html)[0]
        self._read_as_funder(link)
        with self.at_screen(self.coordinator) as screen:
            self._open_report(screen)
            screen.tab("Sent")
            self.assertIn("1", screen.cell("reports@hill", "Opened"))
            screen.press_in_row("reports@hill", "Withdraw")
            screen.press("Ok")
            screen.picture("funder-report-sent")
            screen.press("New version")
            self.assertEqual(screen.status(), "Draft")
            self.assertIn("(version 2)", screen.title())
            screen.tab("Stories")
            self.assertIn("may be told to funders yet", screen.text())
        with self.at_screen(None, scripts=False, start=link) as screen:
            self.assertEqual(screen.heading(), "This link does not lead anywhere")
            self.assertIn("Please ask whoever sent it to you.", screen.reads())
            screen.picture("funder-report-ended")
            screen.complaints.clear()  # of the answer that there is nothing

    def _read_as_funder(self, link):
        """Without a login, on a phone, without scripts."""
        with self.at_screen(None, phone=True, scripts=False, start=link) as screen:
            self.assertEqual(screen.heading(), "Report to Hill Foundation")
            said = screen.reads().replace("\xa0", " ")
            for words in (
                "Tools, and a hall to mend things in.",
                "Besides the award, others gave $ 600.00.",
                "Ask in spring, not in winter.",
                "agreed by",
            ):
                self.assertIn(words, said)
            self.assertNotIn("Neighbour", said)
            self.assertEqual(screen.too_wide(), [])
            cut = screen.page.locator(".tb-report :is(th, td)").evaluate_all(
                "all => all.filter((one) => one.getBoundingClientRect().right > innerWidth).length"
            )
            self.assertEqual(cut, 0, "no part of a table is out of sight")
            screen.picture("funder-report-phone")
            with screen.page.expect_download() as coming:
                screen.page.get_by_role("link", name="As a paper (PDF)").click()
            self.assertTrue(coming.value.path().read_bytes().startswith(b"%PDF"))

    def _press_figure(self, screen, row, place):
        """One of the figures of a row of a pivot."""
        cells = screen.page.locator(".o_pivot tbody tr").filter(has_text=row).locator("td.o_pivot_cell_value")
        cells.nth(place).click()
        screen.settle()
