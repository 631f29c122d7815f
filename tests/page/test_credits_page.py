import csv
import io
import random
from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.fields import Command

from ..common import TODAY
from ..page_common import PageCase

FORGED = ("0", "999999999", "99999999999999999999", "x")


class TestCredits(PageCase):
    """Ann has ten hours, and Ben none; Ann knows nobody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_hours(cls.ann, 600, "approved", date=TODAY - timedelta(days=1))
        cls.pot = cls.env["timebank.account"].create(
            {
                "name": "Trip to the sea",
                "scheme_id": cls.scheme.id,
                "holder_ids": [Command.set(cls.ann.partner_id.ids)],
                "purpose": "A coach for thirty",
            }
        )

    def _go_credits(self, path=""):
        return self.go(f"/timebank/{self.ann.id}/credits{path}")

    def _rows(self, response):
        return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))

    def _gifts(self):
        return self.env["timebank.transfer"].search(
            [("kind", "=", "gift"), ("scheme_id", "=", self.scheme.id)]
        )

    # Statement
    def test_what_was_put_back_is_called_by_what_it_was(self):
        entry = self._make_hours(self.ann, 30, "approved", description="Shopping")
        entry.with_user(self.coordinator).action_reverse("Written down twice")
        self.come(self.portal)
        text = self._go_credits().text()
        self.assertIn("Put back: Shopping (Written down twice)", text)

    def test_statement_on_screen(self):
        self._fund(self.ann, 45)
        self.come(self.portal)
        page = self.follow(self.go("/timebank"), "My credits")
        self.assertEqual(page.heading(), "My credits")
        self.assertIn("From Jan 1, 2026 to Mar 18, 2026", page.text())
        self.assertIn("+10:00", page.text())
        self.assertIn("At the end +10:45 -0:00 10:45", page.text())
        page = self.press(page, "Show", period="last_month")
        self.assertIn("From Feb 1, 2026 to Feb 28, 2026", page.text())
        self.assertIn("Nothing moved in this time.", page.text())
        page = self.press(page, "Show", period="dates", **{"from": "2026-03-18", "to": "2026-03-18"})
        self.assertIn("Before 10:00", page.text())
        wrong = self.press(page, "Show", period="dates", **{"from": "2026-03-18", "to": "2026-03-01"})
        self.assertEqual(wrong.errors(), ["The period ends before it begins."])
        wrong = self.press(page, "Show", period="dates", **{"from": "", "to": "x"})
        self.assertEqual((wrong.status, len(wrong.errors())), (400, 2))
        self.assertEqual(self._go_credits("?period=nonsense&page=x").heading(), "My credits")

    def test_screen_spreadsheet_and_balance_agree_to_the_minute(self):
        """Over histories made by chance: opening and movements come to the closing balance."""
        chance = random.Random(15)
        for number in range(30):
            sides = [self.scheme.operating_account_id, self.ann.account_id]
            minutes = chance.randint(1, 90)
            if chance.random() < 0.5 and self.ann.balance_minutes >= minutes:
                sides.reverse()
            self._post(
                *sides, minutes, date=TODAY - timedelta(days=chance.randint(0, 100)), memo=f"Nr {number}"
            )
        self.come(self.portal)
        for query in (
            "",
            "?period=month",
            "?period=dates&from=2025-12-20&to=2026-03-18",
            "?period=last_year",
        ):
            with self.subTest(query=query):
                rows = self._rows(self.url_open(f"/timebank/{self.ann.id}/credits/statement.csv{query}"))
                _header, opening, *lines, closing = rows
                balance = int(opening[6])
                for line in lines:
                    balance += int(line[4]) - int(line[5])
                    self.assertEqual(balance, int(line[6]))
                self.assertEqual(balance, int(closing[6]))
                if query != "?period=last_year":
                    self.assertEqual(balance, self.ann.balance_minutes)
                shown = []
                page = self._go_credits(query)
                while page:
                    shown += page.tree.xpath("//tbody/tr[td[2]][position() > 1]/th/strong/text()")
                    ending = page.tree.xpath("string(//tfoot/tr/td[last()])").strip()
                    page = self.follow(page, "Next page") if "Next page" in page.links() else None
                self.assertEqual(shown, [line[2] for line in lines])
                self.assertEqual(closing[7], ending)

    def test_cells_calculate_nothing(self):
        for words in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1"):
            self._post(self.scheme.operating_account_id, self.ann.account_id, 5, memo=words)
        self.come(self.portal)
        response = self.url_open(f"/timebank/{self.ann.id}/credits/statement.csv")
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        cells = [cell for row in self._rows(response) for cell in row[:4]]
        self.assertIn("'=1+1", cells)
        self.assertFalse([cell for cell in cells if cell.strip().startswith(("=", "+", "-", "@"))])

    def test_papers(self):
        self.come(self.portal)
        for path in ("", f"/pots/{self.pot.id}"):
            response = self.url_open(f"/timebank/{self.ann.id}/credits{path}/statement.pdf?period=month")
            self.assertEqual(
                (response.status_code, response.headers["Content-Type"]), (200, "application/pdf")
            )
        page = self.press(
            self.follow(self._go_credits(), "Certificate of the hours I gave"), "Make the letter"
        )
        self.assertEqual((page.status, page.headers["Content-Type"]), (200, "application/pdf"))
        page = self.press(
            self._go_credits("/certificate"), "Make the letter", **{"from": "2020-01-01", "to": "2020-02-01"}
        )
        self.assertEqual(page.errors(), ["No approved hours in this period: choose other dates."])
        page = self.press(
            self._go_credits("/certificate"), "Make the letter", **{"from": "2026-02-01", "to": "2026-01-01"}
        )
        self.assertEqual(page.errors(), ["The period ends before it begins."])

    def test_certificates_are_of_oneself(self):
        certificate = self.ann.with_user(self.portal)._make_certificate(TODAY.replace(day=1), TODAY)
        self.assertEqual((certificate.member_ids, certificate.signatory), (self.ann, "Cora Hart"))
        self.assertFalse(certificate.with_user(self.portal).has_access("read"))

    # Giving
    def test_give_to_somebody_found_by_name(self):
        self.come(self.portal)
        page = self.follow(self._go_credits(), "Give some of them")
        page = self.press(page, "Look for them", name="ben")
        page = self.follow(page, "Ben O.")
        self.assertEqual(page.heading(), "Give to Ben O.")
        page = self.press(page, "Go on", time="0:30", memo="The ladder")
        self.assertEqual(page.heading(), "Give 30 minutes to Ben O.?")
        self.assertIn("You have 9 hours 30 minutes then.", page.text())
        self.assertFalse(self._gifts())
        page = self.go(page.address)  # what a browser goes back to
        self.assertNotIn("ladder", page.address, "what it is for is nobody else's")
        self.assertEqual(page.heading(), "Give 30 minutes to Ben O.?")
        page = self.press(page, "Yes, give it")
        self.assertIn("It is given.", page.text())
        self.assertEqual(self._balances(self.ann, self.ben), [570, 30])
        self.assertEqual(self._gifts().memo, "The ladder")
        page = self.follow(page, "Give some of them")
        self.assertIn("Ben O.", page.links())  # they know each other now

    def test_a_button_pressed_twice_gives_once(self):
        self.come(self.portal)
        address = f"/give/{self.ben.account_id.id}"
        check = self.press(self._go_credits(address), "Go on", time="30 min")
        self.press(check, "Yes, give it")
        self.press(check, "Yes, give it")
        self.assertEqual(self._balances(self.ann, self.ben), [570, 30])
        self.press(self.press(self._go_credits(address), "Go on", time="30 min"), "Yes, give it")
        self.assertEqual(self._balances(self.ann, self.ben), [540, 60])

    def test_what_is_wrong_is_said_beside_the_field(self):
        self.come(self.portal)
        page = self._go_credits(f"/give/{self.ben.account_id.id}")
        for typed in ("", "0", "-1", "soon", "100"):
            with self.subTest(typed=typed):
                wrong = self.press(page, "Go on", time=typed)
                self.assertEqual((wrong.status, len(wrong.errors())), (400, 1))
                self.assertEqual(wrong.typed("time"), typed)
        check = self.press(page, "Go on", time="10")
        self._post(self.ann.account_id, self.scheme.operating_account_id, 60)
        wrong = self.press(check, "Yes, give it")
        self.assertEqual((wrong.status, len(wrong.errors())), (400, 1))
        self.assertFalse(self._gifts())

    def test_pots(self):
        self.come(self.portal)
        page = self.follow(self._go_credits(), "Trip to the sea")
        self.assertIn("A coach for thirty", page.text())
        page = self.press(self.follow(page, "Give into it"), "Go on", time="2")
        self.press(page, "Yes, give it")
        self.assertEqual(self.pot.balance_minutes, 120)
        page = self.follow(self._go_credits(f"/pots/{self.pot.id}"), "Give from it")
        page = self.follow(self.press(page, "Look for them", name="Okoro Ben"), "Ben O.")
        page = self.press(self.press(page, "Go on", time="0:20"), "Yes, give it")
        self.assertEqual(page.heading(), "Trip to the sea")
        self.assertEqual((self.pot.balance_minutes, self.ben.balance_minutes), (100, 20))
        self.pot.holder_ids = [Command.clear()]
        self.assertEqual(self._go_credits(f"/pots/{self.pot.id}").status, 404)
        self.assertEqual(self._go_credits(f"/give/{self.ben.account_id.id}?source={self.pot.id}").status, 404)

    def test_who_pauses_is_not_named(self):
        """Neither by name nor by number, on the page nor past it."""
        account = self.ben.account_id
        self._fund(self.ann, 60)
        self.ben.action_pause()
        self.come(self.portal)
        page = self.press(self._go_credits("/give"), "Look for them", name="Ben O")
        self.assertNotIn("Ben O.", page.links())
        self.assertEqual(self._go_credits(f"/give/{account.id}").status, 404)
        with self.assertRaises(AccessError):
            self.ann.account_id.with_user(self.portal).action_give(account.id, 15)

    def test_pots_of_others(self):
        """Only those that are open to all are found, named and given to."""
        self._fund(self.ann, 60)
        piano = self.env["timebank.account"].create(
            {"name": "Piano for the hall", "scheme_id": self.scheme.id, "kind": "pot"}
        )
        self.come(self.portal)
        give = self.ann.account_id.with_user(self.portal).action_give
        page = self.press(self._go_credits("/give"), "Look for them", name="Piano")
        self.assertNotIn("Piano for the hall", page.links())
        self.assertEqual(self._go_credits(f"/give/{piano.id}").status, 404)
        with self.assertRaises(AccessError):
            give(piano.id, 15)
        piano.open_to_all = True
        page = self.press(self._go_credits("/give"), "Look for them", name="Piano")
        self.assertIn("Piano for the hall", page.links())
        give(piano.id, 15)
        give(self.scheme.pot_account_id.id, 15)
        self.assertEqual((piano.balance_minutes, self.scheme.pot_account_id.balance_minutes), (15, 15))

    def test_who_shows_no_name_is_not_found(self):
        self.ben.name_shown = "hidden"
        self.come(self.portal)
        page = self.press(self._go_credits("/give"), "Look for them", name="Ben")
        self.assertIn("Nobody shows such a name here.", page.text())
        self.assertEqual(self._go_credits(f"/give/{self.ben.account_id.id}").status, 404)

    def test_a_coordinator_gives_for_somebody_and_says_who_asked(self):
        self.come(self.coordinator)
        page = self._go_credits(f"/give/{self.ben.account_id.id}")
        page = self.press(page, "Go on", time="1")
        wrong = self.press(page, "Yes, give it")
        self.assertIn("Say in a few words who asked for it", wrong.errors()[0])
        page = self.press(self.press(wrong, "Go on", memo="Ann rang"), "Yes, give it")
        self.assertEqual(self._balances(self.ann, self.ben), [540, 60])

    def test_who_may_not(self):
        hill = self._make_scheme("Hillside")
        far = self._make_member("Far Away", scheme=hill)
        foreign = self.env["timebank.account"].create({"name": "Other pot", "scheme_id": self.scheme.id})
        mine = f"/timebank/{self.ann.id}/credits"
        self.come(self.portal)
        for path in (
            f"/timebank/{self.ben.id}/credits",
            f"/timebank/{self.ben.id}/credits/statement.pdf",
            f"/timebank/{self.ben.id}/credits/statement.csv",
            f"/timebank/{self.ben.id}/credits/give",
            f"{mine}/pots/{foreign.id}",
            f"{mine}/pots/{foreign.id}/statement.csv",
            f"{mine}/pots/{self.ann.account_id.id}",
            f"{mine}/give?source={foreign.id}",
            f"{mine}/give?source={self.ben.account_id.id}",
            f"{mine}/give/{far.account_id.id}",
            f"{mine}/give/{self.ann.account_id.id}",
            f"{mine}/give/{self.scheme.operating_account_id.id}",
            *(f"{mine}/pots/{number}" for number in FORGED),
            *(f"{mine}/give/{number}" for number in FORGED),
        ):
            with self.subTest(path=path):
                self.assertIn(self.go(path).status, (404, 405))
        form, _button = self.go(f"{mine}/give/{self.ben.account_id.id}").form("Go on")
        token = form.fields["csrf_token"]
        for path, data, status in (
            (f"{mine}/give/{self.ben.account_id.id}", {"time": "1"}, 400),
            (f"{mine}/give/{far.account_id.id}", {"time": "1", "csrf_token": token}, 404),
            (
                f"{mine}/give/{self.ann.account_id.id}",
                {"time": "1", "source": self.ben.account_id.id, "csrf_token": token},
                404,
            ),
            (
                f"/timebank/{self.ben.id}/credits/give/{self.ann.account_id.id}",
                {"time": "1", "csrf_token": token},
                404,
            ),
            (f"/timebank/{self.ben.id}/credits/certificate", {"csrf_token": token}, 404),
        ):
            with self.subTest(path=path):
                self.assertEqual(self.opener.post(self.base_url() + path, data=data).status_code, status)
        self.assertFalse(self._gifts())
        self.come(self.portal2)
        self.assertEqual(self.go(mine).status, 404)
        self.come(None)
        self.assertIn("/web/login", self.go(mine).address)
