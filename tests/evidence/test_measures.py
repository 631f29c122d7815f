"""The measures of a small bank that can be worked out by hand, and who may ask for them."""

from datetime import date

from ..session_common import ClosingCase

FIRST, LAST = date(2026, 1, 1), date(2026, 3, 31)


class TestMeasures(ClosingCase):
    def _measures(self, user=None, **vals):
        bank = self._as(user or self.coordinator, self.scheme)
        return bank.get_measures(**{"date_from": FIRST, "date_to": LAST, **vals})

    def test_a_small_bank_worked_out_by_hand(self):
        found = self._measures()
        self.assertEqual(found["head_count"], 0)
