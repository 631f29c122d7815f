"""On what another bank has, there is no button that would be refused; on one's own there is."""

from .common import JourneyCase


class TestButtonsJourney(JourneyCase):
    @classmethod
    def _make_rewards(cls):
        super()._make_rewards()
        cls.boat_trip = cls._make_reward("Boat trip", scheme_id=cls.harbour.id, minutes=30)
        cls.asked = cls._make_request(cls.mari, cls.baking)

    def _look(self, screen, record, shown=(), hidden=()):
        """Open a record: which of its buttons are there, behind *More* too."""
        screen.go(f"/odoo/{record._name}/{record.id}")
        more = screen.top.locator(".o_statusbar_buttons button:has(.oi-ellipsis-v)")
        if more.count():
            more.click()
            screen.settle()
        buttons = screen.page.locator(
            ":is(.o_statusbar_buttons, .o-dropdown--menu, .o_bottom_sheet) button:visible"
        )
        texts = {text.strip() for text in buttons.all_inner_texts()}
        self.assertLessEqual(set(shown), texts)
        self.assertFalse(texts.intersection(hidden))
        screen.picture(f"{'phone-' * screen.phone}{record._name}-{'own' if shown else 'other'}")

    def _look_at_all(self, user, phone):
        reward = ("Take back to draft", "Archive")
        session = ("Close the register", "Kiosk", "Call off")
        request = ("Publish", "Find offers", "Met", "Pause", "Close")
        own_request = self.env["timebank.request"].search([("scheme_id", "=", self.hillside.id)], limit=1)
        with self.at_screen(user, phone=phone) as screen:
            self._look(screen, self.boat_trip, hidden=("Publish", *reward))
            self._look(screen, self.caulking, hidden=session)
            self._look(screen, self.harbour, hidden=("Check ledger",) if user == self.coordinator else ())
            if user == self.coordinator:
                self._look(screen, self.lesson, reward)
                self._look(screen, self.tea, ("Call off",))
            else:
                self._look(screen, self.asked, hidden=request)
                self._look(screen, own_request, ("Find offers", "Pause", "Close"))

    def test_coordinator(self):
        self._look_at_all(self.coordinator, phone=False)

    def test_coordinator_on_the_phone(self):
        self._look_at_all(self.coordinator, phone=True)

    def test_who_reads_all_banks_and_runs_one(self):
        self._look_at_all(self.several, phone=False)
