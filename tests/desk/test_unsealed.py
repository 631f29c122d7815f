"""Which banks have transfers that have waited too long for a seal."""

from datetime import timedelta

from odoo.fields import Datetime

from ..common import TimebankCase


class TestUnsealed(TimebankCase):
    def test_without_any_seal_and_after_the_last(self):
        self.assertFalse(self._is_unsealed(), "nothing has moved yet")
        first = self._fund(self.ann, 60)
        self.assertFalse(self._is_unsealed(), "tonight will do")
        self._put_back(first)
        self.assertTrue(self._is_unsealed())
        self._fund(self.ben, 30)
        self.assertTrue(self._is_unsealed())
        self.scheme.action_seal()
        self.assertFalse(self._is_unsealed())
        third = self._fund(self.ann, 5)
        self.assertFalse(self._is_unsealed())
        self._put_back(third)
        self.assertTrue(self._is_unsealed())
        self.scheme.action_seal()
        self.assertFalse(self._is_unsealed())

    def _is_unsealed(self):
        found = self.env["timebank.scheme"]._find_unsealed(Datetime.now() - timedelta(days=2))
        return self.scheme in found

    def _put_back(self, transfers):
        """As if they had been written three days ago."""
        self._tamper(
            "UPDATE timebank_transfer SET create_date = create_date - INTERVAL '3 days' WHERE id IN %s",
            tuple(transfers.ids),
        )
